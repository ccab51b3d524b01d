//! What is told about exchanges, and the trace that requests carry.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::{
    ApiKey, Call, Client, Deadline, ExchangeHook, Headroom, Hosts, Settings, Standing, TraceContext, pods,
};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub};

#[derive(Clone, Debug, PartialEq)]
struct Told {
    operation: &'static str,
    api: &'static str,
    changes: bool,
    status: Option<u16>,
    took: Duration,
    left: Headroom,
    with_key: bool,
    span: Option<String>,
}

type Heard = Arc<Mutex<Vec<Told>>>;

/// A client of the stub, and what its hook hears.
fn told(stub: &Stub, hand: &Arc<Hand>) -> (Client, Heard) {
    let heard = Heard::default();
    let tell = Arc::clone(&heard);
    let on_exchange = ExchangeHook::new(move |e| {
        tell.lock().unwrap().push(Told {
            operation: e.operation,
            api: e.api,
            changes: e.changes,
            status: e.status,
            took: e.took,
            left: e.left,
            with_key: e.key.is_some(),
            span: e.span.map(TraceContext::traceparent),
        });
    });
    let hosts = Hosts { graphql_authed: stub.hosts().rest_v2, ..stub.hosts() };
    let settings = Settings {
        hosts,
        clock: hand.clone(),
        jitter: |_| Duration::ZERO,
        on_exchange,
        ..Settings::default()
    };
    let call = Call::new(Some(ApiKey::new(KEY)), Deadline::never(&settings.clock));
    (Client::new(settings).acting_for(call), heard)
}

#[tokio::test]
async fn each_try_is_told_with_its_status_and_what_is_left() {
    let limit = "content-type: application/json\r\nratelimit: \"minute\";r=7;t=9, \"hour\";r=0;t=8\r\n";
    let stub = Stub::start([Reply::json(503, "{}"), Reply::new(200, limit, r#"{"pods":[]}"#)]).await;
    let (client, heard) = told(&stub, &Hand::new());
    client.pods().list(&pods::Query::default()).await.expect("a list");
    let heard = heard.lock().unwrap().clone();
    let seen: Vec<_> = heard.iter().map(|t| (t.operation, t.api, t.changes, t.status, t.with_key)).collect();
    assert_eq!(
        seen,
        [("listPods", "rest_v2", false, Some(503), true), ("listPods", "rest_v2", false, Some(200), true)]
    );
    assert_eq!(heard[1].left, Headroom { minute: Some(7), hour: Some(0), day: None });
}

#[tokio::test]
async fn an_exchange_that_nobody_waits_for_any_more_is_told_with_its_time() {
    let hand = Hand::new();
    let (late, _never) = Reply::held(200, r#"{"pods":[]}"#);
    let stub = Stub::start([late]).await;
    let (client, heard) = told(&stub, &hand);
    let query = pods::Query::default();
    let pods = client.pods();
    let (failed, ()) = tokio::join!(pods.list(&query), async {
        stub.until(|log| log.heard.len() == 1).await;
        hand.advance(Duration::from_secs(30));
    });
    assert!(failed.is_err());
    let heard = heard.lock().unwrap().clone();
    assert_eq!(
        heard.iter().map(|t| (t.status, t.took)).collect::<Vec<_>>(),
        [(None, Duration::from_secs(30))]
    );
}

#[tokio::test]
async fn each_request_of_a_traced_call_is_a_span_of_its_own_in_that_trace() {
    let stub = Stub::start([
        Reply::json(503, "{}"),
        Reply::json(200, r#"{"pods":[]}"#),
        Reply::json(200, r#"{"pods":[]}"#),
    ])
    .await;
    let (client, heard) = told(&stub, &Hand::new());
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace = TraceContext::parse(parent, Some("rojo=1")).expect("a trace");
    let call = || Call::new(Some(ApiKey::new(KEY)), client.deadline());
    client.acting_for(call().in_trace(trace)).pods().list(&pods::Query::default()).await.expect("a list");
    client.acting_for(call()).pods().list(&pods::Query::default()).await.expect("a list");
    let spans: Vec<_> = heard.lock().unwrap().iter().map(|t| t.span.clone()).collect();
    let requests = stub.heard();
    let sent: Vec<_> = requests.iter().map(|h| h.header("traceparent")).collect();
    assert_eq!(sent[0], [spans[0].as_deref().unwrap()]);
    assert_eq!(sent[1], [spans[1].as_deref().unwrap()]);
    assert!(sent[2].is_empty() && requests[2].header("tracestate").is_empty() && spans[2].is_none());
    assert!(sent[0][0].starts_with("00-0af7651916cd43dd8448eb211c80319c-") && sent[0] != sent[1]);
    assert!(![sent[0][0], sent[1][0]].contains(&parent));
    assert_eq!(requests[0].header("tracestate"), ["rojo=1"]);
}

#[tokio::test]
async fn the_check_of_a_key_says_nothing_but_the_key_and_the_question() {
    let stub = Stub::start([
        Reply::json(200, r#"{"data":{"myself":{"id":"u"}}}"#),
        Reply::json(401, "{}"),
        Reply::json(503, "{}"),
        Reply::Cut(Vec::new()),
        Reply::json(200, r#"{"data":{"myself":null}}"#),
    ])
    .await;
    let (client, heard) = told(&stub, &Hand::new());
    let key = ApiKey::new("rpa_OTHER");
    let mut standings = Vec::new();
    for _ in 0..5 {
        standings.push(client.standing(&key).await);
    }
    use Standing::{Invalid, Unknown, Valid};
    assert_eq!(standings, [Valid, Invalid, Unknown, Unknown, Invalid], "and nothing was asked twice");
    let first = &stub.heard()[0];
    assert_eq!((first.line(), first.body.as_str()), ("POST /v2", r#"{"query":"query { myself { id } }"}"#));
    assert_eq!(first.header("authorization"), ["Bearer rpa_OTHER"]);
    assert_eq!(first.header("content-type"), ["application/json"]);
    assert!(first.header("user-agent").is_empty() && first.header("x-runpod-session-id").is_empty());
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_check_of_a_key_waits_four_seconds_and_for_no_other_call() {
    let hand = Hand::new();
    let held: Vec<_> = (0..65).map(|_| Reply::held(200, r#"{"pods":[]}"#)).collect();
    let (replies, _go): (Vec<_>, Vec<_>) = held.into_iter().unzip();
    let stub = Stub::start(replies).await;
    let (client, _) = told(&stub, &hand);
    for _ in 0..64 {
        let client = client.clone();
        tokio::spawn(async move { client.pods().list(&pods::Query::default()).await.map(drop) });
    }
    stub.until(|log| log.heard.len() == 64).await;
    let key = ApiKey::new("rpa_OTHER");
    let (standing, ()) = tokio::join!(client.standing(&key), async {
        stub.until(|log| log.heard.len() == 65).await;
        hand.until_asked(Duration::from_secs(4)).await;
        hand.advance(Duration::from_secs(4));
    });
    assert_eq!(standing, Standing::Unknown);
}
