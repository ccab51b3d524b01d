//! The workers of an endpoint as time passes, their releases and their bill.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, desk};

/// Longer than any container takes to come up.
const BOOT: u64 = 90;

async fn endpoint(desk: &Desk, min: u32) -> String {
    let body = json!({
        "name": "e", "type": "QUEUE", "image": "me/worker:1", "gpu": { "pools": ["AMPERE_80"], "count": 2 },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 }, "workers": { "min": min, "max": 5 },
        "dataCenterIds": ["EU-RO-1"], "disk": 10,
    });
    let made = desk.post("/v2/serverless", body).await.expect(201);
    format!("/v2/serverless/{}", made["id"].as_str().unwrap())
}

async fn workers(desk: &Desk, path: &str) -> Value {
    let said = desk.get(&format!("{path}/workers")).await.expect(200);
    let all = said["workers"].as_array().unwrap();
    let count = |status: &str| all.iter().filter(|worker| worker["status"] == status).count();
    let histogram = json!({
        "running": count("RUNNING"), "idle": count("IDLE"), "initializing": count("INITIALIZING"),
        "throttled": count("THROTTLED"), "unhealthy": count("UNHEALTHY"), "total": all.len(),
    });
    assert_eq!(said["summary"], histogram, "the summary is the histogram of the workers");
    said
}

/// The statuses, in order.
async fn statuses(desk: &Desk, path: &str) -> Vec<String> {
    let said = workers(desk, path).await;
    let mut all: Vec<_> = said["workers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

async fn releases(desk: &Desk, path: &str) -> Value {
    desk.get(&format!("{path}/releases")).await.expect(200)
}

#[tokio::test]
async fn an_endpoint_that_scales_from_zero_has_no_workers() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 0).await;
    desk.pass(3600);
    let said = workers(&desk, &path).await;
    assert_eq!((&said["workers"], &said["endpointVersion"]), (&json!([]), &json!(1)));
}

#[tokio::test]
async fn the_minimum_of_workers_comes_up_and_stays() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 2).await;
    let early = workers(&desk, &path).await;
    let first = &early["workers"][0];
    assert_eq!((&first["status"], &first["startedAt"]), (&json!("INITIALIZING"), &Value::Null));
    assert_eq!((&first["gpuTypeId"], &first["gpuCount"]), (&json!("NVIDIA A100 80GB PCIe"), &json!(2)));
    assert_eq!((&first["dataCenterId"], &first["image"]), (&json!("EU-RO-1"), &json!("me/worker:1")));

    desk.pass(BOOT);
    let later = workers(&desk, &path).await;
    assert_eq!(later["summary"]["idle"], 2);
    let up = &later["workers"][0];
    assert_eq!((&up["id"], &up["isStale"], &up["version"]), (&first["id"], &json!(false), &json!(1)));
    let uptime = up["uptimeSeconds"].as_u64().unwrap();
    assert!((30..=70).contains(&uptime), "{uptime}");
    desk.pass(86_400);
    let next_day = workers(&desk, &path).await;
    assert_eq!(next_day["workers"][0]["uptimeSeconds"], uptime + 86_400);
    assert_eq!(next_day["summary"]["idle"], 2);
}

#[tokio::test]
async fn workers_beyond_a_lowered_minimum_go_when_they_were_idle_long_enough() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 3).await;
    desk.pass(BOOT);
    let workers_now = async |change: Value| {
        desk.patch(&path, json!({ "workers": change })).await.expect(200);
        workers(&desk, &path).await["summary"]["total"].as_u64().unwrap()
    };
    assert_eq!(workers_now(json!({ "idleTimeout": 600, "min": 1 })).await, 3);
    desk.pass(480);
    assert_eq!(workers(&desk, &path).await["summary"]["total"], 3, "idle for less than ten minutes");
    desk.pass(120);
    assert_eq!(workers(&desk, &path).await["summary"]["total"], 1);
    assert_eq!(workers_now(json!({ "min": 4 })).await, 4);
    desk.pass(BOOT);
    let left = workers_now(json!({ "min": 0, "max": 2 })).await;
    assert_eq!(left, 1, "two are beyond the maximum, and the first one has long been idle");
    assert_eq!(workers_now(json!({ "min": 0, "max": 0 })).await, 0);
}

