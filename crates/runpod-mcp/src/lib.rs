//! The MCP server: tools over [`runpod_api`], transports, command line.
//!
//! Floors, from the ground up; a floor uses what is below it, never beside or above:
//! `error`, `near`, `web`, `config`, `metrics`, `otlp`, `sandbox` · `files` · `former` · `reply` · `tool` · `tools/<group>` · `tools`, `policy`, `state` · `mcp`, `credential` · `serve` · `cli`.
#![expect(missing_docs, reason = "argument structs and enums are documented where a client reads them")]

pub mod cli;
pub mod config;
pub mod credential;
pub mod error;
pub mod files;
mod former;
pub mod mcp;
pub mod metrics;
mod near;
pub mod otlp;
pub mod policy;
pub mod reply;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod serve;
pub mod state;
pub mod tool;
pub mod tools;
mod web;
