//! What all transports know of JSON-RPC: the members of a message, and which methods went away.
//!
//! How a refusal is worded and sent is each transport's own.

use std::str::Utf8Error;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Requests of the handshake era, which the revision without handshake took away.
pub(super) const TAKEN_AWAY: [&str; 5] =
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

/// The members of a message, unread. A member that stands twice is refused, whichever of them others would take.
#[derive(Debug, Deserialize)]
pub(super) struct Members<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    pub(super) error: Option<&'a RawValue>,
}

/// A member that is null is there all the same.
pub(super) fn present<'a, D: Deserializer<'a>>(from: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// The text of a message, without white space and byte order mark.
///
/// # Errors
/// When it is not UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Utf8Error> {
    let text = std::str::from_utf8(bytes)?;
    Ok(text.trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']))
}

impl<'a> Members<'a> {
    /// The members of a text; `None` when it is no object with each of them once.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|_| text.starts_with('{'))
    }

    /// Whether it says that it is a message of the one version there is.
    pub(super) fn says_version(&self) -> bool {
        self.jsonrpc.map(RawValue::get) == Some("\"2.0\"")
    }

    /// Whether it answers something.
    pub(super) fn is_answer(&self) -> bool {
        self.result.is_some() || self.error.is_some()
    }
}
