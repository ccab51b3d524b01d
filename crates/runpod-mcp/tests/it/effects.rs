//! Every tool is called once on a twin, and what it sent fits what its card says: effect, operations, notes.

use std::collections::{BTreeMap, BTreeSet};

use runpod_api::Versions;
use runpod_mcp::tool::Effect;
use runpod_mcp::tools;
use runpod_sim::{Entry, Seed};
use serde_json::{Value, json};

use crate::rig::{Rig, in_v2, is_write, v1};

const IMAGE: &str = "runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04";
const GPU: &str = "NVIDIA GeForce RTX 4090";

/// A walk through all tools, and the operations each one used.
struct Tour {
    rig: Rig,
    used: BTreeMap<String, BTreeSet<String>>,
}

impl Tour {
    async fn begin(versions: Versions) -> Self {
        let rig = Rig::speaking(versions, Seed::Empty).await;
        Self { rig, used: BTreeMap::new() }
    }

    /// Calls a tool that succeeds, after a dry run that has to show what the call then sends.
    async fn visit(&mut self, tool: &str, args: Value) -> Value {
        let shown = self.rehearse(tool, args.clone()).await;
        self.rig.sim.journal().clear();
        let reply = self.rig.call(tool, args).await.ok();
        self.look_at_journal(tool);
        if let Some(shown) = shown {
            let sent = self.rig.sim.journal().requests().into_iter().find(is_write);
            let sent = sent.expect("a tool that is no read writes");
            assert_eq!(shown["method"], sent.method, "{tool}");
            assert!(shown["url"].as_str().is_some_and(|url| url.ends_with(&sent.path)), "{tool}: {shown}");
            let (shown, sent) = (same(&shown["body"]), same(&sent.body.unwrap_or_default()));
            assert!(shown.contains("[redacted]") || shown == sent, "{tool}: {shown} {sent}");
        }
        reply
    }

    /// The one change that a dry run shows; none for a tool that only reads.
    async fn rehearse(&self, tool: &str, mut args: Value) -> Option<Value> {
        if tools::find(tool).expect("the tool exists").card.effect == Effect::Reads {
            return None;
        }
        self.rig.sim.journal().clear();
        args["dryRun"] = true.into();
        let reply = self.rig.call(tool, args).await.ok();
        let requests = self.rig.sim.journal().requests();
        assert!(!requests.iter().any(is_write), "{tool} wrote: {requests:?}");
        assert_eq!(reply["dryRun"], true, "{tool}: {reply}");
        assert_eq!(reply["requests"].as_array().map(Vec::len), Some(1), "{tool}: {reply}");
        Some(reply["requests"][0].clone())
    }

    /// Calls a tool for something that a fresh account cannot have: the request is what counts.
    async fn knock(&mut self, tool: &str, args: Value) {
        self.rig.sim.journal().clear();
        let error = self.rig.call(tool, args).await.err();
        assert_eq!(error["status"], 404, "{tool}: {error}");
        self.look_at_journal(tool);
    }

    fn look_at_journal(&mut self, tool: &str) {
        let requests = self.rig.sim.journal().requests();
        let card = tools::find(tool).expect("the tool exists").card;
        assert!(!requests.is_empty(), "{tool} asked nothing");
        let writes = requests.iter().filter(|request| is_write(request)).count();
        match card.effect {
            Effect::Reads => assert_eq!(writes, 0, "{tool} says that it reads: {requests:?}"),
            _ => assert_eq!(writes, 1, "{tool} writes once: {requests:?}"),
        }
        let used = self.used.entry(tool.to_owned()).or_default();
        for request in &requests {
            let operation = operation(tool, request);
            if is_write(request) {
                assert!(
                    card.covers.contains(&operation.as_str()),
                    "{tool} sent {operation}, which its card does not say"
                );
            }
            used.insert(operation);
        }
    }
}

/// The operation of REST v2 that was asked for, or the one that does the same on v1.
fn operation(tool: &str, request: &Entry) -> String {
    in_v2(request.operation.as_deref().unwrap_or_else(|| panic!("{tool} sent {request:?}")))
}

/// A body as text, without the end of a template's name, which is drawn anew for each deployment.
fn same(body: &Value) -> String {
    const DRAWN: &str = "__template__";
    let text = body.to_string();
    match text.split_once(DRAWN) {
        Some((before, after)) => {
            format!("{before}{DRAWN}{}", after.trim_start_matches(char::is_alphanumeric))
        }
        None => text,
    }
}

fn id(reply: &Value) -> Value {
    assert!(reply["id"].is_string(), "{reply}");
    reply["id"].clone()
}

