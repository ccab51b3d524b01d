//! From a line to a message, or to the refusal that says why it is none.
//!
//! JSON-RPC's order: no JSON is -32700, JSON that is no message is -32600, a message whose parameters do not fit is
//! -32602. A refusal carries the id whenever one can be read; where none can it has no `id` at all, as MCP says
//! since 2025-11-25.

use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, ErrorCode, ErrorData, GetMeta,
    InitializeRequestParams, JsonRpcMessage, ProtocolVersion, RequestId,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use serde_json::value::RawValue;

/// Requests of the handshake era, which the revision without handshake took away.
const TAKEN_AWAY: [&str; 5] =
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

/// Requests that this server answers with more than that it does not know them.
const SERVED: [&str; 5] = ["initialize", "server/discover", "ping", "tools/list", "tools/call"];

/// What a line means for the transport.
#[derive(Debug)]
pub(super) enum Heard {
    /// Something for the service.
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing that wants an answer.
    Nothing,
    /// Something that is answered here.
    Refused(Refusal),
}

/// An answer to what the service never sees.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    id: Option<RequestId>,
    error: ErrorData,
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { id: None, error: ErrorData::new(code, message.into(), None) }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    fn to(mut self, id: Option<RequestId>) -> Self {
        self.id = id;
        self
    }

    /// For a line that is not read to its end.
    pub(super) fn too_long() -> Self {
        Self::invalid(format!("a message is at most {} MiB in one line", super::LONGEST_LINE >> 20))
    }

    /// The line to send.
    pub(super) fn to_line(&self) -> Vec<u8> {
        let message = match &self.id {
            Some(id) => json!({"jsonrpc": "2.0", "id": id, "error": self.error}),
            None => json!({"jsonrpc": "2.0", "error": self.error}),
        };
        format!("{message}\n").into_bytes()
    }
}

/// The members of a message, unread.
#[derive(Debug, Deserialize)]
struct Envelope<'a> {
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

/// Reads messages in order and knows whether the session has been opened.
///
/// Before that, rmcp takes anything but a request for a reason to end the session.
#[derive(Debug, Default)]
pub(super) struct Gate {
    open: bool,
}

