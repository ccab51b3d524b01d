//! What the programs that measure share: a server as a process, and what the kernel says of one.

pub mod process;
pub mod server;
