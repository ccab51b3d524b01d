//! The law of the twin: it answers every operation of the contract, and as the contract says.
//!
//! The walk goes over the contract, not over the twin's routes. An operation that the contract gains fails here
//! by name until it has a route and a recipe.

mod v1;

use http::{Method, Request};
use runpod_sim::Seed;
use runpod_sim::contract::{self, Operation};
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

fn operations() -> impl Iterator<Item = &'static Operation> {
    contract::v2().operations().iter()
}

/// A world in which every operation can succeed, and what is in it.
struct Stage {
    desk: Desk,
    cluster: String,
}

async fn stage() -> Stage {
    let desk = desk(Seed::Demo);
    // Everything that the seed started last is up.
    desk.pass(120);
    let cluster = json!({ "name": "c", "type": "TRAINING", "image": "acme/train:1",
        "compute": { "gpuTypeId": "NVIDIA H100 80GB HBM3", "gpuCountPerPod": 8, "podCount": 2 } });
    let made = desk.post("/v2/clusters", cluster).await.expect(201);
    Stage { cluster: made["id"].as_str().unwrap().to_owned(), desk }
}

impl Stage {
    /// The id of something in a list for which `fits` holds.
    async fn id(&self, path: &str, key: &str, fits: impl Fn(&Value) -> bool) -> String {
        let list = self.desk.get(path).await.expect(200);
        let found = list[key].as_array().unwrap().iter().find(|item| fits(item));
        found.unwrap_or_else(|| panic!("nothing in {path} fits"))["id"].as_str().unwrap().to_owned()
    }

    async fn pod(&self, name: &str) -> String {
        self.id("/v2/pods", "pods", |pod| pod["name"] == name).await
    }

    async fn endpoint(&self) -> String {
        self.id("/v2/serverless", "endpoints", |endpoint| endpoint["name"] == "image-gen").await
    }

    async fn template(&self) -> String {
        self.id("/v2/templates", "templates", |template| template["name"] == "acme-trainer").await
    }

    async fn volume(&self) -> String {
        self.id("/v2/network-volumes", "networkVolumes", |volume| volume["name"] == "datasets").await
    }

    async fn secret(&self) -> String {
        self.id("/v2/account/secrets", "secrets", |_| true).await
    }