#[tokio::test]
async fn a_worker_waits_while_its_pool_is_sold_out() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "NVIDIA A100*".into() }));
    let path = endpoint(&desk, 1).await;
    desk.pass(3600);
    let said = workers(&desk, &path).await;
    let worker = &said["workers"][0];
    assert_eq!((&worker["status"], &worker["gpuTypeId"]), (&json!("THROTTLED"), &Value::Null));

    desk.patch(&path, json!({ "gpu": { "pools": ["AMPERE_80", "ADA_24"] } })).await.expect(200);
    desk.pass(BOOT);
    let said = workers(&desk, &path).await;
    assert_eq!(said["workers"][0]["gpuTypeId"], "NVIDIA GeForce RTX 4090");
    assert_eq!(said["summary"]["idle"], 1);
}

#[tokio::test]
async fn a_worker_whose_image_cannot_be_pulled_is_unhealthy() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::any().then(Action::UnpullableImage { image: "me/*".into() }));
    let path = endpoint(&desk, 1).await;
    assert_eq!(statuses(&desk, &path).await, ["INITIALIZING"]);
    desk.pass(BOOT);
    assert_eq!(statuses(&desk, &path).await, ["UNHEALTHY"]);
    desk.pass(3600);
    desk.patch(&path, json!({ "image": "good/worker:2" })).await.expect(200);
    desk.pass(BOOT);
    assert_eq!(statuses(&desk, &path).await, ["IDLE"]);
}

#[tokio::test]
async fn a_crashing_worker_shows_as_running_and_throttled_by_turns_and_never_as_unhealthy() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 1).await;
    desk.twin.faults().add(Match::any().then(Action::CrashLoop { endpoint: "e".into() }));
    desk.pass(BOOT);
    let (mut seen, mut longest) = (std::collections::BTreeSet::new(), 0);
    for _ in 0..60 {
        desk.pass(1);
        let worker = workers(&desk, &path).await["workers"][0].clone();
        seen.insert(worker["status"].as_str().unwrap().to_owned());
        longest = longest.max(worker["uptimeSeconds"].as_u64().unwrap());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["RUNNING", "THROTTLED"]);
    assert!(longest < 30, "{longest}");
}

#[tokio::test]
async fn a_load_balancer_runs_its_workers_without_any_request() {
    let desk = desk(Seed::Empty);
    let body = json!({
        "name": "lb", "type": "LOAD_BALANCER", "image": "me/server", "cpu": [{ "id": "cpu5c", "vcpuCount": 4 }],
        "scaling": { "type": "REQUEST_COUNT", "requestCount": 5 }, "workers": { "min": 1 },
    });
    let made = desk.post("/v2/serverless", body).await.expect(201);
    let path = format!("/v2/serverless/{}", made["id"].as_str().unwrap());
    desk.pass(BOOT);
    let worker = workers(&desk, &path).await["workers"][0].clone();
    assert_eq!((&worker["status"], &worker["gpuCount"]), (&json!("RUNNING"), &json!(0)));
    assert_eq!(worker["gpuTypeId"], Value::Null);
}

#[tokio::test]
async fn a_new_image_replaces_the_workers_one_by_one() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 2).await;
    desk.pass(BOOT);
    desk.patch(&path, json!({ "image": "me/worker:2" })).await.expect(200);
    let said = workers(&desk, &path).await;
    assert_eq!(said["endpointVersion"], 2);
    let stale = said["workers"].as_array().unwrap().iter().filter(|worker| worker["isStale"] == true).count();
    assert_eq!(
        (stale, &said["summary"]["total"]),
        (2, &json!(3)),
        "one more while the first one is replaced"
    );
    let rollout = releases(&desk, &path).await["rollout"].clone();
    let expected =
        json!({ "inProgress": true, "workersOnLatest": 1, "workersTotal": 3, "percentOnLatest": 33 });
    assert_eq!(rollout, expected);

    let mut least = u64::MAX;
    for _ in 0..2 * BOOT {
        desk.pass(1);
        least = least.min(workers(&desk, &path).await["summary"]["idle"].as_u64().unwrap());
    }
    assert_eq!(least, 2, "there are always as many workers up as before");
    let said = workers(&desk, &path).await;
    for worker in said["workers"].as_array().unwrap() {
        assert_eq!((&worker["isStale"], &worker["image"]), (&json!(false), &json!("me/worker:2")));
    }
    let rollout = releases(&desk, &path).await["rollout"].clone();
    let expected =
        json!({ "inProgress": false, "workersOnLatest": 2, "workersTotal": 2, "percentOnLatest": 100 });
    assert_eq!(rollout, expected);
}

