//! What is refused, with which status and which code: each row is a request and what it gets.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::session::modern as meta;
use crate::web::{Got, Web, modern};

async fn web() -> Web {
    Web::open(&Rig::new(Seed::Empty).await.server).await
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn every_broken_body_is_answered_with_its_code_and_its_id() {
    let web = web().await;
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"x","arguments":{{"a":{}{}}}}}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(1000));
    for (body, status, code, id) in [
        ("garbage", 400, -32700, json!(null)),
        ("{", 400, -32700, json!(null)),
        ("[1,", 400, -32700, json!(null)),
        ("[]", 400, -32600, json!(null)),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, 400, -32600, json!(null)),
        ("1", 400, -32600, json!(null)),
        ("{}", 400, -32600, json!(null)),
        (r#"{"id":7,"method":"ping"}"#, 400, -32600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":7}"#, 400, -32600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, 400, -32600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#, 400, -32600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, 400, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, 400, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, 400, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#, 400, -32600, json!(null)),
        (&long, 400, -32600, json!(null)),
        (&deep, 400, -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#, 400, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, 400, -32602, json!(1)),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
            400,
            -32602,
            json!(1),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":[]}}"#,
            400,
            -32602,
            json!(1),
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#, 400, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, 400, -32602, json!(1)),
        (r#"{"jsonrpc":"2.0","id":1,"method":"no/such"}"#, 200, -32601, json!(1)),
    ] {
        let got = web.send("POST /mcp", &[], body).await;
        let short: String = body.chars().take(80).collect();
        assert_eq!(got.refused(), (status, code), "{short}: {got:?}");
        assert_eq!(got.json().get("id").cloned().unwrap_or_default(), id, "{short}");
        assert_eq!(got.header("content-type"), Some("application/json"));
        assert!(got.header("x-request-id").is_some());
    }
    let latin = web.raw(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":\xff}").await;
    assert_eq!(Got::read(&latin).refused(), (400, -32700));
}

#[tokio::test]
async fn methods_and_places_that_are_not_served_say_so_before_anything_else() {
    let web = Web::with(&Rig::new(Seed::Empty).await.server, |_| ()).await;
    let stream = ("Accept", "text/event-stream");
    let html = ("Accept", "text/html, */*");
    let token = ("Authorization", "Bearer rpa_x");
    for (line, headers, status) in [
        ("GET /mcp", vec![stream], 405),
        ("GET /", vec![stream], 405),
        ("GET /mcp", vec![token, html], 405),
        ("DELETE /mcp", vec![], 405),
        ("DELETE /mcp", vec![("Mcp-Session-Id", "x")], 405),
        ("PUT /mcp", vec![], 405),
        ("GET /mcp", vec![], 401),
        ("GET /mcp/pods", vec![html], 401),
        ("GET /sse", vec![stream], 404),
        ("POST /sse", vec![], 404),
        ("GET /mcp/pods/x", vec![], 404),
        ("POST /mcp/podz", vec![token], 404),
    ] {
        let got = web.send(line, &headers, if line.starts_with("POST") { PING } else { "" }).await;
        assert_eq!(got.status, status, "{line} {headers:?}: {got:?}");
        assert!(got.json()["error"]["message"].is_string(), "{line}");
        assert_eq!(got.header("allow"), (status == 405).then_some("POST, OPTIONS"), "{line}");
    }
    let head = web.send("HEAD /mcp", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (405, ""));
}

#[tokio::test]
async fn forms_that_cannot_be_read_or_given_are_refused() {
    let web = web().await;
    for (headers, status) in [
        (vec![("Content-Type", "text/plain")], 415),
        (vec![("Content-Type", "application/json-patch+json")], 415),
        (vec![("Content-Encoding", "gzip")], 415),
        (vec![("Accept", "text/html")], 406),
        (vec![("Accept", "application/json;q=0, */*")], 406),
        (vec![("Accept", "*/*")], 200),
        (vec![("Accept", "application/json")], 200),
        (vec![("Content-Type", "APPLICATION/JSON; charset=UTF-8")], 200),
    ] {
        let got = web.send("POST /mcp", &headers, PING).await;
        assert_eq!(got.status, status, "{headers:?}: {got:?}");
    }
}

#[tokio::test]
async fn a_revision_that_is_not_spoken_is_refused_with_those_that_are() {
    let web = web().await;
    let got = web.ask("2099-01-01", "tools/list", json!({})).await;
    assert_eq!(got.refused(), (400, -32022));
    assert_eq!(got.json()["error"]["data"]["requested"], "2099-01-01");
    assert!(got.json()["error"]["data"]["supported"].as_array().unwrap().contains(&json!("2026-07-28")));
    let (mut headers, mut body) = modern("tools/list", json!({}));
    body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    headers[0].1 = "2099-01-01".to_owned();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(web.post(&headers, &body).await.refused(), (400, -32022));
}

#[tokio::test]
async fn what_the_new_revision_took_away_is_not_found() {
    let web = web().await;
    for method in ["initialize", "ping", "logging/setLevel", "resources/subscribe", "no/such", "prompts/list"]
    {
        let params = json!({"protocolVersion": "2026-07-28", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}});
        assert_eq!(web.ask_modern(method, params).await.refused(), (404, -32601), "{method}");
    }
}

