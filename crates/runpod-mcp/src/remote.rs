//! An MCP server somewhere else: its address, how it says who may come in, and how one signs in there.
//!
//! The client's side of the specification's authorization: protected-resource metadata, metadata of the authorization
//! server, registration, PKCE, a loopback address for the answer. Every address is https, or http on this computer;
//! no redirect is followed; no token, code or verifier is part of an error. Which messages are exchanged later is
//! none of its business.

mod address;
mod challenge;
mod failure;
mod loopback;
mod metadata;
mod pkce;
mod sign_in;
mod wallet;

pub use address::{Address, BadAddress};
pub use challenge::Challenge;
pub use failure::{Failure, cause};
pub use metadata::{Issuer, Resource};
pub use sign_in::{Person, SignIn};
pub use wallet::Wallet;
