//! A backend that is slow, broken, old or asked by many at once.

use std::time::Duration;

use runpod_sim::{Action, Match};
use serde_json::json;

use super::desk::{BACK, CREATE, Desk, OTHER, STATUS, claim, desk, query, wish, with};

/// A request of which nobody has decided yet: the hand-off and the code.
async fn begun(desk: &Desk) -> (String, String) {
    let handoff = desk.authorize(&wish("mcp-x", BACK)).await.location();
    let id = query(&query(&handoff, "redirect").unwrap(), "request").unwrap();
    (handoff, id)
}

#[tokio::test]
async fn an_approval_that_comes_late_is_waited_for() {
    let desk = desk().await;
    let (handoff, id) = begun(&desk).await;
    let claim = claim("mcp-x", &id, BACK);
    let approving = async {
        while desk.sim.journal().count(STATUS) < 4 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        desk.decide(&handoff, "approve").await
    };
    let (said, _) = desk.while_time_passes(async { tokio::join!(desk.token(&claim), approving) }).await;
    assert!(said.expect(200)["access_token"].is_string());
}

#[tokio::test]
async fn t19_nobody_decides_and_the_wait_ends_with_few_reads() {
    let desk = desk().await;
    let (_, id) = begun(&desk).await;
    let before = desk.sim.clock().now();
    let said = desk.while_time_passes(desk.token(&claim("mcp-x", &id, BACK))).await;
    assert_eq!(said.refused(400), "authorization_pending");
    let waited = (desk.sim.clock().now() - before).num_seconds();
    assert!((36..=45).contains(&waited), "{waited}");
    let reads = desk.sim.journal().count(STATUS);
    assert!((18..=25).contains(&reads), "{reads}");
}

#[tokio::test]
async fn t19_a_hundred_at_once_cost_no_more_than_one() {
    let desk = desk().await;
    let (handoff, id) = begun(&desk).await;
    let pairs = claim("mcp-x", &id, BACK);
    let all = futures_util::future::join_all((0..100).map(|_| desk.token(&pairs)));
    let approving = async {
        while desk.sim.journal().count(STATUS) < 3 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        desk.decide(&handoff, "approve").await
    };
    let (all, _) = desk.while_time_passes(async { tokio::join!(all, approving) }).await;
    let keys: Vec<_> = all.into_iter().map(|said| said.expect(200)["access_token"].clone()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "all redeem the same code with the same proof");
    assert!(desk.sim.journal().count(STATUS) <= 25);
    assert_eq!(desk.sim.minted_keys().len(), 1);
}

#[tokio::test]
async fn whoever_has_the_wrong_proof_hears_nothing_of_the_one_who_has_the_right_one() {
    let desk = desk().await;
    let (handoff, id) = begun(&desk).await;
    desk.decide(&handoff, "approve").await;
    let right = claim("mcp-x", &id, BACK);
    let wrong = with(&right, "code_verifier", Some(OTHER));
    let (right, wrong) = tokio::join!(desk.token(&right), desk.token(&wrong));
    assert!(right.expect(200)["access_token"].is_string());
    assert_eq!(wrong.refused(400), "invalid_grant");
}

#[tokio::test]
async fn a_backend_in_trouble_is_told_in_our_words() {
    for action in [
        Action::html_bad_gateway(),
        Action::Cut,
        Action::WrongShape,
        Action::Empty,
        Action::Huge { bytes: 1 << 20 },
        Action::Redirect { to: "https://evil.example/".into(), status: 307 },
        Action::status(200).body(json!({ "errors": [{ "message": "CANARY" }], "data": null })).into(),
        Action::status(500).body(json!({ "message": "CANARY" })).into(),
    ] {
        let desk = desk().await;
        let (_, id) = begun(&desk).await;
        desk.sim.faults().add(Match::any().then(action.clone()));
        for said in [desk.authorize(&wish("mcp-x", BACK)).await, desk.token(&claim("mcp-x", &id, BACK)).await]
        {
            assert!(!said.text.contains("CANARY") && !said.text.contains("127.0.0.1:"), "{}", said.text);
            assert!(said.headers.contains_key("retry-after"), "{action:?}");
            assert_eq!(said.refused(503), "temporarily_unavailable", "{action:?}");
        }
        assert_eq!(desk.sim.journal().count(STATUS), 1, "one failed read ends the wait: {action:?}");
    }
}

#[tokio::test]
async fn a_silent_backend_is_given_up_after_ten_seconds() {
    let desk = desk().await;
    let before = desk.sim.clock().now();
    desk.sim.faults().add(Match::any().times(1).then(Action::Silent));
    let said = desk.while_time_passes(desk.authorize(&wish("mcp-x", BACK))).await;
    assert_eq!(said.refused(503), "temporarily_unavailable");
    assert!((9..=11).contains(&(desk.sim.clock().now() - before).num_seconds()));
}

#[tokio::test]
async fn a_backend_without_pkce_is_named_as_too_old() {
    let desk = desk().await;
    let unknown = "Unknown argument \"codeChallenge\" on field \"Mutation.createFlashAuthRequest\".";
    let answer = Action::status(400).body(json!({ "errors": [{ "message": unknown }] }));
    desk.sim.faults().add(Match::operation(CREATE).then(answer));
    let said = desk.authorize(&wish("mcp-x", BACK)).await.expect(500);
    let text = said["error_description"].as_str().unwrap();
    assert!(text.contains("codeChallenge") && text.contains("RUNPOD_GRAPHQL_URL"), "{text}");
}

#[tokio::test]
async fn a_request_that_was_made_without_a_challenge_is_nobodys() {
    let desk = desk().await;
    for challenge in [json!({}), json!({ "codeChallenge": "x" })] {
        let query = "mutation($codeChallenge: String) { createFlashAuthRequest(codeChallenge: $codeChallenge) { id } }";
        let body = json!({ "query": query, "variables": challenge }).to_string();
        let made = desk.sim.answer(http::Request::post("/graphql").body(body.into()).unwrap()).await;
        let made = axum::body::to_bytes(made.into_body(), usize::MAX).await.unwrap();
        let made: serde_json::Value = serde_json::from_slice(&made).unwrap();
        let id = made["data"]["createFlashAuthRequest"]["id"].as_str().unwrap();
        assert_eq!(desk.token(&claim("mcp-x", id, BACK)).await.refused(400), "invalid_grant");
    }
}
