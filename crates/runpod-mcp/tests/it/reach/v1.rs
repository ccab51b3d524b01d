//! The same of REST v1. What the tools leave out of it is excused by reason, for there is much of one kind.

use std::collections::BTreeMap;

use runpod_sim::Seed;
use serde_json::{Value, json};

use super::{Used, all};
use crate::rig::{Rig, v1};

/// `contract-v1.toml`: reason to `Operation.field`.
fn excused() -> Vec<String> {
    let file: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../../../contract-v1.toml")).expect("reasons with their fields");
    assert!(file.keys().all(|reason| reason.len() > 20), "a reason is a sentence");
    file.into_values().flatten().collect()
}

/// Operations that no tool needs.
const UNUSED: [(&str, &str); 4] = [
    ("GetDocs", "a page for people"),
    ("GetOpenAPI", "the contract itself"),
    ("ResetPod", "REST v2 has none, so no tool does"),
    ("RestartPod", "the contract lists it without any success"),
];

fn calls() -> Vec<(&'static str, Value)> {
    let container = json!({"imageName": "i:1", "containerDiskInGb": 9, "ports": ["80/http"], "env": {"A": "b"},
        "containerRegistryAuthId": "r"});
    let volume = json!({"volumeInGb": 10, "volumeMountPath": "/v"});
    let words = json!({"entrypoint": ["e"], "cmd": ["c"]});
    let shelf = json!({"dockerEntrypoint": ["e"], "dockerStartCmd": ["c"], "isPublic": true, "readme": "r"});
    let kinds = json!({"category": "CPU", "isServerless": true});
    let (new, pod, endpoint) = (json!({"name": "n"}), json!({"podId": "p"}), json!({"endpointId": "e"}));
    let gpus = json!({"gpuTypeIds": ["NVIDIA L4"], "gpuCount": 2, "allowedCudaVersions": ["12.8"]});
    let least = json!({"minRamPerGpu": 8, "minVcpuCountPerGpu": 2});
    let (template, places) = (json!({"templateId": "t"}), json!({"dataCenterIds": ["EU-RO-1"]}));
    let scale = json!({"workersMin": 0, "workersMax": 1, "idleTimeout": 5, "scalerType": "QUEUE_DELAY",
        "scalerValue": 3, "executionTimeoutMs": 9, "flashboot": "OFF", "networkVolumeIds": ["n"]});
    let (cpus, floor) =
        (json!({"cpuFlavorIds": ["cpu5c"], "vcpuCount": 2}), json!({"minCudaVersion": "12.4"}));
    let include = json!({"includeMachine": true, "includeNetworkVolume": true});
    let expand = json!({"includeTemplate": true, "includeWorkers": true});
    let window =
        json!({"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z", "bucketSize": "day"});
    vec![
        (
            "list-pods",
            all(&[
                &include,
                &json!({"computeType": "GPU", "gpuTypeId": ["a"], "dataCenterId": ["b"], "name": "n"}),
            ]),
        ),
        ("get-pod", all(&[&pod, &include])),
        (
            "create-pod",
            all(&[
                &new,
                &container,
                &words,
                &volume,
                &gpus,
                &least,
                &template,
                &places,
                &json!({"cloudType": "SECURE", "globalNetworking": true}),
            ]),
        ),
        (
            "create-pod",
            all(&[
                &new,
                &container,
                &json!({"computeType": "CPU", "cpuFlavorId": "cpu5c", "vcpuCount": 2}),
                &json!({"networkVolumeId": "n", "volumeMountPath": "/v"}),
            ]),
        ),
        (
            "update-pod",
            all(&[
                &pod,
                &new,
                &container,
                &words,
                &volume,
                &json!({"locked": true, "globalNetworking": true}),
            ]),
        ),
        ("list-endpoints", expand.clone()),
        ("get-endpoint", all(&[&endpoint, &expand])),
        ("create-endpoint", all(&[&new, &template, &gpus, &scale, &places])),
        ("create-endpoint", all(&[&new, &template, &cpus, &json!({"computeType": "CPU"})])),
        ("create-endpoint", all(&[&new, &template, &floor])),
        ("update-endpoint", all(&[&endpoint, &new, &template, &gpus, &scale, &places])),
        ("update-endpoint", all(&[&endpoint, &cpus])),
        ("update-endpoint", all(&[&endpoint, &floor])),
        ("create-template", all(&[&new, &container, &shelf, &kinds, &volume])),
        ("update-template", all(&[&template, &new, &container, &shelf, &volume])),
        (
            "list-templates",
            json!({"includeRunpodTemplates": true, "includePublicTemplates": true,
            "includeEndpointBoundTemplates": true}),
        ),
        ("create-network-volume", json!({"name": "n", "size": 10, "dataCenterId": "EU-RO-1"})),
        ("update-network-volume", json!({"networkVolumeId": "n", "name": "n", "size": 11})),
        ("create-container-registry-auth", json!({"name": "n", "username": "u", "password": "p"})),
        ("get-billing", all(&[&window, &pod])),
        ("get-billing", all(&[&window, &endpoint])),
        ("get-billing", all(&[&window, &json!({"scope": "network-volumes"})])),
    ]
}

#[tokio::test]
async fn every_part_of_a_request_to_v1_is_reached_by_some_argument() {
    let rig = Rig::speaking(v1(), Seed::Empty).await;
    for (tool, args) in calls() {
        let sent = rig.sim.journal().requests().len();
        let answer = rig.call(tool, args).await.any();
        assert!(rig.sim.journal().requests().len() > sent, "{tool} sent nothing: {answer}");
    }
    let mut used = Used::default();
    rig.sim.journal().requests().iter().for_each(|entry| used.note(entry));
    let excused = excused();
    let mut findings = Vec::new();
    let operations = runpod_sim::contract::v1().operations().iter();
    for op in operations.filter(|op| UNUSED.iter().all(|(id, _)| *id != op.id())) {
        findings.extend(used.judge(op, |name| excused.iter().any(|excused| excused == name)));
    }
    findings.dedup();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
