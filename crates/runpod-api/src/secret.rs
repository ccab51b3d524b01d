//! The account key, kept out of every text.

use std::sync::Arc;

/// A Runpod API key.
///
/// It has no `Debug`, `Display` or `Serialize` that shows it, so a key cannot reach a log line by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Arc<str>);

impl ApiKey {
    /// Wraps a key. White space around it (a trailing newline from a file or a paste) is not part of it.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(key.trim().into())
    }

    /// The key itself: for the `Authorization` header and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}
