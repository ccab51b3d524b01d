//! Makes this server known to MCP clients, and unknown again.
//!
//! It promises that nothing but its own entry changes in files that belong to others. It refuses to know the terminal, the
//! environment of the process and where this binary is: those are values from the command line.

pub mod apply;
pub mod client;
pub mod clients;
pub mod edit;
pub mod file;
pub mod hosted;
pub mod launch;
pub mod machine;
pub mod report;
pub mod secret;
mod shape;
pub mod status;