async fn account(tour: &mut Tour) {
    tour.visit("update-ssh-keys", json!({"keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@box"]})).await;
    tour.visit("get-ssh-keys", json!({})).await;
    let secret = id(&tour.visit("create-secret", json!({"name": "HF_TOKEN", "value": "hf_abcdefgh"})).await);
    tour.visit("list-secrets", json!({})).await;
    tour.visit("get-secret", json!({"secretId": secret})).await;
    tour.visit("update-secret", json!({"secretId": secret, "value": "hf_ijklmnop"})).await;
    tour.visit("delete-secret", json!({"secretId": secret})).await;
}

async fn registries(tour: &mut Tour) {
    let auth = json!({"name": "hub", "username": "me", "password": "correct horse"});
    let auth = id(&tour.visit("create-container-registry-auth", auth).await);
    tour.visit("list-container-registry-auths", json!({})).await;
    tour.visit("get-container-registry-auth", json!({"containerRegistryAuthId": auth})).await;
    tour.visit("delete-container-registry-auth", json!({"containerRegistryAuthId": auth})).await;
    let resource = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let delegation = id(&tour.visit("create-registry-delegation", json!({"resource": resource})).await);
    tour.visit("list-registry-delegations", json!({})).await;
    tour.visit("delete-registry-delegation", json!({"delegationId": delegation})).await;
}

async fn storage(tour: &mut Tour) {
    let new = json!({"name": "data", "size": 10, "dataCenterId": "EU-RO-1"});
    let volume = id(&tour.visit("create-network-volume", new).await);
    tour.visit("list-network-volumes", json!({})).await;
    tour.visit("get-network-volume", json!({"networkVolumeId": volume})).await;
    tour.visit("update-network-volume", json!({"networkVolumeId": volume, "size": 20})).await;
    tour.visit("delete-network-volume", json!({"networkVolumeId": volume})).await;
}

async fn templates(tour: &mut Tour) {
    let template = id(&tour.visit("create-template", json!({"name": "t", "imageName": IMAGE})).await);
    tour.visit("list-templates", json!({})).await;
    tour.visit("get-template", json!({"templateId": template})).await;
    tour.visit("update-template", json!({"templateId": template, "name": "u"})).await;
    tour.visit("delete-template", json!({"templateId": template})).await;
    tour.visit("list-public-templates", json!({"source": "verified"})).await;
}

async fn catalog(tour: &mut Tour) {
    tour.visit("list-gpu-types", json!({})).await;
    tour.visit("get-gpu-type", json!({"gpuTypeId": GPU})).await;
    tour.visit("list-cpu-types", json!({})).await;
    tour.visit("get-cpu-type", json!({"cpuTypeId": "cpu5c"})).await;
    tour.visit("list-data-centers", json!({})).await;
    tour.visit("get-data-center", json!({"dataCenterId": "EU-RO-1"})).await;
    tour.visit("get-capacity", json!({})).await;
    tour.visit("get-capacity", json!({"cudaVersions": ["12.8", "12.4"]})).await;
}

async fn pods(tour: &mut Tour) {
    let new = json!({"name": "trainer", "imageName": IMAGE, "gpuTypeIds": [GPU]});
    let pod = id(&tour.visit("create-pod", new).await);
    tour.visit("list-pods", json!({})).await;
    tour.visit("get-pod", json!({"podId": pod})).await;
    tour.visit("update-pod", json!({"podId": pod, "name": "renamed"})).await;
    tour.rig.pass(120);
    tour.visit("restart-pod", json!({"podId": pod})).await;
    tour.rig.pass(120);
    tour.visit("stop-pod", json!({"podId": pod})).await;
    tour.visit("start-pod", json!({"podId": pod})).await;
    tour.visit("delete-pod", json!({"podId": pod})).await;
}

