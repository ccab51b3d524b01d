//! Stories of SSH keys and secrets.

use runpod_sim::Seed;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn keys_are_replaced_as_a_set_and_private_ones_are_refused_unseen() {
    let rig = Rig::new(Seed::Empty).await;
    let first = json!({"keys": ["ssh-ed25519 AAAAC3Nza one", "ssh-rsa AAAAB3Nza two"]});
    rig.call("update-ssh-keys", first.clone()).await.ok();
    assert_eq!(rig.call("get-ssh-keys", json!({})).await.ok()["keys"], first["keys"]);

    let private = "-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjE";
    let error = rig.call("update-ssh-keys", json!({"keys": [private]})).await.err();
    assert!(!error.to_string().contains("b3BlbnNz"), "{error}");
    assert_eq!(rig.sim.journal().count("updateSshKeys"), 1);

    rig.call("update-ssh-keys", json!({"keys": []})).await.ok();
    assert_eq!(rig.call("get-ssh-keys", json!({})).await.ok()["keys"], json!([]));
}

#[tokio::test]
async fn the_value_of_a_secret_is_never_shown() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "HF_TOKEN", "value": "hf_very_private", "description": "hub"});
    let made = rig.call("create-secret", new.clone()).await.ok();
    let id = made["id"].clone();
    let changed =
        rig.call("update-secret", json!({"secretId": id, "value": "hf_even_more_private"})).await.ok();
    let listed = rig.call("list-secrets", json!({"name": "hf_token", "detail": "full"})).await.ok();
    let read = rig.call("get-secret", json!({"secretId": id})).await.ok();
    let twice = rig.call("create-secret", new).await.err();
    for reply in [&made, &changed, &listed, &read, &twice] {
        assert!(!reply.to_string().contains("private"), "{reply}");
    }
    assert_eq!((&twice["code"], &twice["status"]), (&json!("conflict"), &json!(409)));
    assert_eq!(listed["items"][0]["name"], "HF_TOKEN");
    assert_eq!(rig.sim.journal().bodies("updateSecret"), [json!({"value": "hf_even_more_private"})]);
}

#[tokio::test]
async fn a_secret_is_checked_before_it_is_sent() {
    let rig = Rig::new(Seed::Empty).await;
    for bad in [
        json!({"name": "1a", "value": "super-secret-text"}),
        json!({"name": "a b", "value": "super-secret-text"}),
        json!({"name": "ok", "value": ""}),
        json!({"name": "", "value": "super-secret-text"}),
        json!({"name": "ok", "value": 5}),
    ] {
        let error = rig.call("create-secret", bad.clone()).await.err();
        assert_eq!(error["status"], 400, "{bad}");
        assert!(!error.to_string().contains("super-secret-text"), "{error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);
}
