//! Progress as events, and what happens to a call whose client goes away.

use std::time::{Duration, Instant};

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::rig::Rig;
use crate::web::{BOTH, Got, Web, modern};

/// A call that takes some looks, with a token for progress.
fn waiting(version: &str) -> (Vec<(&'static str, String)>, Value) {
    let args = json!({"name": "a", "imageName": "a", "gpuTypeIds": ["NVIDIA L4"], "wait": 120_000});
    let (mut headers, mut body) = modern("tools/call", json!({"name": "create-pod", "arguments": args}));
    if version != "2026-07-28" {
        headers = vec![("MCP-Protocol-Version", version.to_owned())];
        body["params"]["_meta"] = json!({});
    }
    body["params"]["_meta"]["progressToken"] = json!("t-1");
    (headers, body)
}

async fn call(web: &Web, version: &str, accept: &str) -> Got {
    let (headers, body) = waiting(version);
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.push(("Accept", accept));
    web.send("POST /mcp", &headers, &body.to_string()).await
}

#[tokio::test]
async fn progress_flows_as_events_in_both_eras() {
    for version in ["2025-03-26", "2025-11-25", "2026-07-28"] {
        let rig = Rig::skipping(Seed::Empty).await;
        let web = Web::open(&rig.server).await;
        let got = call(&web, version, BOTH.1).await;
        assert_eq!((got.status, got.header("content-type")), (200, Some("text/event-stream")), "{got:?}");
        assert_eq!(
            (got.header("x-accel-buffering"), got.header("cache-control")),
            (Some("no"), Some("no-store"))
        );
        let mut events = got.events();
        let answer = events.pop().expect("an answer");
        assert_eq!(
            (&answer["id"], answer["result"]["isError"] == json!(true)),
            (&json!(1), false),
            "{answer}"
        );
        assert_eq!(answer["result"].get("resultType").is_some(), version == "2026-07-28");
        assert!(events.len() >= 2, "{events:?}");
        for event in &events {
            assert_eq!(event["method"], "notifications/progress");
            assert_eq!(event["params"]["progressToken"], "t-1");
        }
        let done: Vec<f64> = events.iter().map(|step| step["params"]["progress"].as_f64().unwrap()).collect();
        assert!(done.is_sorted_by(|a, b| a < b), "{done:?}");
    }
}

#[tokio::test]
async fn without_progress_or_without_a_taste_for_it_there_is_one_answer() {
    let rig = Rig::skipping(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    let plain = call(&web, "2025-11-25", "application/json").await;
    assert_eq!(plain.header("content-type"), Some("application/json"), "{plain:?}");
    assert_eq!(plain.json()["result"]["isError"], false, "{plain:?}");
    let (mut headers, mut body) = modern("tools/call", json!({"name": "list-pods"}));
    body["params"]["_meta"]["progressToken"] = json!(7);
    headers.push((BOTH.0, BOTH.1.to_owned()));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let quick = web.send("POST /mcp", &headers, &body.to_string()).await;
    assert_eq!(quick.header("content-type"), Some("application/json"), "{quick:?}");
}

#[tokio::test]
async fn a_stream_shows_that_it_lives_while_nothing_is_told() {
    let rig = Rig::new(Seed::Empty).await;
    let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
    rig.sim.faults().add(Match::operation("getPod").then(starting));
    let web = Web::with(&rig.server, |settings| {
        settings.bearer = false;
        settings.limits.keep_alive = Duration::from_millis(5);
    })
    .await;
    let mut stream = begin(&web, "get-pod", json!({"podId": "abc", "wait": 300_000})).await;
    let text = until(&mut stream, ": still at work").await;
    assert!(text.contains("notifications/progress"), "{text}");
}

/// Begins a call with a token for progress.
async fn begin(web: &Web, tool: &str, args: Value) -> TcpStream {
    let params = json!({"name": tool, "arguments": args, "_meta": {"progressToken": 1}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
    let mut stream = web.connect().await;
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAccept: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        web.at,
        BOTH.1,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads until these words come.
async fn until(stream: &mut TcpStream, words: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(words) {
        let reading = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut buffer));
        let read = reading.await.expect("in time").unwrap();
        assert_ne!(read, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

async fn soon(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn t40_a_disconnect_ends_a_wait_whether_it_streams_or_not() {
    for streams in [true, false] {
        let rig = Rig::new(Seed::Empty).await;
        let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
        rig.sim.faults().add(Match::operation("getPod").then(starting));
        let web = Web::open(&rig.server).await;
        let mut stream = begin(&web, "get-pod", json!({"podId": "abc", "wait": 300_000})).await;
        if streams {
            until(&mut stream, "notifications/progress").await;
        }
        soon("it looks", || rig.sim.journal().count("getPod") == 1).await;
        drop(stream);
        // The server answers others while it notices.
        for _ in 0..50 {
            assert_eq!(web.ask("2025-06-18", "ping", Value::Null).await.status, 200);
        }
        for _ in 0..20 {
            rig.pass(10);
            assert_eq!(web.ask("2025-06-18", "ping", Value::Null).await.status, 200);
        }
        assert_eq!(rig.sim.journal().count("getPod"), 1, "nobody looks for a client that left");
    }
}

#[tokio::test]
async fn t40_a_change_that_was_sent_ends_once_without_its_client() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("createPod").then(Action::slow(Duration::from_secs(5))));
    let web = Web::open(&rig.server).await;
    let args = json!({"imageName": "a", "gpuTypeIds": ["NVIDIA L4"], "name": "kept"});
    let stream = begin(&web, "create-pod", args).await;
    soon("it is sent", || rig.sim.journal().count("createPod") == 1).await;
    drop(stream);
    for _ in 0..50 {
        assert_eq!(web.ask("2025-06-18", "ping", Value::Null).await.status, 200);
    }
    rig.pass(10);
    soon("it ends", || rig.sim.journal().of("createPod").iter().any(|entry| entry.status.is_some())).await;
    rig.server.settled().await;
    let pods = rig.call("list-pods", json!({})).await.ok();
    assert_eq!(pods["items"].as_array().unwrap().len(), 1, "{pods}");
    assert_eq!(rig.sim.journal().count("createPod"), 1, "and it was sent once");
}
