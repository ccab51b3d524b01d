//! The reader of OpenAPI documents, compiled from the sources of the chore that nobody but the repository has.
#![allow(dead_code, reason = "a chore uses more of it than its law does")]

#[path = "../crates/runpod-sim/src/contract/facts/mod.rs"]
pub(crate) mod facts;
#[path = "../xtask/src/contract/law.rs"]
pub(crate) mod law;
#[path = "../xtask/src/contract/openapi.rs"]
mod openapi;
#[path = "../xtask/src/contract/schema.rs"]
mod schema;
#[path = "../xtask/src/contract/uses.rs"]
mod uses;

/// The two contracts, as the chore has them on its command line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Version {
    V1,
    V2,
}
