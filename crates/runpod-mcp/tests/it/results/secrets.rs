//! Secrets stay out of what a model reads, and survive being written back.

use runpod_mcp::tools;
use runpod_sim::Seed;
use serde_json::{Value, json};

use super::{answering, notes, properties};
use crate::rig::Rig;

const IMAGE: &str = "runpod/base:0.4.0-cuda11.8.0";
const TOKEN: &str = "hf_CANARYabcdefghijkl";

/// Kinds with an environment: create, update, get, the argument of the id, and what a new one needs.
fn kinds() -> [(&'static str, &'static str, Value); 3] {
    [
        ("pod", "updatePod", json!({"name": "n", "imageName": IMAGE, "gpuTypeIds": ["NVIDIA L4"]})),
        ("endpoint", "updateEndpoint", json!({"name": "n", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"]})),
        ("template", "updateTemplate", json!({"name": "n", "imageName": IMAGE})),
    ]
}

#[tokio::test]
async fn a_secret_is_hidden_shown_on_demand_and_kept_when_its_placeholder_is_written_back() {
    for (kind, operation, mut new) in kinds() {
        let rig = Rig::new(Seed::Empty).await;
        let call = async |verb: &str, args: Value| rig.call(&format!("{verb}-{kind}"), args).await;
        new["env"] = json!({"HF_TOKEN": TOKEN, "MODE": "fast", "PUBLIC_KEY": "ssh-ed25519 AAAAC3Nza me@box"});
        let made = call("create", new.clone()).await.ok();
        assert_eq!(made["env"]["HF_TOKEN"], "[redacted]", "{kind}: {made}");
        assert_eq!(made["env"]["PUBLIC_KEY"], "ssh-ed25519 AAAAC3Nza me@box", "{kind}");
        let id = format!("{kind}Id");
        let shown = call("get", json!({ &id: made["id"] })).await.ok();
        assert!(!shown.to_string().contains("CANARY"), "{kind}: {shown}");
        let revealed = call("get", json!({ &id: made["id"], "reveal": true })).await.ok();
        assert_eq!(revealed["env"]["HF_TOKEN"], TOKEN, "{kind}");
        let listed = rig.call(&format!("list-{kind}s"), json!({"detail": "full"})).await.ok();
        assert!(!listed.to_string().contains("CANARY"), "{kind}: {listed}");

        let mut env = shown["env"].clone();
        env["MODE"] = json!("slow");
        let changed = call("update", json!({ &id: made["id"], "env": env })).await.ok();
        assert!(!changed.to_string().contains("CANARY"), "{kind}: {changed}");
        let sent = rig.sim.journal().bodies(operation).remove(0);
        assert_eq!(
            (&sent["env"]["HF_TOKEN"], &sent["env"]["MODE"]),
            (&json!(TOKEN), &json!("slow")),
            "{kind}"
        );

        for env in [json!({"OTHER": "[redacted]"}), json!({"HF_TOKEN": "Bearer [redacted]"})] {
            let error = call("update", json!({ &id: made["id"], "env": env })).await.err();
            assert!(error["error"].as_str().is_some_and(|said| said.contains("env.")), "{kind}: {error}");
        }
        assert_eq!(rig.sim.journal().count(operation), 1, "{kind}: no placeholder is ever stored");
        let before = rig.sim.journal().requests().len();
        new["env"] = json!({"HF_TOKEN": "[redacted]"});
        assert_eq!(call("create", new).await.err()["code"], "bad_argument", "{kind}");
        assert_eq!(rig.sim.journal().requests().len(), before, "{kind}: refused before any request");
    }
}

#[tokio::test]
async fn a_release_tells_what_changed_and_no_secret() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "n", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"], "env": {"HF_TOKEN": TOKEN}});
    let id = rig.call("create-endpoint", new).await.ok()["id"].clone();
    let env = json!({"HF_TOKEN": "hf_CANARYsecondsecond", "MODE": "fast"});
    rig.call("update-endpoint", json!({"endpointId": id, "env": env})).await.ok();
    let releases = rig.call("list-endpoint-releases", json!({"endpointId": id, "detail": "full"})).await.ok();
    let told = releases.to_string();
    assert!(told.contains("template.env") && told.contains("fast"), "{told}");
    assert!(!told.contains("CANARY"), "{told}");
}

#[tokio::test]
async fn what_is_refused_here_is_not_repeated() {
    let rig = Rig::new(Seed::Empty).await;
    let canary = "sk-proj-CANARY/canary0123456789";
    let mut refused = 0;
    for tool in tools::all() {
        for name in properties(tool).keys() {
            for value in [json!(canary), json!([canary]), json!({"A": [canary]}), json!([[canary]])] {
                rig.sim.journal().clear();
                let answer = rig.call(tool.card.name, json!({ name: value })).await.any();
                if rig.sim.journal().requests().is_empty() {
                    assert!(!answer.to_string().contains("CANARY"), "{} {name}: {answer}", tool.card.name);
                    refused += usize::from(answer.get("error").is_some());
                }
            }
        }
    }
    assert!(refused > 400, "{refused}");
}

#[tokio::test]
async fn foreign_text_neither_steers_a_terminal_nor_hides_from_a_reader() {
    let pod = json!({"id": "p", "name": "a\u{1b}]0;owned\u{7}b\u{202e}c\u{200b}d\u{e0041}",
        "env": {"K\u{1b}[31mEY\u{200d}": "v\u{9b}2Jw"}, "lines": ["\u{0}one\ntwo"]});
    let rig = answering(pod.clone()).await;
    let shown = rig.call("get-pod", json!({"podId": "p"})).await.ok();
    assert_eq!(shown, json!({"id": "p", "name": "abcd", "env": {"KEY": "vw"}, "lines": ["one\ntwo"]}));

    let rig = answering(json!({"pods": [pod]})).await;
    let listed = rig.call("list-pods", json!({"detail": "full"})).await.ok();
    assert_eq!(listed["items"], json!([shown]));

    let error = rig.call("get-pod", json!({"pod\u{202e}Id": "p", "\u{1b}[31mred": 1})).await.err();
    let said = error.to_string();
    assert!(
        said.contains("unknown `podId`") && !said.contains('\u{202e}') && !said.contains("[31m"),
        "{said}"
    );
    assert_eq!(notes(&shown), "", "what was cleaned away said nothing");
}