#[tokio::test]
async fn the_new_revision_wants_its_meta() {
    let web = web().await;
    for (meta, code) in [
        (json!({}), -32602),
        (json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"}), -32602),
        (json!({"io.modelcontextprotocol/protocolVersion": 5}), -32602),
        (
            json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": "x"}),
            -32602,
        ),
        (json!("x"), -32602),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}});
        let headers = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")];
        assert_eq!(web.post(&headers, &body).await.refused(), (400, code), "{meta}");
    }
    let call = web.ask_modern("tasks/get", json!({"taskId": "x"})).await;
    assert_eq!(call.refused(), (400, -32021));
    let wanted = &call.json()["error"]["data"]["requiredCapabilities"];
    assert_eq!(wanted, &json!({"extensions": {"io.modelcontextprotocol/tasks": {}}}));
}

/// Rows of changes to a good request of the new revision: header, value (or none), and the code that it gets.
#[tokio::test]
async fn t36_headers_that_do_not_say_what_the_body_says_are_refused() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    let params = json!({"name": "list-pods"});
    for (header, value, code) in [
        ("MCP-Protocol-Version", None, -32020),
        ("MCP-Protocol-Version", Some("2025-11-25"), -32020),
        ("Mcp-Method", None, -32020),
        ("Mcp-Method", Some("tools/list"), -32020),
        ("Mcp-Method", Some("Tools/Call"), -32020),
        ("Mcp-Name", None, -32020),
        ("Mcp-Name", Some("delete-pod"), -32020),
        ("Mcp-Name", Some("=?base64?ZGVsZXRlLXBvZA==?="), -32020),
        ("Mcp-Name", Some("=?base64?!?="), -32020),
        ("Mcp-Name", Some("=?base64?bGlzdC1wb2Rz?="), 0),
        ("mcp-name", Some("  list-pods "), 0),
    ] {
        let (mut headers, body) = modern("tools/call", params.clone());
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
        headers.extend(value.map(|value| (header, value.to_owned())));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let got = web.post(&headers, &body).await;
        assert_eq!(got.refused(), (if code == 0 { 200 } else { 400 }, code), "{header} {value:?}");
    }
    for doubled in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
        let (mut headers, body) = modern("tools/call", params.clone());
        let again = headers.iter().find(|(name, _)| *name == doubled).unwrap().clone();
        headers.push(again);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(web.post(&headers, &body).await.refused(), (400, -32020), "{doubled}");
    }
    // A client of old need not say it, but what is said is believed by proxies.
    let old = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let lie = [("MCP-Protocol-Version", "2025-06-18"), ("Mcp-Name", "delete-pod")];
    assert_eq!(web.post(&lie, &old).await.refused(), (400, -32020));
    assert_eq!(rig.sim.journal().count("listPods"), 2, "only the two that agree were sent");
}