#[tokio::test]
async fn a_release_that_cannot_start_leaves_the_old_workers_at_work() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 2).await;
    desk.pass(BOOT);
    desk.patch(&path, json!({ "image": "me/does-not-exist:2" })).await.expect(200);
    desk.pass(3600);
    assert_eq!(statuses(&desk, &path).await, ["IDLE", "IDLE", "UNHEALTHY"]);
    assert_eq!(releases(&desk, &path).await["rollout"]["inProgress"], true);
    desk.patch(&path, json!({ "image": "me/worker:3" })).await.expect(200);
    desk.pass(3 * BOOT);
    assert_eq!(statuses(&desk, &path).await, ["IDLE", "IDLE"]);
    assert_eq!(releases(&desk, &path).await["rollout"]["inProgress"], false);
}

#[tokio::test]
async fn every_change_is_a_release_that_says_what_changed() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 1).await;
    desk.pass(BOOT);
    desk.patch(&path, json!({ "workers": { "max": 7 } })).await.expect(200);
    desk.pass(60);
    let change = json!({ "image": "me/worker:2", "gpu": { "count": 1 }, "dataCenterIds": [] });
    desk.patch(&path, change.clone()).await.expect(200);
    desk.patch(&path, change).await.expect(200);

    let said = releases(&desk, &path).await;
    let all = said["releases"].as_array().unwrap();
    assert_eq!((all.len(), &said["endpointVersion"]), (3, &json!(3)), "the same again is no release");
    let expected = json!([
        { "field": "template.imageName", "old": "me/worker:1", "new": "me/worker:2" },
        { "field": "gpuCount", "old": 2, "new": 1 },
        { "field": "locations", "old": ["EU-RO-1"], "new": [] },
    ]);
    assert_eq!(all[0]["diff"], expected);
    assert_eq!(all[1]["diff"], json!([{ "field": "workers.max", "old": 5, "new": 7 }]));
    assert_eq!((&all[2]["diff"], &all[2]["version"]), (&json!([]), &json!(1)));
    assert_eq!((&all[0]["source"], &all[0]["buildId"]), (&json!("MANUAL"), &Value::Null));
    assert_eq!(all[0]["createdByUserId"], "user_sandbox");
    assert_eq!((&all[1]["workerCount"], &all[2]["workerCount"]), (&json!(1), &json!(0)));
    assert!(all[0]["createdAt"].as_str().unwrap() > all[1]["createdAt"].as_str().unwrap());
}

#[tokio::test]
async fn a_change_that_no_worker_notices_makes_none_stale() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 1).await;
    desk.pass(BOOT);
    let before = workers(&desk, &path).await["workers"][0]["id"].clone();
    desk.patch(&path, json!({ "name": "f", "timeout": 1, "workers": { "max": 4 } })).await.expect(200);
    let said = workers(&desk, &path).await;
    let worker = &said["workers"][0];
    assert_eq!((&worker["id"], &worker["isStale"], &worker["version"]), (&before, &json!(false), &json!(2)));
    assert_eq!(said["summary"]["total"], 1);
}

#[tokio::test]
async fn releases_come_page_by_page() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 0).await;
    for timeout in 1..=4 {
        desk.patch(&path, json!({ "timeout": timeout })).await.expect(200);
    }
    let first = desk.get(&format!("{path}/releases?limit=3")).await.expect(200);
    let cursor = first["pagination"]["nextCursor"].as_str().unwrap();
    let second = desk.get(&format!("{path}/releases?limit=3&cursor={cursor}")).await.expect(200);
    let versions = [&first, &second].map(|page| {
        let all = page["releases"].as_array().unwrap();
        all.iter().map(|one| one["version"].as_u64().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(versions, [vec![5, 4, 3], vec![2, 1]]);
}

#[tokio::test]
async fn flashboot_brings_a_worker_up_in_seconds() {
    let desk = desk(Seed::Empty);
    let path = endpoint(&desk, 0).await;
    desk.patch(&path, json!({ "flashboot": "FLASHBOOT", "workers": { "min": 1 } })).await.expect(200);
    assert_eq!(statuses(&desk, &path).await, ["INITIALIZING"]);
    desk.pass(12);
    assert_eq!(statuses(&desk, &path).await, ["IDLE"]);
}
