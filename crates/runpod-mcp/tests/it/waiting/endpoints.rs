//! `wait` on endpoints: until the first worker is ready, or it is clear that none will be.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::rig::Rig;

fn endpoint(least: u64, wait: u64) -> Value {
    json!({"name": "e", "imageName": "runpod/worker-vllm:stable-cuda12.1.0", "gpuPoolIds": ["ADA_24"],
        "workersMin": least, "workersMax": 3, "wait": wait})
}

fn notes(reply: &Value) -> String {
    reply["_notes"].to_string()
}

#[tokio::test]
async fn an_endpoint_that_keeps_a_worker_comes_back_with_a_ready_one() {
    let rig = Rig::skipping(Seed::Empty).await;
    let made = rig.call("create-endpoint", endpoint(1, 300_000)).await.ok();
    assert_eq!(made["wait"]["done"], true, "{made}");
    assert!(made["wait"]["states"].to_string().contains("ready"), "{made}");
    let again = rig.call("get-endpoint", json!({"endpointId": made["id"], "wait": 60_000})).await.ok();
    assert_eq!((&again["wait"]["done"], &again["wait"]["waitedMs"]), (&json!(true), &json!(0)));
}

#[tokio::test]
async fn an_endpoint_without_minimum_says_at_once_that_nobody_comes() {
    let rig = Rig::skipping(Seed::Empty).await;
    let made = rig.call("create-endpoint", endpoint(0, 300_000)).await.ok();
    assert_eq!((&made["wait"]["done"], &made["wait"]["waitedMs"]), (&json!(false), &json!(0)));
    assert!(notes(&made).contains("workersMin is 0") && notes(&made).contains("run-endpoint"), "{made}");
}

#[tokio::test]
async fn a_crash_loop_is_named_as_such_and_ends_the_wait() {
    let rig = Rig::skipping(Seed::Empty).await;
    let worker = json!({"id": "w", "status": "UNHEALTHY", "isStale": false});
    let workers = json!({"workers": [worker], "summary": {}, "endpointVersion": 1});
    let crashing = Action::status(200).body(workers);
    rig.sim.faults().add(Match::operation("listEndpointWorkers").then(crashing));
    let made = rig.call("create-endpoint", endpoint(1, 300_000)).await.ok();
    assert_eq!(made["wait"]["waitedMs"], 0, "{made}");
    assert!(notes(&made).contains("not a lack of capacity"), "{made}");
}

#[tokio::test]
async fn a_lack_of_capacity_is_waited_out_and_named_as_such() {
    let rig = Rig::skipping(Seed::Empty).await;
    let worker = json!({"id": "w", "status": "THROTTLED", "isStale": false});
    let workers = json!({"workers": [worker], "summary": {}, "endpointVersion": 1});
    let throttled = Action::status(200).body(workers);
    rig.sim.faults().add(Match::operation("listEndpointWorkers").times(5).then(throttled));
    let made = rig.call("create-endpoint", endpoint(1, 10_000)).await.ok();
    assert_eq!(made["wait"]["states"], json!(["1 THROTTLED"]), "{made}");
    assert!(notes(&made).contains("a lack of capacity, not a fault of the image"), "{made}");
    let up = rig.call("get-endpoint", json!({"endpointId": made["id"], "wait": 300_000})).await.ok();
    assert_eq!(up["wait"]["done"], true, "{up}");
}
