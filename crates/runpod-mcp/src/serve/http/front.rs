//! The way in: what is asked of every request before anybody looks at what it wants.
//!
//! A panic ends one request and no other. Names and pages are checked before keys; what needs neither, such as the
//! question of a browser or of a load balancer, is answered before both.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{self, Request};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::ACCEPT;
use http::request::Parts;
use http::{Method, StatusCode};
use tokio_util::sync::CancellationToken;

use super::callers::Callers;
use super::hosts::Hosts;
use super::origins::{self, Origins};
use super::proxies;
use super::refusal::Refusal;
use super::rest::Rest;
use super::settings::Settings;
use super::toolsets::Toolsets;
use super::visit::{Numbers, Visit};
use super::{Site, bearer};
use crate::state::State;

/// Methods that MCP paths take.
const POST_ONLY: &str = "POST, OPTIONS";

/// What all requests share. Clones are the same front.
#[derive(Clone, Debug)]
pub(super) struct Front(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) toolsets: Toolsets,
    pub(super) state: Arc<dyn State>,
    pub(super) callers: Callers,
    pub(super) rest: Option<Arc<dyn Rest>>,
    pub(super) drain: CancellationToken,
    hosts: Hosts,
    origins: Origins,
    numbers: Numbers,
    running: AtomicUsize,
}

impl std::ops::Deref for Front {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Front {
    pub(super) fn new(site: Site) -> Self {
        let Site { server, settings, state, rest, drain } = site;
        Self(Arc::new(Inner {
            hosts: Hosts::new(&settings),
            origins: Origins::new(&settings),
            toolsets: Toolsets::new(server),
            numbers: Numbers::default(),
            callers: Callers::new(),
            state,
            running: AtomicUsize::new(0),
            settings,
            rest,
            drain,
        }))
    }

    async fn answer(&self, visit: &Visit, parts: Parts, body: Body) -> Result<Response, Refusal> {
        let path = Place::of(parts.uri.path());
        match path {
            Place::Health => return Ok(StatusCode::OK.into_response()),
            Place::Ready => return Ok(self.readiness().into_response()),
            Place::Mcp(_) | Place::Nowhere => (),
        }
        let base = self.hosts.base(&parts, &visit.origin)?;
        let page = self.origins.check(&parts.headers)?.cloned();
        let answered = match (&parts.method, path) {
            (&Method::OPTIONS, _) => Ok(options()),
            (&Method::POST, Place::Mcp(sets)) => {
                let sets = sets.to_owned();
                self.post(visit, &base, &sets, parts, body).await
            }
            (&Method::GET, Place::Mcp(_)) if self.settings.bearer && is_a_person(&parts) => {
                Err(self.who_are_you(&base, parts.uri.path(), None))
            }
            (_, Place::Mcp(_)) => Err(Refusal::wrong_method(POST_ONLY)),
            _ => Err(Refusal::not_found("nothing is here; MCP is at /mcp")),
        };
        let mut response = answered.unwrap_or_else(IntoResponse::into_response);
        if let Some(page) = page {
            origins::expose(response.headers_mut(), page);
        }
        Ok(response)
    }

    /// Whether new requests should come here: not when it is about to end.
    fn readiness(&self) -> StatusCode {
        if self.drain.is_cancelled() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    }

    /// Room for one more request, while this is kept.
    pub(super) fn room(&self) -> Result<Room<'_>, Refusal> {
        let room = Room(&self.running);
        match self.running.fetch_add(1, Ordering::Relaxed) < self.settings.limits.requests {
            true => Ok(room),
            false => Err(Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once", 1)),
        }
    }
}

/// A place among the running requests.
#[derive(Debug)]
pub(super) struct Room<'a>(&'a AtomicUsize);

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers a request.
pub(super) async fn enter(extract::State(front): extract::State<Front>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = proxies::origin(&parts, &front.settings.proxies);
    let visit = Visit::new(&parts, &front.numbers, origin);
    let (began, line) = (Instant::now(), (parts.method.clone(), parts.uri.clone()));
    let answered = AssertUnwindSafe(front.answer(&visit, parts, body)).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_| Err(Refusal::internal(&visit.id)));
    let response = visit.stamped(answered.unwrap_or_else(IntoResponse::into_response));
    visit.log(&line, response.status(), began.elapsed());
    response
}

/// What stands at a path.
#[derive(Debug)]
enum Place<'a> {
    /// MCP, with these sets of tools.
    Mcp(&'a str),
    Health,
    Ready,
    Nowhere,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Self {
        match path {
            "/" | "/mcp" | "/mcp/" => Self::Mcp(""),
            "/healthz" => Self::Health,
            "/readyz" => Self::Ready,
            _ => match path.strip_prefix("/mcp/") {
                Some(sets) if !sets.contains('/') => Self::Mcp(sets),
                _ => Self::Nowhere,
            },
        }
    }
}

/// Somebody who looks with a browser or with curl, not a client that opens its stream: such a one is told how to
/// sign in instead of what it may not do.
fn is_a_person(parts: &Parts) -> bool {
    let accepts = parts.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut wants_stream = accepts.map(|value| value.to_ascii_lowercase().contains("text/event-stream"));
    matches!(bearer::token(&parts.headers), Ok(None))
        && !parts.headers.contains_key(http::header::AUTHORIZATION)
        && !wants_stream.any(|wants| wants)
}

fn options() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    origins::preflight(response.headers_mut());
    response
}
