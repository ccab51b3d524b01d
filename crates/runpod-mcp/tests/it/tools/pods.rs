//! Stories of Pods.

use runpod_api::{Resource, Routing, Version, Versions};
use runpod_sim::{Action, Match, Pace, Seed, Sim, Without};
use serde_json::{Value, json};
use tiktoken_rs::o200k_base;

use crate::rig::Rig;

const IMAGE: &str = "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04";
const GPU: &str = "NVIDIA GeForce RTX 4090";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@box";

fn gpu_pod(name: &str) -> Value {
    json!({"name": name, "imageName": IMAGE, "gpuTypeIds": [GPU]})
}

fn with(mut args: Value, more: &Value) -> Value {
    args.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    args
}

fn notes(reply: &Value) -> String {
    reply["_notes"].to_string()
}

async fn make(rig: &Rig, args: Value) -> String {
    rig.call("create-pod", args).await.ok()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_pod_is_created_started_stopped_and_deleted() {
    let rig = Rig::new(Seed::Empty).await;
    let id = make(&rig, gpu_pod("trainer")).await;
    assert_eq!(
        rig.sim.journal().bodies("createPod"),
        [json!({"name": "trainer", "image": IMAGE, "gpu": {"id": GPU, "count": 1}})]
    );

    rig.pass(120);
    let pod = json!({"podId": id});
    assert_eq!(rig.call("get-pod", pod.clone()).await.ok()["status"], "RUNNING");
    assert_eq!(rig.call("stop-pod", pod.clone()).await.ok()["status"], "EXITED");
    rig.call("start-pod", pod.clone()).await.ok();
    let gone = rig.call("delete-pod", pod).await.ok();
    assert_eq!(gone, json!({"success": true, "status": 204, "id": id}));
}

#[tokio::test]
async fn deleting_and_stopping_twice_succeeds_and_says_so() {
    let rig = Rig::new(Seed::Empty).await;
    let pod = json!({"podId": make(&rig, gpu_pod("once")).await});
    rig.pass(120);
    rig.call("stop-pod", pod.clone()).await.ok();
    let again = rig.call("stop-pod", pod.clone()).await.ok();
    assert!(again["status"] == "EXITED" && notes(&again).contains("EXITED already"), "{again}");

    let conflict = rig.call("restart-pod", pod.clone()).await.err();
    assert_eq!((&conflict["code"], &conflict["podStatus"]), (&json!("conflict"), &json!("EXITED")));

    rig.call("delete-pod", pod.clone()).await.ok();
    let again = rig.call("delete-pod", pod).await.ok();
    assert!(again["success"] == true && notes(&again).contains("nothing was left"), "{again}");
}

#[tokio::test]
async fn of_several_gpu_types_the_first_is_rented_and_the_reply_names_the_others() {
    let rig = Rig::new(Seed::Empty).await;
    let args = with(gpu_pod("choice"), &json!({"gpuTypeIds": [GPU, "NVIDIA L4"]}));
    let made = rig.call("create-pod", args).await.ok();
    assert_eq!(made["gpu"]["id"], GPU);
    assert!(notes(&made).contains(GPU) && notes(&made).contains("NVIDIA L4"), "{made}");
}

#[tokio::test]
async fn the_kind_of_machine_is_never_guessed() {
    let rig = Rig::new(Seed::Empty).await;
    let image = json!({"name": "x", "imageName": IMAGE});
    let refused = [
        (json!({}), "computeType"),
        (json!({"gpuCount": 2}), "gpuTypeIds"),
        (json!({"computeType": "GPU"}), "gpuTypeIds"),
        (json!({"gpuTypeIds": [], "minRamPerGpu": 8}), "gpuTypeIds"),
        (json!({"computeType": "CPU", "gpuTypeIds": [GPU]}), "gpuTypeIds"),
        (json!({"computeType": "CPU", "minCudaVersion": "12.4"}), "minCudaVersion"),
        (json!({"cpuFlavorId": "cpu5c"}), "computeType"),
        (json!({"gpuTypeIds": [GPU], "vcpuCount": 4}), "vcpuCount"),
        (json!({"computeType": "CPU", "vcpuCount": 3}), "power of two"),
        (
            json!({"gpuTypeIds": [GPU], "minCudaVersion": "12.4", "allowedCudaVersions": ["12.8"]}),
            "allowedCudaVersions",
        ),
        (json!({"gpuTypeIds": [GPU], "minCudaVersion": "12"}), "minCudaVersion"),
        (json!({"gpuTypeIds": [GPU], "allowedCudaVersions": ["12"]}), "allowedCudaVersions"),
        (json!({"gpuTypeIds": [GPU], "gpuCount": 0}), "gpuCount"),
    ];
    for (more, named) in refused {
        let error = rig.call("create-pod", with(image.clone(), &more)).await.err();
        assert_eq!(error["status"], 400, "{more}: {error}");
        assert!(error.to_string().contains(named), "{more}: {error}");
    }
    let nothing = rig.call("create-pod", json!({"gpuTypeIds": [GPU], "name": "x"})).await.err();
    assert!(nothing["error"].as_str().is_some_and(|text| text.contains("imageName")), "{nothing}");
    let nameless = rig.call("create-pod", json!({"gpuTypeIds": [GPU], "imageName": IMAGE})).await.err();
    assert!(nameless["error"].as_str().is_some_and(|text| text.contains("name")), "{nameless}");
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_cpu_pod_is_made_when_asked_for_and_what_was_chosen_is_said() {
    let rig = Rig::new(Seed::Empty).await;
    let made = rig.call("create-pod", json!({"imageName": "alpine:3", "computeType": "CPU"})).await.ok();
    let flavor = made["cpu"]["id"].as_str().expect("a CPU type");
    assert_eq!(made["cpu"]["vcpuCount"], 2);
    assert!(notes(&made).contains(flavor) && notes(&made).contains("name"), "{made}");

    let exact = json!({"name": "c", "imageName": "alpine:3", "computeType": "CPU", "cpuFlavorId": "cpu5c", "vcpuCount": 4});
    rig.call("create-pod", exact).await.ok();
    let sent = rig.sim.journal().bodies("createPod");
    assert_eq!(sent[1], json!({"name": "c", "image": "alpine:3", "cpu": {"id": "cpu5c", "vcpuCount": 4}}));
}

#[tokio::test]
async fn a_public_key_reaches_the_container_and_a_private_one_reaches_nobody() {
    let rig = Rig::new(Seed::Empty).await;
    let args = with(gpu_pod("ssh"), &json!({"sshPublicKey": KEY, "ports": ["80/http"], "env": {"A": "b"}}));
    let made = rig.call("create-pod", args).await.ok();
    let sent = rig.sim.journal().bodies("createPod").remove(0);
    assert_eq!(sent["ports"], json!(["80/http", "22/tcp"]));
    assert_eq!(sent["env"], json!({"A": "b", "PUBLIC_KEY": KEY}));
    for word in ["sshPublicKey", "PUBLIC_KEY", "22/tcp", "SFTP"] {
        assert!(notes(&made).contains(word), "{word}: {made}");
    }

    // As pasted on a Mac of old, where a line ends with a CR alone.
    let two = format!("{KEY}\rssh-rsa AAAAB3 other\r");
    rig.call("create-pod", with(gpu_pod("two"), &json!({"sshPublicKey": two}))).await.ok();
    let sent = rig.sim.journal().bodies("createPod").remove(1);
    assert_eq!(sent["env"]["PUBLIC_KEY"], format!("{KEY}\nssh-rsa AAAAB3 other"));

    rig.sim.journal().clear();
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA";
    let error = rig.call("create-pod", with(gpu_pod("no"), &json!({"sshPublicKey": private}))).await.err();
    assert!(!error.to_string().contains("b3BlbnNz"), "{error}");
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_public_key_extends_what_a_template_has() {
    let rig = Rig::new(Seed::Empty).await;
    let template = json!({"name": "t", "imageName": IMAGE, "ports": ["8888/http"],
        "env": {"PUBLIC_KEY": "ssh-rsa AAAAOLD old", "B": "c"}});
    let template = rig.call("create-template", template).await.ok()["id"].clone();
    rig.sim.journal().clear();

    let args = json!({"templateId": template, "gpuTypeIds": [GPU], "sshPublicKey": KEY});
    let made = rig.call("create-pod", args).await.ok();
    let sent = rig.sim.journal().bodies("createPod").remove(0);
    assert_eq!(sent["ports"], json!(["8888/http", "22/tcp"]));
    assert_eq!(sent["env"], json!({"PUBLIC_KEY": format!("ssh-rsa AAAAOLD old\n{KEY}")}));
    assert_eq!(made["env"]["B"], "c", "env is merged by name");
    assert!(notes(&made).contains("my pod"), "a default name is said: {made}");

    rig.sim.journal().clear();
    rig.call("create-pod", json!({"templateId": template, "gpuTypeIds": [GPU], "name": "plain"})).await.ok();
    assert_eq!(rig.sim.journal().count("getTemplate"), 0, "without a key the API resolves the template");
}

#[tokio::test]
async fn a_template_is_extended_whichever_version_serves_templates() {
    let versions = Versions::default().with(Resource::Templates, Routing::Fixed(Version::V1));
    let rig = Rig::speaking(versions, Seed::Empty).await;
    let template = json!({"name": "t", "imageName": IMAGE, "ports": ["8888/http"], "env": {"B": "c"}});
    let template = rig.call("create-template", template).await.ok()["id"].clone();
    let args = json!({"templateId": template, "gpuTypeIds": [GPU], "sshPublicKey": KEY, "name": "p"});
    let made = rig.call("create-pod", args).await.ok();
    let sent = rig.sim.journal().bodies("createPod").remove(0);
    assert_eq!(sent["ports"], json!(["8888/http", "22/tcp"]), "{sent}");
    assert_eq!((&made["env"]["PUBLIC_KEY"], &made["env"]["B"]), (&json!(KEY), &json!("c")), "{made}");
    assert_eq!(made["image"], IMAGE, "{made}");
}

#[tokio::test]
async fn storage_is_whole_or_refused() {
    let rig = Rig::new(Seed::Empty).await;
    for more in [
        json!({"volumeInGb": 20}),
        json!({"volumeMountPath": "/workspace"}),
        json!({"networkVolumeId": "agv6w2qcg7"}),
        json!({"volumeInGb": 20, "volumeMountPath": "/w", "networkVolumeId": "agv6w2qcg7"}),
        json!({"volumeInGb": 5, "volumeMountPath": "/w"}),
    ] {
        let error = rig.call("create-pod", with(gpu_pod("v"), &more)).await.err();
        assert_eq!(error["status"], 400, "{more}: {error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);

    rig.call("create-pod", with(gpu_pod("v"), &json!({"volumeInGb": 20, "volumeMountPath": "/w"})))
        .await
        .ok();
    let sent = rig.sim.journal().bodies("createPod").remove(0);
    assert_eq!(sent["mounts"], json!({"persistent": {"size": 20, "path": "/w"}}));
}

#[tokio::test]
async fn an_empty_registry_id_means_none() {
    let rig = Rig::new(Seed::Empty).await;
    rig.call("create-pod", with(gpu_pod("r"), &json!({"containerRegistryAuthId": ""}))).await.ok();
    assert_eq!(rig.sim.journal().bodies("createPod")[0]["registry"], Value::Null);
    assert!(rig.sim.journal().bodies("createPod")[0].get("registry").is_some(), "null is sent");
}

#[tokio::test]
async fn secrets_stay_hidden_and_survive_being_written_back() {
    let rig = Rig::new(Seed::Empty).await;
    let env = json!({"env": {"HF_TOKEN": "hf_abcdefghijkl", "MODE": "fast"}});
    let made = rig.call("create-pod", with(gpu_pod("s"), &env)).await.ok();
    assert_eq!(made["env"], json!({"HF_TOKEN": "[redacted]", "MODE": "fast"}));
    let pod = json!({"podId": made["id"]});
    let shown = rig.call("get-pod", with(pod.clone(), &json!({"reveal": true}))).await.ok();
    assert_eq!(shown["env"]["HF_TOKEN"], "hf_abcdefghijkl");

    let back = json!({"env": {"HF_TOKEN": "[redacted]", "MODE": "slow"}});
    rig.call("update-pod", with(pod.clone(), &back)).await.ok();
    let sent = rig.sim.journal().bodies("updatePod").remove(0);
    assert_eq!(sent, json!({"env": {"HF_TOKEN": "hf_abcdefghijkl", "MODE": "slow"}}));

    let unknown = json!({"env": {"NEW_TOKEN": "[redacted]"}});
    let error = rig.call("update-pod", with(pod, &unknown)).await.err();
    assert!(error.to_string().contains("NEW_TOKEN"), "{error}");
    rig.call("create-pod", with(gpu_pod("t"), &unknown)).await.err();
    assert_eq!(rig.sim.journal().count("createPod"), 1);
}

#[tokio::test]
async fn an_update_says_only_what_changes() {
    let rig = Rig::new(Seed::Empty).await;
    let pod = json!({"podId": make(&rig, gpu_pod("u")).await});
    let change = json!({"name": "nn", "imageName": "acme/x:2", "containerDiskInGb": 60, "ports": ["1/tcp"],
        "args": "serve", "locked": true});
    rig.call("update-pod", with(pod.clone(), &change)).await.ok();
    assert_eq!(
        rig.sim.journal().bodies("updatePod"),
        [
            json!({"name": "nn", "image": "acme/x:2", "disk": 60, "ports": ["1/tcp"], "args": "serve", "locked": true})
        ]
    );
    let nothing = rig.call("update-pod", pod).await.err();
    assert_eq!(nothing["status"], 400);
    assert_eq!(rig.sim.journal().count("updatePod"), 1);
}

#[tokio::test]
async fn filters_look_at_every_page() {
    let rig = Rig::new(Seed::Empty).await;
    for number in 0..5 {
        make(&rig, gpu_pod(&format!("trainer-{number}"))).await;
    }
    make(&rig, with(gpu_pod("Other"), &json!({"gpuTypeIds": ["NVIDIA L4"]}))).await;
    rig.call("create-pod", json!({"imageName": "alpine:3", "computeType": "CPU", "name": "cpu"})).await.ok();
    let total = async |args: Value| rig.call("list-pods", args).await.ok()["pagination"]["total"].clone();

    assert_eq!(total(json!({"name": "TRAINER"})).await, 5);
    assert_eq!(total(json!({"gpuTypeId": ["NVIDIA L4"]})).await, 1);
    assert_eq!(total(json!({"computeType": "CPU"})).await, 1);
    assert_eq!(total(json!({"computeType": "GPU", "name": "other"})).await, 1);
    assert_eq!(total(json!({"dataCenterId": ["XX-NO-1"]})).await, 0);

    let first = rig.call("list-pods", json!({"name": "trainer", "limit": 2})).await.ok();
    let next = first["pagination"]["nextCursor"].clone();
    let second = rig.call("list-pods", json!({"name": "trainer", "limit": 2, "cursor": next})).await.ok();
    assert_eq!(
        (&second["pagination"]["offset"], second["items"].as_array().map(Vec::len)),
        (&json!(2), Some(2))
    );
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
}

#[tokio::test]
async fn a_cursor_of_the_whole_list_does_not_fit_a_filtered_one() {
    let rig = Rig::new(Seed::Empty).await;
    for number in 0..3 {
        make(&rig, gpu_pod(&format!("p-{number}"))).await;
    }
    let page = rig.call("list-pods", json!({"limit": 1})).await.ok();
    let cursor = page["pagination"]["nextCursor"].clone();
    assert_eq!(
        rig.call("list-pods", json!({"limit": 1, "cursor": cursor})).await.ok()["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let error = rig.call("list-pods", json!({"name": "p", "cursor": cursor})).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("cursor")), "{error}");
}

#[tokio::test]
async fn twenty_pods_cost_at_most_1200_tokens() {
    let rig = Rig::new(Seed::Empty).await;
    for number in 0..20 {
        make(&rig, gpu_pod(&format!("llama-finetune-{number:02}"))).await;
    }
    rig.pass(120);
    let reply = rig.call("list-pods", json!({})).await.ok();
    assert_eq!(reply["items"].as_array().map(Vec::len), Some(20));
    let row = reply["items"][0].as_object().expect("a row");
    let keys: Vec<_> = row.keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "name", "status", "gpu", "cost", "dataCenterId"]);
    let tokens = o200k_base().expect("the vocabulary").encode_ordinary(&reply.to_string()).len();
    assert!(tokens <= 1_200, "{tokens} tokens");
}

#[tokio::test]
async fn an_outage_is_no_empty_account() {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim.faults().add(Match::operation("listPods").then(Action::html_bad_gateway()));
    let error = rig.call("list-pods", json!({"name": "x"})).await.err();
    assert_eq!((&error["code"], &error["status"]), (&json!("upstream_error"), &json!(502)), "{error}");
}

#[tokio::test]
async fn no_machine_free_points_to_the_stock() {
    let rig = Rig::new(Seed::Empty).await;
    let args = with(gpu_pod("big"), &json!({"gpuCount": 64}));
    let error = rig.call("create-pod", args).await.err();
    assert_eq!((&error["code"], &error["status"]), (&json!("rejected"), &json!(400)), "{error}");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("list-gpu-types")), "{error}");
}

#[tokio::test]
async fn a_locked_pod_says_how_to_unlock_it() {
    let rig = Rig::new(Seed::Empty).await;
    let pod = json!({"podId": make(&rig, gpu_pod("l")).await});
    rig.pass(120);
    rig.call("update-pod", with(pod.clone(), &json!({"locked": true}))).await.ok();
    let error = rig.call("stop-pod", pod).await.err();
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("update-pod")), "{error}");
}

#[tokio::test]
async fn an_unknown_template_is_missing_and_nothing_is_rented() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"templateId": "nope", "gpuTypeIds": [GPU], "sshPublicKey": KEY});
    let error = rig.call("create-pod", args).await.err();
    assert_eq!(error["code"], "not_found", "{error}");
    assert_eq!(rig.sim.journal().count("createPod"), 0);
}

