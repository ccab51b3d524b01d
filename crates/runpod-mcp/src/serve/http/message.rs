//! What a request asks for, read once.
//!
//! Everything that is decided about a request is decided from the one value that is made here: its era, its method,
//! whether its credential is looked at, what it costs, who answers it. So a gate and the one who answers can never
//! disagree about what was asked. What HTTP headers say besides is compared with it and believed nowhere else.
//!
//! The order of complaints is JSON-RPC's: no JSON, no message, wrong revision, headers that contradict, wrong
//! parameters, unknown method.

mod depth;
mod envelope;
mod headers;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;
mod params;

use std::borrow::Cow;

use http::{HeaderMap, StatusCode};
use rmcp::model::{ErrorCode, ErrorData, ProtocolVersion};
use serde_json::value::RawValue;

use super::refusal::Refusal;
use crate::mcp::Era;
use crate::serve::jsonrpc::TAKEN_AWAY;
use envelope::{Envelope, Kind};
use headers::Said;
use params::Params;
pub(super) use params::{Meta, quoted};

/// A message of a client.
#[derive(Debug)]
pub(super) enum Message<'a> {
    /// It wants an answer.
    Request(Request<'a>),
    /// It wants none.
    Notification,
    /// It answers something, although this server asks its clients nothing.
    Answer,
}

/// A request.
#[derive(Debug)]
pub(super) struct Request<'a> {
    /// As it was sent: a string or a whole number.
    pub(super) id: &'a str,
    pub(super) era: Era,
    pub(super) method: Cow<'a, str>,
    pub(super) meta: Meta<'a>,
    pub(super) act: Act<'a>,
}

/// What it asks for.
#[derive(Debug)]
pub(super) enum Act<'a> {
    /// `initialize`, with the revision that the client would like.
    Hello(Cow<'a, str>),
    Ping,
    /// `server/discover`
    Discover,
    /// tools/list
    List,
    /// tools/call
    Call {
        name: Cow<'a, str>,
        arguments: Option<&'a RawValue>,
    },
    /// tasks/get
    LookAtTask(Cow<'a, str>),
    /// tasks/update
    TellTask,
    /// tasks/cancel
    CallOffTask(Cow<'a, str>),
    /// Something that this server does not know.
    Other,
}

impl Act<'_> {
    /// The method that asks for it, in our own words.
    pub(super) fn method(&self) -> &'static str {
        match self {
            Self::Hello(_) => "initialize",
            Self::Ping => "ping",
            Self::Discover => "server/discover",
            Self::List => "tools/list",
            Self::Call { .. } => "tools/call",
            Self::LookAtTask(_) => "tasks/get",
            Self::TellTask => "tasks/update",
            Self::CallOffTask(_) => "tasks/cancel",
            Self::Other => "other",
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is no message that this server may answer; with the id of the request, if one could be read.
    pub(super) fn read(body: &'a [u8], headers: &HeaderMap) -> Result<Self, Refusal> {
        let text = envelope::text(body)?;
        depth::check(text)?;
        let envelope = Envelope::open(text)?;
        let kind = envelope.kind()?;
        let said = Said::read(headers).map_err(|refusal| refusal.to(envelope.id()))?;
        match kind {
            Kind::Answer => Ok(Self::Answer),
            Kind::Notification(method) => {
                said.of_notification(&method)?;
                Ok(Self::Notification)
            }
            Kind::Request { id, method } => {
                let request = Request::read(id, method, envelope.params(), &said);
                request.map(Self::Request).map_err(|refusal| refusal.to(Some(id)))
            }
        }
    }
}

impl<'a> Request<'a> {
    /// The name that its method takes, if it is one that is answered here.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.act {
            Act::Call { name, .. } => Some(name),
            _ => None,
        }
    }

    fn read(
        id: &'a str,
        method: Cow<'a, str>,
        params: Option<&'a RawValue>,
        said: &Said<'_>,
    ) -> Result<Self, Refusal> {
        let params = Params::read(&method, params)?;
        let era = era(&method, &params, said)?;
        if era == Era::Modern && TAKEN_AWAY.contains(&&*method) {
            let gone = format!("`{method}` is not part of protocol version 2026-07-28");
            return Err(no_method(era, gone));
        }
        let act = act(&method, &params, era)?;
        Ok(Self { id, era, meta: params.meta, act, method })
    }
}

/// How the request says what it speaks, after a comparison of what is said in the headers and in the body.
fn era(method: &str, params: &Params<'_>, said: &Said<'_>) -> Result<Era, Refusal> {
    let named = params.meta.version()?;
    if method == "initialize" && named.is_none() {
        said.of_hello(&params.text("initialize", "protocolVersion", params.protocol_version)?)?;
        return Ok(Era::Legacy);
    }
    said.of_request(method, params, named.as_deref())?;
    let Some(version) = named else {
        // Neither is part of a revision with a handshake.
        if method == "server/discover" || said.is_modern() {
            return Err(incomplete(&params.meta));
        }
        return Ok(Era::Legacy);
    };
    if !ProtocolVersion::KNOWN_VERSIONS.iter().any(|known| known.as_str() == version) {
        return Err(unknown_version(&version));
    }
    let era = Era::of(&version);
    if (era == Era::Modern || method == "server/discover") && !params.meta.missing().is_empty() {
        return Err(incomplete(&params.meta));
    }
    Ok(if method == "server/discover" { Era::Modern } else { era })
}

fn act<'a>(method: &str, params: &Params<'a>, era: Era) -> Result<Act<'a>, Refusal> {
    let task = || params.text(method, "taskId", params.task_id);
    Ok(match method {
        "initialize" => Act::Hello(params.hello()?),
        "ping" => Act::Ping,
        "server/discover" => Act::Discover,
        "tools/list" if params.cursor.is_some() => {
            return Err(Refusal::of(wrong_params(era), crate::mcp::no_such_page()));
        }
        "tools/list" => Act::List,
        "tools/call" => {
            Act::Call { name: params.text(method, "name", params.name)?, arguments: params.object()? }
        }
        "tasks/get" => Act::LookAtTask(task()?),
        "tasks/update" => {
            task()?;
            Act::TellTask
        }
        "tasks/cancel" => Act::CallOffTask(task()?),
        _ => Act::Other,
    })
}

/// The status of a complaint about parameters that could be read: clients of old take any other for a broken server.
fn wrong_params(_: Era) -> StatusCode {
    StatusCode::OK
}

/// For a request that nobody here knows.
pub(super) fn no_method(era: Era, message: String) -> Refusal {
    let status = if era == Era::Modern { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Refusal::new(status, ErrorCode::METHOD_NOT_FOUND, message)
}

/// For a revision that this server does not speak.
fn unknown_version(version: &str) -> Refusal {
    let asked: String = version.chars().filter(|c| c.is_ascii_graphic()).take(40).collect();
    let data = serde_json::json!({"requested": asked, "supported": ProtocolVersion::KNOWN_VERSIONS});
    let message = "unsupported protocol version";
    let error = ErrorData::new(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, message, Some(data));
    Refusal::of(StatusCode::BAD_REQUEST, error)
}

fn incomplete(meta: &Meta<'_>) -> Refusal {
    let missing = meta.missing().join(", ");
    let message = format!("the _meta of the request lacks, or has in another shape: {missing}");
    Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::INVALID_PARAMS, message)
}

#[cfg(test)]
mod tests;
