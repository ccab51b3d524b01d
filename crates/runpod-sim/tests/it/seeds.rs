//! The starting worlds: what is in them, and that they are what requests could have made.

use runpod_sim::Seed;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::desk::{Desk, desk};

async fn list(desk: &Desk, path: &str, key: &str) -> Vec<Value> {
    desk.get(path).await.expect(200)[key].as_array().unwrap().clone()
}

fn count(items: &[Value], field: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item[field].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn the_empty_world_has_nothing_and_owes_nothing() {
    let desk = desk(Seed::Empty);
    for (path, key) in EVERYTHING {
        assert!(list(&desk, path, key).await.is_empty(), "{path}");
    }
}

/// Every list of what an account has.
const EVERYTHING: &[(&str, &str)] = &[
    ("/v2/pods", "pods"),
    ("/v2/serverless", "endpoints"),
    ("/v2/templates", "templates"),
    ("/v2/network-volumes", "networkVolumes"),
    ("/v2/registries", "registries"),
    ("/v2/registries/delegations", "delegations"),
    ("/v2/account/ssh-keys", "keys"),
    ("/v2/account/secrets", "secrets"),
    ("/v2/clusters", "clusters"),
    ("/v2/billing", "records"),
];

#[tokio::test]
async fn the_demo_world_has_some_of_everything_that_does_not_cost_a_fortune() {
    let desk = desk(Seed::Demo);
    for (path, key) in EVERYTHING.iter().filter(|(path, _)| *path != "/v2/clusters") {
        assert!(!list(&desk, path, key).await.is_empty(), "{path}");
    }
    let pods = list(&desk, "/v2/pods", "pods").await;
    let states = count(&pods, "status");
    for (status, wanted) in [("RUNNING", 3), ("EXITED", 1), ("ERROR", 1), ("PROVISIONING", 1)] {
        assert_eq!(states.get(status), Some(&wanted), "{states:?}");
    }
    let endpoints = list(&desk, "/v2/serverless", "endpoints").await;
    let newest = endpoints[0]["id"].as_str().unwrap();
    assert!(!list(&desk, &format!("/v2/serverless/{newest}/workers"), "workers").await.is_empty());
    assert!(list(&desk, &format!("/v2/serverless/{newest}/releases"), "releases").await.len() >= 2);
    assert_eq!(list(&desk, &format!("/v2/serverless/{newest}/builds"), "builds").await.len(), 3);
}

#[tokio::test]
async fn the_busy_world_fills_pages() {
    let desk = desk(Seed::Busy);
    let pods = list(&desk, "/v2/pods", "pods").await;
    let states = count(&pods, "status");
    assert_eq!(pods.len(), 300);
    assert!(states["RUNNING"] > 150 && states["EXITED"] > 40 && states["ERROR"] > 5, "{states:?}");
    assert_eq!(list(&desk, "/v2/serverless", "endpoints").await.len(), 40);
    let page = desk.get("/v2/pods?limit=100").await.expect(200);
    assert_eq!(
        (page["pods"].as_array().unwrap().len(), &page["pagination"]["hasNextPage"]),
        (100, &Value::Bool(true))
    );
}

#[tokio::test]
async fn the_bills_of_a_seeded_past_add_up() {
    let desk = desk(Seed::Demo);
    let whole =
        desk.get("/v2/billing?lastN=3&bucketSize=month").await.expect(200)["metadata"]["totals"].clone();
    let mut parts = 0.0;
    for part in ["pods", "serverless", "endpoints", "network-volumes", "clusters"] {
        let path = format!("/v2/billing/{part}?lastN=3&bucketSize=month");
        parts += desk.get(&path).await.expect(200)["metadata"]["totals"]["totalAmount"].as_f64().unwrap();
    }
    let whole = whole["totalAmount"].as_f64().unwrap();
    assert!((whole - parts).abs() < 1e-6 && whole > 50.0, "{whole} {parts}");
}

#[tokio::test]
async fn a_seed_is_the_same_every_time() {
    for seed in [Seed::Demo, Seed::Busy] {
        let (one, other) = (desk(seed), desk(seed));
        for path in ["/v2/pods", "/v2/serverless", "/v2/billing", "/v2/network-volumes"] {
            assert_eq!(one.get(path).await.text, other.get(path).await.text, "{seed} {path}");
        }
    }
}
