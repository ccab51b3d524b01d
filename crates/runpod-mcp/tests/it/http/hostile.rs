//! Bytes that no client sends: each is refused or ended, and says nothing to the next request.

use runpod_sim::Seed;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::keys::hosted;
use crate::rig::Rig;
use crate::web::Web;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

async fn web() -> Web {
    Web::open(&Rig::new(Seed::Empty).await.server).await
}

/// A request that asks for nothing more than to be understood, with these lines in its head.
fn request(lines: &str, body: &str) -> String {
    format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{lines}\r\n{body}")
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

#[tokio::test]
async fn t34_heads_that_proxies_read_differently_are_refused() {
    let web = web().await;
    let chunked = format!("{:x}\r\n{PING}\r\n0\r\n\r\n", PING.len());
    let length = format!("Content-Length: {}\r\n", PING.len());
    let close = "Connection: close\r\n";
    for (what, text) in [
        ("both", request(&format!("{length}Transfer-Encoding: chunked\r\n"), &chunked)),
        ("both, the other way round", request(&format!("Transfer-Encoding: chunked\r\n{length}"), &chunked)),
        ("two lengths", request(&format!("{length}Content-Length: 1\r\n"), PING)),
        ("a signed length", request(&format!("Content-Length: +{}\r\n", PING.len()), PING)),
        ("a list of lengths", request(&format!("Content-Length: {0}, {0}\r\n", PING.len()), PING)),
        ("folded", request(&format!("{length}{close}X-A: b\r\n c\r\n"), PING)),
        ("space before the colon", request(&format!("{length}{close}X-A : b\r\n"), PING)),
        ("bare CR", request(&format!("{length}{close}X-A: b\rX-B: c\r\n"), PING)),
        ("NUL", request(&format!("{length}{close}X-A: b\0\r\n"), PING)),
        ("another encoding", request(&format!("{close}Transfer-Encoding: gzip\r\n"), &chunked)),
        ("hidden encoding", request(&format!("{close}Transfer-Encoding: \x0bchunked\r\n"), &chunked)),
        ("bad chunk", request("Transfer-Encoding: chunked\r\n", &format!("zz\r\n{PING}\r\n0\r\n\r\n"))),
        ("two hosts", request(&format!("{length}{close}Host: localhost\r\n"), PING)),
    ] {
        let answer = web.raw(text.as_bytes()).await;
        assert_eq!(status(&answer), 400, "{what}: {answer}");
    }
    let good = web.raw(request("Transfer-Encoding: chunked\r\n", &chunked).as_bytes()).await;
    assert_eq!(status(&good), 200, "{good}");
    assert!(good.to_lowercase().contains("connection: close"), "{good}");
}

#[tokio::test]
async fn t34_nothing_behind_a_chunked_request_is_heard() {
    let web = web().await;
    let smuggled = request(&format!("Content-Length: {}\r\n", PING.len()), PING);
    let chunked = format!("{:x}\r\n{PING}\r\n0\r\n\r\n{smuggled}", PING.len());
    let answer = web.raw(request("Transfer-Encoding: chunked\r\n", &chunked).as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[tokio::test]
async fn t32_too_large_too_deep_and_too_many_are_refused() {
    let web = web().await;
    let huge = 5 << 20;
    let declared = web.raw(request(&format!("Content-Length: {huge}\r\n"), "x").as_bytes()).await;
    assert_eq!(status(&declared), 413, "{declared}");
    let chunk = "x".repeat(1 << 20);
    let streamed = format!("{:x}\r\n{chunk}\r\n", chunk.len()).repeat(5);
    let streamed =
        web.raw(request("Transfer-Encoding: chunked\r\n", &format!("{streamed}0\r\n\r\n")).as_bytes()).await;
    assert_eq!(status(&streamed), 413, "{streamed}");
    let lying = web.raw(request("Connection: close\r\nContent-Length: 3\r\n", PING).as_bytes()).await;
    assert_eq!(status(&lying), 400, "{lying}");
    let many: String = (0..500).map(|n| format!("X-{n}: y\r\n")).collect();
    assert_eq!(status(&web.raw(request(&many, "").as_bytes()).await), 431);
    for length in [66_000, 100_000, 140_000] {
        let long = format!("X-A: {}\r\n", "y".repeat(length));
        assert_eq!(status(&web.raw(request(&long, "").as_bytes()).await), 431, "{length}");
    }
    let target = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(100_000));
    assert!(matches!(status(&web.raw(target.as_bytes()).await), 414 | 431));
}

#[tokio::test]
async fn t35_what_a_client_says_of_itself_cannot_break_a_head() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::open(&rig.server).await;
    let id = "a\"b";
    let lines = |name: &str, value: &str| {
        format!("Connection: close\r\nContent-Length: {}\r\n{name}: {value}\r\n", PING.len())
    };
    let answer = web.raw(request(&lines("X-Request-Id", id), PING).as_bytes()).await;
    assert!(status(&answer) == 200 && !answer.contains(id), "{answer}");
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list-pods"}}"#;
    let agent = format!("Connection: close\r\nContent-Length: {}\r\nUser-Agent: é(😀)\tx\r\n", call.len());
    let answer = web.raw(request(&agent, call).as_bytes()).await;
    assert!(status(&answer) == 200 && !answer.contains("isError\":true"), "{answer}");
    let evil = serde_json::json!({"name": "a\r\nX-Evil: 1\u{0}😀", "version": "1"});
    let (headers, mut body) = crate::web::modern("tools/call", serde_json::json!({"name": "list-pods"}));
    body["params"]["_meta"]["io.modelcontextprotocol/clientInfo"] = evil;
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(web.post(&headers, &body).await.refused(), (200, 0));
    assert_eq!(rig.sim.journal().count("listPods"), 2);
}

#[tokio::test]
async fn noise_is_answered_or_ended() {
    let rig = Rig::new(Seed::Empty).await;
    let web = Web::with(&rig.server, |settings| {
        settings.bearer = false;
        settings.limits.head_time = std::time::Duration::from_millis(200);
    })
    .await;
    for noise in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\r\n\r\n\r\n\r\nx\r\n\r\n",
        b"GET\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let answer = web.raw(noise).await;
        assert!(answer.is_empty() || status(&answer) == 400, "{noise:?}: {answer}");
    }
    assert_eq!(web.send("POST /mcp", &[], PING).await.status, 200);
}

