//! Stories of templates.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::rig::Rig;

const IMAGE: &str = "runpod/base:0.4.0-cuda11.8.0";

#[tokio::test]
async fn a_start_command_keeps_its_words() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "t", "imageName": IMAGE, "dockerStartCmd": ["python", "-u", "my app.py"],
        "dockerEntrypoint": ["/bin/sh", "-c"], "isServerless": true, "category": "CPU"});
    let made = rig.call("create-template", new).await.ok();
    assert_eq!(made["cmd"], json!(["python", "-u", "my app.py"]));
    assert_eq!(made["entrypoint"], json!(["/bin/sh", "-c"]));
    assert_eq!((&made["serverless"], &made["category"]), (&json!(true), &json!("CPU")));
}

#[tokio::test]
async fn nothing_is_invented_and_an_empty_command_changes_nothing() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "t", "imageName": IMAGE, "dockerStartCmd": ["serve"]});
    let id = rig.call("create-template", new).await.ok()["id"].clone();
    rig.call("create-template", json!({"name": "u", "imageName": IMAGE, "dockerStartCmd": []})).await.ok();
    assert_eq!(rig.sim.journal().bodies("createTemplate")[1], json!({"name": "u", "image": IMAGE}));

    let change = json!({"templateId": id, "name": "t2", "dockerStartCmd": [], "dockerEntrypoint": []});
    let changed = rig.call("update-template", change).await.ok();
    assert_eq!(rig.sim.journal().bodies("updateTemplate"), [json!({"name": "t2"})]);
    assert_eq!(changed["cmd"], json!(["serve"]));
}

#[tokio::test]
async fn what_rest_v2_has_no_place_for_is_refused_by_name() {
    let rig = Rig::new(Seed::Empty).await;
    for (more, named) in [
        (json!({"readme": "# hi"}), "readme"),
        (json!({"volumeInGb": 20}), "volumeMountPath"),
        (json!({"volumeMountPath": "/v"}), "volumeMountPath"),
        (json!({"allowedCudaVersions": ["12"]}), "allowedCudaVersions"),
    ] {
        let mut args = json!({"name": "t", "imageName": IMAGE});
        args.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        let error = rig.call("create-template", args).await.err();
        assert!(error["error"].as_str().is_some_and(|text| text.contains(named)), "{more}: {error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_secret_in_a_template_survives_being_written_back() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "t", "imageName": IMAGE, "env": {"API_KEY": "very-secret", "REF": "{{ RUNPOD_SECRET_a }}"}});
    let made = rig.call("create-template", new).await.ok();
    assert_eq!(made["env"], json!({"API_KEY": "[redacted]", "REF": "{{ RUNPOD_SECRET_a }}"}));
    let back = json!({"templateId": made["id"], "env": made["env"]});
    rig.call("update-template", back).await.ok();
    let stored = rig.call("get-template", json!({"templateId": made["id"], "reveal": true})).await.ok();
    assert_eq!(stored["env"]["API_KEY"], "very-secret");
}

#[tokio::test]
async fn own_and_public_templates_are_two_lists() {
    let rig = Rig::new(Seed::Empty).await;
    rig.call("create-template", json!({"name": "mine", "imageName": IMAGE})).await.ok();
    let own = rig.call("list-templates", json!({})).await.ok();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
    let public = rig.call("list-public-templates", json!({"limit": 2})).await.ok();
    let id = public["items"][0]["id"].clone();
    assert!(
        public["items"].as_array().is_some_and(|items| items.iter().all(|item| item["name"] != "mine")),
        "{public}"
    );

    let read = rig.call("get-template", json!({"templateId": id})).await.ok();
    assert_eq!(read["id"], id);
    let refused = rig.call("update-template", json!({"templateId": id, "name": "x"})).await.err();
    assert_eq!((&refused["code"], &refused["status"]), (&Value::from("not_found"), &json!(404)));
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("list-templates")), "{refused}");
}

#[tokio::test]
async fn a_template_is_named_in_the_one_request_that_uses_it() {
    let rig = Rig::new(Seed::Empty).await;
    for (tool, serverless, machine) in [
        ("create-pod", false, json!({"gpuTypeIds": ["NVIDIA L4"]})),
        ("create-endpoint", true, json!({"gpuPoolIds": ["ADA_24"]})),
    ] {
        let preset = json!({"name": tool, "imageName": "acme/base:2", "isServerless": serverless});
        let template = rig.call("create-template", preset).await.ok()["id"].clone();
        rig.sim.journal().clear();
        let mut new = machine;
        new["name"] = "n".into();
        new["templateId"] = template.clone();
        assert_eq!(rig.call(tool, new).await.ok()["image"], "acme/base:2");
        let sent = rig.sim.journal().requests();
        assert_eq!(sent.len(), 1, "{sent:?}");
        let body = sent[0].body.as_ref().expect("a body");
        assert_eq!((&body["templateId"], body.get("image")), (&template, None));
    }
}
