//! One request from outside: its number, where it comes from, and the headers that every answer gets.

use std::fmt::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};

use super::proxies::Origin;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Under which lines about requests are found.
const TARGET: &str = "runpod_mcp::http";

/// Longest part of a path that is logged.
const LONGEST_PATH: usize = 256;

/// Longest number that a client may give its request.
const LONGEST: usize = 64;

/// Numbers requests: unique among all processes, cheap in each.
#[derive(Debug)]
pub(super) struct Numbers {
    process: String,
    next: AtomicU64,
}

impl Default for Numbers {
    fn default() -> Self {
        let process = uuid::Uuid::new_v4().simple().to_string();
        Self { process: process.chars().take(12).collect(), next: AtomicU64::new(1) }
    }
}

impl Numbers {
    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = String::with_capacity(24);
        // Writing to a String cannot fail.
        _ = write!(text, "{}-{number:x}", self.process);
        text
    }
}

/// A request from outside.
#[derive(Debug)]
pub(super) struct Visit {
    /// Its number, in the log, in the answer, and with whoever passed it on.
    pub(super) id: String,
    pub(super) origin: Origin,
    /// By what its client is counted.
    pub(super) from: String,
    noted: OnceLock<Noted>,
}

/// What was found out about a request on the way, in words that are ours and not the client's.
#[derive(Debug)]
pub(super) struct Noted {
    /// Its method, if anybody knows it.
    pub(super) method: &'static str,
    /// The tool that it calls, if there is one of that name.
    pub(super) tool: Option<&'static str>,
    /// What the log calls its caller.
    pub(super) who: Option<String>,
}

impl Visit {
    pub(super) fn new(parts: &Parts, numbers: &Numbers, origin: Origin) -> Self {
        let given = parts.headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let id = given.filter(|id| is_plain(id)).map_or_else(|| numbers.next(), str::to_owned);
        Self { id, from: origin.counted(), origin, noted: OnceLock::new() }
    }

    /// Notes what it is about.
    pub(super) fn note(&self, noted: Noted) {
        // Nobody notes twice.
        drop(self.noted.set(noted));
    }

    /// The method that it asks for, if it is a message of MCP.
    pub(super) fn method(&self) -> Option<&'static str> {
        self.noted.get().map(|noted| noted.method)
    }

    /// What the log calls its caller.
    pub(super) fn who(&self) -> Option<&str> {
        self.noted.get()?.who.as_deref()
    }

    /// Writes the line of the log. What does nothing and goes well is nothing to tell everybody.
    pub(super) fn log(&self, (verb, target): &(Method, Uri), status: StatusCode, took: Duration) {
        let Self { id: request, origin, noted, .. } = self;
        let noted = noted.get();
        let tool = noted.and_then(|noted| noted.tool);
        let (method, who) = (noted.map(|noted| noted.method), noted.and_then(|noted| noted.who.as_deref()));
        let (ms, status) = (u64::try_from(took.as_millis()).unwrap_or(u64::MAX), status.as_u16());
        // Without the query, where keys are put by mistake.
        let path: String = target.path().chars().take(LONGEST_PATH).collect();
        let client = origin.client.map(tracing::field::display);
        let verb = verb.as_str();
        match tool.is_some() || status >= 400 {
            true => {
                tracing::info!(target: TARGET, request, client, verb, path, status, ms, method, tool, who)
            }
            false => {
                tracing::debug!(target: TARGET, request, client, verb, path, status, ms, method, tool, who)
            }
        }
    }

    /// An answer with what every answer says.
    pub(super) fn stamped(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(plain)
}
