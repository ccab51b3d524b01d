//! The account key, kept out of every text.

use std::sync::Arc;

/// Shortest text that can be a real key, in bytes.
const SHORTEST: usize = 8;

/// A Runpod API key.
///
/// It has no `Debug`, `Display` or `Serialize` that shows it, so a key cannot reach a log line by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApiKey(Arc<str>);

impl ApiKey {
    /// Wraps a key. White space around it (a trailing newline from a file or a paste) is not part of it.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(key.trim().into())
    }

    /// Whether nothing was given.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// SHA-256 of it: to tell callers apart without keeping their keys.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let digest = ring::digest::digest(&ring::digest::SHA256, self.0.as_bytes());
        bytes.copy_from_slice(digest.as_ref());
        bytes
    }

    /// A text with every occurrence of the key replaced, in whatever case it stands (hosts are lower-cased).
    pub(crate) fn hide_in(&self, text: &str) -> String {
        // A short key (a sandbox accepts any) would tear holes into ordinary words.
        if self.0.len() < SHORTEST {
            return text.to_owned();
        }
        // ASCII case does not move byte positions.
        let (lower, key) = (text.to_ascii_lowercase(), self.0.to_ascii_lowercase());
        let mut hidden = String::with_capacity(text.len());
        let mut from = 0;
        for (at, found) in lower.match_indices(&key) {
            hidden.push_str(text.get(from..at).unwrap_or_default());
            hidden.push_str("[redacted]");
            from = at + found.len();
        }
        hidden.push_str(text.get(from..).unwrap_or_default());
        hidden
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

/// A text that is written and never read back: a registry password, the value of a secret.
///
/// Like [`ApiKey`] it has no `Debug`, `Display` or `Serialize` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Box<str>);

impl SecretText {
    /// Wraps a text, exactly as it is.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself: for bounds and for the one body it belongs to.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Writes the text into a request body (`serialize_with`).
    pub(crate) fn expose<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.reveal())
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_itself_to_nobody() {
        let key = ApiKey::new(" rpa_CANARY0123456789\n");
        assert_eq!(format!("{key:?}"), "ApiKey([redacted])");
        assert_eq!(key.hide_in("got rpa_CANARY0123456789!"), "got [redacted]!");
        assert_eq!(key.hide_in("RPA_canary0123456789rpa_CANARY0123456789é"), "[redacted][redacted]é");
        assert_eq!(ApiKey::new("key").hide_in("no such key"), "no such key");
        assert!(ApiKey::new(" \n").is_blank());
    }
}
