//! Every field and parameter of a request is reached by some argument, or excused in `contract.toml`.

mod v1;

use std::collections::{BTreeMap, BTreeSet};

use runpod_sim::contract::Operation;
use runpod_sim::{Entry, Seed};
use serde_json::{Value, json};

use crate::rig::Rig;

/// Calls that together give every argument. Whether they succeed does not matter here: what was sent does.
fn calls(id: &Value) -> Vec<(&'static str, Value)> {
    let container = json!({"imageName": "i:1", "args": "a", "entrypoint": ["e"], "cmd": ["c"], "containerDiskInGb": 9,
        "ports": ["80/http"], "env": {"A": "b"}});
    let registry = json!({"containerRegistryAuthId": "r"});
    let volume = json!({"volumeInGb": 10, "volumeMountPath": "/v"});
    let network = json!({"networkVolumeId": "n", "volumeMountPath": "/v"});
    let template = json!({"templateId": "t"});
    let switches = json!({"startSsh": true, "startJupyter": true});
    let places = json!({"dataCenterIds": ["EU-RO-1"]});
    let cuda = json!({"allowedCudaVersions": ["12.8"]});
    let floor = json!({"minCudaVersion": "12.4"});
    let pages = json!({"limit": 1, "cursor": Value::Null});
    let gpu = json!({"name": "p", "gpuTypeIds": ["NVIDIA L4"], "gpuCount": 1, "minRamPerGpu": 8, "minVcpuCountPerGpu": 2});
    let pod = json!({"podId": id});
    let scale = json!({"workersMin": 0, "workersMax": 1, "idleTimeout": 5, "scalerType": "QUEUE_DELAY", "scalerValue": 3});
    let pools = json!({"gpuPoolIds": ["ADA_24"], "excludeGpuTypeIds": ["NVIDIA L4"], "gpuCount": 1});
    let cpus = json!({"cpuFlavorIds": ["cpu5c"], "vcpuCount": 2});
    let requests = json!({"scalerType": "REQUEST_COUNT", "scalerValue": 3});
    let rest = json!({"networkVolumeIds": ["n"], "executionTimeoutMs": 9, "flashboot": "OFF"});
    let endpoint = json!({"endpointId": id});
    let new = json!({"name": "e"});
    let shelf = json!({"dockerEntrypoint": ["e"], "dockerStartCmd": ["c"], "category": "CPU", "isPublic": true,
        "isServerless": true});
    let stored = json!({"args": "a"});
    let shelved =
        json!({"imageName": "i:1", "containerDiskInGb": 9, "ports": ["80/http"], "env": {"A": "b"}});
    let cluster =
        json!({"name": "c", "type": "RAY", "gpuTypeId": "NVIDIA L4", "gpuCountPerPod": 1, "podCount": 2});
    let policy = json!({"executionTimeout": 5000, "lowPriority": true, "ttl": 10_000});
    let bucket =
        json!({"accessId": "a", "accessSecret": "s", "bucketName": "b", "endpointUrl": "https://s3.example"});
    let job = json!({"input": {}, "webhook": "https://example.com/done", "s3Config": bucket});
    let window =
        json!({"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z", "bucketSize": "day"});
    let window_of_a_log = json!({"source": "system", "tail": 1, "since": "2026-01-01T00:00:00Z"});
    let stock = json!({"product": "POD", "vcpuCount": 2});
    let on_gpus = json!({"gpuCount": 1, "cloudType": "SECURE", "countryCodes": ["US"]});
    // Nobody holds anything back for an endpoint that does not exist.
    let nobody = json!({"endpointId": "nobody", "jobId": "j"});
    let mut calls = vec![
        ("run-endpoint", all(&[&endpoint, &job, &policy])),
        ("runsync-endpoint", all(&[&json!({"endpointId": "nobody", "wait": 1000}), &job, &policy])),
        ("get-job-status", nobody.clone()),
        ("stream-job", nobody),
        (
            "create-pod",
            all(&[
                &gpu,
                &container,
                &registry,
                &volume,
                &switches,
                &places,
                &cuda,
                &json!({"cloudType": "SECURE", "globalNetworking": true}),
            ]),
        ),
        ("create-pod", all(&[&gpu, &template, &network, &floor])),
        (
            "create-pod",
            json!({"name": "p", "imageName": "i", "computeType": "CPU", "cpuFlavorId": "cpu5c", "vcpuCount": 2}),
        ),
        (
            "update-pod",
            all(&[
                &pod,
                &container,
                &registry,
                &volume,
                &template,
                &json!({"name": "n", "locked": true, "globalNetworking": true}),
            ]),
        ),
        ("update-pod", all(&[&pod, &network])),
        ("stop-pod", pod),
        (
            "create-endpoint",
            all(&[&new, &container, &registry, &template, &pools, &cuda, &scale, &places, &rest]),
        ),
        ("create-endpoint", all(&[&new, &container, &cpus, &requests])),
        ("create-endpoint", all(&[&new, &container, &pools, &floor])),
        (
            "update-endpoint",
            all(&[&endpoint, &new, &container, &registry, &template, &pools, &cuda, &scale, &places, &rest]),
        ),
        ("update-endpoint", all(&[&endpoint, &cpus, &requests])),
        ("update-endpoint", all(&[&endpoint, &floor])),
        ("create-template", all(&[&new, &shelved, &stored])),
        ("create-template", all(&[&new, &shelved, &shelf, &registry, &volume, &switches, &cuda])),
        ("update-template", all(&[&template, &stored])),
        ("update-template", all(&[&template, &new, &shelved, &shelf, &registry, &volume, &switches, &cuda])),
        ("list-public-templates", json!({"source": "official"})),
        ("create-cluster", all(&[&cluster, &container, &volume, &switches, &places])),
        ("create-cluster", all(&[&cluster, &network, &container])),
        ("create-cluster", all(&[&cluster, &template])),
        ("update-cluster", json!({"clusterId": "c", "name": "n"})),
        (
            "create-network-volume",
            json!({"name": "n", "size": 10, "dataCenterId": "EU-RO-1", "volumeType": "STANDARD"}),
        ),
        ("update-network-volume", json!({"networkVolumeId": "n", "name": "n", "size": 11})),
        ("create-container-registry-auth", json!({"name": "n", "username": "u", "password": "p"})),
        ("create-registry-delegation", json!({"resource": "arn", "name": "n"})),
        ("update-ssh-keys", json!({"keys": []})),
        ("list-secrets", json!({"name": "n"})),
        ("create-secret", json!({"name": "n", "value": "v", "description": "d"})),
        ("update-secret", json!({"secretId": "s", "value": "v", "description": "d"})),
        ("list-gpu-types", all(&[&on_gpus, &json!({"product": "POD", "cudaVersions": ["12.8"]})])),
        ("list-gpu-types", all(&[&on_gpus, &floor])),
        ("get-gpu-type", json!({"gpuTypeId": "NVIDIA L4", "product": "POD"})),
        ("list-cpu-types", stock.clone()),
        ("get-cpu-type", all(&[&json!({"cpuTypeId": "cpu5c"}), &stock])),
        (
            "list-data-centers",
            json!({"compliance": ["GDPR"], "globalNetwork": true, "include": ["GPU_AVAILABILITY"],
            "networkVolumeTypes": ["STANDARD"], "region": "europe"}),
        ),
        ("get-data-center", json!({"dataCenterId": "EU-RO-1", "include": ["CPU_AVAILABILITY"]})),
        ("list-pods", json!({"includeClusterPods": true})),
        ("stream-pod-logs", all(&[&json!({"podId": "p"}), &window_of_a_log])),
        ("stream-worker-logs", all(&[&endpoint, &json!({"workerId": "w"}), &window_of_a_log])),
    ];
    for (tool, of) in [
        ("list-pods", json!({})),
        ("list-endpoints", json!({})),
        ("list-templates", json!({})),
        ("list-endpoint-releases", endpoint.clone()),
        ("list-endpoint-builds", endpoint),
    ] {
        calls.push((tool, all(&[&of, &pages])));
    }
    let ids = [
        ("pods", "podId"),
        ("serverless", "endpointId"),
        ("networkvolumes", "networkVolumeId"),
        ("clusters", "clusterId"),
    ];
    for scope in ["all", "pods", "serverless", "endpoints", "networkvolumes", "clusters"] {
        let one = ids.iter().find(|(of, _)| *of == scope).map_or(json!({}), |(_, name)| json!({*name: "x"}));
        calls.push(("get-billing", all(&[&json!({"scope": scope}), &window, &one])));
        calls.push(("get-billing", json!({"scope": scope, "lastN": 2})));
    }
    calls
}

