//! The MCP server: tools over [`runpod_api`], transports, command line.
//!
//! Which module may use which is drawn in ARCHITECTURE.md and held by a test.
//!
//! # Serving MCP from a program of your own
//!
//! The HTTP application is a value: an [`axum::Router`] with every guard of `serve --http` in it.
//!
//! ```
//! use std::net::SocketAddr;
//!
//! use runpod_mcp::mcp::{Server, Setup};
//! use runpod_mcp::serve::http::{self, Settings, Site};
//!
//! # async fn example() -> std::io::Result<()> {
//! // Callers bring keys of their own; the server has none.
//! let server = Server::new(Setup::hosted(runpod_api::Client::new(runpod_api::Settings::default())));
//! let settings = Settings { public_url: Some("https://mcp.example.com".to_owned()), loopback: false, ..Settings::default() };
//! let app = http::router(Site::new(server, settings));
//!
//! let socket = tokio::net::TcpListener::bind("127.0.0.1:8471").await?;
//! axum::serve(socket, app.into_make_service_with_connect_info::<SocketAddr>()).await
//! # }
//! ```
//!
//! [`serve::http::serve`] keeps the limits that a router alone cannot: slow heads, idle connections, connections of one
//! address, and a graceful end.
#![expect(missing_docs, reason = "argument structs and enums are documented where a client reads them")]

pub mod bridge;
pub mod cli;
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod credential;
pub mod doctor;
pub mod error;
pub mod files;
mod former;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod install;
mod links;
mod lock;
pub mod mcp;
pub mod metrics;
mod near;
pub mod oauth;
pub mod otlp;
pub mod policy;
pub mod remote;
pub mod reply;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod serve;
pub mod state;
pub mod tool;
pub mod tools;
pub mod vault;
mod web;
