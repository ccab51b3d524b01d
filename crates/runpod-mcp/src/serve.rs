//! Transports: how bytes reach the server and leave it.

pub mod stdio;
