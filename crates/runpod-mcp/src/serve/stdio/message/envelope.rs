//! The shape of a JSON-RPC message, read before what is in it.

use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, ErrorCode, InitializeRequestParams,
    JsonRpcMessage, RequestId,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::refusal::Refusal;
use crate::serve::jsonrpc::{self, Members};

/// Requests that this server answers with more than that it does not know them.
const SERVED: [&str; 5] = ["initialize", "server/discover", "ping", "tools/list", "tools/call"];

/// A message, unread.
#[derive(Debug)]
pub(super) struct Envelope<'a>(Members<'a>);

/// The text of a line, without white space and byte order mark.
///
/// # Errors
/// -32700 when it is not UTF-8.
pub(super) fn text(line: &[u8]) -> Result<&str, Refusal> {
    jsonrpc::text(line).map_err(|_| Refusal::new(ErrorCode::PARSE_ERROR, "the line is not UTF-8"))
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
        Members::of(text).map(Self).ok_or_else(|| not_a_message(text))
    }

    /// The method of a request or notification, `None` for an answer.
    ///
    /// # Errors
    /// -32600 for what is neither.
    pub(super) fn method(&self) -> Result<Option<String>, Refusal> {
        let id = self.id();
        let invalid = |message: &str| Err(Refusal::invalid(message).to(id.clone()));
        if !self.0.says_version() {
            return invalid("`jsonrpc` must be \"2.0\"");
        }
        if self.0.id.is_some() && id.is_none() {
            return invalid("`id` must be a string or a whole number");
        }
        let answer = self.0.is_answer();
        match self.0.method.map(|raw| serde_json::from_str::<String>(raw.get())) {
            Some(Ok(_)) if answer => invalid("a message has either `method` or `result` or `error`"),
            Some(Ok(method)) => Ok(Some(method)),
            Some(Err(_)) => invalid("`method` must be a string"),
            None if answer => Ok(None),
            None => invalid("`method` is missing"),
        }
    }

    /// The id, if there is one and it can be read.
    pub(super) fn id(&self) -> Option<RequestId> {
        self.0.id.and_then(|raw| serde_json::from_str(raw.get()).ok())
    }

    /// The message as rmcp types it.
    ///
    /// # Errors
    /// -32602 for parameters that do not fit, -32601 for a request that nobody here knows.
    pub(super) fn message(&self, text: &str, method: &str) -> Result<ClientJsonRpcMessage, Refusal> {
        let params = self.0.params.map_or("null", RawValue::get);
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
