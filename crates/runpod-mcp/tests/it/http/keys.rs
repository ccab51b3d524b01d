//! The keys of callers: each acts for its own account, and none is seen anywhere else.

use std::sync::Arc;

use runpod_api::{Client, ExchangeHook};
use runpod_mcp::config::Keys;
use runpod_mcp::credential::{self, Gate, Verdicts};
use runpod_mcp::mcp::Setup;
use runpod_mcp::oauth::{self, SignIn};
use runpod_mcp::serve::http::{Settings, Site};
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::{self, Rig};
use crate::web::{BOTH, Web};

/// A server as it is hosted: without a key of its own, checking those of its callers, with a desk to sign in at.
pub(crate) async fn hosted() -> (Rig, Web) {
    let verdicts = Arc::new(Verdicts::default());
    let heard = Arc::clone(&verdicts);
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.expect("a free port");
    let reach = runpod_api::Settings {
        on_exchange: ExchangeHook::new(move |exchange| heard.heard(exchange)),
        ..rig::settings(&sim)
    };
    let client = Client::new(reach.clone());
    let setup =
        Setup { client: client.clone(), keys: Keys::default(), transport: "http", ..rig::setup(&sim) };
    let rig = Rig::of(sim, setup);
    let mut site = Site::new(rig.server.clone(), Settings::default());
    let shared = (Arc::clone(&site.state), Arc::clone(&site.metrics));
    site.gate = Some(Gate::new(client, verdicts, shared, credential::Settings::default()));
    let backend = reach.hosts.graphql_public.clone();
    let settings = oauth::Settings::compatible(reach, backend, &rig.sim.console_url());
    site.sign_in = Some(SignIn::new(settings, Arc::clone(&site.state)).expect("settings that go together"));
    let web = Web::of(site, None).await;
    (rig, web)
}

/// Every key is in force.
pub(crate) fn everybody_is_known(rig: &Rig) {
    let known = Action::status(200).body(json!({"data": {"myself": {"id": "u"}}}));
    rig.sim.faults().add(Match::operation("graphql:myself").then(known));
}

fn call() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list-pods"}})
}

