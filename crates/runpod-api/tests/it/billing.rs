//! The bill against the twin.

use std::time::Duration;

use runpod_api::billing::{Bucket, Query, Record, Scope};
use runpod_api::pods::{Create, Gpu};
use runpod_api::{Client, Listing};
use runpod_sim::Seed;
use serde::Deserialize;

use crate::desk::{desk, id};

async fn read(client: &Client, scope: Scope) -> Listing {
    let query = Query { scope, bucket: Some(Bucket::Hour), last_n: Some(6), ..Query::default() };
    client.billing().read(&query).await.expect("a bill")
}

fn spent(listing: &Listing) -> f64 {
    listing.views::<Record>().expect("records").iter().map(|record| record.total_amount).sum()
}

/// What `metadata` says of the whole.
fn total(listing: &Listing) -> f64 {
    #[derive(Deserialize)]
    struct Metadata {
        totals: Record,
    }
    let (_, text) = listing.siblings().find(|(name, _)| *name == "metadata").expect("metadata");
    serde_json::from_str::<Metadata>(text).expect("totals").totals.total_amount
}

#[tokio::test]
async fn a_pod_is_on_its_own_bill_and_on_the_whole() {
    let (sim, client) = desk(Seed::Empty).await;
    let new = Create::gpu("meter", "runpod/base:0.4.0", Gpu::new("NVIDIA GeForce RTX 4090"));
    let pod = id(&client.pods().create(&new).await.expect("created").view.id);
    sim.clock().advance(Duration::from_secs(3 * 3600));

    let own = read(&client, Scope::Pods(Some(pod))).await;
    let all = read(&client, Scope::All).await;
    assert!(spent(&own) > 0.0);
    for bill in [&own, &all, &read(&client, Scope::Pods(None)).await] {
        assert!((spent(bill) - spent(&own)).abs() < 1e-6);
        assert!((spent(bill) - total(bill)).abs() < 1e-6);
    }
}

#[tokio::test]
async fn every_scope_can_be_read() {
    let (_sim, client) = desk(Seed::Empty).await;
    let scopes = [
        Scope::All,
        Scope::Pods(None),
        Scope::Serverless(None),
        Scope::PublicEndpoints,
        Scope::NetworkVolumes(None),
        Scope::Clusters(None),
    ];
    for scope in scopes {
        assert!(spent(&read(&client, scope).await).abs() < f64::EPSILON);
    }
}

#[tokio::test]
async fn a_window_is_read_between_its_times() {
    let (_sim, client) = desk(Seed::Empty).await;
    let query = Query {
        start_time: Some("2026-08-01T00:00:00Z".into()),
        end_time: Some("2026-08-03T00:00:00+02:00".into()),
        bucket: Some(Bucket::Day),
        ..Query::default()
    };
    client.billing().read(&query).await.expect("a bill");
}
