//! What servers of the handshake era expect to be told again with every request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
pub(super) const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The session with the server, if it keeps one.
#[derive(Debug, Default)]
pub(super) struct Session(Mutex<Held>);

#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// The name that the server gave it.
    pub(super) id: Option<HeaderValue>,
    /// The revision that was agreed on.
    pub(super) version: Option<HeaderValue>,
    /// The `initialize` that opened it: a server that forgot it is told again.
    pub(super) opening: Option<Bytes>,
}

impl Session {
    /// What holds now.
    pub(super) fn held(&self) -> Held {
        self.lock().clone()
    }

    /// Remembers how the client opens the session. A new opening ends the old session.
    pub(super) fn opens(&self, line: &Bytes) {
        *self.lock() = Held { opening: Some(line.clone()), ..Held::default() };
    }

    /// Remembers the name that an answer gives the session.
    pub(super) fn named(&self, headers: &HeaderMap) {
        if let Some(id) = headers.get(SESSION) {
            self.lock().id = Some(id.clone());
        }
    }

    /// Remembers the revision that the answer to `initialize` agreed on.
    pub(super) fn agreed(&self, answer: &str) {
        let answer: Option<serde_json::Value> = serde_json::from_str(answer).ok();
        let version =
            answer.as_ref().and_then(|answer| answer.get("result")?.get("protocolVersion")?.as_str());
        if let Some(version) = version.and_then(|version| HeaderValue::from_str(version).ok()) {
            self.lock().version = Some(version);
        }
    }

    /// Forgets the name that the server does not know any more.
    pub(super) fn lost(&self) {
        self.lock().id = None;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