#[tokio::test]
async fn t37_a_batch_is_refused_whole_whatever_hides_in_it() {
    let (rig, web) = hosted().await;
    let token = format!("Bearer {}", rig.sim.key());
    let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list-pods"}}"#;
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    for version in ["2024-11-05", "2025-03-26", "2025-11-25"] {
        for batch in [
            format!("[{answer},{call}]"),
            format!("[{note},{call}]"),
            format!("[{call}]"),
            format!("[[{call}]]"),
            format!("  [{answer}]"),
            format!("[{}]", vec![call; 1000].join(",")),
        ] {
            let headers = [("Authorization", token.as_str()), ("MCP-Protocol-Version", version)];
            assert_eq!(web.send("POST /mcp", &headers, &batch).await.refused(), (400, -32600), "{version}");
        }
    }
    assert!(rig.sim.journal().requests().is_empty(), "neither the key nor a tool was asked about");
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let web = web().await;
    for head in ["POST /mcp HTTP/1.1\r\n", "POST /mcp HTTP/1.0\r\n", "POST /mcp HTTP/1.1\r\nHost:\r\n"] {
        let length = format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
            PING.len()
        );
        let answer = web.raw(format!("{head}{length}\r\n{PING}").as_bytes()).await;
        assert!(matches!(status(&answer), 400 | 403), "{head}: {answer}");
    }
    assert_eq!(web.send("POST /mcp", &[], PING).await.status, 200);
}

#[tokio::test]
async fn a_wrong_head_is_answered_before_its_body_comes() {
    let (_rig, web) = hosted().await;
    let key = "Authorization: Bearer rpa_x\r\n";
    for (lines, expected) in [
        (format!("{key}Content-Type: text/plain\r\nContent-Length: 100\r\n"), 415),
        (
            format!(
                "{key}Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n"
            ),
            415,
        ),
        (format!("{key}Content-Type: application/json\r\nContent-Length: 99999999\r\n"), 413),
        ("Content-Type: application/json\r\nContent-Length: 100\r\n".to_owned(), 401),
    ] {
        let mut stream = web.connect().await;
        let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.unwrap();
        assert_eq!(status(&String::from_utf8_lossy(&answer[..read])), expected, "{lines}");
    }
}
