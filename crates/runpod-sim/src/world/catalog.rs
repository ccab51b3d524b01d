//! What Runpod offers: data centres, GPUs, CPUs, and how much of each is left.
//!
//! The tables are facts of the public catalogue (ids, memory, pools) with illustrative prices, tiers and stock;
//! they are not a price list.

pub(crate) mod cpus;
pub(crate) mod gpus;
pub(crate) mod offers;
pub(crate) mod sites;
pub(crate) mod stock;
