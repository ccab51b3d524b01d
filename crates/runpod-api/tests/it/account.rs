//! SSH keys and secrets against the twin.

use runpod_api::account::{NewSecret, SecretUpdate};
use runpod_api::{Change, SecretText};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@host";

fn token() -> NewSecret {
    NewSecret { name: "HF_TOKEN".into(), value: SecretText::new("hf_CANARY"), description: None }
}

#[tokio::test]
async fn ssh_keys_are_replaced_as_a_set() {
    let (_sim, client) = desk(Seed::Empty).await;
    let keys = [KEY.to_owned()];
    assert_eq!(client.account().replace_ssh_keys(&keys).await.expect("replaced").view.keys, keys);
    assert_eq!(client.account().ssh_keys().await.expect("read").view.keys, keys);
    assert!(client.account().replace_ssh_keys(&[]).await.expect("cleared").view.keys.is_empty());
}

#[tokio::test]
async fn a_private_key_is_neither_sent_nor_repeated() {
    let (sim, client) = desk(Seed::Empty).await;
    let keys = ["-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY".to_owned()];
    let error = client.account().replace_ssh_keys(&keys).await.expect_err("no public key");
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    assert_eq!(sim.journal().count("updateSshKeys"), 0);
}

#[tokio::test]
async fn a_secret_is_found_by_name_whatever_its_letter_case() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.account().create_secret(&token()).await.expect("created");
    assert!(!made.raw.get().contains("CANARY"));
    let found = client.account().secrets(Some("hf_token")).await.expect("listed");
    assert_eq!(ids(&found), [made.view.id.as_str()]);
    assert_eq!(client.account().secrets(Some("other")).await.expect("listed").rows().len(), 0);
    assert_eq!(client.account().secret(&id(&made.view.id)).await.expect("there").view.name, "HF_TOKEN");
}

#[tokio::test]
async fn a_name_is_given_once() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.account().create_secret(&token()).await.expect("created");
    assert_eq!(refused(client.account().create_secret(&token()).await), 409);

    let secret = id(&made.view.id);
    let change = SecretUpdate {
        value: Some(SecretText::new("hf_new")),
        description: Some(Change::Set("models".into())),
    };
    let changed = client.account().update_secret(&secret, &change).await.expect("changed");
    assert!(changed.raw.get().contains("models"));
    client.account().delete_secret(&secret).await.expect("deleted");
    assert_eq!(refused(client.account().secret(&secret).await), 404);
}
