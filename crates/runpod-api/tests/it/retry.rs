//! What is sent again, as the other side sees it.

use std::time::Duration;

use runpod_api::pods::{Create, Gpu, Query, Update};
use runpod_api::{ApiKey, Call, Deadline, Error, Id, Settings};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub, client, hosts};

fn new_pod() -> Create {
    Create::gpu("trainer", "image", Gpu::new("NVIDIA L4"))
}

fn pod() -> Id {
    Id::parse("pod-1").unwrap()
}

fn down(status: u16) -> Reply {
    Reply::json(status, r#"{"title":"down"}"#)
}

#[tokio::test]
async fn a_read_is_tried_three_times() {
    let stub = Stub::start([down(503), down(502), Reply::json(200, r#"{"pods":[]}"#)]).await;
    stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap();
    assert_eq!(stub.lines(), ["GET /v2/pods"; 3]);

    let stub = Stub::start([down(500), down(504), down(503), Reply::json(200, r#"{"pods":[]}"#)]).await;
    let error = stub.client(&Hand::new()).pods().list(&Query::default()).await.unwrap_err();
    assert_eq!((error.status(), stub.heard().len()), (Some(503), 3));
}

#[tokio::test]
async fn a_no_is_a_no() {
    for status in [400, 401, 403, 404, 409, 422, 501] {
        let stub = Stub::start([down(status)]).await;
        let error = stub.client(&Hand::new()).pods().get(&pod()).await.unwrap_err();
        assert_eq!((error.status(), stub.heard().len()), (Some(status), 1));
    }
}

#[tokio::test]
async fn a_delete_that_meets_404_on_a_repeat_has_worked() {
    let stub = Stub::start([down(502), down(404)]).await;
    stub.client(&Hand::new()).pods().delete(&pod()).await.unwrap();
    assert_eq!(stub.lines(), ["DELETE /v2/pods/pod-1"; 2]);

    let stub = Stub::start([Reply::Cut(Vec::new()), down(404)]).await;
    stub.client(&Hand::new()).pods().delete(&pod()).await.unwrap();

    let stub = Stub::start([down(404)]).await;
    assert!(stub.client(&Hand::new()).pods().delete(&pod()).await.unwrap_err().is_missing());
}

#[tokio::test]
async fn a_write_that_was_sent_is_sent_once() {
    let rename = Update { name: Some("other".to_owned()), ..Update::default() };
    for status in [500, 502, 503, 504] {
        let stub = Stub::start([down(status), down(status)]).await;
        let client = stub.client(&Hand::new());
        assert_eq!(client.pods().create(&new_pod()).await.unwrap_err().status(), Some(status));
        let error = client.pods().update(&pod(), &rename).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(stub.lines(), ["POST /v2/pods", "PATCH /v2/pods/pod-1"]);
    }
}

#[tokio::test]
async fn a_write_without_a_connection_may_be_tried_again() {
    let stub = Stub::start([]).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let hand = Hand::new();
    let settings = Settings {
        hosts: hosts(&format!("http://127.0.0.1:{free}/v2")),
        clock: hand.clone(),
        jitter: |_| Duration::ZERO,
        ..Settings::default()
    };
    let error = client(settings).pods().create(&new_pod()).await.unwrap_err();
    assert!(matches!(error, Error::Connection { sent: false, write: true, .. }), "{error:?}");
    assert!(error.to_string().ends_with("; nothing was sent"), "{error}");
    assert_eq!(hand.asked(), [Duration::from_secs(30), Duration::ZERO, Duration::ZERO]);
    assert!(stub.heard().is_empty());
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_costs_a_write_nothing() {
    let mut last = String::from("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n");
    last.push_str(r#"{"pods":[]}"#);
    let stub = Stub::start([Reply::Cut(last.into()), Reply::json(201, r#"{"id":"p"}"#)]).await;
    let client = stub.client(&Hand::new());
    client.pods().list(&Query::default()).await.unwrap();
    // The client learns of the end of the connection by reading from it.
    tokio::time::sleep(Duration::from_millis(5)).await;
    client.pods().create(&new_pod()).await.unwrap();
    assert_eq!((stub.lines().len(), stub.connections()), (2, 2));
}

/// A 429 that asks for this many seconds.
fn slow_down(seconds: u32) -> Reply {
    Reply::new(429, &format!("retry-after: {seconds}\r\nratelimit: \"minute\";r=0;t={seconds}\r\n"), "{}")
}

#[tokio::test]
async fn a_429_is_waited_out_once_when_the_wait_is_short() {
    let made = || Reply::json(201, r#"{"id":"p"}"#);
    let stub = Stub::start([slow_down(5), made(), slow_down(3), slow_down(1), made()]).await;
    let hand = Hand::new();
    let (client, pod) = (stub.client(&hand), new_pod());
    let moved = async |seconds| {
        hand.until_asked(Duration::from_secs(seconds)).await;
        hand.advance(Duration::from_secs(seconds));
    };
    let (made, ()) = tokio::join!(async { client.pods().create(&pod).await }, moved(5));
    assert_eq!(made.unwrap().view.id, "p");
    assert_eq!(stub.heard()[0].body, stub.heard()[1].body);

    let query = Query::default();
    let (listed, ()) = tokio::join!(async { client.pods().list(&query).await }, moved(3));
    let error = listed.unwrap_err();
    assert_eq!(error.to_string(), "Runpod asked us to slow down: the minute quota is used up: wait ~1s");
    assert_eq!(stub.heard().len(), 4);
}

#[tokio::test]
async fn a_429_that_asks_for_more_is_handed_to_the_caller() {
    let vague = Reply::new(429, "retry-after: soon\r\nratelimit: \"minute\";r=0;t=1\r\n", "{}");
    let long = Reply::new(
        429,
        "retry-after: 6\r\nratelimit: \"minute\";r=0;t=6\r\n",
        r#"{"error":"the minute is over"}"#,
    );
    let stub = Stub::start([long, vague, Reply::new(429, "", "slow down"), slow_down(3)]).await;
    let hand = Hand::new();
    let client = stub.client(&hand);
    let (mut hints, mut words) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        match client.pods().create(&new_pod()).await.unwrap_err() {
            Error::TooFast { after, sure, hint, said, .. } => {
                hints.push((after.map(|d| d.as_secs()), sure, hint));
                words.push(said);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(hints[0], (Some(6), true, "the minute quota is used up: wait ~6s".to_owned()));
    assert_eq!(hints[1], (Some(1), false, "the minute quota is used up: wait at least ~1s".to_owned()));
    assert_eq!((hints[2].0, hints[2].1), (None, false));
    assert_eq!(words, ["the minute is over", "Too Many Requests, without further words", "slow down"]);
    let deadline = Deadline::after(client.clock(), Duration::from_secs(2));
    let hurried = client.acting_for(Call::new(Some(ApiKey::new(KEY)), deadline));
    assert_eq!(hurried.pods().create(&new_pod()).await.unwrap_err().status(), Some(429));
    assert_eq!(stub.heard().len(), 4);
}

#[tokio::test]
async fn a_wait_that_does_not_fit_the_deadline_is_not_begun() {
    let stub = Stub::start([down(503)]).await;
    let hand = Hand::new();
    let settings =
        Settings { hosts: stub.hosts(), clock: hand.clone(), jitter: |most| most, ..Settings::default() };
    let deadline = Deadline::after(&settings.clock, Duration::from_millis(500));
    let client = runpod_api::Client::new(settings).acting_for(Call::new(Some(ApiKey::new(KEY)), deadline));
    let error = client.pods().list(&Query::default()).await.unwrap_err();
    assert_eq!((error.status(), stub.heard().len()), (Some(503), 1));
}
