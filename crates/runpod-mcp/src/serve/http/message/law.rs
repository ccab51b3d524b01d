//! What holds for every body and all headers that come over HTTP.

use http::{HeaderMap, HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, JsonRpcMessage};
use serde_json::Value;

use super::{Act, Message, Refusal, Request};

/// What is let through is what was sent, as another reader reads it too; what is not is refused in JSON-RPC.
///
/// Before the first empty line stand headers, behind it the body.
pub(crate) fn any_body(bytes: &[u8]) {
    let border = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = match border.and_then(|at| bytes.split_at_checked(at)) {
        Some((head, rest)) => (head, rest.get(2..).unwrap_or_default()),
        None => (&[][..], bytes),
    };
    let headers = headers(head);
    let said = text(body).and_then(|text| serde_json::from_str::<Value>(text).ok());
    match Message::read(body, &headers) {
        Ok(Message::Request(request)) => {
            is_what_was_said(&request, &said.unwrap_or_default());
            is_read_alike(&request, body);
            is_what_headers_say(&request, &headers);
        }
        Ok(Message::Notification | Message::Answer) => {
            assert!(said.is_some_and(|said| said.get("id").is_none() || said.get("method").is_none()));
        }
        Err(refusal) => is_sent_as_json_rpc(&refusal, said.as_ref()),
    }
}

fn text(body: &[u8]) -> Option<&str> {
    Some(std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}'))
}

fn is_what_was_said(request: &Request<'_>, said: &Value) {
    let says = |pointer: &str| said.pointer(pointer).cloned();
    assert_eq!(serde_json::from_str(request.id).ok(), says("/id"));
    assert_eq!(says("/method").as_ref().and_then(Value::as_str), Some(&*request.method));
    let other = request.act.method() == "other";
    assert!(
        other || request.act.method() == request.method,
        "{} for {}",
        request.act.method(),
        request.method
    );
    if let Act::Call { name, arguments } = &request.act {
        assert_eq!(says("/params/name").as_ref().and_then(Value::as_str), Some(&**name));
        let arguments = arguments.and_then(|raw| serde_json::from_str(raw.get()).ok());
        // Null says as much as nothing.
        assert_eq!(arguments, says("/params/arguments").filter(|arguments| !arguments.is_null()));
    }
}

fn is_read_alike(request: &Request<'_>, body: &[u8]) {
    if let Some((method, tool)) = by_rmcp(body).filter(|(method, _)| *method != "other") {
        assert_eq!((request.act.method(), request.name()), (method, tool.as_deref()));
    }
}

/// What rmcp makes of a body: the method, and the tool of a call.
pub(super) fn by_rmcp(body: &[u8]) -> Option<(&'static str, Option<String>)> {
    let Ok(JsonRpcMessage::Request(request)) = serde_json::from_slice::<ClientJsonRpcMessage>(body) else {
        return None;
    };
    Some(match request.request {
        ClientRequest::InitializeRequest(_) => ("initialize", None),
        ClientRequest::PingRequest(_) => ("ping", None),
        ClientRequest::DiscoverRequest(_) => ("server/discover", None),
        ClientRequest::ListToolsRequest(_) => ("tools/list", None),
        ClientRequest::CallToolRequest(call) => ("tools/call", Some(call.params.name.into_owned())),
        ClientRequest::GetTaskRequest(_) => ("tasks/get", None),
        ClientRequest::UpdateTaskRequest(_) => ("tasks/update", None),
        ClientRequest::CancelTaskRequest(_) => ("tasks/cancel", None),
        _ => ("other", None),
    })
}

/// What proxies were told is true.
fn is_what_headers_say(request: &Request<'_>, headers: &HeaderMap) {
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    assert!(said("mcp-method").is_none_or(|method| method == request.method));
    if let (Act::Call { name, .. }, Some(said)) = (&request.act, said("mcp-name")) {
        assert!(said.starts_with("=?base64?") || said == name, "{said} for {name}");
    }
}

fn is_sent_as_json_rpc(refusal: &Refusal, said: Option<&Value>) {
    let answer: Value = serde_json::from_str(&refusal.body()).unwrap_or_default();
    assert!(refusal.status.is_client_error() || refusal.status.is_success(), "{}", refusal.status);
    assert_eq!(answer.get("jsonrpc").and_then(Value::as_str), Some("2.0"));
    assert!(answer.pointer("/error/code").is_some_and(Value::is_i64), "{answer}");
    assert!(answer.pointer("/error/message").and_then(Value::as_str).is_some_and(|text| text.len() < 400));
    let id = answer.get("id");
    assert!(id.is_none() || id == said.and_then(|said| said.get("id")), "{answer}");
}

fn headers(head: &[u8]) -> HeaderMap {
    let mut all = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n').take(8) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            all.append(name, value);
        }
    }
    all
}
