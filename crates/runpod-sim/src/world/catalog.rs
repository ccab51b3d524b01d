//! What Runpod offers: data centres, GPUs, CPUs, and how much of each is left.
//!
//! The tables are facts of the public catalogue (ids, memory, pools) with illustrative prices and tiers; they
//! are not a price list.

pub(crate) mod sites;
