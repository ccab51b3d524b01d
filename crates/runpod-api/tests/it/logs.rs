//! Logs as they come over the socket: late, in pieces, broken off, endless.

use std::time::Duration;

use runpod_api::endpoints::WorkerOf;
use runpod_api::logs::{Line, Log, Query, Source};
use runpod_api::{Client, Error, Id};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub};

const MIB: u64 = 1024 * 1024;
const TIME: Duration = Duration::from_secs(5);
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

fn event(number: u32) -> String {
    let ts = "2026-08-01T12:00:00Z";
    format!(
        "id: {ts}/{number:012}\ndata: {{\"ts\":\"{ts}\",\"source\":\"container\",\"line\":\"step {number}\"}}\n\n"
    )
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

async fn open(client: &Client) -> Result<Log, Error> {
    client.pods().logs(&Id::parse("pod-1").unwrap(), &Query::default(), TIME).await
}

async fn text(log: &mut Log) -> Option<String> {
    log.next().await.unwrap().map(|line| line.text)
}

#[tokio::test]
async fn lines_come_with_their_place_and_are_asked_for_as_a_stream() {
    let body = [HEAD, &event(1), &event(2)].concat();
    let stub = Stub::start([Reply::Cut(body.into()), Reply::Cut(HEAD.into())]).await;
    let client = stub.client(&Hand::new());
    let mut log = open(&client).await.unwrap();
    let first = Line {
        id: Some("2026-08-01T12:00:00Z/000000000001".to_owned()),
        at: Some("2026-08-01T12:00:00Z".to_owned()),
        source: Some("container".to_owned()),
        text: "step 1".to_owned(),
        ..Line::default()
    };
    assert_eq!(log.next().await.unwrap(), Some(first));
    assert_eq!((text(&mut log).await.as_deref(), text(&mut log).await), (Some("step 2"), None));

    let after = Some("2026-08-01T12:00:00Z/000000000002".to_owned());
    let query = Query { after, source: Some(Source::System), tail: Some(0), ..Query::default() };
    let (endpoint, worker) = (Id::parse("ep-1").unwrap(), Id::parse("w-1").unwrap());
    let of = WorkerOf { endpoint: &endpoint, worker: &worker };
    client.endpoints().worker_logs(of, &query, TIME).await.unwrap();
    assert_eq!(
        stub.lines(),
        ["GET /v2/pods/pod-1/logs", "GET /v2/serverless/ep-1/workers/w-1/logs?source=system&tail=0"]
    );
    let heard = stub.heard();
    assert!(heard[0].header("last-event-id").is_empty());
    assert_eq!(heard[1].header("last-event-id"), ["2026-08-01T12:00:00Z/000000000002"]);
    for heard in heard {
        assert_eq!(heard.header("accept"), ["text/event-stream"]);
        assert_eq!(heard.header("authorization"), [format!("Bearer {KEY}")]);
    }
}

#[tokio::test]
async fn a_head_that_never_comes_is_given_up_when_the_time_is_over() {
    let stub = Stub::start([Reply::Stall(Vec::new())]).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let late = async {
        stub.until(|log| log.heard.len() == 1).await;
        hand.advance(TIME);
    };
    let (error, ()) = tokio::join!(async { open(&client).await.unwrap_err() }, late);
    assert_eq!(error.to_string(), "no answer to getPodLogs within 5.0 s");
    stub.until(|log| log.hung_up == 1).await;
}

#[tokio::test]
async fn silence_after_some_lines_ends_with_the_time_and_loses_none_of_them() {
    let body = [CHUNKED, &chunk(&event(1)), &chunk("data: hal")].concat();
    let stub = Stub::start([Reply::Stall(body.into())]).await;
    let hand = Hand::new();
    let mut log = open(&stub.client(&hand)).await.unwrap();
    assert_eq!(text(&mut log).await.as_deref(), Some("step 1"));
    hand.advance(Duration::from_secs(1));
    let late = async {
        hand.until_asked(Duration::from_secs(4)).await;
        hand.advance(Duration::from_secs(4));
    };
    let (error, ()) = tokio::join!(async { log.next().await.unwrap_err() }, late);
    assert!(matches!(error, Error::Timeout { after: TIME, .. }), "{error:?}");
    assert!(matches!(log.next().await, Err(Error::Timeout { .. })), "the time is renewed by asking again");
    assert!(log.is_amid_line());
    drop(log);
    stub.until(|log| log.hung_up == 1).await;
}

#[tokio::test]
async fn waiting_for_a_line_may_be_broken_off_and_taken_up_again() {
    let body = [CHUNKED, &chunk(&event(1))].concat();
    let stub = Stub::start([Reply::Stall(body.into())]).await;
    let mut log = open(&stub.client(&Hand::new())).await.unwrap();
    while tokio::time::timeout(Duration::ZERO, log.next())
        .await
        .map(|line| line.unwrap().is_none())
        .unwrap_or(true)
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stream_that_breaks_is_no_stream_that_ends() {
    let cut = [CHUNKED, &chunk(&event(1)), "ff\r\ndata: half"].concat();
    let whole = [CHUNKED, &chunk(&event(1)), "0\r\n\r\n"].concat();
    let stub = Stub::start([Reply::Cut(cut.into()), Reply::Bytes(whole.into())]).await;
    let client = stub.client(&Hand::new());
    let mut log = open(&client).await.unwrap();
    assert_eq!(text(&mut log).await.as_deref(), Some("step 1"));
    let error = log.next().await.unwrap_err();
    assert!(matches!(error, Error::Connection { operation: "getPodLogs", .. }), "{error:?}");
    assert!(log.is_amid_line());
    let mut log = open(&client).await.unwrap();
    assert_eq!((text(&mut log).await.as_deref(), text(&mut log).await), (Some("step 1"), None));
    assert_eq!(stub.heard().len(), 2, "a stream that broke was asked for again");
}

#[tokio::test]
async fn what_fails_before_the_first_byte_is_tried_again() {
    let body = [HEAD, &event(1)].concat();
    let stub = Stub::start([
        Reply::new(503, "", ""),
        Reply::Cut("HTTP/1.1 200 OK\r\ncont".into()),
        Reply::Cut(body.into()),
    ])
    .await;
    let mut log = open(&stub.client(&Hand::new())).await.unwrap();
    assert_eq!((text(&mut log).await.as_deref(), stub.heard().len()), (Some("step 1"), 3));
}

#[tokio::test]
async fn an_endless_line_is_given_up_at_the_cap() {
    let said = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 209715200\r\n\r\n";
    let stub =
        Stub::start([Reply::Flood(said.into(), 200 * MIB), Reply::Flood(HEAD.into(), 200 * MIB)]).await;
    let client = stub.client(&Hand::new());
    let error = open(&client).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { operation: "getPodLogs", limit: 67_108_864 }), "{error:?}");
    stub.until(|log| log.hung_up == 1).await;
    assert!(stub.flooded() < 16 * MIB, "{} bytes were taken", stub.flooded());
    let error = open(&client).await.unwrap().next().await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    stub.until(|log| log.hung_up == 2).await;
    assert!((64 * MIB..80 * MIB).contains(&stub.flooded()), "{} bytes were taken", stub.flooded());
}

