//! Serverless endpoints against the twin.

use std::time::Duration;

use runpod_api::endpoints::{
    Create, Endpoint, Gpu, GpuChange, Kind, Release, Scaling, Update, Worker, Workers,
};
use runpod_api::{Container, Page};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

fn output() -> Create {
    let workers = Workers { min: Some(1), max: Some(3), idle_timeout_s: None };
    Create { workers, ..Create::queue("output", "runpod/test-output:0.0.1", Gpu::pool("ADA_24")) }
}

#[tokio::test]
async fn an_endpoint_has_a_kind_and_a_scaler_though_none_was_named() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.endpoints().create(&output()).await.expect("created");
    let seen = client.endpoints().get(&id(&made.view.id)).await.expect("there").view;
    assert_eq!(seen.kind.as_deref(), Some("QUEUE"));
    assert_eq!(seen.scaling.and_then(|s| s.to_input()), Some(Scaling::QueueDelay(4.0)));
    assert_eq!((seen.workers.min, seen.workers.max, seen.workers.idle_timeout), (Some(1), Some(3), Some(10)));
}

#[tokio::test]
async fn a_load_balancer_counts_requests() {
    let (_sim, client) = desk(Seed::Empty).await;
    let new = Create { kind: Kind::LoadBalancer, ..output() };
    let made = client.endpoints().create(&new).await.expect("created").view;
    assert_eq!(made.scaling.and_then(|s| s.to_input()), Some(Scaling::RequestCount(4)));
}

#[tokio::test]
async fn new_pools_forget_the_old_exclusions() {
    let (_sim, client) = desk(Seed::Empty).await;
    let gpu = Gpu { excluded_type_ids: vec!["NVIDIA L4".into()], ..Gpu::pool("AMPERE_24") };
    let new = Create::queue("picky", "runpod/test-output:0.0.1", gpu);
    let made = client.endpoints().create(&new).await.expect("created").view;
    let endpoint = id(&made.id);
    let excluded = |seen: &Endpoint| seen.gpu.clone().expect("a GPU endpoint").excluded_types;
    assert_eq!(excluded(&made), ["NVIDIA L4"]);

    let count = Update { gpu: GpuChange { count: Some(2), ..GpuChange::default() }, ..Update::default() };
    let counted = client.endpoints().update(&endpoint, &count).await.expect("changed").view;
    assert_eq!(excluded(&counted), ["NVIDIA L4"], "a count alone keeps the selection");

    let pools = GpuChange { pool_ids: Some(vec!["AMPERE_24".into()]), ..GpuChange::default() };
    let pools = Update { gpu: pools, ..Update::default() };
    let changed = client.endpoints().update(&endpoint, &pools).await.expect("changed").view;
    assert_eq!(excluded(&changed), [""; 0]);
}

#[tokio::test]
async fn workers_come_up_and_go_with_the_endpoint() {
    let (sim, client) = desk(Seed::Empty).await;
    let endpoint = id(&client.endpoints().create(&output()).await.expect("created").view.id);
    sim.clock().advance(Duration::from_secs(600));
    let listing = client.endpoints().workers(&endpoint).await.expect("listed");
    let workers: Vec<Worker> = listing.views().expect("workers");
    assert_eq!(workers.len(), 1);
    let summary = listing.siblings().find(|(name, _)| *name == "summary").expect("a summary").1;
    assert!(summary.contains(r#""total":1"#), "{summary}");

    client.endpoints().delete(&endpoint).await.expect("deleted");
    assert_eq!(refused(client.endpoints().workers(&endpoint).await), 404);
    assert_eq!(refused(client.endpoints().get(&endpoint).await), 404);
}

#[tokio::test]
async fn every_change_is_a_release() {
    let (sim, client) = desk(Seed::Empty).await;
    let endpoint = id(&client.endpoints().create(&output()).await.expect("created").view.id);
    sim.clock().advance(Duration::from_secs(60));
    let image = Update { container: Container::image("runpod/test-output:0.0.2"), ..Update::default() };
    client.endpoints().update(&endpoint, &image).await.expect("changed");

    let listing = client.endpoints().releases(&endpoint, &Page::default()).await.expect("listed");
    let releases: Vec<Release> = listing.views().expect("releases");
    assert!(listing.is_paged() && releases.len() >= 2);
    assert!(releases.is_sorted_by(|newer, older| newer.version > older.version), "{releases:?}");
    let first = Page { limit: Some(1), cursor: None };
    let first = client.endpoints().releases(&endpoint, &first).await.expect("a page");
    assert!(first.rows().len() == 1 && first.next_cursor().is_some());
}

#[tokio::test]
async fn an_endpoint_from_an_image_has_no_builds() {
    let (_sim, client) = desk(Seed::Empty).await;
    let endpoint = id(&client.endpoints().create(&output()).await.expect("created").view.id);
    let builds = client.endpoints().builds(&endpoint, &Page::default()).await.expect("listed");
    assert_eq!(builds.rows().len(), 0);
    assert_eq!(refused(client.endpoints().build(&endpoint, &id("b1")).await), 404);
}

#[tokio::test]
async fn endpoints_page_newest_first() {
    let (sim, client) = desk(Seed::Empty).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(client.endpoints().create(&output()).await.expect("created").view.id);
        sim.clock().advance(Duration::from_secs(1));
    }
    made.reverse();
    let first = Page { limit: Some(2), cursor: None };
    let first = client.endpoints().list(&first).await.expect("a page");
    let rest = Page { limit: Some(2), cursor: first.next_cursor().map(str::to_owned) };
    let rest = client.endpoints().list(&rest).await.expect("a page");
    assert_eq!([ids(&first), ids(&rest)].concat(), made);
    assert!(rest.next_cursor().is_none());
}
