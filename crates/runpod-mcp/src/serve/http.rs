//! MCP over HTTP, for one machine or for everybody.
//!
//! [`router`] is the whole application as a value that can be embedded; [`serve`] puts it behind a socket, with the
//! limits that a router alone cannot keep: time for heads, quiet connections, connections of one address.
//!
//! It promises that nothing of a caller is kept between two requests, that every refusal is JSON-RPC with the status
//! that HTTP has for it, and that what is checked is what is answered: a request is read once, into one value, and
//! nobody looks at the body again. It knows neither how tools work nor who may sign in.

mod bearer;
mod body;
mod callers;
mod credentials;
mod desk;
mod dispatch;
mod errand;
mod frames;
mod front;
mod guests;
mod heads;
mod hosts;
mod limiter;
mod listen;
mod media;
pub(crate) mod message;
mod operations;
mod origins;
mod post;
mod proxies;
mod refusal;
mod rest;
mod settings;
mod spans;
mod stream;
mod toolsets;
mod visit;
mod watch;

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::credential::{Gate, STRANGERS};
use crate::mcp::Server;
use crate::metrics::Metrics;
use crate::oauth::{self, SignIn};
use crate::otlp::Exporter;
use crate::state::{Memory, Size, State};
use crate::tools;
use front::Front;

pub use limiter::Rates;
pub use listen::{Listening, Tls, serve};
pub use proxies::{BadNetwork, Network};
pub use rest::{Answering, Rest};
pub use settings::{Limits, Settings};

/// What a front is made of.
#[derive(Debug)]
pub struct Site {
    /// Who answers.
    pub server: Server,
    /// How it stands in the world.
    pub settings: Settings,
    /// What replicas share.
    pub state: Arc<dyn State>,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// Where what was answered is told to a collector, if to any.
    pub spans: Option<Exporter>,
    /// Who looks at keys before a request is served.
    pub gate: Option<Gate>,
    /// How callers get a key.
    pub sign_in: Option<SignIn>,
    /// Who answers what the server does not know, if anybody.
    pub rest: Option<Arc<dyn Rest>>,
    /// Told to stop: running calls end with what they have.
    pub drain: CancellationToken,
}

impl Site {
    /// A front that serves this server and nothing besides, and counts in the memory of this process: keys are taken
    /// as they come, and nobody can sign in.
    #[must_use]
    pub fn new(server: Server, settings: Settings) -> Self {
        let state = Arc::new(Memory::new(Size::default(), Arc::clone(server.clock())));
        let drain = CancellationToken::new();
        Self {
            server,
            settings,
            state,
            metrics: Arc::new(figures()),
            spans: None,
            gate: None,
            sign_in: None,
            rest: None,
            drain,
        }
    }
}

/// Everything that is counted here, at nothing.
#[must_use]
pub fn figures() -> Metrics {
    let tools: Vec<_> = tools::all().map(|tool| tool.card.name).collect();
    let rules = [&[limiter::KEY, limiter::ADDRESS, STRANGERS.name()][..], &oauth::RULES].concat();
    Metrics::new(&tools, &rules)
}

/// The application: MCP at `/`, `/mcp` and `/mcp/<toolset>[,<toolset>]`.
///
/// Whoever embeds it gives it the address of the client by
/// `into_make_service_with_connect_info::<std::net::SocketAddr>()`; without it nobody is told apart by address.
pub fn router(site: Site) -> Router {
    Router::new().fallback(front::enter).with_state(Front::new(site))
}
