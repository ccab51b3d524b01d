//! What a change answers, when there is something to say and when there is not.

use runpod_mcp::tools;
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use super::{notes, properties};
use crate::rig::{Rig, is_write};

#[tokio::test]
async fn deleting_what_is_gone_already_succeeds_and_says_so() {
    let rig = Rig::new(Seed::Empty).await;
    let mut tried = 0;
    for tool in tools::all().filter(|tool| tool.card.name.starts_with("delete-")) {
        let id = properties(tool).keys().find(|name| name.ends_with("Id")).cloned().expect("an id");
        let reply = rig.call(tool.card.name, json!({ id: "gone1234" })).await.ok();
        assert_eq!(
            (&reply["success"], &reply["status"], &reply["id"]),
            (&json!(true), &json!(204), &json!("gone1234")),
            "{}",
            tool.card.name
        );
        assert!(notes(&reply).contains("nothing was left to delete"), "{}: {reply}", tool.card.name);
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}

#[tokio::test]
async fn a_create_that_was_accepted_without_a_word_is_no_failure_and_is_not_repeated() {
    let pod = json!({"name": "a", "imageName": "i", "gpuTypeIds": ["NVIDIA A2", "NVIDIA L4"]});
    for body in [None, Some(Value::Null), Some(json!({}))] {
        let rig = Rig::new(Seed::Empty).await;
        let silence = match &body {
            None => Action::Empty,
            Some(body) => Action::status(201).body(body.clone()).into(),
        };
        rig.sim.faults().add(Match::operation("createPod").then(silence));
        let reply = rig.call("create-pod", pod.clone()).await.ok();
        assert_eq!(reply["success"], true, "{body:?}: {reply}");
        assert!(reply["status"].as_u64().is_some_and(|status| (200..300).contains(&status)), "{reply}");
        let said = notes(&reply);
        assert!(said.contains("not repeat") && said.contains("list"), "{said}");
        assert!(said.contains("NVIDIA L4"), "what was left out is said all the same: {said}");
        assert_eq!(rig.sim.journal().count("createPod"), 1);
    }
}

#[tokio::test]
async fn words_that_fit_no_answer_leave_a_change_in_doubt_and_a_silent_read_is_an_error() {
    let rig = Rig::new(Seed::Empty).await;
    for odd in [Action::status(200).body(json!(["a"])), Action::status(200).body(json!({"error": "no"}))] {
        rig.sim.faults().clear();
        rig.sim.faults().add(Match::any().then(odd));
        let error = rig
            .call("create-network-volume", json!({"name": "n", "size": 10, "dataCenterId": "EU-RO-1"}))
            .await
            .err();
        assert_eq!(error["code"], "unexpected_answer", "{error}");
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("may have happened")), "{error}");
    }
    rig.sim.faults().clear();
    rig.sim.faults().add(Match::any().then(Action::Empty));
    assert_eq!(rig.call("get-pod", json!({"podId": "x"})).await.err()["code"], "unexpected_answer");
}

#[tokio::test]
async fn a_change_that_failed_before_it_was_sent_leaves_no_doubt() {
    let rig = Rig::new(Seed::Empty).await;
    for (tool, args) in [
        ("create-pod", json!({"name": "n", "imageName": "i", "computeType": "CPU"})),
        ("set-endpoint-gpus", json!({"endpointId": "e", "pools": ["ADA_24"]})),
    ] {
        for trouble in [Action::WrongShape, Action::status(500).into(), Action::huge()] {
            rig.sim.faults().clear();
            rig.sim.faults().add(Match::any().then(trouble.clone()));
            let hint = rig.call(tool, args.clone()).await.err()["hint"].to_string();
            assert!(!hint.contains("may have happened"), "{tool} {trouble:?}: {hint}");
        }
    }
    assert!(!rig.sim.journal().requests().iter().any(is_write));
}

#[tokio::test]
async fn what_is_refused_says_what_happened_and_what_helps() {
    let rig = Rig::new(Seed::Empty).await;
    for (tool, args, code, status) in [
        ("get-pod", json!({}), "bad_argument", 400),
        ("get-pod", json!({"podId": "nope"}), "not_found", 404),
        ("create-pod", json!({"imageName": "i", "gpuCount": 2, "name": "n"}), "bad_argument", 400),
        ("update-pod", json!({"podId": "nope"}), "bad_argument", 400),
    ] {
        let error = rig.call(tool, args.clone()).await.err();
        let keys: Vec<&str> = error.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys[..3], ["error", "code", "status"], "{tool} {args}: {error}");
        assert_eq!((&error["code"], &error["status"]), (&json!(code), &json!(status)), "{tool} {args}");
    }
}

#[tokio::test]
async fn whatever_status_runpod_refuses_with_the_error_says_what_to_do_next() {
    let mut hints = std::collections::BTreeSet::new();
    for status in [400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504] {
        for (tool, args) in
            [("get-pod", json!({"podId": "x"})), ("delete-endpoint", json!({"endpointId": "x"}))]
        {
            let rig = Rig::new(Seed::Empty).await;
            rig.sim.faults().add(Match::any().then(Action::status(status)));
            let reply = rig.call(tool, args).await.any();
            if reply["success"] == true {
                assert_eq!((tool, status), ("delete-endpoint", 404), "{reply}");
                continue;
            }
            assert_eq!(reply["status"], status, "{tool}: {reply}");
            let hint = reply["hint"].as_str().unwrap_or_else(|| panic!("{tool}: {reply}"));
            assert!(hint.len() > 20, "{tool}: {reply}");
            hints.insert(hint.to_owned());
        }
    }
    assert!(hints.len() > 9, "{hints:?}");
    let rig = Rig::new(Seed::Empty).await;
    let known_better = rig.call("get-pod", json!({"podId": "x"})).await.err();
    assert!(known_better["hint"].as_str().is_some_and(|hint| hint.contains("list-pods")), "{known_better}");
}