async fn serverless(tour: &mut Tour) {
    let new = json!({"name": "worker", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"]});
    let endpoint = id(&tour.visit("create-endpoint", new).await);
    tour.visit("list-endpoints", json!({})).await;
    tour.visit("get-endpoint", json!({"endpointId": endpoint})).await;
    tour.visit("update-endpoint", json!({"endpointId": endpoint, "workersMax": 2})).await;
    tour.visit("set-endpoint-gpus", json!({"endpointId": endpoint, "gpuIds": "AMPERE_80"})).await;
    tour.visit("list-endpoint-workers", json!({"endpointId": endpoint})).await;
    tour.visit("list-endpoint-releases", json!({"endpointId": endpoint})).await;
    tour.visit("list-endpoint-builds", json!({"endpointId": endpoint})).await;
    // A log of something would be followed for a while, on a clock that stands still.
    tour.knock("stream-pod-logs", json!({"podId": "none"})).await;
    tour.knock("stream-worker-logs", json!({"endpointId": endpoint, "workerId": "none"})).await;
    tour.knock("get-endpoint-build", json!({"endpointId": endpoint, "buildId": "none"})).await;
    tour.visit("delete-endpoint", json!({"endpointId": endpoint})).await;
}

async fn jobs(tour: &mut Tour) {
    let new = json!({"name": "worker", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"], "workersMin": 1});
    let endpoint = tour.rig.call("create-endpoint", new).await.ok()["id"].clone();
    tour.rig.pass(120);
    let long = json!({"endpointId": endpoint, "input": {"sandbox": {"seconds": 60}}});
    let job = id(&tour.visit("run-endpoint", long).await);
    let job = json!({"endpointId": endpoint, "jobId": job});
    tour.visit("get-job-status", job.clone()).await;
    tour.visit("endpoint-health", json!({"endpointId": endpoint})).await;
    tour.visit("cancel-job", job.clone()).await;
    tour.visit("purge-endpoint-queue", json!({"endpointId": endpoint})).await;
    let failing = json!({"endpointId": endpoint, "input": {"sandbox": {"fail": "no"}}});
    let failed = id(&tour.rig.call("run-endpoint", failing).await.ok());
    let quick = json!({"endpointId": endpoint, "input": {"sandbox": {"chunks": 1}}});
    let streamed = id(&tour.rig.call("run-endpoint", quick.clone()).await.ok());
    tour.rig.pass(60);
    tour.visit("stream-job", json!({"endpointId": endpoint, "jobId": streamed})).await;
    tour.visit("get-job-output", json!({"endpointId": endpoint, "jobId": streamed})).await;
    tour.visit("retry-job", json!({"endpointId": endpoint, "jobId": failed})).await;
    tour.rig.pass(60);
    let (journal, clock) = (tour.rig.sim.journal().clone(), tour.rig.sim.clock().clone());
    let held = async {
        while journal.count("runJobSync") == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(std::time::Duration::from_secs(60));
    };
    tokio::join!(tour.visit("runsync-endpoint", quick), held);
}

async fn hub(tour: &mut Tour) {
    tour.visit("list-hub-repos", json!({})).await;
    tour.visit("deploy-hub-repo", json!({"repo": "runpod-workers/worker-comfyui"})).await;
    tour.visit("list-public-endpoints", json!({})).await;
}

async fn clusters(tour: &mut Tour) {
    let new = json!({"name": "train", "type": "TRAINING", "gpuTypeId": "NVIDIA H100 80GB HBM3",
        "gpuCountPerPod": 8, "podCount": 2, "imageName": IMAGE});
    let cluster = id(&tour.visit("create-cluster", new).await);
    tour.visit("list-clusters", json!({})).await;
    tour.visit("get-cluster", json!({"clusterId": cluster})).await;
    tour.visit("list-cluster-pods", json!({"clusterId": cluster})).await;
    tour.visit("update-cluster", json!({"clusterId": cluster, "name": "renamed"})).await;
    tour.visit("delete-cluster", json!({"clusterId": cluster})).await;
}

async fn billing(tour: &mut Tour) {
    for scope in ["all", "pods", "serverless", "endpoints", "network-volumes", "clusters"] {
        tour.visit("get-billing", json!({"scope": scope})).await;
    }
}

#[tokio::test]
async fn every_tool_does_what_its_card_says() {
    let mut tour = Tour::begin(Versions::default()).await;
    account(&mut tour).await;
    registries(&mut tour).await;
    storage(&mut tour).await;
    templates(&mut tour).await;
    catalog(&mut tour).await;
    pods(&mut tour).await;
    serverless(&mut tour).await;
    jobs(&mut tour).await;
    clusters(&mut tour).await;
    hub(&mut tour).await;
    billing(&mut tour).await;
    // What a card covers may be the way on REST v1.
    let mut old = Tour::begin(v1()).await;
    of_v1(&mut old).await;
    for (tool, used) in old.used {
        tour.used.entry(tool).or_default().extend(used);
    }
    let mut findings = Vec::new();
    for tool in tools::all() {
        let name = tool.card.name;
        match tour.used.get(name) {
            None => findings.push(format!("{name} is not part of the tour")),
            Some(used) => {
                let unused: Vec<_> = tool.card.covers.iter().filter(|op| !used.contains(**op)).collect();
                if !unused.is_empty() {
                    findings.push(format!("{name} covers {unused:?}, but did not use it"));
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The part of the tour that REST v1 has.
async fn of_v1(tour: &mut Tour) {
    let auth = json!({"name": "hub", "username": "me", "password": "correct horse"});
    let auth = id(&tour.visit("create-container-registry-auth", auth).await);
    tour.visit("list-container-registry-auths", json!({})).await;
    tour.visit("get-container-registry-auth", json!({"containerRegistryAuthId": auth})).await;
    tour.visit("delete-container-registry-auth", json!({"containerRegistryAuthId": auth})).await;
    storage(tour).await;
    let preset = json!({"name": "t", "imageName": IMAGE, "isServerless": true});
    let template = id(&tour.visit("create-template", preset).await);
    tour.visit("list-templates", json!({"includeRunpodTemplates": true})).await;
    tour.visit("get-template", json!({"templateId": template})).await;
    tour.visit("update-template", json!({"templateId": template, "readme": "# T"})).await;
    let pod = json!({"name": "trainer", "imageName": IMAGE, "gpuTypeIds": [GPU]});
    let pod = json!({"podId": id(&tour.visit("create-pod", pod).await)});
    tour.visit("list-pods", json!({"name": "trainer"})).await;
    tour.visit("get-pod", pod.clone()).await;
    tour.visit("update-pod", json!({"podId": pod["podId"], "name": "renamed"})).await;
    tour.rig.pass(120);
    tour.visit("stop-pod", pod.clone()).await;
    tour.visit("start-pod", pod.clone()).await;
    tour.visit("delete-pod", pod).await;
    let endpoint = json!({"name": "worker", "templateId": template});
    let endpoint = json!({"endpointId": id(&tour.visit("create-endpoint", endpoint).await)});
    tour.visit("list-endpoints", json!({"includeWorkers": true})).await;
    tour.visit("get-endpoint", endpoint.clone()).await;
    tour.visit("update-endpoint", json!({"endpointId": endpoint["endpointId"], "workersMax": 2})).await;
    tour.visit("set-endpoint-gpus", json!({"endpointId": endpoint["endpointId"], "gpuIds": "AMPERE_80"}))
        .await;
    tour.visit("delete-endpoint", endpoint).await;
    tour.visit("delete-template", json!({"templateId": template})).await;
    for scope in ["pods", "serverless", "network-volumes"] {
        tour.visit("get-billing", json!({"scope": scope})).await;
    }
}

#[tokio::test]
async fn what_a_tool_does_on_v1_is_what_its_card_says_too() {
    let mut tour = Tour::begin(v1()).await;
    of_v1(&mut tour).await;
    for (tool, used) in &tour.used {
        let covers = tools::find(tool).expect("the tool exists").card.covers;
        assert!(used.iter().any(|operation| covers.contains(&operation.as_str())), "{tool}: {used:?}");
    }
}

/// The effect of one call, without making it.
fn effect(tool: &str, args: Value) -> Effect {
    let Value::Object(args) = args else { panic!("arguments are an object") };
    tools::find(tool).expect("the tool exists").ready(args).unwrap_or_else(|e| panic!("{e:?}")).effect
}

#[test]
fn a_call_that_raises_nothing_spends_nothing() {
    let endpoint = |more: Value| {
        let mut args = json!({"endpointId": "e"});
        args.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        effect("update-endpoint", args)
    };
    for quiet in [
        json!({"workersMin": 0}),
        json!({"workersMax": 0}),
        json!({"name": "n"}),
        json!({"gpuCount": 1}),
        json!({"env": {"A": "b"}, "idleTimeout": 5}),
    ] {
        assert_eq!(endpoint(quiet.clone()), Effect::Writes, "{quiet}");
    }
    for dear in [
        json!({"workersMin": 1}),
        json!({"workersMax": 3}),
        json!({"gpuCount": 2}),
        json!({"gpuPoolIds": ["AMPERE_80"]}),
        json!({"containerDiskInGb": 100}),
        json!({"templateId": "t"}),
        json!({"cpuFlavorIds": ["cpu5c"]}),
    ] {
        assert_eq!(endpoint(dear.clone()), Effect::Spends, "{dear}");
    }
    assert_eq!(effect("update-pod", json!({"podId": "p", "name": "n"})), Effect::Writes);
    assert_eq!(effect("update-pod", json!({"podId": "p", "containerDiskInGb": 90})), Effect::Spends);
    assert_eq!(effect("update-network-volume", json!({"networkVolumeId": "v", "name": "n"})), Effect::Writes);
    assert_eq!(effect("update-network-volume", json!({"networkVolumeId": "v", "size": 90})), Effect::Spends);
    assert_eq!(effect("stop-pod", json!({"podId": "p"})), Effect::Writes);
}

#[test]
fn no_call_is_stronger_than_its_card() {
    use Effect::{Destroys, Reads, Spends, Writes};
    let strength = |effect| match effect {
        Reads => 0,
        Writes => 1,
        Spends | Destroys => 2,
    };
    for (tool, args) in [
        ("update-endpoint", json!({"endpointId": "e", "workersMax": 9})),
        ("update-pod", json!({"podId": "p", "volumeInGb": 10, "volumeMountPath": "/w"})),
        ("update-network-volume", json!({"networkVolumeId": "v", "size": 11})),
    ] {
        let card = tools::find(tool).expect("the tool exists").card;
        assert!(strength(effect(tool, args)) <= strength(card.effect), "{tool}");
    }
}