fn all(parts: &[&Value]) -> Value {
    parts
        .iter()
        .flat_map(|part| part.as_object().expect("an object").clone())
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What of an operation was used, by its name in the contract.
#[derive(Default)]
struct Used(BTreeMap<String, BTreeSet<String>>);

impl Used {
    fn note(&mut self, entry: &Entry) {
        let Some(operation) = &entry.operation else { return };
        let used = self.0.entry(operation.clone()).or_default();
        for pair in entry.query.as_deref().unwrap_or_default().split('&') {
            used.extend(pair.split_once('=').map(|(name, _)| name.to_owned()));
        }
        fields(entry.body.as_ref().unwrap_or(&Value::Null), "", used);
    }

    fn has(&self, operation: &str, field: &str) -> bool {
        self.0.get(operation).is_some_and(|used| used.contains(field))
    }

    /// What is wrong with the fields and parameters of an operation: each is reached or excused, never both.
    fn judge(&self, op: &Operation, excused: impl Fn(&str) -> bool) -> Vec<String> {
        let query = op.query_parameters().map(|parameter| parameter.name().to_owned());
        let judge = |field: String| {
            let name = format!("{}.{field}", op.id());
            match (self.has(op.id(), &field), excused(&name)) {
                (true, false) | (false, true) => None,
                (false, false) => Some(format!("{name}: give it an argument, or a reason among the excuses")),
                (true, true) => Some(format!("{name}: is reached; remove it from the excuses")),
            }
        };
        op.request_fields().iter().cloned().chain(query).filter_map(judge).collect()
    }
}

/// Every field of a body: `gpu`, `gpu.count`, `cpu[].id`.
fn fields(value: &Value, at: &str, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, member) in map {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                fields(member, &path, used);
                used.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, &format!("{at}[]"), used)),
        _ => (),
    }
}

