//! Signing in: what is asked, without a key, and what is made of hosts that know less.

use std::time::Duration;

use runpod_api::flash::{self, Flash, Wish};
use runpod_api::{Base, Error, Settings};
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::hand::Hand;
use crate::stub::{Reply, Stub};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const WISH: Wish<'_> = Wish { key_name: Some("a laptop"), challenge: CHALLENGE };
const SOON: Duration = Duration::from_secs(10);

fn at(url: &str) -> Flash {
    let settings = Settings { clock: Hand::new(), jitter: |_| Duration::ZERO, ..Settings::default() };
    Flash::new(settings, Base::parse(url).unwrap())
}

async fn twin() -> (Sim, Flash) {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual).start().await.unwrap();
    let flash = at(&sim.graphql_url());
    (sim, flash)
}

fn stub(stub: &Stub) -> Flash {
    at(&format!("http://127.0.0.1:{}/graphql", stub.port))
}

fn denied(message: &str) -> Reply {
    Reply::json(200, &json!({ "errors": [{ "message": message }], "data": null }).to_string())
}

fn made() -> Reply {
    Reply::json(200, r#"{"data":{"createFlashAuthRequest":{"id":"abc","status":"PENDING"}}}"#)
}

#[tokio::test]
async fn a_stranger_asks_and_reads_the_key_once_and_no_call_shows_a_key() {
    let (sim, flash) = twin().await;
    let made = flash.create(&WISH).await.unwrap();
    assert_eq!(made.expires_at.as_deref(), Some("2026-06-01T12:10:00Z"));
    let told = flash.read(&made.id, SOON).await.unwrap().unwrap();
    assert_eq!((told.status.as_str(), told.key), ("PENDING", None));
    assert_eq!((told.challenge.as_deref(), told.method.as_deref()), (Some(CHALLENGE), Some("S256")));

    let query = "mutation($id: String!) { approveFlashAuthRequest(flashAuthRequestId: $id) { id } }";
    let body = json!({ "query": query, "variables": { "id": made.id.reveal() } });
    let approve = http::Request::post("/graphql").header("authorization", format!("Bearer {}", sim.key()));
    assert_eq!(sim.answer(approve.body(body.to_string().into()).unwrap()).await.status(), 200);

    let key = flash.read(&made.id, SOON).await.unwrap().unwrap().key.unwrap();
    assert!(key.for_its_owner().starts_with("rpa_"));
    let again = flash.read(&made.id, SOON).await.unwrap().unwrap();
    assert_eq!((again.status.as_str(), again.key), ("CONSUMED", None));
    assert_eq!(sim.minted_keys(), ["a laptop"]);
    let nobody = flash::RequestId::parse("nosuch").unwrap();
    assert!(flash.read(&nobody, SOON).await.unwrap().is_none());
    for operation in ["graphql:createFlashAuthRequest", "graphql:flashAuthRequestStatus"] {
        assert!(sim.journal().of(operation).iter().all(|entry| !entry.has_authorization()), "{operation}");
    }
}

#[tokio::test]
async fn a_read_is_tried_once_whatever_comes_back() {
    let (sim, flash) = twin().await;
    let made = flash.create(&WISH).await.unwrap();
    let trouble = [Action::status(503).into(), Action::Cut, Action::html_bad_gateway(), Action::WrongShape];
    for (done, action) in trouble.into_iter().enumerate() {
        sim.faults().add(Match::operation("graphql:flashAuthRequestStatus").times(1).then(action));
        assert!(flash.read(&made.id, SOON).await.is_err());
        assert_eq!(sim.journal().count("graphql:flashAuthRequestStatus"), done + 1);
    }
}

#[tokio::test]
async fn an_answer_beyond_64_kib_is_not_read() {
    let (sim, flash) = twin().await;
    sim.faults().add(Match::any().times(1).then(Action::Huge { bytes: 1 << 20 }));
    let limit = flash.create(&WISH).await.unwrap_err();
    assert!(matches!(limit, Error::TooLarge { limit: 65_536, .. }), "{limit:?}");
}

#[tokio::test]
async fn a_host_that_refuses_variables_is_asked_in_writing_from_then_on() {
    let host = Stub::start([denied("Variables are not accepted from guests"), made(), made()]).await;
    let flash = stub(&host);
    assert_eq!(flash.create(&WISH).await.unwrap().id.reveal(), "abc");
    flash.create(&WISH).await.unwrap();
    let heard = host.heard();
    assert_eq!(heard.len(), 3);
    let first: Value = serde_json::from_str(&heard[0].body).unwrap();
    assert_eq!(first["variables"]["codeChallenge"], CHALLENGE);
    for later in &heard[1..] {
        let body: Value = serde_json::from_str(&later.body).unwrap();
        assert!(body.get("variables").is_none() && !body["query"].as_str().unwrap().contains('$'), "{body}");
        assert!(body["query"].as_str().unwrap().contains(&format!("codeChallenge: \"{CHALLENGE}\"")));
    }
}

#[tokio::test]
async fn a_host_without_an_expiry_is_not_asked_for_it_again() {
    let host = Stub::start([denied("Cannot query field \"expiresAt\" on type \"X\"."), made()]).await;
    assert_eq!(stub(&host).create(&WISH).await.unwrap().expires_at, None);
    assert!(!host.heard()[1].body.contains("expiresAt") && host.heard()[1].body.contains("variables"));
}

#[tokio::test]
async fn a_host_without_pkce_is_told_from_other_trouble() {
    let host = Stub::start([
        denied("Unknown argument \"codeChallenge\" on field \"Mutation.createFlashAuthRequest\"."),
        Reply::json(400, r#"{"errors":[{"message":"Unknown argument \"apiKeyName\""}]}"#),
        Reply::json(200, r#"{"data":{"createFlashAuthRequest":null}}"#),
        Reply::json(200, r#"{"data":{"createFlashAuthRequest":{"id":"a b\"c"}}}"#),
    ])
    .await;
    let flash = stub(&host);
    let error = flash.create(&WISH).await.unwrap_err();
    assert!(flash::refuses_challenge(&error) && !flash::refuses_key_name(&error), "{error}");
    let error = flash.create(&WISH).await.unwrap_err();
    assert!(flash::refuses_key_name(&error) && !flash::refuses_challenge(&error), "{error}");
    for _ in 0..2 {
        let error = flash.create(&WISH).await.unwrap_err();
        assert!(matches!(error, Error::Shape { .. }), "{error:?}");
    }
    assert_eq!(host.heard().len(), 4);
}
