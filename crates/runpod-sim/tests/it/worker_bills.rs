//! What workers cost.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, desk};

/// Longer than any container takes to come up.
const BOOT: u64 = 90;

async fn endpoint(desk: &Desk, changes: Value) -> String {
    let mut body = json!({
        "name": "e", "type": "QUEUE", "image": "me/worker:1", "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 },
        "workers": { "min": 1 }, "dataCenterIds": ["EU-RO-1"], "disk": 10,
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = desk.post("/v2/serverless", body).await.expect(201);
    format!("/v2/serverless/{}", made["id"].as_str().unwrap())
}

async fn uptime(desk: &Desk, path: &str) -> f64 {
    let said = desk.get(&format!("{path}/workers")).await.expect(200);
    said["workers"][0]["uptimeSeconds"].as_f64().unwrap()
}

async fn totals(desk: &Desk) -> Value {
    desk.get("/v2/billing/serverless").await.expect(200)["metadata"]["totals"].clone()
}

async fn spent(desk: &Desk) -> f64 {
    totals(desk).await["totalAmount"].as_f64().unwrap()
}

#[tokio::test]
async fn workers_are_paid_from_when_they_are_up_until_they_go() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, json!({ "gpu": { "pools": ["AMPERE_80"], "count": 2 } })).await;
    desk.pass(BOOT);
    let up = uptime(&desk, &path).await;
    // Two A100 as Serverless sells them, and ten gigabytes of disk.
    let hourly = 2.0 * 2.736 + 10.0 * 0.10 / 730.0;
    let near = |amount: f64, seconds: f64| (amount - hourly * seconds / 3600.0).abs() < 1e-6;
    assert!(near(spent(&desk).await, up));
    desk.pass(3600);
    assert!(near(spent(&desk).await, up + 3600.0));
    desk.delete(&path).await.expect(204);
    desk.pass(3600);
    assert!(near(spent(&desk).await, up + 3600.0), "nothing runs any more");
}

#[tokio::test]
async fn workers_on_cpus_are_billed_as_such() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, json!({ "cpu": [{ "id": "cpu5c", "vcpuCount": 4 }] })).await;
    desk.pass(3600);
    let up = uptime(&desk, &path).await;
    let totals = totals(&desk).await;
    assert_eq!((&totals["gpuAmount"], &totals["feeAmount"]), (&json!(0.0), &json!(0.0)));
    let hourly = totals["cpuAmount"].as_f64().unwrap() * 3600.0 / up;
    assert!((hourly - 4.0 * 0.03).abs() < 1e-6, "{hourly}");
}

#[tokio::test]
async fn workers_that_never_come_up_cost_nothing() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "NVIDIA A100*".into() }));
    endpoint(&desk, json!({ "gpu": { "pools": ["AMPERE_80"] } })).await;
    endpoint(&desk, json!({ "gpu": { "pools": ["ADA_24"] }, "image": "me/does-not-exist" })).await;
    endpoint(&desk, json!({ "gpu": { "pools": ["ADA_24"] }, "workers": { "min": 0 } })).await;
    desk.pass(86_400);
    assert_eq!(spent(&desk).await, 0.0);
}
