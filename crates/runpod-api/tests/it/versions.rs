//! Which version is spoken, and how that is found out.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::pods::Query;
use runpod_api::{
    Base, Client, Error, Hosts, ProbeHook, Resource, Routing, Settings, Version, Versions, templates,
};

use crate::hand::Hand;
use crate::stub::{Reply, Stub, client};

/// A client of a stub that is both hosts, under `/v1` and `/v2`.
pub(crate) fn of_both(stub: &Stub, hand: &Arc<Hand>, versions: Versions) -> Client {
    client(settings(stub, hand, versions))
}

fn settings(stub: &Stub, hand: &Arc<Hand>, versions: Versions) -> Settings {
    let base = |path| Base::parse(&format!("http://127.0.0.1:{}{path}", stub.port)).unwrap();
    Settings {
        hosts: Hosts { rest_v2: base("/v2"), rest_v1: base("/v1/"), ..Hosts::default() },
        clock: hand.clone(),
        jitter: |_| Duration::ZERO,
        versions,
        ..Settings::default()
    }
}

fn auto() -> Versions {
    Versions::all(Routing::Auto)
}

fn v1_list() -> Reply {
    Reply::json(200, "[]")
}

fn v2_list() -> Reply {
    Reply::json(200, r#"{"pods":[]}"#)
}

async fn list(client: &Client) {
    client.pods().list(&Query::default()).await.expect("a list");
}

#[tokio::test]
async fn auto_asks_once_and_keeps_what_is_definite() {
    let hand = Hand::new();
    let stub = Stub::start([Reply::json(200, r#"{"gpus":[]}"#), v2_list(), v2_list()]).await;
    let client = of_both(&stub, &hand, auto());
    assert_eq!(stub.connections(), 0, "nothing is asked before somebody wants to know");
    list(&client).await;
    hand.advance(Duration::from_secs(3600));
    list(&client.clone()).await;
    assert_eq!(stub.lines(), ["GET /v2/catalog/gpus", "GET /v2/pods", "GET /v2/pods"]);

    for status in [404, 410] {
        let stub = Stub::start([Reply::json(status, "{}"), v1_list(), v1_list()]).await;
        let client = of_both(&stub, &hand, auto());
        list(&client).await;
        hand.advance(Duration::from_secs(3600));
        list(&client).await;
        assert_eq!(stub.lines(), ["GET /v2/catalog/gpus", "GET /v1/pods", "GET /v1/pods"]);
    }
}

#[tokio::test]
async fn what_says_nothing_about_the_host_is_asked_again_later() {
    // A read is tried three times where a second try can help.
    for (status, tries) in [(401, 1), (403, 1), (429, 1), (302, 1), (500, 3), (503, 3)] {
        let hand = Hand::new();
        let mut replies: Vec<_> = (0..tries).map(|_| Reply::json(status, "{}")).collect();
        replies.extend([v1_list(), v1_list(), Reply::json(200, "{}"), v2_list()]);
        let stub = Stub::start(replies).await;
        let client = of_both(&stub, &hand, auto());
        list(&client).await;
        hand.advance(Duration::from_secs(29));
        list(&client).await;
        hand.advance(Duration::from_secs(2));
        list(&client).await;
        let mut lines = vec!["GET /v2/catalog/gpus"; tries];
        lines.extend(["GET /v1/pods", "GET /v1/pods", "GET /v2/catalog/gpus", "GET /v2/pods"]);
        assert_eq!(stub.lines(), lines, "{status}");
    }
}

#[tokio::test]
async fn a_silent_host_is_waited_for_four_seconds_and_no_longer() {
    let hand = Hand::new();
    let stub = Stub::start([Reply::Stall(Vec::new()), v1_list()]).await;
    let client = of_both(&stub, &hand, auto());
    let listed = tokio::spawn(async move { list(&client).await });
    hand.until_asked(Duration::from_secs(4)).await;
    stub.until(|log| log.heard.len() == 1).await;
    hand.advance(Duration::from_secs(4));
    listed.await.unwrap();
    assert_eq!(stub.lines(), ["GET /v2/catalog/gpus", "GET /v1/pods"]);
}

#[tokio::test]
async fn many_that_want_to_know_at_once_ask_once() {
    let hand = Hand::new();
    let (held, go) = Reply::held(200, "{}");
    let replies = std::iter::once(held).chain((0..10).map(|_| v2_list()));
    let stub = Stub::start(replies).await;
    let client = of_both(&stub, &hand, auto());
    let lists: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { list(&client).await })
        })
        .collect();
    stub.until(|log| log.heard.len() == 1).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    go.send_replace(true);
    for list in lists {
        list.await.unwrap();
    }
    let asked = stub.lines().iter().filter(|line| line.contains("catalog")).count();
    assert_eq!((asked, stub.lines().len()), (1, 11));
}

#[tokio::test]
async fn somebody_is_told_what_was_found() {
    let hand = Hand::new();
    let stub = Stub::start([Reply::json(403, "{}"), v1_list(), Reply::json(200, "{}"), v2_list()]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&told);
    let hook = ProbeHook::new(move |probe| {
        let status = probe.why.and_then(Error::status);
        ear.lock().unwrap().push((probe.version, probe.settled, status));
    });
    let client = client(Settings { on_probe: hook, ..settings(&stub, &hand, auto()) });
    list(&client).await;
    hand.advance(Duration::from_secs(31));
    list(&client).await;
    assert_eq!(*told.lock().unwrap(), [(Version::V1, false, Some(403)), (Version::V2, true, None)]);
}

#[tokio::test]
async fn a_resource_that_is_pinned_goes_there_and_nobody_is_asked() {
    let hand = Hand::new();
    let stub = Stub::start([v1_list(), Reply::json(200, r#"{"templates":[]}"#)]).await;
    let versions = Versions::all(Routing::Auto)
        .with(Resource::Pods, Routing::Fixed(Version::V1))
        .with(Resource::Templates, Routing::Fixed(Version::V2));
    let pinned = of_both(&stub, &hand, versions);
    list(&pinned).await;
    pinned.templates().list(&templates::Query::default()).await.expect("a list");
    assert_eq!(stub.lines(), ["GET /v1/pods", "GET /v2/templates"]);
}

#[tokio::test]
async fn without_a_key_the_host_is_not_asked_either() {
    let hand = Hand::new();
    let stub = Stub::start([]).await;
    let nobody = Client::new(settings(&stub, &hand, auto()));
    assert!(matches!(nobody.pods().list(&Query::default()).await, Err(Error::NoKey)));
    assert_eq!(stub.connections(), 0);
}