#[tokio::test]
async fn without_a_key_nothing_is_answered_and_runpod_is_not_asked() {
    let (rig, web) = hosted().await;
    for headers in [vec![], vec![("Authorization", "Basic dTpw")], vec![("Authorization", "Bearer ")]] {
        let got = web.post(&headers, &call()).await;
        assert_eq!(got.refused(), (401, 401));
        let challenge = got.header("www-authenticate").unwrap();
        let document =
            format!("resource_metadata=\"http://{}/.well-known/oauth-protected-resource/mcp\"", web.at);
        assert!(
            challenge.starts_with("Bearer realm=\"mcp\"") && challenge.contains(&document),
            "{challenge}"
        );
        assert!(!challenge.contains("error="), "{challenge}");
    }
    for token in ["Bearer a b", "Bearer a\"b", "Bearer =="] {
        assert_eq!(web.post(&[("Authorization", token)], &call()).await.status, 400, "{token}");
    }
    let twice = [("Authorization", "Bearer a"), ("Authorization", "Bearer b")];
    assert_eq!(web.post(&twice, &call()).await.status, 400);
    // Neither a query nor a body is a place for a key.
    let hidden = web.send("POST /mcp?access_token=rpa_x&token=rpa_x", &[], &call().to_string()).await;
    assert_eq!(hidden.status, 401);
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn the_challenge_names_the_document_of_the_path_that_was_called() {
    let (_rig, web) = hosted().await;
    for (path, document) in [("/", ""), ("/mcp", "/mcp"), ("/mcp/pods", "/mcp/pods"), ("/mcp/", "/mcp")] {
        let got = web.send(&format!("POST {path}"), &[], &call().to_string()).await;
        let end = format!("/.well-known/oauth-protected-resource{document}\"");
        assert!(got.header("www-authenticate").unwrap().ends_with(&end), "{path}: {got:?}");
    }
}

#[tokio::test]
async fn t02_every_call_carries_the_key_of_its_caller_and_a_session_of_its_own() {
    let (rig, web) = hosted().await;
    everybody_is_known(&rig);
    let ask = async |key: &str| {
        let token = format!("Bearer {key}");
        web.post(&[("Authorization", &token), ("User-Agent", "test-agent/1")], &call()).await
    };
    for _ in 0..20 {
        let (one, other) = tokio::join!(ask("rpa_AAAAAAAA"), ask("rpa_BBBBBBBB"));
        assert_eq!((one.status, other.status), (200, 200));
    }
    let sent = rig.sim.journal().of("listPods");
    assert_eq!(sent.len(), 40);
    for key in ["rpa_AAAAAAAA", "rpa_BBBBBBBB"] {
        assert_eq!(sent.iter().filter(|entry| entry.carries(key)).count(), 20);
    }
    let mut sessions: Vec<_> =
        sent.iter().map(|entry| entry.header("x-runpod-session-id").unwrap().to_owned()).collect();
    sessions.sort_unstable();
    sessions.dedup();
    assert_eq!(sessions.len(), 40, "a session is one request");
    let agent = sent[0].header("user-agent").unwrap();
    assert!(agent.contains("client=test-agent_1;") && agent.contains("transport=http"), "{agent}");
}

#[tokio::test]
async fn in_the_sandbox_everybody_acts_for_its_account() {
    let rig = Rig::new(Seed::Demo).await;
    let web = Web::open(&rig.server).await;
    let (bare, with_key) = (
        web.post(&[], &call()).await,
        web.post(&[("Authorization", "Bearer rpa_of_somebody")], &call()).await,
    );
    assert_eq!(bare.body, with_key.body);
    assert!(rig.sim.journal().of("listPods").iter().all(|entry| !entry.carries("rpa_of_somebody")));
}

#[tokio::test]
async fn lists_and_calls_of_a_server_that_was_narrowed_are_one_server() {
    let (rig, web) = hosted().await;
    everybody_is_known(&rig);
    let token = [("Authorization", "Bearer rpa_AAAAAAAA")];
    let got = web.send("POST /mcp/pods", &token, &call().to_string()).await;
    assert_eq!(got.refused(), (200, 0));
    assert!(rig.sim.journal().of("listPods")[0].carries("rpa_AAAAAAAA"));
}

#[tokio::test]
async fn a_key_that_is_not_in_force_is_sent_to_sign_in_and_opens_nothing() {
    let (rig, web) = hosted().await;
    let token = [("Authorization", "Bearer rpa_dead")];
    for body in [
        call(),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ] {
        let got = web.post(&token, &body).await;
        assert_eq!(got.refused(), (401, 401), "{body}");
        let challenge = got.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"invalid_token\"") && challenge.contains("resource_metadata="),
            "{challenge}"
        );
    }
    assert_eq!((rig.sim.journal().count("graphql:myself"), rig.sim.journal().count("listPods")), (1, 0));
    let good = format!("Bearer {}", rig.sim.key());
    assert_eq!(web.post(&[("Authorization", &good)], &call()).await.refused(), (200, 0));
}

#[tokio::test]
async fn t06_a_key_that_runpod_refuses_in_a_call_is_asked_about_again() {
    let (rig, web) = hosted().await;
    let good = format!("Bearer {}", rig.sim.key());
    let token = [("Authorization", good.as_str())];
    assert_eq!(web.post(&token, &call()).await.status, 200);
    rig.sim.faults().add(Match::operation("listPods").then(Action::status(401)));
    let unknown = Action::status(200).body(json!({"data": {"myself": null}}));
    rig.sim.faults().add(Match::operation("graphql:myself").then(unknown));
    assert_eq!(web.post(&token, &call()).await.status, 200, "known to be good until Runpod says otherwise");
    assert_eq!(web.post(&token, &call()).await.status, 401);
}

#[tokio::test]
async fn t04_keys_cannot_be_tried_out_here() {
    let (rig, web) = hosted().await;
    let mut statuses = Vec::new();
    for n in 0..200 {
        let token = format!("Bearer rpa_stolen{n}");
        statuses.push(web.post(&[("Authorization", &token)], &call()).await.status);
    }
    let asked = rig.sim.journal().count("graphql:myself");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)) && asked <= 130, "{asked}");
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn where_to_sign_in_is_told_under_the_name_that_was_called() {
    let (_rig, web) = hosted().await;
    for (path, resource) in [("", "/"), ("/mcp", "/mcp"), ("/mcp/pods", "/mcp/pods")] {
        let got = web.send(&format!("GET /.well-known/oauth-protected-resource{path}"), &[], "").await;
        assert_eq!(
            (got.status, &got.json()["resource"]),
            (200, &json!(format!("http://{}{resource}", web.at))),
            "{path}"
        );
    }
    let server =
        web.send("GET /.well-known/oauth-authorization-server", &[("Host", "localhost:9")], "").await;
    assert_eq!(server.json()["issuer"], "http://localhost:9");
    assert_eq!(
        web.send("GET /.well-known/oauth-authorization-server", &[("Host", "evil.example")], "").await.status,
        403
    );
    assert_eq!(web.send("GET /token", &[], "").await.status, 405);
    assert_eq!(web.send("GET /.well-known/no-such", &[], "").await.status, 404);
    let registered =
        web.send("POST /register", &[], &json!({"redirect_uris": ["http://localhost/cb"]}).to_string()).await;
    assert_eq!(registered.status, 201);
}

