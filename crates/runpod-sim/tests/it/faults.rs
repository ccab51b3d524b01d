//! Scripted trouble, as a client on a socket sees it.

use std::time::Duration;

use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::json;

use crate::desk::client;

const LIST: &str = "listNetworkVolumes";

async fn sim(action: impl Into<Action>) -> Sim {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.unwrap();
    sim.faults().add(Match::operation(LIST).times(1).then(action));
    sim
}

async fn ask(sim: &Sim) -> reqwest::Result<reqwest::Response> {
    client().get(format!("{}/network-volumes", sim.rest_v2_url())).bearer_auth(sim.key()).send().await
}

async fn text(sim: &Sim) -> String {
    ask(sim).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_scripted_status_has_exactly_its_headers_and_hits_as_often_as_told() {
    let sim = sim(Action::status(429).header("Retry-After", "3").body(json!({ "detail": "slow" }))).await;
    let said = ask(&sim).await.unwrap();
    assert_eq!((said.status().as_u16(), &said.headers()["retry-after"]), (429, &"3".parse().unwrap()));
    assert!(!said.headers().contains_key("ratelimit"));
    assert_eq!(said.text().await.unwrap(), r#"{"detail":"slow"}"#);
    assert_eq!(ask(&sim).await.unwrap().status(), 200);
    let statuses: Vec<_> = sim.journal().of(LIST).iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [Some(429), Some(200)]);
}

#[tokio::test]
async fn a_cut_connection_gives_no_answer_at_all() {
    let sim = sim(Action::Cut).await;
    assert!(ask(&sim).await.is_err());
    assert_eq!(sim.journal().of(LIST)[0].status, None);
    assert_eq!(ask(&sim).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_cut_in_the_middle_announces_more_than_it_gives() {
    let sim = sim(Action::CutBody).await;
    let said = ask(&sim).await.unwrap();
    assert_eq!((said.status().as_u16(), said.content_length()), (200, Some(21)));
    assert!(said.text().await.is_err());
}

#[tokio::test]
async fn answers_that_lie_about_their_content() {
    assert_eq!(text(&sim(Action::Truncated).await).await, r#"{"networkV"#);
    assert_eq!(text(&sim(Action::WrongShape).await).await, r#"[{"sandbox":1}]"#);
    assert_eq!(text(&sim(Action::Empty).await).await, "");
    let said = ask(&sim(Action::html_bad_gateway()).await).await.unwrap();
    assert_eq!(
        (said.status().as_u16(), &said.headers()["content-type"]),
        (502, &"text/html".parse().unwrap())
    );
    let said = ask(&sim(Action::Html { status: 200 }).await).await.unwrap();
    assert!(said.status() == 200 && said.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_huge_answer_is_exactly_as_long_as_scripted() {
    let sim = sim(Action::Huge { bytes: 1_000_000 }).await;
    let text = text(&sim).await;
    assert_eq!(text.len(), 1_000_000);
    assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["sandbox"].is_string());
}

#[tokio::test]
async fn a_redirect_points_where_it_was_told() {
    let sim = sim(Action::Redirect { to: "https://elsewhere.invalid/v2".into(), status: 307 }).await;
    let said = ask(&sim).await.unwrap();
    assert_eq!(
        (said.status().as_u16(), &said.headers()["location"]),
        (307, &"https://elsewhere.invalid/v2".parse().unwrap())
    );
}

#[tokio::test]
async fn a_slow_answer_comes_when_the_clock_is_moved_and_a_silent_one_never() {
    let slow = sim(Action::slow(Duration::from_secs(3600))).await;
    let pending = tokio::spawn({
        let (url, key) = (format!("{}/network-volumes", slow.rest_v2_url()), slow.key());
        async move { client().get(url).bearer_auth(key).send().await.unwrap().status() }
    });
    while slow.journal().count(LIST) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(!pending.is_finished());
    slow.clock().advance(Duration::from_secs(3600));
    assert_eq!(pending.await.unwrap(), 200);

    let silent = sim(Action::Silent).await;
    assert!(tokio::time::timeout(Duration::from_millis(20), ask(&silent)).await.is_err());
}
