//! Transports: how bytes reach the server and leave it.

pub mod http;
pub mod stdio;
