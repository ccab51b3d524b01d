//! `wait` on Pods: until they are up, or the first sign that they will not be.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::rig::Rig;

/// Arguments of a Pod that is waited for.
pub(super) fn pod(image: &str, wait: u64) -> Value {
    json!({"name": "p", "imageName": image, "gpuTypeIds": ["NVIDIA GeForce RTX 4090"],
        "ports": ["8888/http", "22/tcp"], "wait": wait})
}

fn notes(reply: &Value) -> String {
    reply["_notes"].to_string()
}

#[tokio::test]
async fn a_pod_that_is_waited_for_comes_back_running_and_says_how_to_connect() {
    let rig = Rig::skipping(Seed::Empty).await;
    let made = rig.call("create-pod", pod("runpod/pytorch:2.8.0", 120_000)).await.ok();
    assert_eq!((&made["status"], &made["wait"]["done"]), (&json!("RUNNING"), &json!(true)));
    let states = made["wait"]["states"].as_array().unwrap();
    assert_eq!(states.first(), Some(&json!("PROVISIONING")), "{made}");
    assert_eq!(states.last(), Some(&json!("RUNNING")), "{made}");
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["connect"]["8888/http"], format!("https://{id}-8888.proxy.runpod.net"));
    assert!(
        made["connect"]["ssh"].as_str().is_some_and(|ssh| ssh.starts_with("ssh root@203.0.113.")),
        "{made}"
    );
    assert!(made["wait"]["waitedMs"].as_u64().is_some_and(|ms| (5_000..60_000).contains(&ms)), "{made}");
    assert_eq!(rig.sim.journal().count("createPod"), 1);
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_ends_the_wait_at_once() {
    let rig = Rig::skipping(Seed::Empty).await;
    let made = rig.call("create-pod", pod("registry.invalid/x:1", 300_000)).await.ok();
    assert_eq!((&made["status"], &made["wait"]["done"]), (&json!("ERROR"), &json!(false)));
    assert!(made["wait"]["waitedMs"].as_u64().is_some_and(|ms| ms < 60_000), "{made}");
    assert!(notes(&made).contains("cannot be pulled") && notes(&made).contains("stream-pod-logs"), "{made}");
}

#[tokio::test]
async fn a_wait_that_is_too_short_says_how_to_go_on_and_going_on_works() {
    let rig = Rig::skipping(Seed::Empty).await;
    let made = rig.call("create-pod", pod("runpod/pytorch:2.8.0", 1)).await.ok();
    assert_eq!((&made["wait"]["done"], &made["wait"]["ended"]), (&json!(false), &json!("the time is up")));
    let id = made["id"].as_str().unwrap();
    let next = format!("get-pod {}", json!({"podId": id, "wait": 60_000})).replace('"', "\\\"");
    assert!(notes(&made).contains(&next), "{made}");
    let up = rig.call("get-pod", json!({"podId": id, "wait": 60_000})).await.ok();
    assert_eq!((&up["status"], &up["wait"]["done"]), (&json!("RUNNING"), &json!(true)));
}

#[tokio::test]
async fn a_stopped_pod_is_not_waited_for_and_a_started_one_is() {
    let rig = Rig::skipping(Seed::Empty).await;
    let id = rig.call("create-pod", pod("a", 120_000)).await.ok()["id"].clone();
    rig.call("stop-pod", json!({"podId": id})).await.ok();
    let stopped = rig.call("get-pod", json!({"podId": id, "wait": 120_000})).await.ok();
    assert_eq!((&stopped["status"], &stopped["wait"]["waitedMs"]), (&json!("EXITED"), &json!(0)));
    assert!(notes(&stopped).contains("start-pod"), "{stopped}");
    let up = rig.call("start-pod", json!({"podId": id, "wait": 120_000})).await.ok();
    assert_eq!((&up["status"], &up["wait"]["done"]), (&json!("RUNNING"), &json!(true)));
}

#[tokio::test]
async fn a_created_pod_comes_back_with_its_id_although_looking_at_it_fails() {
    for (trouble, said) in [
        (Action::status(401).into(), "401"),
        (Action::html_bad_gateway(), "502"),
        (Action::status(429).header("retry-after", "3600").into(), "slow down"),
    ] {
        let rig = Rig::skipping(Seed::Empty).await;
        rig.sim.faults().add(Match::operation("getPod").then(trouble));
        let made = rig.call("create-pod", pod("a", 60_000)).await.ok();
        assert!(made["id"].is_string() && made["wait"]["done"] == json!(false), "{made}");
        assert!(made["wait"]["ended"].as_str().is_some_and(|why| why.contains(said)), "{made}");
        assert!(notes(&made).contains("do not create it again"), "{made}");
    }
}

#[tokio::test]
async fn a_failure_that_passes_does_not_end_a_wait_and_a_refusal_does() {
    let rig = Rig::skipping(Seed::Empty).await;
    // Each look is three tries: two looks fail.
    rig.sim.faults().add(Match::operation("getPod").times(6).then(Action::status(503)));
    let made = rig.call("create-pod", pod("a", 120_000)).await.ok();
    assert_eq!(made["wait"]["done"], true, "{made}");
    rig.sim.faults().add(Match::operation("getPod").then(Action::status(403)));
    rig.sim.journal().clear();
    let refused = rig.call("get-pod", json!({"podId": made["id"], "wait": 120_000})).await.err();
    assert_eq!((refused["status"].as_u64(), rig.sim.journal().count("getPod")), (Some(403), 1));
}

#[tokio::test]
async fn a_pod_that_is_deleted_meanwhile_ends_the_wait() {
    let rig = Rig::skipping(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("getPod").nth(2).then(Action::status(404)));
    let made = rig.call("create-pod", pod("a", 120_000)).await.ok();
    assert!(notes(&made).contains("it is gone"), "{made}");
}

#[tokio::test]
async fn a_wait_ends_with_the_time_that_the_transport_allows() {
    let rig = Rig::skipping(Seed::Empty).await;
    let starting = Action::status(200).body(json!({"id": "abc", "status": "STARTING"}));
    rig.sim.faults().add(Match::operation("getPod").then(starting));
    let pod = rig.call("get-pod", json!({"podId": "abc", "wait": 300_000})).await.ok();
    assert_eq!(pod["wait"]["ended"], "the time that one call may take is up");
    // The rig's calls may take 300 s, its requests as much; a sixth of that is kept for the last look and the reply.
    assert_eq!(pod["wait"]["waitedMs"], 250_000);
    assert_eq!(pod["wait"]["states"], json!(["STARTING"]));
    let error = rig.call("get-pod", json!({"podId": "abc", "wait": 300_001})).await.err();
    assert!(error["error"].to_string().contains("300000"), "{error}");
}
