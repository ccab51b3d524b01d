//! Registry credentials and delegations against the twin.

use runpod_api::SecretText;
use runpod_api::registries::{Create, Delegate};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

#[tokio::test]
async fn a_credential_is_stored_and_never_given_back() {
    let (sim, client) = desk(Seed::Empty).await;
    let password = SecretText::new("dckr_pat_CANARY");
    let new = Create { name: "hub".into(), username: "me".into(), password };
    assert!(!format!("{new:?}").contains("CANARY"));
    let made = client.registries().create(&new).await.expect("stored");
    assert!(!made.raw.get().contains("CANARY"));
    assert_eq!(sim.journal().count("createRegistry"), 1);

    let credential = id(&made.view.id);
    assert_eq!(client.registries().get(&credential).await.expect("there").view.name, "hub");
    assert_eq!(ids(&client.registries().list().await.expect("listed")), [made.view.id]);
    client.registries().delete(&credential).await.expect("deleted");
    assert_eq!(refused(client.registries().get(&credential).await), 404);
}

#[tokio::test]
async fn a_delegation_is_made_and_revoked() {
    let (_sim, client) = desk(Seed::Empty).await;
    let resource = "arn:aws:ecr:us-east-1:123456789012:repository/worker".to_owned();
    let made = client.registries().delegate(&Delegate { resource, name: None }).await.expect("made");
    assert!(made.view.repository.contains("worker"), "{:?}", made.view);
    let delegation = id(&made.view.id);
    assert_eq!(ids(&client.registries().delegations().await.expect("listed")), [made.view.id]);
    client.registries().revoke(&delegation).await.expect("revoked");
    assert_eq!(refused(client.registries().revoke(&delegation).await), 404);
}
