//! Network volumes against the twin.

use runpod_api::Tier;
use runpod_api::volumes::{Create, Update};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

fn models() -> Create {
    Create {
        name: "models".into(),
        size_gb: 10,
        data_center_id: "EU-RO-1".into(),
        tier: Some(Tier::Standard),
    }
}

#[tokio::test]
async fn a_volume_grows_and_never_shrinks() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.volumes().create(&models()).await.expect("created");
    let id = id(&made.view.id);

    let grow = Update { name: None, size_gb: Some(20) };
    let grown = client.volumes().update(&id, &grow).await.expect("grown");
    assert_eq!((grown.view.size, grown.view.name.as_str()), (Some(20), "models"));

    let shrink = Update { name: None, size_gb: Some(10) };
    assert_eq!(refused(client.volumes().update(&id, &shrink).await), 400);
    assert_eq!(client.volumes().get(&id).await.expect("there").view.size, Some(20));
}

#[tokio::test]
async fn a_volume_is_listed_until_it_is_deleted() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.volumes().create(&models()).await.expect("created");
    let listing = client.volumes().list().await.expect("listed");
    assert_eq!(ids(&listing), [made.view.id.as_str()]);
    assert!(!listing.is_paged() && listing.next_cursor().is_none());

    let id = id(&made.view.id);
    client.volumes().delete(&id).await.expect("deleted");
    assert_eq!(client.volumes().list().await.expect("listed").rows().len(), 0);
    assert!(client.volumes().get(&id).await.expect_err("gone").is_missing());
    assert_eq!(refused(client.volumes().delete(&id).await), 404);
}

#[tokio::test]
async fn what_the_view_does_not_know_stays_in_the_raw_answer() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.volumes().create(&models()).await.expect("created");
    assert!(made.raw.get().contains(r#""type":"STANDARD""#), "{}", made.raw.get());
}