#[tokio::test]
async fn what_is_no_stream_of_events_is_an_error_and_no_empty_log() {
    for (reply, words) in [
        (Reply::json(200, r#"{"logs":[]}"#), "it is application/json, a stream of events was expected"),
        (Reply::new(200, "content-type: text/html\r\n", "<p>wifi"), "it is text/html, a stream"),
        (Reply::new(200, "", ""), "it is of no type, a stream"),
        (
            Reply::new(200, "content-type: text/event-stream\r\ncontent-encoding: gzip\r\n", "x"),
            "it is encoded as gzip",
        ),
    ] {
        let stub = Stub::start([reply]).await;
        let error = open(&stub.client(&Hand::new())).await.unwrap_err();
        assert!(matches!(&error, Error::Shape { why, .. } if why.starts_with(words)), "{error:?}");
    }
}

#[tokio::test]
async fn an_open_log_holds_one_of_64_turns_until_it_is_dropped() {
    let body = || Reply::Stall([CHUNKED, &chunk(&event(1))].concat().into());
    let stub = Stub::start((0..65).map(|_| body())).await;
    let client = stub.client(&Hand::new());
    let mut logs = Vec::new();
    for _ in 0..64 {
        logs.push(open(&client).await.unwrap());
    }
    let next = tokio::spawn({
        let client = client.clone();
        async move { open(&client).await.map(drop) }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stub.heard().len(), 64);
    logs.pop();
    next.await.unwrap().unwrap();
    stub.until(|log| log.hung_up == 2).await;
}
