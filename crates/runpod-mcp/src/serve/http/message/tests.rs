//! A request is read once. Somebody else's reading of the same bytes must come to the same.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::law::by_rmcp;
use super::*;

fn headers(values: &[(&'static str, String)]) -> HeaderMap {
    let values = values.iter().filter_map(|(name, value)| Some((*name, HeaderValue::from_str(value).ok()?)));
    values.map(|(name, value)| (HeaderName::from_static(name), value)).collect()
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("list-pods".to_owned()),
        Just("delete-pod".to_owned()),
        Just("a\u{e9}\"\\b".to_owned()),
        "\\PC{0,8}"
    ]
}

fn methods() -> impl Strategy<Value = String> {
    let known = [
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "tools/call",
        "tasks/get",
        "tasks/cancel",
        "prompts/get",
        "Tools/Call",
        "tools/call ",
        "",
    ];
    prop_oneof![8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

fn metas() -> impl Strategy<Value = Value> {
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let all = vec![
        Value::Null,
        json!({}),
        json!("x"),
        json!({version: "2026-07-28", capabilities: {}}),
        json!({version: "2025-06-18", capabilities: {}}),
        json!({version: "2026-07-28"}),
        json!({version: "2099-01-01", capabilities: {}}),
        json!({version: 7}),
    ];
    proptest::sample::select(all)
}

fn versions() -> impl Strategy<Value = Option<&'static str>> {
    proptest::sample::select(vec![None, Some("2025-06-18"), Some("2026-07-28"), Some("2099-01-01"), Some("")])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_and_no_headers_break_the_reading(
        body in prop::collection::vec(any::<u8>(), 0..80), said in "[ -~]{0,12}", version in versions()
    ) {
        let version = version.map(|version| ("mcp-protocol-version", version.to_owned()));
        let mut all = vec![("mcp-method", said.clone()), ("mcp-name", said)];
        all.extend(version);
        let _ = Message::read(&body, &headers(&all));
    }

    #[test]
    fn what_is_answered_is_what_was_checked(
        method in methods(), name in names(), said_method in methods(), said_name in names(), meta in metas(),
        version in versions(), truthful in any::<bool>()
    ) {
        let params = json!({"name": name, "taskId": name, "arguments": {}, "_meta": meta, "protocolVersion": "2025-06-18",
            "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let (said_method, said_name) = if truthful { (method.clone(), name.clone()) } else { (said_method, said_name) };
        let mut all = vec![("mcp-method", said_method.clone()), ("mcp-name", said_name.clone())];
        all.extend(version.map(|version| ("mcp-protocol-version", version.to_owned())));
        let sent = headers(&all);
        let Ok(Message::Request(request)) = Message::read(body.as_bytes(), &sent) else { return Ok(()) };
        // The one value says the same to the gates and to whoever answers.
        let called = request.name().map(str::to_owned);
        prop_assert_eq!((request.act.method() == "tools/call").then_some(name.clone()), called.clone());
        // Another reader of the same bytes comes to the same.
        if let Some((other, tool)) = by_rmcp(body.as_bytes()) && other != "other" {
            prop_assert_eq!((request.act.method(), called), (other, tool));
        }
        // What proxies were told is true.
        if sent.contains_key("mcp-method") {
            prop_assert_eq!(said_method, method);
        }
        let is_call = matches!(request.act, Act::Call { .. });
        if is_call && sent.contains_key("mcp-name") && !said_name.starts_with("=?base64?") {
            prop_assert_eq!(said_name.trim_matches([' ', '\t']), name.trim_matches([' ', '\t']));
        }
    }
}
