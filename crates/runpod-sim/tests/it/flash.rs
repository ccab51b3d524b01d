//! Signing in: what strangers may ask, what the owner of an account decides, and that a key is read once.

use axum::body::Body;
use http::Request;
use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

const CREATE: &str = "mutation($apiKeyName: String, $codeChallenge: String, $codeChallengeMethod: String) \
    { createFlashAuthRequest(apiKeyName: $apiKeyName, codeChallenge: $codeChallenge, \
    codeChallengeMethod: $codeChallengeMethod) { id status expiresAt } }";
const STATUS: &str = "query($flashAuthRequestId: String!) { flashAuthRequestStatus(flashAuthRequestId: $flashAuthRequestId) \
    { id status apiKey codeChallenge codeChallengeMethod expiresAt } }";
const APPROVE: &str = "mutation($flashAuthRequestId: String!) \
    { approveFlashAuthRequest(flashAuthRequestId: $flashAuthRequestId) { id status } }";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CONSOLE: &str = "/console/integrations/mcp/login";

async fn graphql(desk: &Desk, key: Option<&str>, query: &str, variables: Value) -> Value {
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = key.into_iter().fold(request, |r, key| r.header("authorization", format!("Bearer {key}")));
    let body = json!({ "query": query, "variables": variables }).to_string();
    desk.raw(request.body(Body::from(body)).unwrap()).await.expect(200)
}

async fn create(desk: &Desk) -> String {
    let variables =
        json!({ "apiKeyName": "laptop", "codeChallenge": CHALLENGE, "codeChallengeMethod": "S256" });
    let made = graphql(desk, None, CREATE, variables).await["data"]["createFlashAuthRequest"].clone();
    assert_eq!((&made["status"], &made["expiresAt"]), (&json!("PENDING"), &json!("2026-06-01T12:10:00Z")));
    made["id"].as_str().unwrap().to_owned()
}

async fn status(desk: &Desk, id: &str) -> Value {
    let told = graphql(desk, None, STATUS, json!({ "flashAuthRequestId": id })).await;
    told["data"]["flashAuthRequestStatus"].clone()
}

async fn approve(desk: &Desk, key: Option<&str>, id: &str) -> Value {
    graphql(desk, key, APPROVE, json!({ "flashAuthRequestId": id })).await
}