impl Gate {
    /// What this line means.
    pub(super) fn hear(&mut self, line: &[u8]) -> Heard {
        match self.read(line) {
            Ok(heard) => heard,
            Err(refusal) => Heard::Refused(refusal),
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<Heard, Refusal> {
        let text = text(line)?;
        if text.is_empty() {
            return Ok(Heard::Nothing);
        }
        let envelope = envelope(text)?;
        let Some(method) = envelope.check()? else {
            // An answer: this server asks its clients nothing, so nobody waits for it.
            return Ok(Heard::Nothing);
        };
        let id = envelope.id();
        let message = envelope.message(text, &method).map_err(|refusal| refusal.to(id.clone()))?;
        match &message {
            JsonRpcMessage::Request(request) => {
                if TAKEN_AWAY.contains(&method.as_str()) && is_modern(&request.request) {
                    let gone = format!("`{method}` is not part of protocol version 2026-07-28");
                    return Err(Refusal::new(ErrorCode::METHOD_NOT_FOUND, gone).to(id));
                }
                self.open |= opens(&request.request);
                if !self.open && is_too_early(&request.request) {
                    let first =
                        "the session is not open: send `initialize` first, or the _meta of 2026-07-28";
                    return Err(Refusal::new(ErrorCode::INVALID_PARAMS, first).to(id));
                }
            }
            _ if !self.open => {
                tracing::debug!("a notification before the session was opened is ignored");
                return Ok(Heard::Nothing);
            }
            _ => (),
        }
        Ok(Heard::Message(Box::new(message)))
    }
}

/// The text of a line, without white space and byte order mark.
fn text(line: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(line)
        .map_err(|_| Refusal::new(ErrorCode::PARSE_ERROR, "the line is not UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']))
}

fn envelope(text: &str) -> Result<Envelope<'_>, Refusal> {
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(envelope) if text.starts_with('{') => Ok(envelope),
        _ => Err(not_a_message(text)),
    }
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

impl Envelope<'_> {
    /// The method of a request or notification, `None` for an answer.
    fn check(&self) -> Result<Option<String>, Refusal> {
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

    fn id(&self) -> Option<RequestId> {
        self.id.and_then(|raw| serde_json::from_str(raw.get()).ok())
    }

    /// The message as rmcp types it.
    fn message(&self, text: &str, method: &str) -> Result<ClientJsonRpcMessage, Refusal> {
        let params = self.params.map_or("null", RawValue::get);
        if !params.starts_with('{') && params != "null" {
            return Err(wrong_params(method, "they must be an object"));
        }
        // Typed first, for the sake of the message.
        match method {
            "initialize" => fits::<InitializeRequestParams>(method, params)?,
            "tools/call" => fits::<CallToolRequestParams>(method, params)?,
            _ => (),
        }
        let odd = || wrong_params(method, "they have an unexpected shape");
        match serde_json::from_str(text).map_err(|_| odd())? {
            // What rmcp cannot type it takes for a method of somebody's own.
            JsonRpcMessage::Request(request) if is_custom(&request.request) => match SERVED.contains(&method)
            {
                true => Err(odd()),
                false => Err(no_method(method)),
            },
            message => Ok(message),
        }
    }
}

/// Whether the parameters fit their type; if not, the refusal says why.
fn fits<'a, T: Deserialize<'a>>(method: &str, params: &'a str) -> Result<(), Refusal> {
    match serde_json::from_str::<T>(params) {
        Ok(_) => Ok(()),
        Err(e) if e.is_data() => Err(wrong_params(method, &e.to_string())),
        Err(_) => Err(wrong_params(method, "they are nested too deeply")),
    }
}

fn wrong_params(method: &str, why: &str) -> Refusal {
    Refusal::new(ErrorCode::INVALID_PARAMS, format!("the params of {} do not fit: {why}", quoted(method)))
}

fn no_method(method: &str) -> Refusal {
    Refusal::new(ErrorCode::METHOD_NOT_FOUND, format!("there is no method {} here", quoted(method)))
}

fn quoted(method: &str) -> String {
    format!("{:?}", method.chars().take(60).collect::<String>())
}

fn is_custom(request: &ClientRequest) -> bool {
    matches!(request, ClientRequest::CustomRequest(_))
}

/// Whether this is a request that needs an open session and says nothing about the protocol it speaks.
fn is_too_early(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        other => other.get_meta().protocol_version().is_none(),
    }
}

fn is_modern(request: &ClientRequest) -> bool {
    let version = request.get_meta().protocol_version();
    version.is_some_and(|v| v.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// Whether rmcp leaves its opening phase on this request: on `initialize`, and on any request but `ping` and
/// `server/discover` that carries the metadata of a session without handshake.
fn opens(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        other => {
            let meta = other.get_meta();
            let known = |v: ProtocolVersion| ProtocolVersion::KNOWN_VERSIONS.contains(&v);
            meta.protocol_version().is_some_and(known) && meta.client_capabilities().is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn hear(line: &str) -> Value {
        match Gate::default().hear(line.as_bytes()) {
            Heard::Message(_) => json!("message"),
            Heard::Nothing => json!("nothing"),
            Heard::Refused(refusal) => {
                let line: Value = serde_json::from_slice(&refusal.to_line()).unwrap();
                json!([line["error"]["code"], line.get("id")])
            }
        }
    }

    #[test]
    fn what_is_no_json_is_a_parse_error_without_id() {
        for line in ["garbage", "{", "{\"jsonrpc\":\"2.0\",\"id\":1,", "[1,", "{'a':1}", "\u{1}", "nul"] {
            assert_eq!(hear(line), json!([-32700, null]), "{line}");
        }
        let Heard::Refused(refusal) = Gate::default().hear(b"{\"a\":\"\xff\"}") else { panic!() };
        assert_eq!(refusal.error.code, ErrorCode::PARSE_ERROR);
        assert!(!String::from_utf8(refusal.to_line()).unwrap().contains("\"id\""));
    }

    #[test]
    fn what_is_json_but_no_message_is_an_invalid_request() {
        for line in ["[]", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", "1", "\"x\"", "null", "{}"]
        {
            assert_eq!(hear(line), json!([-32600, null]), "{line}");
        }
        for (line, id) in [
            (r#"{"id":7,"method":"ping"}"#, json!(7)),
            (r#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#, json!("a")),
            (r#"{"jsonrpc":"2.0","id":7}"#, json!(7)),
            (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, json!(7)),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#, json!(7)),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, json!(null)),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, json!(null)),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, json!(null)),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, json!(null)),
        ] {
            assert_eq!(hear(line), json!([-32600, id]), "{line}");
        }
    }

    #[test]
    fn parameters_that_do_not_fit_are_told_apart_from_unknown_methods() {
        for line in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":[]}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}"#,
        ] {
            assert_eq!(hear(line), json!([-32602, 1]), "{line}");
        }
        assert_eq!(
            hear(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":5}}"#),
            json!([-32602, 1])
        );
        assert_eq!(hear(r#"{"jsonrpc":"2.0","id":1,"method":"no/such","params":{}}"#), json!([-32601, 1]));
        let deep = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"x","arguments":{{"a":{}{}}}}}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(hear(&deep), json!([-32602, 1]));
    }

    #[test]
    fn nothing_is_said_to_blank_lines_answers_and_early_notifications() {
        for line in [
            "",
            " \t",
            "\u{feff}",
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        ] {
            assert_eq!(hear(line), "nothing", "{line}");
        }
    }

    #[test]
    fn requests_before_the_session_is_open_are_told_what_opens_it() {
        assert_eq!(hear(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#), json!([-32602, 1]));
        assert_eq!(hear(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#), "message");
        let mut gate = Gate::default();
        let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":
            {"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}"#;
        assert!(matches!(gate.hear(hello.as_bytes()), Heard::Message(_)));
        assert!(matches!(gate.hear(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#), Heard::Message(_)));
    }

    #[test]
    fn what_the_new_revision_took_away_is_unknown_to_it() {
        let meta = r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",
            "io.modelcontextprotocol/clientCapabilities":{}},"protocolVersion":"2026-07-28","capabilities":{},
            "clientInfo":{"name":"x","version":"1"},"level":"debug","uri":"a:b"}"#
            .replace('\n', "");
        for method in TAKEN_AWAY {
            let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{meta}}}"#);
            assert_eq!(hear(&line), json!([-32601, 1]), "{method}");
        }
        let list = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{meta}}}"#);
        assert_eq!(hear(&list), "message");
    }

    #[test]
    fn a_secret_in_a_broken_line_is_not_repeated() {
        let Heard::Refused(refusal) = Gate::default().hear(b"{\"key\":\"rpa_CANARY\" oops") else { panic!() };
        assert!(!String::from_utf8(refusal.to_line()).unwrap().contains("CANARY"));
    }

    proptest! {
        #[test]
        fn every_line_is_answered_in_one_line_or_passed_on(line in "\\PC{0,60}|[\\[\\]{}\",:0-9a-z ]{0,60}") {
            if let Heard::Refused(refusal) = Gate::default().hear(line.as_bytes()) {
                let out = refusal.to_line();
                prop_assert_eq!(out.iter().filter(|b| **b == b'\n').count(), 1);
                prop_assert!(serde_json::from_slice::<Value>(&out).is_ok());
            }
        }
    }
}