    /// What makes an operation succeed here: its path and body.
    async fn recipe(&self, operation: &str) -> Option<(String, Option<Value>)> {
        let at = |path: String| (path, None);
        Some(match operation {
            "listPods" => at("/v2/pods?limit=2&includeClusterPods=true".to_owned()),
            "getPod" | "deletePod" => at(format!("/v2/pods/{}", self.pod("scraper").await)),
            "updatePod" => {
                (format!("/v2/pods/{}", self.pod("scraper").await), Some(json!({ "name": "new" })))
            }
            "podAction" => (
                format!("/v2/pods/{}/action", self.pod("notebook").await),
                Some(json!({ "action": "start" })),
            ),
            "createPod" => {
                let pod = json!({ "name": "p", "image": "ubuntu", "gpu": { "id": "NVIDIA L4", "count": 1 } });
                ("/v2/pods".to_owned(), Some(pod))
            }
            "listEndpoints" => at("/v2/serverless?limit=1".to_owned()),
            "getEndpoint" | "deleteEndpoint" => at(format!("/v2/serverless/{}", self.endpoint().await)),
            "updateEndpoint" => {
                let workers = json!({ "workers": { "max": 4 } });
                (format!("/v2/serverless/{}", self.endpoint().await), Some(workers))
            }
            "createEndpoint" => {
                let endpoint = json!({ "name": "e", "type": "QUEUE", "image": "acme/worker:1",
                    "gpu": { "pools": ["AMPERE_80"], "count": 1 },
                    "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 } });
                ("/v2/serverless".to_owned(), Some(endpoint))
            }
            "listEndpointWorkers" => at(format!("/v2/serverless/{}/workers", self.endpoint().await)),
            "getPodLogs" => at(format!("/v2/pods/{}/logs?source=system", self.pod("scraper").await)),
            "getWorkerLogs" => {
                let workers = format!("/v2/serverless/{}/workers", self.endpoint().await);
                at(format!("{workers}/{}/logs?tail=3", self.id(&workers, "workers", |_| true).await))
            }
            "listEndpointReleases" => {
                at(format!("/v2/serverless/{}/releases?limit=1", self.endpoint().await))
            }
            "listEndpointBuilds" => at(format!("/v2/serverless/{}/builds?limit=1", self.endpoint().await)),
            "getEndpointBuild" => {
                let builds = format!("/v2/serverless/{}/builds", self.endpoint().await);
                at(format!("{builds}/{}", self.id(&builds, "builds", |_| true).await))
            }
            "listTemplates" => at("/v2/templates?limit=1".to_owned()),
            "listPublicTemplates" => at("/v2/catalog/templates?source=community".to_owned()),
            "getTemplate" | "deleteTemplate" => at(format!("/v2/templates/{}", self.template().await)),
            "updateTemplate" => {
                (format!("/v2/templates/{}", self.template().await), Some(json!({ "disk": 60 })))
            }
            "createTemplate" => {
                ("/v2/templates".to_owned(), Some(json!({ "name": "t", "image": "ubuntu", "disk": 10 })))
            }
            "listNetworkVolumes" => at("/v2/network-volumes".to_owned()),
            "getNetworkVolume" | "deleteNetworkVolume" => {
                at(format!("/v2/network-volumes/{}", self.volume().await))
            }
            "updateNetworkVolume" => {
                (format!("/v2/network-volumes/{}", self.volume().await), Some(json!({ "size": 2000 })))
            }
            "createNetworkVolume" => {
                let volume = json!({ "name": "v", "size": 10, "dataCenter": "EU-RO-1" });
                ("/v2/network-volumes".to_owned(), Some(volume))
            }
            "listRegistries" => at("/v2/registries".to_owned()),
            "getRegistry" | "deleteRegistry" => {
                at(format!("/v2/registries/{}", self.id("/v2/registries", "registries", |_| true).await))
            }
            "createRegistry" => {
                let registry = json!({ "name": "r", "username": "u", "password": "p" });
                ("/v2/registries".to_owned(), Some(registry))
            }
            "listDelegations" => at("/v2/registries/delegations".to_owned()),
            "revokeDelegation" => {
                let list = "/v2/registries/delegations";
                at(format!("{list}/{}", self.id(list, "delegations", |_| true).await))
            }
            "createDelegation" => {
                let resource = "arn:aws:ecr:us-east-1:123456789012:repository/acme/other:latest";
                ("/v2/registries/delegations".to_owned(), Some(json!({ "resource": resource })))
            }
            "getSshKeys" => at("/v2/account/ssh-keys".to_owned()),
            "updateSshKeys" => ("/v2/account/ssh-keys".to_owned(), Some(json!({ "keys": [] }))),
            "listSecrets" => at("/v2/account/secrets?name=hf_token".to_owned()),
            "getSecret" | "deleteSecret" => at(format!("/v2/account/secrets/{}", self.secret().await)),
            "updateSecret" => {
                (format!("/v2/account/secrets/{}", self.secret().await), Some(json!({ "value": "x" })))
            }
            "createSecret" => {
                ("/v2/account/secrets".to_owned(), Some(json!({ "name": "NEW", "value": "x" })))
            }
            "listClusters" => at("/v2/clusters".to_owned()),
            "getCluster" | "deleteCluster" => at(format!("/v2/clusters/{}", self.cluster)),
            "listClusterPods" => at(format!("/v2/clusters/{}/pods", self.cluster)),
            "updateCluster" => (format!("/v2/clusters/{}", self.cluster), Some(json!({ "name": "new" }))),
            "createCluster" => {
                let cluster = json!({ "name": "c", "type": "SLURM", "image": "acme/train:1",
                    "compute": { "gpuTypeId": "NVIDIA A100-SXM4-80GB", "gpuCountPerPod": 8, "podCount": 2 } });
                ("/v2/clusters".to_owned(), Some(cluster))
            }
            "listGpuTypes" => at("/v2/catalog/gpus?include=AVAILABILITY&product=POD".to_owned()),
            "getGpuType" => {
                at("/v2/catalog/gpus/NVIDIA%20L4?include=AVAILABILITY&product=SERVERLESS".to_owned())
            }
            "listCpuTypes" => at("/v2/catalog/cpus?include=AVAILABILITY&product=POD".to_owned()),
            "getCpuType" => at("/v2/catalog/cpus/cpu3m".to_owned()),
            "listDataCenters" => {
                at("/v2/catalog/datacenters?include=GPU_AVAILABILITY,CPU_AVAILABILITY".to_owned())
            }
            "getDataCenter" => at("/v2/catalog/datacenters/US-MD-1".to_owned()),
            "listBilling" => at("/v2/billing?lastN=2&bucketSize=month".to_owned()),
            "listPodBilling" => at("/v2/billing/pods?bucketSize=week".to_owned()),
            "listServerlessBilling" => at("/v2/billing/serverless?bucketSize=hour".to_owned()),
            "listEndpointBilling" => at("/v2/billing/endpoints".to_owned()),
            "listNetworkVolumeBilling" => at("/v2/billing/network-volumes".to_owned()),
            "listClusterBilling" => at("/v2/billing/clusters?bucketSize=year".to_owned()),
            _ => return None,
        })
    }
}

/// The path of an operation with nobody's ids in it.
fn nowhere(op: &Operation) -> String {
    op.path()
        .split('/')
        .map(|part| if part.starts_with('{') { "nobody0here" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_operation_succeeds_somewhere() {
    let mut failed = Vec::new();
    for op in operations() {
        let stage = stage().await;
        let Some((path, body)) = stage.recipe(op.id()).await else {
            failed.push(format!("{}: give it a route in the twin and a recipe in this law", op.id()));
            continue;
        };
        // Whether the answer fits the contract is checked on the way.
        let said = stage.desk.send(op.method().clone(), &path, body).await;
        if !op.success_statuses().contains(&said.status.as_u16()) {
            failed.push(format!("{}: {} {}", op.id(), said.status, said.text));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test]
async fn every_operation_shows_the_rates_where_the_contract_says_so() {
    let stage = stage().await;
    for op in operations().filter(|op| *op.method() == Method::GET) {
        let (path, body) = stage.recipe(op.id()).await.unwrap();
        let said = stage.desk.send(op.method().clone(), &path, body).await;
        let declared = op.answer(200).unwrap().headers().iter().any(|header| header.name() == "RateLimit");
        assert_eq!(said.headers.contains_key("ratelimit"), declared, "{}", op.id());
        assert_eq!(said.headers.contains_key("ratelimit-policy"), declared, "{}", op.id());
    }
}

#[tokio::test]
async fn every_operation_refuses_strangers() {
    let desk = desk(Seed::Demo).with_key("rpa_STRANGER");
    for op in operations() {
        desk.send(op.method().clone(), &nowhere(op), op.body().map(|_| json!({}))).await.refused(401);
    }
}

#[tokio::test]
async fn every_operation_on_what_is_not_there_says_so() {
    let stage = stage().await;
    for op in operations().filter(|op| op.path().contains('{')) {
        // The body is right, only the thing is not there.
        let body = stage.recipe(op.id()).await.unwrap().1;
        let said = stage.desk.send(op.method().clone(), &nowhere(op), body).await;
        assert_eq!(said.status, 404, "{}: {}", op.id(), said.text);
    }
}

#[tokio::test]
async fn every_body_that_is_none_is_refused_where_one_is_needed() {
    let desk = desk(Seed::Demo);
    for op in operations().filter(|op| op.body().is_some()) {
        for body in [json!("text"), json!([]), json!({ "bogus": 1 })] {
            let said = desk.send(op.method().clone(), &nowhere(op), Some(body)).await.refused(422);
            assert!(said.contains('$'), "{}: {said}", op.id());
        }
        let said: Said = desk
            .raw(
                Request::builder()
                    .method(op.method())
                    .uri(nowhere(op))
                    .header("authorization", format!("Bearer {}", desk.twin.key()))
                    .body(axum::body::Body::empty())
                    .unwrap(),
            )
            .await;
        said.refused(422);
    }
}

#[tokio::test]
async fn a_method_that_an_operation_does_not_know_is_told_the_ones_it_knows() {
    let desk = desk(Seed::Empty);
    for op in operations() {
        let said = desk.send(Method::TRACE, &nowhere(op), None).await;
        let allow = said.headers["allow"].to_str().unwrap();
        assert!(allow.split(", ").any(|method| method == op.method().as_str()), "{}: {allow}", op.id());
        said.refused(405);
    }
}
