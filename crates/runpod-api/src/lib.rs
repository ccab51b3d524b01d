//! Typed client for the Runpod APIs.
//!
//! It knows wires: hosts, bodies, retries, deadlines, errors. It knows no MCP, no terminal and no environment;
//! whoever uses it passes everything in.
//!
//! ```no_run
//! use runpod_api::{ApiKey, Call, Client, Settings, pods};
//!
//! # async fn example() -> Result<(), runpod_api::Error> {
//! let client = Client::new(Settings::default());
//! let client = client.acting_for(Call::new(Some(ApiKey::new("rpa_your_key")), client.deadline()));
//!
//! let pods = client.pods().list(&pods::Query::default()).await?;
//! println!("{} Pods", pods.rows().len());
//!
//! let gpu = pods::Gpu::new("NVIDIA GeForce RTX 4090");
//! let new = pods::Create::gpu("trainer", "runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04", gpu);
//! let made = client.pods().create(&new).await?;
//! println!("{} is {}", made.view.id, made.view.status);
//! # Ok(())
//! # }
//! ```

pub mod account;
mod answer;
pub mod billing;
mod caller;
pub mod capacity;
pub mod catalog;
mod check;
mod client;
mod clock;
pub mod clusters;
mod container;
mod credential;
pub mod endpoints;
mod error;
mod exchange;
pub mod flash;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod graphql;
mod hosts;
pub mod hub;
mod id;
pub mod jobs;
mod listing;
pub mod logs;
mod mapped;
mod op;
pub mod pods;
pub mod public_endpoints;
mod query;
mod rate;
pub mod registries;
mod retry;
pub mod row;
mod scan;
mod secret;
mod sketch;
pub mod sse;
pub mod templates;
mod text;
mod trace;
mod version;
mod view;
pub mod volumes;
mod wire;
mod word;

pub use caller::Caller;
pub use client::{Call, Client, Detached, Settings};
pub use clock::{Clock, Deadline, RealClock};
pub use container::{Change, Container, Env, Mount, Mounts, NetworkMount, PersistentMount};
pub use credential::Standing;
pub use error::Error;
pub use exchange::{Exchange, ExchangeHook};
pub use hosts::{BadBase, Base, Hosts};
pub use id::{BadId, Id};
pub use listing::Listing;
pub use mapped::{Mapped, Note};
pub use query::Page;
pub use rate::Headroom;
pub use secret::{ApiKey, SecretText};
pub use sketch::{Sketch, Sketchbook};
pub use text::is_invisible;
pub use trace::TraceContext;
pub use version::{BadRouting, Probe, ProbeHook, Resource, Routing, Switch, Version, Versions};
pub use wire::{NoPage, Page as StrangersPage, Stranger, UnderWay};
pub use word::{Cloud, Tier, Word};