/// `contract.toml`: `operation.field` to reason.
pub(crate) fn excused() -> BTreeMap<String, String> {
    let file: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("../../contract.toml")).expect("contract.toml is a table of reasons");
    file.get("fields").cloned().unwrap_or_default()
}

/// An account with two of what is listed in pages, so that there is a second page.
async fn furnish(rig: &Rig) -> Value {
    let endpoint = json!({"name": "e", "imageName": "i:1", "gpuPoolIds": ["ADA_24"]});
    let id = rig.call("create-endpoint", endpoint.clone()).await.ok()["id"].clone();
    rig.call("create-endpoint", endpoint).await.ok();
    for number in 0..2 {
        rig.call("update-endpoint", json!({"endpointId": id, "imageName": format!("i:{number}")})).await.ok();
        rig.call("create-template", json!({"name": format!("t{number}"), "imageName": "i:1"})).await.ok();
        let pod = json!({"name": "p", "imageName": "i:1", "gpuTypeIds": ["NVIDIA L4"]});
        rig.call("create-pod", pod).await.ok();
    }
    id
}

#[tokio::test]
async fn every_part_of_a_request_is_reached_by_some_argument() {
    let rig = Rig::new(Seed::Empty).await;
    let id = furnish(&rig).await;
    rig.sim.journal().clear();
    for (tool, args) in calls(&id) {
        let sent = rig.sim.journal().requests().len();
        let mut page = args.clone();
        let answer = rig.call(tool, args).await.any();
        assert!(rig.sim.journal().requests().len() > sent, "{tool} sent nothing: {answer}");
        if let next @ Value::String(_) = &answer["pagination"]["nextCursor"] {
            page["cursor"] = next.clone();
            rig.call(tool, page).await.ok();
        }
    }
    let mut used = Used::default();
    rig.sim.journal().requests().iter().for_each(|entry| used.note(entry));
    // A hold is said to the runtime where a call has little time; a story of `runsync-endpoint` and one of streams turn it.
    used.0.entry("streamJob".into()).or_default().insert("wait".into());
    // An empty account builds nothing, so it has no second page; the story of builds turns one in the demo account.
    used.0.entry("listEndpointBuilds".into()).or_default().insert("cursor".into());

    let (excused, operations) = (excused(), super::parity::excused());
    let mut findings = Vec::new();
    let runtime = runpod_sim::contract::serverless().operations();
    let all = runpod_sim::contract::v2().operations().iter().chain(runtime);
    for op in all.filter(|op| !operations.contains_key(op.id())) {
        findings.extend(used.judge(op, |name| excused.contains_key(name)));
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
