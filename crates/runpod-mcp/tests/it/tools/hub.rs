//! Stories of the Hub and of public endpoints.

use runpod_mcp::policy::Policy;
use runpod_sim::{Action, Match, Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::rig::Rig;

fn items(reply: &Value) -> &[Value] {
    reply["items"].as_array().expect("items")
}

async fn repos(rig: &Rig, args: Value) -> Vec<String> {
    let reply = rig.call("list-hub-repos", args).await.ok();
    items(&reply).iter().map(|row| row["repo"].as_str().expect("a repo").to_owned()).collect()
}

/// What the last deploy sent.
fn sent(rig: &Rig) -> Value {
    rig.sim.journal().bodies("graphql:saveEndpoint").pop().expect("a deploy")["variables"]["input"].clone()
}

/// A Hub with one listing, made of a worker that is known.
async fn hub_of(change: impl FnOnce(&mut Value), config: Value) -> Rig {
    let mut listing = json!({"id": "l1", "title": "Alpha", "repoName": "alpha", "repoOwner": "acme",
        "type": "SERVERLESS", "deploys": 5, "listedRelease": {"id": "rel_vllm291", "tagName": "v1.2",
        "config": config.to_string(), "build": {"id": "b", "imageName": "reg/alpha:1"}}});
    change(&mut listing);
    let rig = Rig::new(Seed::Empty).await;
    let answer = Action::status(200).body(json!({"data": {"listings": [listing]}}));
    rig.sim.faults().add(Match::operation("graphql:listings").then(answer));
    rig
}

#[tokio::test]
async fn the_hub_is_listed_by_deploys_and_then_in_a_fixed_order() {
    let rig = Rig::new(Seed::Empty).await;
    let all = repos(&rig, json!({})).await;
    assert_eq!((all.len(), all[0].as_str()), (10, "runpod-workers/worker-vllm"));
    // Two listings have the same number of deploys.
    let sdxl = all.iter().position(|name| name.ends_with("worker-sdxl")).expect("there");
    assert_eq!(all[sdxl + 1], "runpod-workers/worker-sglang");
    let mut paged = repos(&rig, json!({"limit": 4})).await;
    let first = rig.call("list-hub-repos", json!({"limit": 4})).await.ok();
    paged.extend(repos(&rig, json!({"limit": 100, "cursor": first["pagination"]["nextCursor"]})).await);
    assert_eq!(paged, all);
    assert!(rig.sim.journal().requests().iter().all(|request| !request.has_authorization()));
}

#[tokio::test]
async fn the_hub_is_filtered_whatever_the_letter_case_and_blanks_filter_nothing() {
    let rig = Rig::new(Seed::Empty).await;
    let one = json!({"repoOwner": "RUNPOD-workers", "type": "SERVERLESS", "category": "Image", "searchTerm": "COMFY"});
    assert_eq!(repos(&rig, one).await, ["runpod-workers/worker-comfyui"]);
    assert_eq!(repos(&rig, json!({"searchTerm": " ", "category": "", "repoOwner": "\t"})).await.len(), 10);
    assert_eq!(repos(&rig, json!({"searchTerm": "lora"})).await, ["axolotl-ai-cloud/axolotl"]);
    assert_eq!(repos(&rig, json!({"category": "imag"})).await.len(), 0);
    assert_eq!(repos(&rig, json!({"type": "POD"})).await, ["runpod-workers/comfyui-base"]);
}

#[tokio::test]
async fn a_row_says_what_to_deploy_and_its_config_only_when_asked() {
    let rig = Rig::new(Seed::Empty).await;
    let vllm = async |more: Value| {
        let mut args = json!({"searchTerm": "vllm", "limit": 1});
        args.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        items(&rig.call("list-hub-repos", args).await.ok())[0].clone()
    };
    let row = vllm(json!({})).await;
    assert_eq!(row["hubUrl"], "https://console.runpod.io/hub/runpod-workers/worker-vllm");
    assert_eq!(row["listedRelease"]["hubReleaseId"], "rel_vllm291");
    assert!(row["listedRelease"].get("config").is_none() && row.get("views").is_none(), "{row}");
    let config = vllm(json!({"includeConfig": true})).await["listedRelease"]["config"].clone();
    assert_eq!(config["env"][0]["key"], "MODEL_NAME");
    let full = vllm(json!({"detail": "full"})).await;
    assert_eq!(full["githubUrl"], "https://github.com/runpod-workers/worker-vllm");
    assert!(full["views"].is_number() && full["createdAt"].is_string(), "{full}");
}

#[tokio::test]
async fn a_release_is_deployed_with_what_it_asks_for() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"repo": "RUNPOD-workers/Worker-vLLM", "env": {"MODEL_NAME": "acme/chat", "TRUST_REMOTE_CODE": "true"}});
    let reply = rig.call("deploy-hub-repo", args).await.ok();
    let input = sent(&rig);
    let expected = [
        ("name", json!("vLLM v2.9.1")),
        ("hubReleaseId", json!("rel_vllm291")),
        ("type", json!("QB")),
        ("gpuIds", json!("ADA_80_PRO,AMPERE_80")),
        ("gpuCount", json!(1)),
        ("workersMin", json!(0)),
        ("workersMax", json!(null)),
        ("idleTimeout", json!(5)),
        ("scalerType", json!("QUEUE_DELAY")),
        ("scalerValue", json!(4)),
        ("executionTimeoutMs", json!(600_000)),
        ("flashBootType", json!("FLASHBOOT")),
        // As numbers: 13.0 is the highest, and none of them is compared as a text.
        ("minCudaVersion", json!("12.8")),
        ("allowedCudaVersions", json!("12.9,12.8,13.0")),
    ];
    for (name, value) in expected {
        assert_eq!(input[name], value, "{name}");
    }
    let env: Vec<_> = input["template"]["env"].as_array().expect("env").iter().collect();
    let pairs: Vec<_> = env
        .iter()
        .map(|one| (one["key"].as_str().expect("key"), one["value"].as_str().expect("value")))
        .collect();
    assert_eq!(
        pairs,
        [
            ("MODEL_NAME", "acme/chat"),
            ("GPU_MEMORY_UTILIZATION", "0.95"),
            ("TRUST_REMOTE_CODE", "1"),
            ("ENFORCE_EAGER", "false"),
            ("DTYPE", "auto"),
            ("BASE_PATH", "/runpod-volume"),
        ]
    );
    assert_eq!(input["template"]["containerDiskInGb"], 100);
    let id = reply["endpoint"]["id"].as_str().expect("an id");
    assert_eq!(reply["deployed"]["repo"], "runpod-workers/worker-vllm");
    assert_eq!(reply["deployed"]["hubReleaseId"], "rel_vllm291");
    assert!(reply["note"].as_str().expect("a note").contains(id), "{reply}");
    let made = rig.call("get-endpoint", json!({"endpointId": id})).await.ok();
    assert_eq!((&made["env"]["MODEL_NAME"], &made["workers"]["max"]), (&json!("acme/chat"), &json!(3)));
}

