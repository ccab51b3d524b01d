//! From a line to a message, or to the refusal that says why it is none.
//!
//! JSON-RPC's order: no JSON is -32700, JSON that is no message is -32600, a message whose parameters do not fit is
//! -32602. A refusal carries the id whenever one can be read; where none can it has no `id` at all, as MCP says
//! since 2025-11-25.

mod envelope;
mod refusal;

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorCode, GetMeta, JsonRpcMessage, ProtocolVersion};

use crate::serve::jsonrpc::TAKEN_AWAY;
use envelope::Envelope;
pub(super) use refusal::Refusal;

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
        let text = envelope::text(line)?;
        if text.is_empty() {
            return Ok(Heard::Nothing);
        }
        let envelope = Envelope::open(text)?;
        let Some(method) = envelope.method()? else {
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
    use serde_json::{Value, json};

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
        assert_eq!(refusal.code, ErrorCode::PARSE_ERROR);
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
        let call =
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":"CANARY"}}"#;
        let Heard::Refused(refusal) = Gate::default().hear(call) else { panic!() };
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
