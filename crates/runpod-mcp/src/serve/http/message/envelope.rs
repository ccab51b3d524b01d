//! The shape of a JSON-RPC message, read before what is in it.

use std::borrow::Cow;

use http::StatusCode;
use rmcp::model::ErrorCode;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::Refusal;
use crate::serve::jsonrpc::{self, Members};

/// Longest id, in bytes as it is written.
const LONGEST_ID: usize = 512;

/// A message, unread.
#[derive(Debug)]
pub(super) struct Envelope<'a>(Members<'a>);

/// What kind of message it is.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Request { id: &'a str, method: Cow<'a, str> },
    Notification(Cow<'a, str>),
    Answer,
}

/// The text of a body, without white space and byte order mark.
///
/// # Errors
/// -32700 when it is not UTF-8.
pub(super) fn text(body: &[u8]) -> Result<&str, Refusal> {
    jsonrpc::text(body).map_err(|_| no_json("the body is not UTF-8"))
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
        Members::of(text).map(Self).ok_or_else(|| not_a_message(text))
    }

    /// What kind of message it is.
    ///
    /// # Errors
    /// -32600 for what is none.
    pub(super) fn kind(&self) -> Result<Kind<'a>, Refusal> {
        self.sorted().map_err(|message| Refusal::bad_request(message).to(self.id()))
    }

    fn sorted(&self) -> Result<Kind<'a>, &'static str> {
        if !self.0.says_version() {
            return Err("`jsonrpc` must be \"2.0\"");
        }
        if self.0.id.is_some() && self.id().is_none() {
            return Err("`id` must be a string or a whole number, of at most 512 bytes");
        }
        let answer = self.0.is_answer();
        let method = match self.0.method.map(string) {
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
        let id = self.0.id?.get();
        let digits = id.strip_prefix('-').unwrap_or(id);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_text = || self.0.id.and_then(string).is_some();
        (id.len() <= LONGEST_ID && (is_whole || is_text())).then_some(id)
    }

    pub(super) fn params(&self) -> Option<&'a RawValue> {
        self.0.params
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