#[tokio::test]
async fn what_the_caller_says_wins_over_the_release() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"hubReleaseId": "rel_comfy586", "repo": "no/such", "name": "custom",
        "env": {"COMFY_LOG_LEVEL": "", "MINE": "m", "VOID": ""}, "gpuIds": " AMPERE_80,-NVIDIA A100-SXM4-80GB ,",
        "gpuCount": 2, "containerDiskInGb": 99, "workersMin": 1, "workersMax": 4, "idleTimeout": 11,
        "scalerType": "REQUEST_COUNT", "scalerValue": 2, "executionTimeoutMs": 7777, "flashboot": "OFF"});
    rig.call("deploy-hub-repo", args).await.ok();
    let input = sent(&rig);
    let expected = [
        ("name", json!("custom")),
        ("gpuIds", json!("AMPERE_80,-NVIDIA A100-SXM4-80GB")),
        ("gpuCount", json!(2)),
        ("workersMin", json!(1)),
        ("workersMax", json!(4)),
        ("idleTimeout", json!(11)),
        ("scalerType", json!("REQUEST_COUNT")),
        ("scalerValue", json!(2)),
        ("executionTimeoutMs", json!(7777)),
        ("flashBootType", json!("OFF")),
        ("minCudaVersion", json!("12.8")),
    ];
    for (name, value) in expected {
        assert_eq!(input[name], value, "{name}");
    }
    let pairs = json!([{"key": "REFRESH_WORKER", "value": "false"}, {"key": "COMFY_LOG_LEVEL", "value": "INFO"},
        {"key": "MINE", "value": "m"}]);
    assert_eq!(input["template"]["env"], pairs);
    assert_eq!(input["template"]["containerDiskInGb"], 99);
}