#[tokio::test]
async fn those_who_run_it_may_ask_and_strangers_may_not() {
    let (_rig, web) = hosted().await;
    let balancer = [("Host", "10.0.0.7:8471")];
    assert_eq!(web.send("GET /healthz", &balancer, "").await.status, 200);
    assert_eq!(web.send("GET /readyz", &balancer, "").await.status, 200);
    assert_eq!(web.send("POST /healthz", &balancer, "").await.status, 405);
    web.post(&[("Authorization", "Bearer rpa_dead")], &call()).await;
    let page = web.send("GET /metrics", &balancer, "").await;
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for sample in [
        "runpod_mcp_credential_check_enabled 1",
        "method=\"tools/call\"",
        "status=\"401\"",
        "method=\"healthz\"",
    ] {
        assert!(page.body.contains(sample), "{sample}: {}", page.body);
    }
    assert!(!page.body.contains("rpa_"));
    let passed_on = web.send("GET /metrics", &[("X-Forwarded-For", "198.51.100.1")], "").await;
    assert_eq!(passed_on.status, 404);
}

#[tokio::test]
async fn t39_who_opens_a_stream_of_nothing_is_sent_away_at_once_key_or_not() {
    let (rig, web) = hosted().await;
    let good = format!("Bearer {}", rig.sim.key());
    for key in [None, Some("Bearer rpa_dead"), Some(good.as_str())] {
        let mut headers =
            vec![("Accept", "text/event-stream"), ("Last-Event-ID", "7"), ("Mcp-Session-Id", "x")];
        headers.extend(key.map(|key| ("Authorization", key)));
        for line in ["GET /", "GET /mcp", "GET /mcp/pods", "DELETE /mcp"] {
            let got = web.send(line, &headers, "").await;
            assert_eq!((got.status, got.header("allow")), (405, Some("POST, OPTIONS")), "{line} {key:?}");
            assert_eq!(got.header("www-authenticate"), None, "nobody begins a sign-in for it");
            assert_eq!(got.header("content-type"), Some("application/json"), "it is no stream");
        }
    }
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn what_the_desk_refuses_is_counted_by_its_rule() {
    let (_rig, web) = hosted().await;
    let client = json!({"redirect_uris": ["http://localhost/cb"]}).to_string();
    let mut made = 0;
    while web.send("POST /register", &[], &client).await.status == 201 {
        made += 1;
        assert!(made < 100, "nobody says no");
    }
    web.send("POST /register", &[], &client).await;
    let page = web.send("GET /metrics", &[], "").await.body;
    assert!(page.contains("runpod_mcp_refusals_total{rule=\"oauth_register\"} 2\n"), "{page}");
}

#[tokio::test]
async fn a_diagnosis_is_remembered_from_request_to_request_of_its_caller() {
    let (rig, web) = hosted().await;
    rig.sim.add_key("rpa_SOMEBODYELSE");
    let ask = async |key: &str, path: &str, tool: &str, args: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": tool, "arguments": args}});
        let token = format!("Bearer {key}");
        let got = web.send(path, &[BOTH, ("Authorization", &token)], &body.to_string()).await;
        let text = got.json()["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{got:?}"))
            .to_owned();
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let (mine, mcp) = (rig.sim.key(), "POST /mcp");
    let new = json!({"name": "e", "imageName": "me/worker:1", "gpuPoolIds": ["AMPERE_80"], "workersMax": 1});
    let endpoint = ask(mine, mcp, "create-endpoint", new).await["id"].clone();
    let job = ask(mine, mcp, "run-endpoint", json!({"endpointId": endpoint, "input": {}})).await;
    let job = json!({"endpointId": endpoint, "jobId": job["id"]});
    for path in [mcp, mcp, "POST /mcp/jobs"] {
        assert_eq!(ask(mine, path, "get-job-status", job.clone()).await["status"], "IN_QUEUE");
    }
    let looked = || rig.sim.journal().count("listEndpointWorkers");
    assert_eq!(looked(), 1);
    ask("rpa_SOMEBODYELSE", mcp, "get-job-status", job).await;
    assert_eq!(looked(), 2, "what was found for one key is not told to another");
}
