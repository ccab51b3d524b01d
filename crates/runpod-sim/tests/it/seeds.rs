//! The starting worlds: what is in them, and that they are what requests could have made.

use runpod_sim::Seed;
use serde_json::{Value, json};
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
async fn the_demo_world_has_some_of_everything() {
    let desk = desk(Seed::Demo);
    for (path, key) in EVERYTHING {
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

async fn endpoint(desk: &Desk, name: &str) -> Value {
    let all = list(desk, "/v2/serverless", "endpoints").await;
    all.into_iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

async fn below(desk: &Desk, name: &str, what: &str) -> Value {
    let id = endpoint(desk, name).await["id"].as_str().unwrap().to_owned();
    desk.get(&format!("/v2/serverless/{id}/{what}")).await.expect(200)
}

#[tokio::test]
async fn the_demo_world_has_endpoints_in_every_condition() {
    let desk = desk(Seed::Demo);
    for (name, status) in [
        ("image-gen", "idle"),
        ("gateway", "running"),
        ("whisper-old", "unhealthy"),
        ("llama-405b", "throttled"),
    ] {
        let summary = below(&desk, name, "workers").await["summary"].clone();
        assert_eq!((&summary[status], &summary["total"]), (&json!(1), &json!(1)), "{name}");
    }
    assert_eq!(below(&desk, "llama-chat", "workers").await["summary"]["total"], 0);
    let clusters = list(&desk, "/v2/clusters", "clusters").await;
    assert_eq!(clusters[0]["pods"], json!({ "total": 2, "byStatus": { "RUNNING": 2 } }));
}

fn states(said: &Value) -> Vec<&str> {
    said["builds"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_endpoint_of_the_demo_world_is_built_from_git() {
    let desk = desk(Seed::Demo);
    let builds = below(&desk, "image-gen", "builds").await;
    assert_eq!(states(&builds), ["BUILDING", "CANCELLED", "TEST_FAILED", "COMPLETED", "FAILED", "COMPLETED"]);
    let (newest, failed) = (&builds["builds"][0], &builds["builds"][4]);
    assert_eq!(
        (&newest["completedAt"], &newest["imageName"], &newest["error"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert!(failed["error"].as_str().unwrap().contains("torch"), "{failed}");
    let path = format!("/v2/serverless/{}", endpoint(&desk, "image-gen").await["id"].as_str().unwrap());
    let build = format!("{path}/builds/{}", newest["id"].as_str().unwrap());
    assert_eq!(desk.get(&build).await.expect(200), *newest);
    desk.get(&format!("{path}/builds/nothing")).await.refused(404);
    let page = desk.get(&format!("{path}/builds?limit=3")).await.expect(200);
    assert_eq!((states(&page).len(), &page["pagination"]["hasNextPage"]), (3, &json!(true)));
    desk.get(&format!("{path}/builds?limit=101")).await.refused(422);
}

#[tokio::test]
async fn a_finished_build_is_released_and_its_image_runs() {
    let desk = desk(Seed::Demo);
    let newest = below(&desk, "image-gen", "builds").await["builds"][0]["id"].clone();
    desk.pass(900);
    let builds = below(&desk, "image-gen", "builds").await;
    let done = &builds["builds"][0];
    assert_eq!((&done["status"], &done["branch"]), (&json!("COMPLETED"), &json!("main")));
    assert_eq!(endpoint(&desk, "image-gen").await["image"], done["imageName"]);
    let releases = below(&desk, "image-gen", "releases").await;
    let release = &releases["releases"][0];
    assert_eq!((&release["source"], &release["buildId"]), (&json!("GIT_BUILD"), &newest));
    assert_eq!((&release["createdByUserId"], &release["workerCount"]), (&Value::Null, &json!(1)));
    assert_eq!(below(&desk, "image-gen", "workers").await["workers"][0]["image"], done["imageName"]);
}
