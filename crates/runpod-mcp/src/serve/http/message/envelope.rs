//! The shape of a JSON-RPC message, read before what is in it.

use std::borrow::Cow;

use http::StatusCode;
use rmcp::model::ErrorCode;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Refusal;

/// Longest id, in bytes as it is written.
const LONGEST_ID: usize = 512;

/// The members of a message, unread. A member that stands twice is refused, whichever of them others would take.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// What kind of message it is.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Request { id: &'a str, method: Cow<'a, str> },
    Notification(Cow<'a, str>),
    Answer,
}

/// A member that is null is there all the same.
pub(super) fn present<'a, D: Deserializer<'a>>(from: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// The text of a body, without white space and byte order mark.
///
/// # Errors
/// -32700 when it is not UTF-8.
pub(super) fn text(body: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| no_json("the body is not UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']))
}

/// The text of a JSON string; `None` for any other value.
pub(super) fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inside = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    match inside.contains('\\') {
        false => Some(Cow::Borrowed(inside)),
        true => serde_json::from_str(raw.get()).ok().map(Cow::Owned),
    }
}

impl<'a> Envelope<'a> {
    /// Opens the envelope of a text.
    ///
    /// # Errors
    /// -32700 for what is no JSON, -32600 for batches and whatever else is no object.
    pub(super) fn open(text: &'a str) -> Result<Self, Refusal> {
        match serde_json::from_str(text) {
            Ok(envelope) if text.starts_with('{') => Ok(envelope),
            _ => Err(not_a_message(text)),
        }
    }

    /// What kind of message it is.
    ///
    /// # Errors
    /// -32600 for what is none.
    pub(super) fn kind(&self) -> Result<Kind<'a>, Refusal> {
        self.sorted().map_err(|message| Refusal::bad_request(message).to(self.id()))
    }

    fn sorted(&self) -> Result<Kind<'a>, &'static str> {
        if self.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
            return Err("`jsonrpc` must be \"2.0\"");
        }
        if self.id.is_some() && self.id().is_none() {
            return Err("`id` must be a string or a whole number, of at most 512 bytes");
        }
        let answer = self.result.is_some() || self.error.is_some();
        let method = match self.method.map(string) {
            None if answer => return Ok(Kind::Answer),
            None => return Err("`method` is missing"),
            Some(Some(_)) if answer => {
                return Err("a message has either `method` or `result` or `error`");
            }
            Some(method) => method.ok_or("`method` must be a string")?,
        };
        Ok(match self.id() {
            Some(id) => Kind::Request { id, method },
            None => Kind::Notification(method),
        })
    }

    /// The id as it was sent, if there is one that may be sent back.
    pub(super) fn id(&self) -> Option<&'a str> {
        let id = self.id?.get();
        let digits = id.strip_prefix('-').unwrap_or(id);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_text = || self.id.and_then(string).is_some();
        (id.len() <= LONGEST_ID && (is_whole || is_text())).then_some(id)
    }

    pub(super) fn params(&self) -> Option<&'a RawValue> {
        self.params
    }
}

/// Why a text is no message: no JSON, a batch, or another shape.
fn not_a_message(text: &str) -> Refusal {
    if let Err(e) = serde_json::from_str::<IgnoredAny>(text) {
        // Where the parser stopped, without any of the text: a body may carry secrets.
        return no_json(match e.classify() {
            serde_json::error::Category::Eof => {
                format!("the body is not JSON: it ends too early, in line {}", e.line())
            }
            _ => format!("the body is not JSON: wrong in line {}, at byte {}", e.line(), e.column()),
        });
    }
    Refusal::bad_request(match text.starts_with('[') {
        true => "batches are not part of MCP: send one message in each request",
        false => "a message is one JSON object with each member once",
    })
}

fn no_json(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::PARSE_ERROR, message)
}
