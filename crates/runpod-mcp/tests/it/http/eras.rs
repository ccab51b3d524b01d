//! Both eras over HTTP say what they say over stdio.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::session::{Session, modern as meta};
use crate::web::Web;

const REVISIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn hello(version: &str) -> Value {
    json!({"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test-client", "version": "1.2"}})
}

/// Requests that every revision of an era answers, and that change nothing.
fn questions() -> Vec<(&'static str, Value)> {
    vec![
        ("tools/list", json!({})),
        ("tools/list", json!({"cursor": "x"})),
        ("tools/call", json!({"name": "list-pods"})),
        ("tools/call", json!({"name": "list-pods", "arguments": {"limit": 2}})),
        ("tools/call", json!({"name": "get-pod", "arguments": {}})),
        ("tools/call", json!({"name": "get-pod", "arguments": {"podId": "nosuchpod"}})),
        ("tools/call", json!({"name": "no-such-tool"})),
        ("tasks/get", json!({"taskId": "x"})),
        ("tasks/update", json!({"taskId": "x", "inputResponses": {}})),
        ("tasks/cancel", json!({"taskId": "x"})),
    ]
}

/// Without what differs by design: an unknown method is worded by whoever reads the request.
fn worded(mut answer: Value) -> Value {
    if answer["error"]["code"] == json!(-32601) {
        answer["error"]["message"] = Value::Null;
    }
    answer
}

#[tokio::test]
async fn every_revision_is_answered_over_http_as_over_stdio() {
    let rig = Rig::new(Seed::Demo).await;
    let web = Web::open(&rig.server).await;
    for version in REVISIONS {
        let mut stdio = Session::with(rig.server.clone());
        let asked = stdio.ask(1, "initialize", hello(version)).await;
        assert_eq!(web.ask(version, "initialize", hello(version)).await.json(), asked, "{version}");
        stdio.line(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        let more = [
            ("ping", json!({})),
            ("prompts/list", json!({})),
            ("logging/setLevel", json!({"level": "info"})),
        ];
        for (method, params) in questions().into_iter().chain(more) {
            let over_stdio = worded(stdio.ask(1, method, params.clone()).await);
            let got = web.ask(version, method, params.clone()).await;
            assert_eq!(worded(got.json()), over_stdio, "{version} {method} {params}");
            assert_eq!(got.status, 200, "{version} {method} {params}");
        }
    }
}

#[tokio::test]
async fn the_revision_without_handshake_is_answered_over_http_as_over_stdio() {
    let rig = Rig::new(Seed::Demo).await;
    let web = Web::open(&rig.server).await;
    let mut stdio = Session::with(rig.server.clone());
    for (method, params) in
        questions().into_iter().chain([("server/discover", json!({})), ("prompts/list", json!({}))])
    {
        let mut with_meta = params.clone();
        with_meta["_meta"] = meta();
        let over_stdio = worded(stdio.ask(1, method, with_meta).await);
        let got = web.ask_modern(method, params.clone()).await;
        assert_eq!(worded(got.json()), over_stdio, "{method} {params}");
        let status = match over_stdio["error"]["code"].as_i64() {
            Some(-32601) => 404,
            Some(-32021) => 400,
            _ => 200,
        };
        assert_eq!(got.status, status, "{method} {params}");
    }
}

#[tokio::test]
async fn a_handshake_is_answered_whatever_revision_it_asks_for() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    for (asked, answered) in
        [("2025-06-18", "2025-06-18"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25")]
    {
        let body = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": hello(asked)});
        let got = web.post(&[], &body).await;
        assert_eq!(
            (got.status, &got.json()["result"]["protocolVersion"]),
            (200, &json!(answered)),
            "{asked}"
        );
        assert_eq!(got.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn what_wants_no_answer_gets_none() {
    let web = Web::open(&Rig::new(Seed::Empty).await.server).await;
    for body in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
        json!({"jsonrpc": "2.0", "method": "notifications/of-somebody"}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
    ] {
        let got = web.post(&[("MCP-Protocol-Version", "2025-06-18")], &body).await;
        assert_eq!((got.status, got.body.as_str()), (202, ""), "{body}");
    }
}

#[tokio::test]
async fn an_id_comes_back_as_it_was_sent() {
    let web = Web::open(&Rig::new(Seed::Empty).await.server).await;
    for id in ["1", "-7", "\"a\\u00e9\\\"\"", "\"\"", "9007199254740993", "123456789012345678901234567890"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let got = web.send("POST /mcp", &[], &body).await;
        assert_eq!(got.body, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#));
        assert_eq!(got.header("content-length"), Some(got.body.len().to_string().as_str()));
    }
}