#[tokio::test]
async fn a_modern_request_keeps_its_rules_whatever_else_it_says() {
    let web = web().await;
    // The revision stands in the body, so the request is modern even where its header is missing.
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": meta()}});
    assert_eq!(web.post(&[], &body).await.refused(), (400, -32020));
    // And the other way round.
    let bare = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    assert_eq!(web.post(&[("MCP-Protocol-Version", "2026-07-28")], &bare).await.refused(), (400, -32020));
    let named = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "ping")];
    assert_eq!(web.post(&named, &bare).await.refused(), (400, -32602));
}

#[tokio::test]
async fn browsers_are_told_what_they_may_send_and_read() {
    let web = web().await;
    let page = ("Origin", "http://localhost:6274");
    let asked = web.send("OPTIONS /mcp", &[page, ("Access-Control-Request-Method", "POST")], "").await;
    assert_eq!((asked.status, asked.body.as_str()), (204, ""));
    assert_eq!(asked.header("access-control-allow-origin"), Some("http://localhost:6274"));
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    assert_eq!(asked.header("access-control-max-age"), Some("86400"));
    let taken = asked.header("access-control-allow-headers").unwrap().to_lowercase();
    for header in [
        "authorization",
        "content-type",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "last-event-id",
        "x-mcp-toolsets",
        "mcp-session-id",
    ] {
        assert!(taken.contains(header), "{header}: {taken}");
    }
    let refused = web.send("POST /mcp", &[page, ("Accept", "text/html")], PING).await;
    assert_eq!(refused.status, 406);
    let given = refused.header("access-control-expose-headers").unwrap();
    assert!(given.contains("WWW-Authenticate") && given.contains("Retry-After"), "{given}");
    assert_eq!(refused.header("access-control-allow-origin"), Some("http://localhost:6274"));
}

#[tokio::test]
async fn t30_dns_rebinding_gets_nothing_and_learns_nothing() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list-pods"}})
        .to_string();
    for headers in [
        vec![("Host", "evil.example")],
        vec![("Host", "evil.example:8471"), ("Origin", "http://evil.example:8471")],
        vec![("Host", "localhost.evil.example")],
        vec![("Origin", "https://evil.example")],
        vec![("Origin", "null")],
        vec![("Host", "127.0.0.1"), ("Origin", "http://127.0.0.1.nip.io")],
    ] {
        for (line, body) in [("POST /mcp", call.as_str()), ("OPTIONS /mcp", ""), ("GET /mcp", "")] {
            let got = web.send(line, &headers, body).await;
            assert_eq!(got.status, 403, "{line} {headers:?}");
            assert!(got.json().get("id").is_none() && got.header("access-control-allow-origin").is_none());
            assert_eq!(got.header("www-authenticate"), None);
        }
    }
    assert!(rig.sim.journal().requests().is_empty());
    assert_eq!(web.send("POST /mcp", &[("Host", "localhost:1")], &call).await.status, 200);
}

#[tokio::test]
async fn t31_a_form_of_a_foreign_page_is_no_request() {
    let web = web().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        assert_eq!(web.send("POST /mcp", &[("Content-Type", kind)], PING).await.status, 415, "{kind}");
    }
}

#[tokio::test]
async fn a_fault_of_the_server_ends_one_request() {
    let rig = Rig::new(Seed::Empty).await;
    let mut site = runpod_mcp::serve::http::Site::new(
        rig.server.clone(),
        runpod_mcp::serve::http::Settings { bearer: false, ..Default::default() },
    );
    site.rest = Some(std::sync::Arc::new(Boom));
    let web = Web::of(site, None).await;
    let got = web.ask("2025-06-18", "boom", json!({})).await;
    assert_eq!(got.refused(), (500, -32603));
    let number = got.header("x-request-id").unwrap();
    assert!(got.json()["error"]["message"].as_str().unwrap().contains(number), "{got:?}");
    assert!(!got.body.contains("secret"));
    assert_eq!(web.ask("2025-06-18", "ping", Value::Null).await.status, 200);
}

#[derive(Debug)]
struct Boom;

impl runpod_mcp::serve::http::Rest for Boom {
    fn takes(&self, method: &str, _: Option<&str>) -> bool {
        method == "boom"
    }

    fn answer(&self, _: http::Request<axum::body::Body>) -> runpod_mcp::serve::http::Answering<'_> {
        Box::pin(async { panic!("with a secret in the message") })
    }
}
