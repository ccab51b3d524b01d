//! Every request that the twin received, for tests that ask what was sent, and the webhooks that it would have called.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use serde_json::{Map, Value};

/// How many requests are kept; older ones are forgotten.
const KEPT: usize = 10_000;

/// Headers that say something about a client. `authorization` is kept apart, see [`Entry::carries`].
const HEADERS: &[&str] =
    &["user-agent", "x-runpod-session-id", "last-event-id", "content-type", "accept", "accept-encoding"];

/// One request as it arrived, and how it was answered.
#[derive(Clone)]
pub struct Entry {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path as it was sent, still percent-encoded; of a webhook, the address that would have been called.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The id of the contract's operation, when the path led to one; `webhook` where the twin would have called.
    pub operation: Option<String>,
    /// User agent, session id, last event id, content type and accepted types, where sent.
    pub headers: Vec<(String, String)>,
    /// The body, when it was JSON.
    pub body: Option<Value>,
    /// The status answered; none while the answer is awaited or when the connection was cut instead.
    pub status: Option<u16>,
    authorization: Option<String>,
}

// By hand: what a client sent as its key must not end up in a test's output.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Entry { method, path, query, operation, headers: _, body, status, authorization } = self;
        let query = query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        write!(f, "{method} {path}{query} ({}) -> {status:?}", operation.as_deref().unwrap_or("nothing"))?;
        write!(f, "{}", if authorization.is_some() { "" } else { " without authorization" })?;
        body.as_ref().map_or(Ok(()), |body| write!(f, " {body}"))
    }
}

impl Entry {
    /// Whether the request carried this key as its bearer.
    #[must_use]
    pub fn carries(&self, key: &str) -> bool {
        self.authorization.as_deref().is_some_and(|sent| sent.strip_prefix("Bearer ") == Some(key))
    }

    /// Whether the request carried an `Authorization` header at all.
    #[must_use]
    pub fn has_authorization(&self) -> bool {
        self.authorization.is_some()
    }

    /// One of the kept headers, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As `GET /__sandbox/journal` shows it: everything but the key.
    pub(crate) fn spell(&self) -> Value {
        let headers: Map<String, Value> =
            self.headers.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
        serde_json::json!({
            "method": self.method, "path": self.path, "query": self.query, "operation": self.operation,
            "authorization": self.has_authorization(), "headers": headers, "body": self.body,
            "status": self.status,
        })
    }
}

/// The requests received, oldest first. Clones are the same journal.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    entries: VecDeque<Entry>,
    /// How many entries were ever written before the first one kept.
    gone: u64,
}

impl Journal {
    /// All requests, oldest first; of more than ten thousand the last ten thousand.
    #[must_use]
    pub fn requests(&self) -> Vec<Entry> {
        self.pages().entries.iter().cloned().collect()
    }

    /// The requests that led to this operation of the contract.
    #[must_use]
    pub fn of(&self, operation: &str) -> Vec<Entry> {
        let pages = self.pages();
        pages.entries.iter().filter(|entry| entry.operation.as_deref() == Some(operation)).cloned().collect()
    }

    /// The JSON bodies that this operation was sent.
    #[must_use]
    pub fn bodies(&self, operation: &str) -> Vec<Value> {
        self.of(operation).into_iter().filter_map(|entry| entry.body).collect()
    }

    /// How often this operation was asked for.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.of(operation).len()
    }

    /// The last request received.
    #[must_use]
    pub fn last(&self) -> Option<Entry> {
        self.pages().entries.back().cloned()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut pages = self.pages();
        pages.gone += pages.entries.len() as u64;
        pages.entries.clear();
    }

    /// Writes a request down; the number is for [`Journal::answered`].
    pub(crate) fn received(&self, entry: Entry) -> u64 {
        let mut pages = self.pages();
        if pages.entries.len() == KEPT {
            pages.entries.pop_front();
            pages.gone += 1;
        }
        pages.entries.push_back(entry);
        pages.gone + pages.entries.len() as u64 - 1
    }

    /// Writes down a call that would have been made: what for, to whom, and what was answered.
    pub(crate) fn called(&self, operation: &str, url: &str, (body, status): (&Value, Option<u16>)) {
        self.received(Entry {
            method: "POST".to_owned(),
            path: url.to_owned(),
            query: None,
            operation: Some(operation.to_owned()),
            headers: Vec::new(),
            body: Some(body.clone()),
            status,
            authorization: None,
        });
    }

    pub(crate) fn answered(&self, number: u64, status: u16) {
        let mut pages = self.pages();
        let place = number.checked_sub(pages.gone).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| pages.entries.get_mut(place)) {
            entry.status = Some(status);
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry for a request whose body and answer are not known yet.
pub(crate) fn entry(head: &http::request::Parts, operation: Option<&str>, body: Option<&Value>) -> Entry {
    Entry {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        operation: operation.map(str::to_owned),
        headers: HEADERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), text(&head.headers, name)?)))
            .collect(),
        body: body.cloned(),
        status: None,
        authorization: text(&head.headers, "authorization"),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
