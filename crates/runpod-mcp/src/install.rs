//! Makes this server known to MCP clients, and unknown again.
//!
//! It promises that nothing but its own entry changes in files that belong to others. It refuses to know the terminal, the
//! environment of the process and where this binary is: those are values from the command line.

pub mod edit;
pub mod file;
pub mod secret;
