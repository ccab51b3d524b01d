//! One request from outside: its number, where it comes from, and the headers that every answer gets.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Response;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use http::{HeaderName, HeaderValue};

use super::proxies::Origin;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
}

impl Visit {
    pub(super) fn new(parts: &Parts, numbers: &Numbers, origin: Origin) -> Self {
        let given = parts.headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let id = given.filter(|id| is_plain(id)).map_or_else(|| numbers.next(), str::to_owned);
        Self { id, origin }
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
