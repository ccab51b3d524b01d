//! One binary: gates over the tool surface, and stories of tools through the twin.
#![cfg(test)]

mod arguments;
mod budget;
mod cli;
mod config;
mod credential;
mod effects;
mod floors;
mod former;
mod healthcheck;
mod lint;
mod mcp;
mod mini;
mod otlp;
mod parity;
mod random;
mod reach;
mod results;
mod rig;
mod session;
mod state;
mod stdio;
mod surface;
mod tools;
mod versions;
mod waiting;
