//! Transports: how bytes reach the server and leave it.

pub mod http;
mod jsonrpc;
pub mod stdio;