#[tokio::test]
async fn nothing_is_created_before_everything_is_right() {
    let rig = Rig::new(Seed::Empty).await;
    let whisper = "runpod-workers/worker-faster_whisper";
    for (args, code, words) in [
        (json!({}), "bad_argument", "neither `repo` nor `hubReleaseId`"),
        (json!({"repo": "  "}), "bad_argument", "neither"),
        (json!({"repo": "no/such"}), "not_found", "`repo`"),
        (json!({"hubReleaseId": "zz"}), "not_found", "`hubReleaseId`"),
        (json!({"repo": whisper}), "not_deployable", "built image"),
        (json!({"repo": "runpod-workers/worker-infinity-embedding"}), "not_deployable", "built image"),
        (json!({"repo": "runpod-workers/comfyui-base"}), "not_deployable", "made for Pods"),
        (json!({"repo": "runpod-workers/worker-text-tools"}), "not_deployable", "CPU"),
        (json!({"repo": "runpod-workers/worker-vllm"}), "bad_argument", "MODEL_NAME"),
        (
            json!({"repo": "runpod-workers/worker-vllm", "env": {"MODEL_NAME": ""}}),
            "bad_argument",
            "MODEL_NAME",
        ),
        (json!({"repo": "runpod-workers/worker-sglang"}), "bad_argument", "MODEL_PATH"),
        (json!({"repo": "axolotl-ai-cloud/axolotl"}), "bad_argument", "HF_TOKEN, WANDB_API_KEY"),
        (
            json!({"repo": "axolotl-ai-cloud/axolotl", "env": {"HF_TOKEN": "[redacted]"}}),
            "bad_argument",
            "HF_TOKEN",
        ),
        (json!({"repo": "runpod-workers/worker-sdxl", "gpuIds": "-NVIDIA L4"}), "not_deployable", "`gpuIds`"),
        (json!({"repo": "runpod-workers/worker-sdxl", "gpuIds": ""}), "not_deployable", "`gpuIds`"),
        (json!({"repo": "runpod-workers/worker-sdxl", "scalerValue": 0.1}), "bad_argument", "`scalerValue`"),
        (
            json!({"repo": "runpod-workers/worker-sdxl", "scalerType": "REQUEST_COUNT", "scalerValue": 1.5}),
            "bad_argument",
            "whole number",
        ),
        (
            json!({"repo": "runpod-workers/vllm-loadbalancer-ep", "scalerType": "QUEUE_DELAY"}),
            "bad_argument",
            "load balancer",
        ),
        (
            json!({"repo": "runpod-workers/worker-sdxl", "workersMin": 3, "workersMax": 2}),
            "bad_argument",
            "workersMin",
        ),
    ] {
        let error = rig.call("deploy-hub-repo", args.clone()).await.err();
        assert_eq!(error["code"], code, "{args}: {error}");
        assert!(error["error"].as_str().expect("words").contains(words), "{args}: {error}");
        assert!(error["hint"].is_string() || code == "bad_argument", "{args}: {error}");
    }
    let unknown = rig.call("deploy-hub-repo", json!({"hubReleaseId": "zz"})).await.err();
    assert!(unknown["status"] == 404 && unknown["hint"].as_str().expect("a hint").contains("list-hub-repos"));
    assert_eq!(rig.sim.journal().count("graphql:saveEndpoint"), 0);
    assert_eq!(rig.sim.journal().count("createEndpoint"), 0);
}

#[tokio::test]
async fn a_release_behind_a_load_balancer_scales_by_requests() {
    let rig = Rig::new(Seed::Empty).await;
    let reply =
        rig.call("deploy-hub-repo", json!({"repo": "runpod-workers/vllm-loadbalancer-ep"})).await.ok();
    let input = sent(&rig);
    assert_eq!((&input["type"], &input["scalerType"]), (&json!("LB"), &json!("REQUEST_COUNT")));
    let made = rig.call("get-endpoint", json!({"endpointId": reply["endpoint"]["id"]})).await.ok();
    assert_eq!(made["type"], "LOAD_BALANCER");
}

#[tokio::test]
async fn odd_releases_are_refused_or_deployed_with_defaults() {
    let bare = hub_of(|listing| listing["listedRelease"]["config"] = Value::Null, json!({})).await;
    let error = bare.call("deploy-hub-repo", json!({"repo": "acme/alpha"})).await.err();
    assert!(error["hint"].as_str().expect("a hint").contains("list-gpu-types"), "{error}");
    bare.call("deploy-hub-repo", json!({"repo": "acme/alpha", "gpuIds": "ADA_24"})).await.ok();
    let input = sent(&bare);
    assert_eq!((&input["gpuCount"], &input["template"]["containerDiskInGb"]), (&json!(1), &json!(20)));
    assert!(input.get("minCudaVersion").is_none() && input.get("allowedCudaVersions").is_none(), "{input}");
    let broken = hub_of(|listing| listing["listedRelease"]["config"] = json!("{bad"), json!({})).await;
    let error = broken.call("deploy-hub-repo", json!({"repo": "acme/alpha", "gpuIds": "ADA_24"})).await.err();
    assert_eq!(error["code"], "not_deployable");
    let shown = broken.call("list-hub-repos", json!({"includeConfig": true})).await.ok();
    assert_eq!(items(&shown)[0]["listedRelease"]["config"], "{bad");
    assert_eq!(broken.sim.journal().count("graphql:saveEndpoint"), 0);
}

