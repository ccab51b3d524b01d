//! SSH keys and secrets.

use http::Method;
use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

async fn put_keys(desk: &Desk, keys: Value) -> Said {
    desk.send(Method::PUT, "/v2/account/ssh-keys", Some(json!({ "keys": keys }))).await
}

#[tokio::test]
async fn ssh_keys_are_replaced_as_a_whole() {
    let desk = desk(Seed::Empty);
    assert_eq!(desk.get("/v2/account/ssh-keys").await.expect(200), json!({ "keys": [] }));
    let two = json!(["ssh-ed25519 AAAA me@here", "ecdsa-sha2-nistp256 BBBB"]);
    assert_eq!(put_keys(&desk, two.clone()).await.expect(200), json!({ "keys": two }));
    let one = json!(["sk-ssh-ed25519@openssh.com CCCC"]);
    put_keys(&desk, one.clone()).await.expect(200);
    assert_eq!(desk.get("/v2/account/ssh-keys").await.expect(200), json!({ "keys": one }));
    assert_eq!(put_keys(&desk, json!([])).await.expect(200), json!({ "keys": [] }));
}

#[tokio::test]
async fn what_is_no_public_key_is_refused_and_changes_nothing() {
    let desk = desk(Seed::Empty);
    put_keys(&desk, json!(["ssh-rsa AAAA"])).await.expect(200);
    for wrong in ["-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-rsa", "ssh-rsa AAAA\nssh-rsa BBBB", ""] {
        put_keys(&desk, json!([wrong])).await.refused(422);
    }
    assert_eq!(desk.get("/v2/account/ssh-keys").await.expect(200), json!({ "keys": ["ssh-rsa AAAA"] }));
}

async fn secret(desk: &Desk, name: &str) -> Value {
    desk.post("/v2/account/secrets", json!({ "name": name, "value": "hunter2" })).await.expect(201)
}

#[tokio::test]
async fn a_secret_is_made_found_changed_and_gone_and_never_tells_its_value() {
    let desk = desk(Seed::Empty);
    let made = secret(&desk, "HF_TOKEN").await;
    assert_eq!((&made["name"], &made["description"]), (&json!("HF_TOKEN"), &Value::Null));
    assert_eq!(made["valueLastUpdatedAt"], "2026-06-01T12:00:00Z");
    let path = format!("/v2/account/secrets/{}", made["id"].as_str().unwrap());

    desk.pass(60);
    let told = desk.patch(&path, json!({ "description": "for downloads" })).await.expect(200);
    assert_eq!(told["description"], "for downloads");
    assert_eq!(told["valueLastUpdatedAt"], made["valueLastUpdatedAt"]);
    let changed = desk.patch(&path, json!({ "value": "hunter3" })).await.expect(200);
    assert_eq!(changed["valueLastUpdatedAt"], "2026-06-01T12:01:00Z");
    assert_eq!((&changed["description"], &changed["createdAt"]), (&told["description"], &made["createdAt"]));

    let said = desk.get("/v2/account/secrets").await;
    assert!(!said.text.contains("hunter"));
    assert_eq!(said.expect(200), json!({ "secrets": [changed] }));
    assert_eq!(desk.get(&path).await.expect(200), changed);
    desk.delete(&path).await.expect(204);
    desk.get(&path).await.refused(404);
    desk.patch(&path, json!({ "value": "x" })).await.refused(404);
    desk.delete(&path).await.refused(404);
}

#[tokio::test]
async fn names_of_secrets_are_compared_without_regard_to_case() {
    let desk = desk(Seed::Empty);
    secret(&desk, "HF_TOKEN").await;
    secret(&desk, "other").await;
    let again = json!({ "name": "hf_token", "value": "x" });
    let said = desk.post("/v2/account/secrets", again).await;
    assert!(!said.headers.contains_key("ratelimit"), "the contract declares none for this refusal");
    assert_eq!(said.refused(409), "there is a secret named `hf_token` already");
    let found = desk.get("/v2/account/secrets?name=Hf_Token").await.expect(200);
    assert_eq!(found["secrets"].as_array().unwrap().len(), 1);
    assert_eq!(found["secrets"][0]["name"], "HF_TOKEN");
    let nothing = desk.get("/v2/account/secrets?name=hf").await.expect(200);
    assert_eq!(nothing, json!({ "secrets": [] }));
}

#[tokio::test]
async fn secrets_that_cannot_be_kept_are_refused() {
    let desk = desk(Seed::Empty);
    let ask = |body| desk.post("/v2/account/secrets", body);
    let said = ask(json!({ "name": "runpod_key", "value": "x" })).await.refused(400);
    assert_eq!(said, "names that begin with RUNPOD are reserved");
    for name in ["1st", "a b", "", "ä"] {
        ask(json!({ "name": name, "value": "x" })).await.refused(422);
    }
    ask(json!({ "name": "empty", "value": "" })).await.refused(422);
    // 16 MiB of bytes in 4 MiB of characters: the schema admits it.
    let said = ask(json!({ "name": "large", "value": "\u{1d11e}".repeat(4 << 20) })).await.refused(400);
    assert_eq!(said, "a secret's value must have fewer than 16777216 bytes");
    let path = format!("/v2/account/secrets/{}", secret(&desk, "a").await["id"].as_str().unwrap());
    desk.patch(&path, json!({})).await.refused(422);
    desk.patch(&path, json!({ "name": "b" })).await.refused(422);
}
