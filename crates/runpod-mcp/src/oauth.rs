//! "Sign in with Runpod": the authorization server that stands in front of the hosted MCP server.
//!
//! Clients find it by its metadata, register, send a browser to `/authorize`, and redeem a code at `/token`. The Runpod
//! console asks the person, and the backend ("flash") mints the key; in between, this server checks everything that can
//! be checked. It stores nothing: without keys it behaves as Runpod's own server does (the compatible mode), with
//! `keys` what must be remembered travels sealed, and every replica with the same keys can take any step.
//!
//! It promises that no code, verifier, state, key or token is logged or repeated in an error, that nothing is asked of
//! the backend before the request was checked, and that a browser is sent to no address that is neither on loopback nor
//! listed. What it cannot promise stands in `docs/guide/sign-in.md`.
//!
//! It refuses to know where it is mounted, which host names are its own and who the caller is: the front tells, with an
//! [`Issuer`] and a [`Peer`] among the extensions of each request.

mod authorize;
mod bearer;
mod body;
mod callback;
mod cimd;
mod client_id;
mod consent;
mod fault;
mod flash;
mod handoff;
mod key_name;
mod limits;
mod metadata;
mod pages;
mod params;
mod pkce;
pub(crate) mod redirect;
mod register;
mod resource;
pub(crate) mod seal;
mod settings;
mod tags;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::routing::{get, post};
use http::HeaderValue;
use http::request::Parts;
use runpod_api::flash::Flash;
use runpod_api::{ApiKey, Stranger};

pub use bearer::{Rejected, Tokens};
pub use cimd::{Coming, Documents, Reader, Resolver, SystemResolver};
pub use consent::Consent;
pub use key_name::KeyName;
pub use redirect::Redirects;
pub use seal::Keyring;
pub use settings::{Settings, Wall};

use cimd::Library;
use fault::Fault;
use flash::Backend;
use limits::Limits;
use tags::Tags;

use crate::metrics::Metrics;
use crate::state::State;

pub(crate) use limits::RULES;

/// The public address of this server, without a slash at its end, as the front decided for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(Arc<str>);

impl Issuer {
    /// An address; slashes at its end are not part of it.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self(base.trim_end_matches('/').into())
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of whoever sent a request, as the front decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The authorization server. Clones are the same.
#[derive(Clone, Debug)]
pub struct SignIn(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    settings: Settings,
    backend: Arc<Backend>,
    /// Documents of clients, where they are read.
    library: Option<Library>,
    limits: Limits,
    tags: Tags,
}

impl SignIn {
    /// An authorization server that is set up like this, and counts where the replicas count.
    ///
    /// # Errors
    /// One sentence for each pair of settings that do not go together.
    pub fn new(settings: Settings, state: Arc<dyn State>) -> Result<Self, Vec<String>> {
        let reader = Arc::new(Stranger::new(&settings.client));
        Self::reading(settings, state, (Arc::new(SystemResolver), reader))
    }

    /// The same with other ways to find and to read the documents of clients.
    ///
    /// # Errors
    /// As [`SignIn::new`].
    pub fn reading(
        settings: Settings,
        state: Arc<dyn State>,
        (resolver, reader): (Arc<dyn Resolver>, Arc<dyn Reader>),
    ) -> Result<Self, Vec<String>> {
        settings.check()?;
        let limits = Limits::new(state);
        let library = (settings.documents != Documents::Off).then(|| Library {
            of: settings.documents.clone(),
            resolver,
            reader,
            clock: Arc::clone(&settings.client.clock),
            limits: limits.clone(),
            shelf: cimd::Shelf::default(),
        });
        let mut client = settings.client.clone();
        client.request_timeout = settings.flash_timeout;
        let backend = Backend {
            clock: Arc::clone(&client.clock),
            wall: settings.wall.clone(),
            budget: settings.budget,
            jitter: client.jitter,
            flights: Arc::default(),
            limits: limits.clone(),
            flash: Flash::new(client, settings.backend.clone()),
        };
        let backend = Arc::new(backend);
        Ok(Self(Arc::new(Desk { settings, backend, library, limits, tags: Tags::new() })))
    }

    /// Counts what its limits refuse in these figures too; the first that it is given are the ones.
    pub(crate) fn counted_in(&self, metrics: Arc<Metrics>) {
        self.0.limits.counted_in(metrics);
    }

    /// What it answers. Each request needs an [`Issuer`] and a [`Peer`] among its extensions.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .route("/.well-known/oauth-protected-resource", get(metadata::resource))
            .route("/.well-known/oauth-protected-resource/{*path}", get(metadata::resource_at))
            .route("/.well-known/oauth-authorization-server", get(metadata::server))
            .route("/.well-known/oauth-authorization-server/{*path}", get(metadata::server_at))
            .route("/.well-known/openid-configuration", get(metadata::server))
            .route("/.well-known/openid-configuration/{*path}", get(metadata::server_at))
            .route("/register", post(register::register))
            .route("/authorize", get(authorize::authorize).post(consent::agreed))
            .route("/token", post(token::token));
        let router = match self.0.settings.callback {
            true => router.route(callback::PATH, get(callback::callback)),
            false => router,
        };
        router.with_state(Arc::clone(&self.0))
    }

    /// `WWW-Authenticate` of a 401 at this path of the server; with the reason, when a token was shown and rejected.
    #[must_use]
    pub fn challenge(&self, issuer: &Issuer, path: &str, rejected: Option<&str>) -> HeaderValue {
        metadata::challenge(issuer, path, rejected)
    }

    /// The key that a presented token stands for.
    ///
    /// # Errors
    /// [`Rejected`] for a sealed token that is not for this server, and where only sealed ones are taken.
    pub fn bearer(&self, issuer: &Issuer, token: &str) -> Result<ApiKey, Rejected> {
        bearer::open(&self.0, issuer, token)
    }

    /// What whoever starts the server is told about it, in one line.
    #[must_use]
    pub fn announcement(&self) -> String {
        self.0.settings.announcement()
    }
}

/// Who asks, and under which address of ours.
#[derive(Clone, Debug)]
struct Caller {
    issuer: Issuer,
    peer: Peer,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let unknown = Fault::server_error("this server does not know its own address, or whom it answers");
        let (issuer, peer) = (parts.extensions.get().cloned(), parts.extensions.get().copied());
        Ok(Self { issuer: issuer.ok_or(unknown)?, peer: peer.ok_or(unknown)? })
    }
}