#[tokio::test]
async fn cuda_versions_are_compared_as_numbers() {
    let config = json!({"gpuIds": "ADA_24", "allowedCudaVersions": ["12.10", "12.9"]});
    let rig = hub_of(|_| (), config).await;
    rig.call("deploy-hub-repo", json!({"repo": "acme/alpha"})).await.ok();
    assert_eq!(sent(&rig)["minCudaVersion"], "12.9");
}

#[tokio::test]
async fn deploying_the_same_release_twice_makes_two_endpoints() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"repo": "runpod-workers/worker-comfyui"});
    let one = rig.call("deploy-hub-repo", args.clone()).await.ok();
    let other = rig.call("deploy-hub-repo", args).await.ok();
    assert_ne!(one["endpoint"]["id"], other["endpoint"]["id"]);
    assert_ne!(one["endpoint"]["templateId"], other["endpoint"]["templateId"]);
}

#[tokio::test]
async fn a_deploy_spends_and_only_the_deploy_shows_the_key() {
    let builder = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let rig = Rig::with(builder, |setup| setup.policy = Policy { no_spend: true, ..Policy::default() }).await;
    let args = json!({"repo": "runpod-workers/worker-comfyui"});
    assert_eq!(rig.call("deploy-hub-repo", args.clone()).await.err()["code"], "not_allowed");
    assert!(rig.sim.journal().requests().is_empty());
    let rig = Rig::new(Seed::Empty).await;
    rig.call("deploy-hub-repo", args).await.ok();
    let shown: Vec<_> =
        rig.sim.journal().requests().iter().map(|request| request.has_authorization()).collect();
    assert_eq!(shown, [false, true]);
}

#[tokio::test]
async fn a_deploy_that_runpod_refuses_is_an_error_in_its_words() {
    let rig = Rig::new(Seed::Empty).await;
    let args = json!({"repo": "runpod-workers/worker-comfyui", "gpuIds": "NO_SUCH_POOL"});
    let error = rig.call("deploy-hub-repo", args).await.err();
    assert!(
        error["code"] == "rejected" && error["error"].as_str().expect("words").contains("NO_SUCH_POOL"),
        "{error}"
    );
}

#[tokio::test]
async fn public_endpoints_are_those_that_live_with_their_prices() {
    let rig = Rig::new(Seed::Empty).await;
    let all = rig.call("list-public-endpoints", json!({"limit": 100})).await.ok();
    let names: Vec<_> =
        items(&all).iter().map(|row| row["displayName"].as_str().expect("a name").to_lowercase()).collect();
    assert!(names.is_sorted() && names.len() == 41, "{names:?}");
    let video = rig.call("list-public-endpoints", json!({"modality": "VIDEO", "owner": "openai"})).await.ok();
    assert_eq!(items(&video).len(), 2);
    assert!(
        items(&video)
            .iter()
            .all(|row| row["pricing"].as_str().is_some_and(|text| text.contains("per video")))
    );
    let found = rig.call("list-public-endpoints", json!({"searchTerm": "Flux", "detail": "full"})).await.ok();
    assert_eq!(items(&found).len(), 3);
    let row = &items(&found)[0];
    let base = format!("https://api.runpod.ai/v2/{}", row["endpointId"].as_str().expect("an id"));
    assert_eq!(row["baseUrl"], base.as_str());
    assert!(rig.sim.journal().requests().iter().all(|request| !request.has_authorization()));
}

#[tokio::test]
async fn an_endpoint_without_readable_metadata_has_no_price_and_offline_ones_come_on_request() {
    let rig = Rig::new(Seed::Empty).await;
    let unpriced = rig.call("list-public-endpoints", json!({"searchTerm": "unpriced"})).await.ok();
    assert!(items(&unpriced)[0].get("pricing").is_none(), "{unpriced}");
    let retired = async |args: Value| items(&rig.call("list-public-endpoints", args).await.ok()).len();
    assert_eq!(retired(json!({"searchTerm": "retired"})).await, 0);
    assert_eq!(retired(json!({"searchTerm": "retired", "includeOffline": true})).await, 1);
}
