//! The MCP server: tools over [`runpod_api`], transports, command line.
//!
//! Floors, from the ground up; a floor uses what is below it, never beside or above:
//! `error`, `near`, `config`, `sandbox` · `files` · `former` · `reply` · `tool` · `tools/<group>` · `tools`, `policy` · `mcp` · `serve` · `cli`.
#![expect(missing_docs, reason = "argument structs and enums are documented where a client reads them")]

pub mod cli;
pub mod config;
pub mod error;
pub mod files;
mod former;
pub mod install;
pub mod mcp;
mod near;
pub mod policy;
pub mod reply;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod serve;
pub mod tool;
pub mod tools;
