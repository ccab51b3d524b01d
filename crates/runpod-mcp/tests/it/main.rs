//! One binary: gates over the tool surface, and stories of tools through the twin.
#![cfg(test)]

mod arguments;
mod bridge;
mod budget;
mod cli;
mod config;
mod credential;
mod effects;
mod faults;
mod floors;
mod former;
mod healthcheck;
mod http;
mod install;
mod lint;
mod login;
mod mcp;
mod mini;
mod oauth;
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
#[cfg(target_os = "linux")]
mod terminal;
mod threats;
mod tools;
mod versions;
mod waiting;
mod web;
