//! Limits of time and number: whoever is too slow or too many is ended, and nobody else notices.

use std::time::{Duration, Instant};

use runpod_mcp::serve::http::Limits;
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::rig::Rig;
use crate::web::{Got, Web};

/// Short enough for a test, long enough for a busy machine to do the rest in.
const SHORT: Duration = Duration::from_millis(60);

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

async fn web(change: impl FnOnce(&mut Limits)) -> Web {
    let rig = Rig::new(Seed::Empty).await;
    Web::with(&rig.server, |settings| {
        settings.bearer = false;
        change(&mut settings.limits);
    })
    .await
}

/// What comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut read));
    drop(reading.await.expect("the server closes"));
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn t33_a_head_that_does_not_end_is_not_waited_for() {
    let web = web(|limits| limits.head_time = SHORT).await;
    for begun in ["", "POST /mcp HTTP/1.1\r\nHost: loc"] {
        let mut slow = web.connect().await;
        slow.write_all(begun.as_bytes()).await.unwrap();
        assert_eq!(web.send("POST /mcp", &[], PING).await.status, 200, "another client");
        assert_eq!(rest(&mut slow).await, "");
    }
}

#[tokio::test]
async fn t33_a_head_that_drips_is_not_waited_for_either() {
    let web = web(|limits| limits.head_time = SHORT).await;
    let mut slow = web.connect().await;
    let began = Instant::now();
    while slow.write_all(b"X").await.is_ok() && began.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_first_byte_that_comes_alone_begins_whatever_follows() {
    let web = web(|_| ()).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let get = b"PUT /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (said, begins) in [(&preface[..], &b"\0\0"[..]), (get, b"HTTP/1.1 404")] {
        for alone in [1, 2, 3, 4, said.len()] {
            let mut stream = web.connect().await;
            let (first, rest) = said.split_at(alone);
            stream.write_all(first).await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            stream.write_all(rest).await.unwrap();
            let mut answer = vec![0; begins.len()];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(answer, begins, "{alone}");
        }
    }
}

#[tokio::test]
async fn t33_a_body_that_does_not_come_is_408() {
    let web = web(|limits| (limits.body_time, limits.body_rate) = (SHORT, 1_000_000)).await;
    for begun in ["", "{", "{\"jsonrpc\":"] {
        let mut slow = web.connect().await;
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{begun}",
            web.at
        );
        slow.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(web.send("POST /mcp", &[], PING).await.status, 200, "another client");
        assert_eq!(Got::read(&rest(&mut slow).await).refused(), (408, -32600));
    }
}

#[tokio::test]
async fn t33_a_quiet_connection_is_closed_and_a_busy_one_is_not() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::with(&rig.server, |settings| {
        settings.bearer = false;
        (settings.limits.idle_time, settings.limits.head_time) = (SHORT, Duration::from_secs(20));
    })
    .await;
    let mut quiet = web.connect().await;
    let text = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{PING}",
        web.at,
        PING.len()
    );
    quiet.write_all(text.as_bytes()).await.unwrap();
    assert_eq!(Got::read(&rest(&mut quiet).await).status, 200, "answered, kept for a while, closed");
    // A call that takes longer than a connection may be quiet.
    rig.sim.faults().add(Match::operation("listPods").then(Action::Silent));
    let mut busy = web.connect().await;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list-pods"}})
        .to_string();
    let text = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{call}",
        web.at,
        call.len()
    );
    busy.write_all(text.as_bytes()).await.unwrap();
    let mut byte = [0];
    let waited = tokio::time::timeout(3 * SHORT, busy.read(&mut byte)).await;
    assert!(waited.is_err(), "neither answered nor closed: {waited:?}");
}

#[tokio::test]
async fn t33_whoever_takes_nothing_of_an_answer_is_ended() {
    let web = web(|limits| limits.write_time = SHORT).await;
    let mut deaf = web.connect().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let text = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{list}",
        web.at,
        list.len()
    );
    // More answers than all buffers in between hold, and nobody who reads them.
    let asking = async {
        loop {
            if deaf.write_all(text.as_bytes()).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asking).await.expect("the server closes");
    assert_eq!(web.send("POST /mcp", &[], PING).await.status, 200);
}

#[tokio::test]
async fn t33_one_address_has_so_many_connections_and_others_have_theirs() {
    let web = web(|limits| limits.connections_per_ip = 2).await;
    let (first, _second) = (web.connect().await, web.connect().await);
    let mut third = web.connect().await;
    assert_eq!(rest(&mut third).await, "");
    drop(first);
    // The place is free once the server has seen the end.
    let began = Instant::now();
    while web.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn t33_a_request_that_takes_too_long_is_answered_all_the_same() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").then(Action::Silent));
    let web = Web::with(&rig.server, |settings| {
        settings.bearer = false;
        (settings.limits.request_time, settings.limits.requests) = (SHORT, 1);
    })
    .await;
    let call = async || web.ask("2025-06-18", "tools/call", json!({"name": "list-pods"})).await;
    let (one, other) = tokio::join!(call(), call());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    // Only one was let in; whether the other came before it had ended is a matter of luck.
    assert!(matches!(statuses, [503, 504] | [504, 504]), "{one:?} {other:?}");
    for got in [one, other] {
        match got.status {
            504 => assert_eq!((got.refused(), &got.json()["id"]), ((504, -32603), &json!(1))),
            _ => assert_eq!((got.header("retry-after"), got.refused()), (Some("1"), (503, 503))),
        }
    }
    assert_eq!(web.ask("2025-06-18", "ping", Value::Null).await.status, 200, "the place is free again");
}

#[tokio::test]
async fn told_to_stop_it_ends_what_runs_and_takes_nothing_new() {
    let rig = Rig::new(Seed::Empty).await;
    let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
    rig.sim.faults().add(Match::operation("getPod").then(starting));
    let mut web = Web::open(&rig.server).await;
    let mut idle = web.connect().await;
    let call = json!({"name": "get-pod", "arguments": {"podId": "abc", "wait": 300_000}});
    let answer = {
        let waiting = web.ask("2025-06-18", "tools/call", call);
        tokio::pin!(waiting);
        while rig.sim.journal().count("getPod") == 0 {
            tokio::select! {
                got = &mut waiting => panic!("{got:?}"),
                () = tokio::time::sleep(Duration::from_millis(2)) => (),
            }
        }
        web.drain.cancel();
        waiting.await
    };
    let pod: Value =
        serde_json::from_str(answer.json()["result"]["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&pod["id"], pod["wait"]["ended"].is_string()), (&json!("abc"), true), "{answer:?}");
    assert_eq!(rest(&mut idle).await, "");
    tokio::time::timeout(Duration::from_secs(20), &mut web.task).await.expect("an end").unwrap().unwrap();
    assert!(TcpStream::connect(web.at).await.is_err());
}
