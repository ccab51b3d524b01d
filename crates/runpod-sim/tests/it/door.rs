//! What every request meets before its operation: key, path, size, rate, contract, journal, controls.

use axum::body::Body;
use http::{Method, Request};
use runpod_sim::{Action, Match, Pace, Seed, Settings, Sim};
use serde_json::{Value, json};

use crate::desk::{client, desk, desk_with};

const VOLUMES: &str = "/v2/network-volumes";

#[tokio::test]
async fn without_the_right_key_nothing_is_told_and_no_rate_is_shown() {
    let desk = desk(Seed::Empty);
    for key in [None, Some("Bearer rpa_WRONG"), Some("Basic abc"), Some("bearer")] {
        let request = Request::get(VOLUMES);
        let request = key.into_iter().fold(request, |request, key| request.header("authorization", key));
        let said = desk.raw(request.body(Body::empty()).unwrap()).await;
        assert!(!said.headers.contains_key("ratelimit") && !said.headers.contains_key("ratelimit-policy"));
        assert_eq!(said.headers["content-type"], "application/problem+json");
        assert_eq!(
            said.expect(401),
            json!({ "title": "Unauthorized", "status": 401, "detail": "missing bearer token" })
        );
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_apart() {
    let desk = desk(Seed::Empty);
    assert_eq!(desk.get("/v2/tags").await.refused(404), "The requested path was not found.");
    assert_eq!(desk.get("/elsewhere").await.refused(404), "The requested path was not found.");
    let said = desk.send(Method::PUT, VOLUMES, Some(json!({}))).await;
    let allow = said.headers["allow"].to_str().unwrap().to_owned();
    assert!(allow.contains("GET") && allow.contains("POST") && !allow.contains("PUT"), "{allow}");
    said.refused(405);
}

#[tokio::test]
async fn rates_are_counted_shown_and_by_default_not_enforced() {
    let desk = desk(Seed::Empty);
    let said = desk.get(VOLUMES).await;
    let policy = r#""minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400"#;
    assert_eq!(said.headers["ratelimit-policy"], policy);
    assert_eq!(
        said.headers["ratelimit"],
        r#""minute";r=59;t=60, "hour";r=2999;t=3600, "day";r=49999;t=86400"#
    );
    for _ in 0..70 {
        desk.get(VOLUMES).await.expect(200);
    }
    let said = desk.get(VOLUMES).await;
    assert!(said.headers["ratelimit"].to_str().unwrap().starts_with(r#""minute";r=0;t=60"#));
}

#[tokio::test]
async fn an_enforced_rate_refuses_until_its_window_is_over() {
    let settings = Settings { seed: Seed::Empty, pace: Pace::Manual, ..Settings::default() };
    let desk = desk_with(Settings { enforce_rate_limits: true, ..settings });
    for _ in 0..60 {
        desk.get(VOLUMES).await.expect(200);
    }
    desk.pass(20);
    let said = desk.get(VOLUMES).await;
    assert_eq!(said.headers["retry-after"], "40");
    assert_eq!(said.refused(429), "rate limit exceeded for the minute window");
    desk.pass(40);
    desk.get(VOLUMES).await.expect(200);
}

#[tokio::test]
async fn a_body_that_is_no_json_or_breaks_the_contract_is_named() {
    let desk = desk(Seed::Empty);
    let request = Request::post(VOLUMES).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {}", desk.twin.key()));
    let said = desk.raw(request.body(Body::from("{\"name\":")).unwrap()).await.refused(422);
    assert!(said.ends_with("$: the body is not valid JSON"), "{said}");

    let body = json!({ "name": "d", "size": 9, "dataCenter": "EU-RO-1", "bogus": 1 });
    let said = desk.post(VOLUMES, body).await.refused(422);
    assert!(said.contains("size: minimum: got 9, want 10"), "{said}");
    assert!(said.contains("additional properties 'bogus' not allowed"), "{said}");
}

#[tokio::test]
async fn a_pod_body_that_is_too_long_is_refused_before_the_key_is_looked_at() {
    let desk = desk(Seed::Empty);
    let body = json!({ "name": "x".repeat(102_400) }).to_string();
    let said = desk.raw(Request::post("/v2/pods").body(Body::from(body)).unwrap()).await;
    assert!(!said.headers.contains_key("ratelimit"));
    assert_eq!(said.refused(413), "request body exceeds the limit of 102400 bytes");
}

#[tokio::test]
async fn the_journal_knows_what_was_sent_but_shows_no_key() {
    let desk = desk(Seed::Empty);
    let body = json!({ "name": "d", "size": 10, "dataCenter": "EU-RO-1" });
    desk.post(VOLUMES, body.clone()).await.expect(201);
    let journal = desk.twin.journal();
    assert_eq!(journal.bodies("createNetworkVolume"), [body]);
    let [entry] = journal.of("createNetworkVolume").try_into().unwrap();
    assert!(entry.carries(desk.twin.key()) && !entry.carries("rpa_WRONG"));
    assert_eq!((entry.status, entry.header("content-type")), (Some(201), Some("application/json")));
    assert!(!format!("{entry:?}").contains(desk.twin.key()));

    let shown = desk.get("/__sandbox/journal").await;
    assert!(!shown.text.contains(desk.twin.key()));
    let shown = shown.expect(200);
    assert_eq!(shown["requests"][0]["operation"], "createNetworkVolume");
    assert_eq!(shown["requests"][0]["authorization"], true);
    journal.clear();
    assert_eq!(journal.count("createNetworkVolume"), 0);
}

#[tokio::test]
async fn the_controls_move_the_clock_script_trouble_and_start_anew() {
    let desk = desk(Seed::Empty);
    let moved = desk.post("/__sandbox/clock", json!({ "advance": "90s" })).await.expect(200);
    assert_eq!(moved, json!({ "now": "2026-06-01T12:01:30Z", "clock": "manual" }));
    let said = desk.post("/__sandbox/clock", json!({ "advance": "soon" })).await.refused(422);
    assert!(said.contains("`soon` is no span; write 250ms, 30s, 5m, 2h or 3d"), "{said}");

    let fault = json!({ "match": { "operation": "listNetworkVolumes" }, "action": { "kind": "status", "status": 503 } });
    desk.post("/__sandbox/faults", fault.clone()).await.expect(200);
    desk.get(VOLUMES).await.refused(503);
    desk.post("/__sandbox/faults", json!([])).await.expect(200);
    desk.get(VOLUMES).await.expect(200);

    desk.post("/__sandbox/faults", fault).await.expect(200);
    desk.post("/__sandbox/reset", Value::Null).await.expect(200);
    desk.get(VOLUMES).await.expect(200);
    assert_eq!(desk.twin.journal().requests().len(), 1);
}

#[tokio::test]
async fn the_same_seed_and_the_same_requests_give_the_same_answers() {
    let mut told = Vec::new();
    for _ in 0..2 {
        let desk = desk(Seed::Demo);
        let body = json!({ "name": "d", "size": 10, "dataCenter": "EU-RO-1" });
        let made = desk.post(VOLUMES, body).await;
        desk.pass(5);
        told.push((made.text, desk.get(VOLUMES).await.text));
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_real_client_reaches_it_over_a_socket_until_it_is_dropped() {
    let sim = Sim::start(Seed::Empty).await.unwrap();
    let url = format!("{}/network-volumes", sim.rest_v2_url());
    let ask = || client().get(&url).bearer_auth(sim.key()).send();
    assert_eq!(ask().await.unwrap().text().await.unwrap(), r#"{"networkVolumes":[]}"#);
    let gone = url.clone();
    drop(sim);
    tokio::task::yield_now().await;
    assert!(client().get(gone).send().await.is_err());
}

#[tokio::test]
async fn it_speaks_http_2_on_any_stream_of_bytes() {
    let twin = Sim::builder().seed(Seed::Empty).twin();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2/network-volumes", listener.local_addr().unwrap());
    let serving = twin.clone();
    tokio::spawn(async move {
        // A stream of ours: here TCP, in a client's tests TLS.
        let (stream, _) = listener.accept().await.unwrap();
        serving.serve(stream).await;
    });
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let ask = || client.get(&url).bearer_auth(twin.key()).send();
    let said = ask().await.unwrap();
    assert_eq!((said.version(), said.status().as_u16()), (http::Version::HTTP_2, 200));
    twin.faults().add(Match::any().times(1).then(Action::Cut));
    assert!(ask().await.is_err());
    // Only the stream was reset; the connection goes on.
    assert_eq!(ask().await.unwrap().status(), 200);
}
