//! The keys of callers: each acts for its own account, and none is seen anywhere else.

use runpod_mcp::mcp::Setup;
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;
use crate::web::Web;

/// A server as it is hosted: without a key of its own.
async fn hosted() -> (Rig, Web) {
    let rig = Rig::with(Sim::builder().seed(Seed::Empty).clock(Pace::Manual), |setup: &mut Setup| {
        (setup.keys, setup.transport) = (runpod_mcp::config::Keys::default(), "http");
    })
    .await;
    let web = Web::with(&rig.server, |_| ()).await;
    (rig, web)
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
    let token = [("Authorization", "Bearer rpa_AAAAAAAA")];
    let got = web.send("POST /mcp/pods", &token, &call().to_string()).await;
    assert_eq!(got.refused(), (200, 0));
    assert!(rig.sim.journal().of("listPods")[0].carries("rpa_AAAAAAAA"));
}