async fn page(desk: &Desk, path: &str) -> Said {
    desk.raw(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn form(desk: &Desk, body: &str) -> Said {
    desk.raw(Request::post(CONSOLE).body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn an_approved_key_is_read_once_and_opens_the_account() {
    let desk = desk(Seed::Empty);
    let id = create(&desk).await;
    let waiting = status(&desk, &id).await;
    assert_eq!((&waiting["status"], &waiting["apiKey"]), (&json!("PENDING"), &Value::Null));
    assert_eq!(
        (&waiting["codeChallenge"], &waiting["codeChallengeMethod"]),
        (&json!(CHALLENGE), &json!("S256"))
    );

    let said = approve(&desk, Some(desk.twin.key()), &id).await;
    assert_eq!(said["data"]["approveFlashAuthRequest"]["status"], "APPROVED");
    let read = status(&desk, &id).await;
    let key = read["apiKey"].as_str().unwrap();
    assert_eq!(read["status"], "APPROVED");
    assert!(key.starts_with("rpa_") && key != desk.twin.key());
    desk.with_key(key).get("/v2/network-volumes").await.expect(200);
    assert_eq!(desk.twin.minted_keys(), ["laptop"]);

    let again = status(&desk, &id).await;
    assert_eq!((&again["status"], &again["apiKey"]), (&json!("CONSUMED"), &Value::Null));
}

#[tokio::test]
async fn a_stranger_decides_nothing_and_a_decision_stands() {
    let desk = desk(Seed::Empty);
    let id = create(&desk).await;
    assert!(approve(&desk, None, &id).await["errors"].is_array());
    assert_eq!(status(&desk, &id).await["status"], "PENDING");
    let key = desk.twin.key();
    assert!(approve(&desk, Some(key), "nosuch").await["errors"].is_array());
    assert!(approve(&desk, Some(key), &id).await["errors"].is_null());
    assert!(approve(&desk, Some(key), &id).await["errors"].is_array());
    assert_eq!(desk.twin.minted_keys().len(), 1);
    assert_eq!(status(&desk, "nosuch").await, Value::Null);
}

#[tokio::test]
async fn what_nobody_decided_or_read_in_time_is_over() {
    let desk = desk(Seed::Empty);
    let (waiting, approved) = (create(&desk).await, create(&desk).await);
    approve(&desk, Some(desk.twin.key()), &approved).await;
    desk.pass(600);
    for id in [&waiting, &approved] {
        let told = status(&desk, id).await;
        assert_eq!((&told["status"], &told["apiKey"]), (&json!("EXPIRED"), &Value::Null));
    }
    assert!(approve(&desk, Some(desk.twin.key()), &waiting).await["errors"].is_array());
}

#[tokio::test]
async fn the_console_leads_to_the_request_and_the_form_back_to_the_client() {
    let desk = desk(Seed::Empty);
    let id = create(&desk).await;
    let inner = format!("{CONSOLE}?request={id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&state=a+b");
    let redirect = inner.replace("/console", "").replace('%', "%25").replace('&', "%26").replace('+', "%2B");
    let first = page(&desk, &format!("/console/login?redirect={redirect}")).await;
    assert_eq!(first.status, 200);
    assert!(first.text.contains(&format!("href=\"{}\"", inner.replace('&', "&amp;"))), "{}", first.text);

    let shown = page(&desk, &inner).await;
    assert!(
        shown.text.contains("laptop")
            && shown.text.contains("127.0.0.1")
            && shown.text.contains("value=\"a b\"")
    );
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://127.0.0.1:9")
    );
    assert!(!shown.text.contains("<script") && shown.headers["x-frame-options"] == "DENY");
    assert_eq!(status(&desk, &id).await["status"], "PENDING", "looking decides nothing");

    let body =
        format!("request={id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&state=a+b&decision=approve");
    let left = form(&desk, &body).await;
    assert_eq!(left.status, 302);
    assert_eq!(left.headers["location"], format!("http://127.0.0.1:9/cb?code={id}&state=a%20b"));
    assert_eq!(form(&desk, &body).await.status, 409);
    assert_eq!(desk.twin.journal().count("console:approve"), 3);
}

#[tokio::test]
async fn a_refusal_goes_back_to_the_client_too() {
    let desk = desk(Seed::Empty);
    let id = create(&desk).await;
    let left =
        form(&desk, &format!("request={id}&redirect_uri=http%3A%2F%2F[::1]:9%2Fcb%3Fx=1&decision=deny"))
            .await;
    assert_eq!(left.headers["location"], "http://[::1]:9/cb?x=1&error=access_denied");
    assert_eq!(status(&desk, &id).await["status"], "DENIED");
    assert!(desk.twin.minted_keys().is_empty());
}

#[tokio::test]
async fn pages_obey_nobody_but_the_person_in_front_of_them() {
    let desk = desk(Seed::Empty);
    for to in ["https://evil.example", "//evil.example", "/\\evil.example", "", "x"] {
        assert_eq!(page(&desk, &format!("/console/login?redirect={to}")).await.status, 400, "{to}");
    }
    let name = json!({ "apiKeyName": "<script>alert(1)</script>" });
    let made = graphql(&desk, None, CREATE, name).await;
    let id = made["data"]["createFlashAuthRequest"]["id"].as_str().unwrap();
    let path = |uri: &str| format!("{CONSOLE}?request={id}&redirect_uri={uri}");
    let shown = page(&desk, &path("http://127.0.0.1/%22%3E%3Cscript%3E")).await;
    assert!(!shown.text.contains("<script>"), "{}", shown.text);
    for uri in ["javascript:alert(1)", "data:text/html,x", "relative", "", "JavaScript://x/%250aalert(1)"] {
        assert_eq!(page(&desk, &path(uri)).await.status, 400, "{uri}");
    }
    assert_eq!(page(&desk, &format!("{CONSOLE}?request=none&redirect_uri=http://a/")).await.status, 404);
    assert_eq!(form(&desk, &format!("request={id}&redirect_uri=http://a/")).await.status, 400);
    assert_eq!(page(&desk, "/console/elsewhere").await.status, 404);
    assert_eq!(status(&desk, id).await["status"], "PENDING");
}