#[tokio::test]
async fn a_host_that_knows_no_cpu_pods_is_asked_on_rest_v1_and_the_reply_says_so() {
    let rig = Rig::on(Sim::builder().clock(Pace::Manual).without(Without::CpuPods)).await;
    let args = json!({"name": "c", "imageName": "i:1", "computeType": "CPU", "cpuFlavorId": "cpu5c"});
    let pod = rig.call("create-pod", args).await.ok();
    assert_eq!(pod["_servedBy"], "v1", "{pod}");
    assert_eq!(rig.call("get-pod", json!({"podId": pod["id"]})).await.ok()["name"], "c");
}

#[tokio::test]
async fn a_refusal_of_the_version_that_stands_in_is_an_error_like_any_other() {
    let args = json!({"name": "c", "imageName": "i:1", "computeType": "CPU", "cpuFlavorId": "cpu5c"});
    for (status, code) in
        [(400, "rejected"), (401, "key_rejected"), (402, "insufficient_balance"), (500, "upstream_error")]
    {
        let rig = Rig::on(Sim::builder().clock(Pace::Manual).without(Without::CpuPods)).await;
        rig.sim.faults().add(Match::operation("CreatePod").then(Action::status(status)));
        let error = rig.call("create-pod", args.clone()).await.err();
        assert_eq!((&error["code"], &error["status"]), (&json!(code), &json!(status)), "{error}");
        let said = error["error"].as_str().expect("words");
        assert!(
            said.contains("REST v1") && said.contains("422") && said.contains(&status.to_string()),
            "{said}"
        );
        assert!(error["hint"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn a_cpu_pod_under_v1_is_of_the_type_that_v1_chooses_unless_told() {
    let rig = Rig::speaking(Versions::all(Routing::Fixed(Version::V1)), Seed::Empty).await;
    let made = rig.call("create-pod", json!({"imageName": "alpine:3", "computeType": "CPU"})).await.ok();
    assert!(made["cpuFlavorId"].is_string() && notes(&made).contains("Runpod chose"), "{made}");
    let exact =
        json!({"imageName": "alpine:3", "computeType": "CPU", "cpuFlavorId": "cpu5c", "vcpuCount": 4});
    assert_eq!(rig.call("create-pod", exact).await.ok()["cpuFlavorId"], "cpu5c");
    let sent = rig.sim.journal().bodies("CreatePod");
    assert_eq!(sent[0], json!({"imageName": "alpine:3", "computeType": "CPU", "vcpuCount": 2}));
    assert_eq!(rig.sim.journal().requests().len(), 2, "there is no catalogue to ask");
}

#[tokio::test]
async fn a_dry_run_under_v1_knows_what_v2_knows_of_the_price_of_a_gpu() {
    let v1 = Versions::all(Routing::Fixed(Version::V1));
    let (new, old) = (Rig::new(Seed::Empty).await, Rig::speaking(v1, Seed::Empty).await);
    for more in [json!({}), json!({"gpuCount": 2, "cloudType": "COMMUNITY"})] {
        let args = with(with(gpu_pod("a"), &more), &json!({"dryRun": true}));
        let price =
            async |rig: &Rig| rig.call("create-pod", args.clone()).await.ok()["estimatedCostPerHour"].clone();
        let (old, new) = (price(&old).await, price(&new).await);
        assert!(new.is_number() && old == new, "{more}: {old} and {new}");
    }
    let cpu = json!({"imageName": "a", "computeType": "CPU", "cpuFlavorId": "cpu5c", "dryRun": true});
    let shown = old.call("create-pod", cpu).await.ok();
    assert!(shown["requests"].is_array() && shown.get("estimatedCostPerHour").is_none(), "{shown}");
    assert_eq!(old.sim.journal().count("CreatePod"), 0);
}
