//! Bills: they grow with the clock and add up to what ran.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, desk};

const HOUR: u64 = 3600;

/// A Pod with 50 GB of disk and a volume of 30 GB on one card for 0.69 an hour.
async fn rent(desk: &Desk) -> String {
    let body = json!({ "name": "x", "image": "ubuntu", "gpu": { "id": "NVIDIA GeForce RTX 4090", "count": 1 },
        "mounts": { "persistent": { "size": 30, "path": "/workspace" } } });
    desk.post("/v2/pods", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn act(desk: &Desk, id: &str, action: &str) {
    let said = desk.post(&format!("/v2/pods/{id}/action"), json!({ "action": action })).await;
    assert!(said.status.is_success(), "{}", said.text);
}

async fn bill(desk: &Desk, path: &str) -> Value {
    desk.get(&format!("/v2/billing{path}")).await.expect(200)
}

#[track_caller]
fn close(amount: &Value, wanted: f64) {
    let amount = amount.as_f64().unwrap();
    assert!((amount - wanted).abs() < 1e-6, "{amount} instead of {wanted}");
}

#[tokio::test]
async fn a_stopped_pod_costs_only_its_volume() {
    let desk = desk(Seed::Empty);
    let id = rent(&desk).await;
    desk.pass(5 * HOUR);
    act(&desk, &id, "stop").await;
    desk.pass(10 * HOUR);

    let pods = bill(&desk, "/pods").await;
    let totals = &pods["metadata"]["totals"];
    close(&totals["gpuAmount"], 5.0 * 0.69);
    close(&totals["diskAmount"], 5.0 * 0.10 * 80.0 / 730.0 + 10.0 * 0.20 * 30.0 / 730.0);
    close(
        &totals["totalAmount"],
        totals["gpuAmount"].as_f64().unwrap() + totals["diskAmount"].as_f64().unwrap(),
    );

    desk.delete(&format!("/v2/pods/{id}")).await.expect(204);
    desk.pass(100 * HOUR);
    assert_eq!(bill(&desk, "/pods").await["metadata"]["totals"], *totals);
}

#[tokio::test]
async fn a_failed_pod_is_not_billed_for_its_machine_after_it_failed() {
    let desk = desk(Seed::Empty);
    let body = json!({ "name": "x", "image": "acme/no-such-thing", "gpu": { "id": "NVIDIA L4" } });
    desk.post("/v2/pods", body).await.expect(201);
    desk.pass(100 * HOUR);
    let cost = bill(&desk, "/pods").await["metadata"]["totals"]["totalAmount"].as_f64().unwrap();
    assert!(cost > 0.0 && cost < 0.43 / 60.0, "{cost}");
}

#[tokio::test]
async fn records_are_one_per_resource_and_bucket_and_add_up() {
    let desk = desk(Seed::Empty);
    let (first, second) = (rent(&desk).await, rent(&desk).await);
    desk.pass(30 * HOUR);
    act(&desk, &first, "terminate").await;
    desk.pass(20 * HOUR);

    let days = bill(&desk, "/pods").await;
    let lines: Vec<_> =
        days["records"].as_array().unwrap().iter().map(|r| (&r["startTime"], &r["podId"])).collect();
    // The clock begins at noon: half a day, a whole one and a part of the third.
    assert_eq!(lines.len(), 5);
    assert_eq!(days["metadata"]["uniquePodCount"], 2);
    assert_eq!(days["metadata"]["recordCount"], 5);
    assert_eq!(
        days["metadata"]["query"],
        json!({ "startTime": "2026-05-04T00:00:00Z", "endTime": "2026-06-04T00:00:00Z", "bucketSize": "day" })
    );
    let sum: f64 =
        days["records"].as_array().unwrap().iter().map(|r| r["totalAmount"].as_f64().unwrap()).sum();
    close(&days["metadata"]["totals"]["totalAmount"], sum);

    for size in ["hour", "week", "month", "year"] {
        let other = bill(&desk, &format!("/pods?bucketSize={size}")).await;
        close(&other["metadata"]["totals"]["totalAmount"], sum);
    }
    let one = bill(&desk, &format!("/pods?podId={second}")).await;
    assert_eq!(
        (&one["metadata"]["query"]["podId"], &one["metadata"]["uniquePodCount"]),
        (&json!(second), &json!(1))
    );
    close(&one["metadata"]["totals"]["gpuAmount"], 50.0 * 0.69);
}

#[tokio::test]
async fn the_parts_add_up_to_the_whole() {
    let desk = desk(Seed::Empty);
    rent(&desk).await;
    let cpu = json!({ "name": "c", "image": "ubuntu", "cpu": { "id": "cpu3c", "vcpuCount": 4 } });
    desk.post("/v2/pods", cpu).await.expect(201);
    for tier in ["STANDARD", "HIGH_PERFORMANCE"] {
        let volume = json!({ "name": "v", "size": 500, "dataCenter": "EU-RO-1", "type": tier });
        desk.post("/v2/network-volumes", volume).await.expect(201);
    }
    desk.pass(73 * HOUR);

    let whole = bill(&desk, "").await["metadata"]["totals"].clone();
    let pods = bill(&desk, "/pods").await["metadata"]["totals"].clone();
    let volumes = bill(&desk, "/network-volumes").await["metadata"]["totals"].clone();
    for (of_whole, part) in [
        ("podGpuAmount", &pods["gpuAmount"]),
        ("podCpuAmount", &pods["cpuAmount"]),
        ("podDiskAmount", &pods["diskAmount"]),
        ("storageStandardAmount", &volumes["standardAmount"]),
        ("storageHighPerformanceAmount", &volumes["highPerformanceAmount"]),
    ] {
        assert!(part.as_f64().unwrap() > 0.0, "{of_whole}");
        assert_eq!(&whole[of_whole], part, "{of_whole}");
    }
    close(&whole["podCpuAmount"], 73.0 * 0.16);
    close(&whole["storageStandardAmount"], 73.0 * 35.0 / 730.0);
    close(
        &whole["totalAmount"],
        pods["totalAmount"].as_f64().unwrap() + volumes["totalAmount"].as_f64().unwrap(),
    );
    for none in ["/serverless", "/endpoints", "/clusters"] {
        assert_eq!(bill(&desk, none).await["records"], json!([]), "{none}");
    }
}

#[tokio::test]
async fn a_bill_grows_between_two_looks_by_what_ran_in_between() {
    let desk = desk(Seed::Empty);
    rent(&desk).await;
    desk.pass(HOUR);
    let before = bill(&desk, "").await["metadata"]["totals"]["podGpuAmount"].as_f64().unwrap();
    desk.pass(HOUR / 2);
    close(&bill(&desk, "").await["metadata"]["totals"]["podGpuAmount"], before + 0.69 / 2.0);
}

#[tokio::test]
async fn windows_are_asked_for_in_one_way_at_a_time() {
    let desk = desk(Seed::Empty);
    rent(&desk).await;
    desk.pass(48 * HOUR);
    let last = bill(&desk, "/pods?lastN=2").await;
    assert_eq!(last["metadata"]["query"]["startTime"], "2026-06-02T00:00:00Z");
    assert_eq!(last["records"].as_array().unwrap().len(), 2);
    let range =
        bill(&desk, "/pods?startTime=2026-06-01T13:00:00Z&endTime=2026-06-01T15:00:00Z&bucketSize=hour")
            .await;
    assert_eq!(range["records"].as_array().unwrap().len(), 2);
    close(&range["metadata"]["totals"]["gpuAmount"], 2.0 * 0.69);
    for (status, query) in [
        (400, "lastN=2&startTime=2026-06-01T00:00:00Z"),
        (400, "lastN=2&endTime=2026-06-01T00:00:00Z"),
        (400, "startTime=2026-06-02T00:00:00Z&endTime=2026-06-01T00:00:00Z"),
        (422, "lastN=0"),
        (422, "bucketSize=decade"),
        (422, "startTime=yesterday"),
    ] {
        let said = desk.get(&format!("/v2/billing?{query}")).await;
        assert_eq!(said.status, status, "{query}: {}", said.text);
    }
    bill(&desk, "?lastN=99999999999&bucketSize=hour").await;
}

#[tokio::test]
async fn nothing_spent_is_zero_without_a_sign() {
    let desk = desk(Seed::Empty);
    for path in ["", "/pods", "/serverless", "/endpoints", "/network-volumes", "/clusters"] {
        let said = desk.get(&format!("/v2/billing{path}")).await;
        assert!(said.text.contains("\"totalAmount\":0.0"), "{path}: {}", said.text);
    }
}

/// Leaves the account with so much.
async fn pay_in(desk: &Desk, usd: f64) {
    desk.twin.faults().add(Match::any().times(1).then(Action::Balance { usd }));
    // Scripted trouble happens with the next request.
    desk.get("/v2/pods").await.expect(200);
}

/// A locked Pod, money for ten dollars of it, and a hundred hours in so many steps.
async fn run_dry(steps: u64) -> (Desk, String) {
    let desk = desk(Seed::Empty);
    let id = rent(&desk).await;
    desk.patch(&format!("/v2/pods/{id}"), json!({ "locked": true })).await.expect(200);
    pay_in(&desk, 10.0).await;
    for _ in 0..steps {
        desk.pass(100 * HOUR / steps);
        desk.get("/v2/pods").await.expect(200);
    }
    (desk, id)
}

#[tokio::test]
async fn pods_stop_when_the_money_is_gone_and_the_bill_agrees() {
    let (running, stopped) = (0.69 + 80.0 * 0.10 / 730.0, 30.0 * 0.20 / 730.0);
    let hours = 10.0 / running;
    for steps in [1, 4, 50] {
        let (desk, id) = run_dry(steps).await;
        let pod = desk.get(&format!("/v2/pods/{id}")).await.expect(200);
        assert_eq!((&pod["status"], &pod["cost"]), (&json!("EXITED"), &json!(0.0)), "{steps} looks");
        let totals = &bill(&desk, "/pods").await["metadata"]["totals"];
        close(&totals["gpuAmount"], 0.69 * hours);
        close(&totals["totalAmount"], 10.0 + (100.0 - hours) * stopped);
        desk.patch(&format!("/v2/pods/{id}"), json!({ "locked": false })).await.expect(200);
        let start = json!({ "action": "start" });
        desk.post(&format!("/v2/pods/{id}/action"), start.clone()).await.refused(402);
        pay_in(&desk, 10.0).await;
        desk.post(&format!("/v2/pods/{id}/action"), start).await.expect(200);
    }
}

#[tokio::test]
async fn pods_run_on_while_there_is_money() {
    let desk = desk(Seed::Empty);
    let id = rent(&desk).await;
    pay_in(&desk, 10.0).await;
    desk.pass(14 * HOUR);
    assert_eq!(desk.get(&format!("/v2/pods/{id}")).await.expect(200)["status"], "RUNNING");
}
