//! One binary: gates over the tool surface, and stories of tools through the twin.
#![cfg(test)]

mod arguments;
mod budget;
mod cli;
mod config;
mod effects;
mod floors;
mod former;
mod install;
mod lint;
mod mcp;
mod mini;
mod parity;
mod random;
mod reach;
mod results;
mod rig;
mod session;
mod stdio;
mod surface;
mod tools;
mod versions;
mod waiting;
