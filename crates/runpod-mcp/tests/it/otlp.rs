//! Spans on their way to a collector.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use runpod_api::{Clock, RealClock, TraceContext};
use runpod_mcp::otlp::{Exporter, Kind, Settings, Span, Value};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn clock() -> Arc<dyn Clock> {
    Arc::new(RealClock::default())
}

fn span(sampled: bool) -> Span {
    let parent = TraceContext::start(sampled);
    Span {
        place: parent.child(),
        parent: Some(parent),
        name: "listPods".into(),
        kind: Kind::Client,
        ended: Duration::from_secs(3),
        took: Duration::from_secs(2),
        failed: true,
        facts: vec![
            ("runpod.api", Value::Text("rest_v2".into())),
            ("http.response.status_code", Value::Number(503)),
        ],
    }
}

/// The next request: its head, and its body as JSON. Answered with this status.
async fn heard(collector: &TcpListener, status: u16) -> (String, Json) {
    let (mut socket, _) = collector.accept().await.expect("a connection");
    let (head, body) = read(&mut socket).await;
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
    socket.write_all(answer.as_bytes()).await.expect("it is read");
    (head, body)
}

async fn read(socket: &mut TcpStream) -> (String, Json) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            return (head.to_ascii_lowercase(), body);
        }
        assert!(socket.read_buf(&mut bytes).await.expect("more") > 0, "it broke off: {text}");
    }
}

async fn collector() -> (TcpListener, Settings) {
    let collector = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let settings = Settings::to(&format!("http://{}", collector.local_addr().expect("it has one")));
    (collector, settings.expect("an address"))
}

#[tokio::test]
async fn what_was_recorded_is_sent_before_the_end_with_dates_and_parents() {
    let (collector, settings) = collector().await;
    let settings = settings.named("mine").with_headers("x-key=a%20b").expect("headers");
    let (clock, wall) = (clock(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_000));
    let offset = clock.now();
    let (exporter, sending) = Exporter::start(settings, Arc::clone(&clock), wall).expect("usable settings");
    let sent = span(true);
    exporter.record(sent.clone());
    exporter.record(span(false));
    drop(exporter);
    let (told, ()) = tokio::join!(heard(&collector, 200), sending.finish(&clock, Duration::from_secs(60)));
    let (head, body) = told;
    assert!(head.starts_with("post /v1/traces ") && head.contains("\r\nx-key: a b"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
    let resource = &body["resourceSpans"][0];
    assert_eq!(
        resource["resource"]["attributes"][0],
        json!({"key": "service.name", "value": {"stringValue": "mine"}})
    );
    let spans = resource["scopeSpans"][0]["spans"].as_array().expect("a list");
    assert_eq!(spans.len(), 1, "a trace that nobody records is not sent");
    let one = &spans[0];
    assert_eq!(one["traceId"], sent.place.trace_id());
    assert_eq!(one["spanId"], sent.place.span_id());
    assert_eq!(one["parentSpanId"], sent.parent.expect("it has one").span_id());
    assert_eq!(
        (one["name"].as_str(), one["kind"].as_u64(), one["status"]["code"].as_u64()),
        (Some("listPods"), Some(3), Some(2))
    );
    assert_eq!(
        one["attributes"][1],
        json!({"key": "http.response.status_code", "value": {"intValue": "503"}})
    );
    let at = |name: &str| one[name].as_str().and_then(|t| t.parse::<u64>().ok()).expect("nanoseconds");
    assert_eq!(at("endTimeUnixNano") - at("startTimeUnixNano"), 2_000_000_000);
    let drift = 1_003_000_000_000 - at("endTimeUnixNano");
    assert!(drift < 1_000_000_000 + u64::try_from(offset.as_nanos()).expect("short"), "{drift}");
}

#[tokio::test]
async fn a_collector_that_refuses_costs_its_spans_and_they_are_counted() {
    let (collector, settings) = collector().await;
    let clock = clock();
    let (exporter, sending) =
        Exporter::start(settings, Arc::clone(&clock), SystemTime::UNIX_EPOCH).expect("usable");
    exporter.record(span(true));
    let counted = exporter.clone();
    drop(exporter);
    let watching = async {
        heard(&collector, 400).await;
        while counted.dropped() == 0 {
            tokio::task::yield_now().await;
        }
        counted.dropped()
    };
    // It gathers for as long as somebody may record; a full batch goes at once.
    let filling = async {
        for _ in 0..511 {
            counted.record(span(true));
        }
    };
    let (dropped, ()) = tokio::join!(watching, filling);
    assert_eq!(dropped, 512);
    drop(counted);
    sending.finish(&clock, Duration::from_secs(60)).await;
}

#[tokio::test]
async fn recording_never_waits_for_a_collector_that_hangs() {
    let (_silent, settings) = collector().await;
    let clock = clock();
    let (exporter, sending) =
        Exporter::start(settings, Arc::clone(&clock), SystemTime::UNIX_EPOCH).expect("usable");
    // Nothing is sent before this test lets go, so all of it stays in the queue, or does not fit.
    for _ in 0..5_000 {
        exporter.record(span(true));
    }
    assert_eq!(exporter.dropped(), 5_000 - 2_048);
    drop(exporter);
    sending.finish(&clock, Duration::from_millis(1)).await;
}
