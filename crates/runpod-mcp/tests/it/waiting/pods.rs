//! `wait` on Pods: until they are up, or the first sign that they will not be.

use std::time::Duration;

use runpod_sim::{Action, Match, Seed, Span};
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

/// What is said of a Pod that did not come up, by the call that waited for it: of the one that made it, of one that
/// reads it later, and of one that starts it again.
async fn said_thrice(rig: &Rig, image: &str) -> Vec<Value> {
    let made = rig.call("create-pod", pod(image, 120_000)).await.ok();
    let id = json!({"podId": made["id"], "wait": 120_000});
    let read = rig.call("get-pod", id.clone()).await.ok();
    let started = rig.call("start-pod", id).await.ok();
    vec![made, read, started]
}

#[tokio::test]
async fn a_container_that_ends_by_itself_is_told_with_its_exit_code() {
    for (code, words) in [(3, "exit code 3"), (137, "lack of memory"), (0, "does not end")] {
        let rig = Rig::skipping(Seed::Empty).await;
        let exit = Action::ContainerExit { image: "me/*".into(), code, after: Span(Duration::ZERO) };
        rig.sim.faults().add(Match::any().then(exit));
        for said in said_thrice(&rig, "me/job:1").await {
            assert_eq!((&said["status"], &said["wait"]["done"]), (&json!("EXITED"), &json!(false)), "{said}");
            assert_eq!(
                (&said["cause"], &said["exitCode"]),
                (&json!("container_exited"), &json!(code)),
                "{said}"
            );
            assert!(notes(&said).contains(words), "{said}");
            assert!(said["wait"]["waitedMs"].as_u64().is_some_and(|ms| ms < 60_000), "{said}");
            assert!(said["lastSystemLines"].to_string().contains("exited with code"), "{said}");
        }
    }
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_is_told_by_whatever_waits() {
    let rig = Rig::skipping(Seed::Empty).await;
    for said in said_thrice(&rig, "registry.invalid/x:1").await {
        assert_eq!(
            (&said["status"], &said["cause"]),
            (&json!("ERROR"), &json!("image_pull_failed")),
            "{said}"
        );
        assert!(notes(&said).contains("cannot be pulled") && said.get("exitCode").is_none(), "{said}");
    }
}

#[tokio::test]
async fn ports_that_are_mapped_late_are_waited_for_and_named() {
    let rig = Rig::skipping(Seed::Empty).await;
    let late = Action::LatePorts { image: "me/*".into(), by: Span(Duration::from_secs(60)) };
    rig.sim.faults().add(Match::any().then(late));
    let made = rig.call("create-pod", pod("me/web:1", 40_000)).await.ok();
    assert_eq!((&made["status"], &made["wait"]["done"]), (&json!("RUNNING"), &json!(false)), "{made}");
    assert!(
        notes(&made).contains("22/tcp not mapped yet") && notes(&made).contains("container runs"),
        "{made}"
    );
    let up = rig.call("get-pod", json!({"podId": made["id"], "wait": 120_000})).await.ok();
    assert_eq!((&up["wait"]["done"], up["connect"]["ssh"].is_string()), (&json!(true), true), "{up}");
    assert_eq!(up["wait"]["states"], json!(["RUNNING, 22/tcp not mapped yet", "RUNNING"]));
}

#[tokio::test]
async fn a_stop_is_not_taken_for_a_failure() {
    let rig = Rig::skipping(Seed::Empty).await;
    let id = rig.call("create-pod", pod("a", 120_000)).await.ok()["id"].clone();
    rig.call("stop-pod", json!({"podId": id})).await.ok();
    let stopped = rig.call("get-pod", json!({"podId": id, "wait": 1000})).await.ok();
    assert_eq!((&stopped["cause"], &stopped["status"]), (&json!("stopped"), &json!("EXITED")), "{stopped}");
}

#[tokio::test]
async fn a_pod_that_is_down_is_told_without_its_log_too() {
    let rig = Rig::skipping(Seed::Empty).await;
    for trouble in [Action::status(500).into(), Action::Empty, Action::CutBody] {
        rig.sim.faults().clear();
        rig.sim.faults().add(Match::operation("getPodLogs").then(trouble));
        let made = rig.call("create-pod", pod("registry.invalid/x:1", 120_000)).await.ok();
        assert_eq!((&made["status"], made.get("cause")), (&json!("ERROR"), None), "{made}");
        assert!(notes(&made).contains("most often because the image cannot be pulled"), "{made}");
    }
}
