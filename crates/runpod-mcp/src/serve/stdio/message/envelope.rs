//! The shape of a JSON-RPC message, read before what is in it.

use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, ErrorCode, InitializeRequestParams,
    JsonRpcMessage, RequestId,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::refusal::Refusal;

/// Requests that this server answers with more than that it does not know them.
const SERVED: [&str; 5] = ["initialize", "server/discover", "ping", "tools/list", "tools/call"];

/// The members of a message, unread.
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

/// A member that is null is there all the same.
fn present<'a, D: Deserializer<'a>>(from: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// The text of a line, without white space and byte order mark.
///
/// # Errors
/// -32700 when it is not UTF-8.
pub(super) fn text(line: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(line)
        .map_err(|_| Refusal::new(ErrorCode::PARSE_ERROR, "the line is not UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']))
}

/// Why a text is no message: no JSON, a batch, or another shape.
fn not_a_message(text: &str) -> Refusal {
    if let Err(e) = serde_json::from_str::<IgnoredAny>(text) {
        return Refusal::new(ErrorCode::PARSE_ERROR, format!("the line is not JSON: {}", place(&e)));
    }
    match text.starts_with('[') {
        true => Refusal::invalid("batches are not part of MCP: send one message in each line"),
        false => Refusal::invalid("a message is one JSON object with each member once"),
    }
}

/// Where the parser stopped, without any of the text: a line may carry secrets.
fn place(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => format!("it ends too early, at byte {}", error.column()),
        _ => format!("wrong at byte {}", error.column()),
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

    /// The method of a request or notification, `None` for an answer.
    ///
    /// # Errors
    /// -32600 for what is neither.
    pub(super) fn method(&self) -> Result<Option<String>, Refusal> {
        let id = self.id();
        let invalid = |message: &str| Err(Refusal::invalid(message).to(id.clone()));
        if self.jsonrpc.map(RawValue::get) != Some("\"2.0\"") {
            return invalid("`jsonrpc` must be \"2.0\"");
        }
        if self.id.is_some() && id.is_none() {
            return invalid("`id` must be a string or a whole number");
        }
        let answer = self.result.is_some() || self.error.is_some();
        match self.method.map(|raw| serde_json::from_str::<String>(raw.get())) {
            Some(Ok(_)) if answer => invalid("a message has either `method` or `result` or `error`"),
            Some(Ok(method)) => Ok(Some(method)),
            Some(Err(_)) => invalid("`method` must be a string"),
            None if answer => Ok(None),
            None => invalid("`method` is missing"),
        }
    }

    /// The id, if there is one and it can be read.
    pub(super) fn id(&self) -> Option<RequestId> {
        self.id.and_then(|raw| serde_json::from_str(raw.get()).ok())
    }

    /// The message as rmcp types it.
    ///
    /// # Errors
    /// -32602 for parameters that do not fit, -32601 for a request that nobody here knows.
    pub(super) fn message(&self, text: &str, method: &str) -> Result<ClientJsonRpcMessage, Refusal> {
        let params = self.params.map_or("null", RawValue::get);
        if !params.starts_with('{') && params != "null" {
            return Err(Refusal::wrong_params(method, "they must be an object"));
        }
        // Typed first, for the sake of the message; never in serde's words, which repeat what was sent.
        let wanted = match method {
            "initialize" => {
                misfit::<InitializeRequestParams>(params, "protocolVersion, capabilities and clientInfo")
            }
            "tools/call" => misfit::<CallToolRequestParams>(params, "name, a text, and arguments, an object"),
            _ => None,
        };
        if let Some(wanted) = wanted {
            return Err(Refusal::wrong_params(method, &format!("wanted are {wanted}")));
        }
        let odd = || Refusal::wrong_params(method, "they have an unexpected shape");
        match serde_json::from_str(text).map_err(|_| odd())? {
            // What rmcp cannot type it takes for a method of somebody's own.
            JsonRpcMessage::Request(request) if is_custom(&request.request) => match SERVED.contains(&method)
            {
                true => Err(odd()),
                false => Err(Refusal::no_method(method)),
            },
            message => Ok(message),
        }
    }
}

/// What is wanted, when the parameters do not fit their type.
fn misfit<'a, T: Deserialize<'a>>(params: &'a str, wanted: &'static str) -> Option<&'static str> {
    serde_json::from_str::<T>(params).is_err().then_some(wanted)
}

fn is_custom(request: &ClientRequest) -> bool {
    matches!(request, ClientRequest::CustomRequest(_))
}
