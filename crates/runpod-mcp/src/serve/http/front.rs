//! The way in: what is asked of every request before anybody looks at what it wants.
//!
//! A panic ends one request and no other. Names and pages are checked before keys; what needs neither, such as the
//! question of a browser or of a load balancer, is answered before both.

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{self, Request};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::ACCEPT;
use http::request::Parts;
use http::{Method, StatusCode};
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use super::callers::Callers;
use super::hosts::Hosts;
use super::operations::Question;
use super::origins::{self, Origins};
use super::proxies;
use super::refusal::Refusal;
use super::rest::Rest;
use super::settings::Settings;
use super::toolsets::{self, Toolsets};
use super::visit::{Numbers, Visit};
use super::{Site, bearer, body};
use crate::credential::Gate;
use crate::metrics::Metrics;
use crate::oauth::{Peer, SignIn};
use crate::otlp::Exporter;
use crate::state::State;

const NOWHERE: &str = "nothing is here; MCP is at /mcp";

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
    pub(super) metrics: Arc<Metrics>,
    pub(super) spans: Option<Exporter>,
    pub(super) gate: Option<Gate>,
    pub(super) sign_in: Option<SignIn>,
    pub(super) rest: Option<Arc<dyn Rest>>,
    pub(super) drain: CancellationToken,
    hosts: Hosts,
    origins: Origins,
    numbers: Numbers,
    running: AtomicUsize,
    /// Where one signs in.
    desk: Option<Router>,
}

impl std::ops::Deref for Front {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Front {
    pub(super) fn new(site: Site) -> Self {
        let Site { server, settings, state, metrics, spans, gate, sign_in, rest, drain } = site;
        let server = server.counted_in(Arc::clone(&metrics));
        if let Some(sign_in) = &sign_in {
            sign_in.counted_in(Arc::clone(&metrics));
        }
        Self(Arc::new(Inner {
            hosts: Hosts::new(&settings),
            origins: Origins::new(&settings),
            toolsets: Toolsets::new(server),
            numbers: Numbers::default(),
            callers: Callers::default(),
            desk: sign_in.as_ref().map(SignIn::router),
            state,
            metrics,
            spans,
            gate,
            sign_in,
            running: AtomicUsize::new(0),
            settings,
            rest,
            drain,
        }))
    }

    async fn answer(&self, visit: &Visit, mut parts: Parts, body: Body) -> Result<Response, Refusal> {
        let place = Place::of(parts.uri.path());
        if let Place::Operations(question) = place {
            return self.operate(question, &parts, visit);
        }
        let issuer = self.hosts.base(&parts, &visit.origin)?;
        let page = self.origins.check(&parts.headers)?.cloned();
        let answered = match (&parts.method, place) {
            (&Method::OPTIONS, _) => Ok(options()),
            (&Method::POST, Place::Mcp) => self.post(visit, &issuer, &parts, body).await,
            (&Method::GET, Place::Mcp) if self.settings.bearer && is_a_person(&parts) => {
                Err(self.who_are_you(&issuer, &parts))
            }
            (_, Place::Mcp) => Err(Refusal::wrong_method(POST_ONLY)),
            _ => {
                parts.extensions.insert(issuer);
                self.elsewhere(visit, parts, body).await
            }
        };
        let mut response = answered.unwrap_or_else(IntoResponse::into_response);
        if let Some(page) = page {
            origins::expose(response.headers_mut(), page);
        }
        Ok(response)
    }

    /// What is no MCP: signing in.
    async fn elsewhere(&self, visit: &Visit, mut parts: Parts, body: Body) -> Result<Response, Refusal> {
        let Some(sign_in) = &self.desk else { return Err(Refusal::not_found(NOWHERE)) };
        parts.extensions.insert(Peer(visit.origin.client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))));
        body::announced(&parts.headers, &self.settings.limits)?;
        let body = body::read(body, &self.settings.limits).await?;
        let asking = sign_in.clone().call(Request::from_parts(parts, Body::from(body)));
        let answer = tokio::time::timeout(self.settings.limits.request_time, asking).await;
        match answer.map(|answer| answer.unwrap_or_else(|never| match never {})) {
            Ok(response) if response.status() == StatusCode::NOT_FOUND => Err(Refusal::not_found(NOWHERE)),
            Ok(response) => Ok(response),
            Err(_) => {
                Err(Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "this takes too long at the moment", 5))
            }
        }
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
    let method = visit.method().unwrap_or_else(|| route(line.1.path()));
    front.metrics.request(method, response.status().as_u16());
    visit.log(&line, response.status(), began.elapsed());
    response
}

/// What stands at a path.
#[derive(Clone, Copy, Debug)]
enum Place {
    Mcp,
    /// For those who run the server.
    Operations(Question),
    /// Signing in, or nothing.
    Elsewhere,
}

impl Place {
    fn of(path: &str) -> Self {
        match path {
            "/healthz" => Self::Operations(Question::Lives),
            "/readyz" => Self::Operations(Question::TakesRequests),
            "/metrics" => Self::Operations(Question::Figures),
            path if toolsets::in_path(path).is_some() => Self::Mcp,
            _ => Self::Elsewhere,
        }
    }
}

/// What is counted for a request that is no message of MCP.
fn route(path: &str) -> &'static str {
    match path.trim_start_matches('/') {
        "healthz" => "healthz",
        "readyz" => "readyz",
        "metrics" => "metrics",
        "register" => "register",
        "authorize" => "authorize",
        "token" => "token",
        "callback" => "callback",
        path if path.starts_with(".well-known/") => "well-known",
        _ => "other",
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
