//! The same law for REST v1.

use http::Method;
use runpod_sim::Seed;
use runpod_sim::contract::{self, Operation};
use serde_json::{Value, json};

use super::{Stage, nowhere, stage};
use crate::desk::desk;

/// Operations that the twin does not answer, each with its reason.
const EXCUSED: &[(&str, &str)] = &[
    ("GetDocs", "a page for people"),
    ("GetOpenAPI", "the twin carries the facts of the contract, not the document"),
];

fn operations() -> impl Iterator<Item = &'static Operation> {
    contract::v1().operations().iter().filter(|op| EXCUSED.iter().all(|(id, _)| *id != op.id()))
}

#[test]
fn every_excuse_is_about_an_operation_of_v1_that_exists() {
    for (id, reason) in EXCUSED {
        assert!(contract::v1().operation(id).is_some() && !reason.is_empty(), "{id}");
    }
}

/// What makes an operation succeed: the id in its path, its query and its body.
#[derive(Default)]
struct Recipe {
    id: String,
    query: &'static str,
    body: Option<Value>,
}

fn on(id: String) -> Recipe {
    Recipe { id, ..Recipe::default() }
}

fn with(body: Value) -> Recipe {
    Recipe { body: Some(body), ..Recipe::default() }
}

fn asking(query: &'static str) -> Recipe {
    Recipe { query, ..Recipe::default() }
}

impl Stage {
    async fn registry(&self) -> String {
        self.id("/v2/registries", "registries", |_| true).await
    }

    async fn recipe_v1(&self, operation: &str) -> Option<Recipe> {
        Some(match operation {
            "ListPods" => asking(
                "?includeMachine=true&includeNetworkVolume=true&includeSavingsPlans=true&includeWorkers=true",
            ),
            "GetPod" => Recipe { query: "?includeMachine=true", ..on(self.pod("scraper").await) },
            "DeletePod" | "StopPod" | "RestartPod" | "ResetPod" => on(self.pod("scraper").await),
            "StartPod" => on(self.pod("notebook").await),
            "UpdatePod" => Recipe { id: self.pod("scraper").await, ..with(json!({ "name": "new" })) },
            "CreatePod" => with(json!({ "imageName": "ubuntu", "gpuTypeIds": ["NVIDIA L4"] })),
            "ListEndpoints" => asking("?includeTemplate=true&includeWorkers=true"),
            "GetEndpoint" => {
                Recipe { query: "?includeTemplate=true&includeWorkers=true", ..on(self.endpoint().await) }
            }
            "DeleteEndpoint" => on(self.endpoint().await),
            "UpdateEndpoint" => Recipe { id: self.endpoint().await, ..with(json!({ "workersMax": 4 })) },
            "CreateEndpoint" => {
                let template = json!({ "name": "t", "imageName": "acme/worker:1", "isServerless": true });
                let made = self.desk.post("/v1/templates", template).await.expect(200);
                with(json!({ "templateId": made["id"], "gpuTypeIds": ["NVIDIA L4"] }))
            }
            "ListTemplates" => asking(
                "?includeRunpodTemplates=true&includePublicTemplates=true&includeEndpointBoundTemplates=true",
            ),
            "GetTemplate" | "DeleteTemplate" => on(self.template().await),
            "UpdateTemplate" => Recipe { id: self.template().await, ..with(json!({ "readme": "# Hello" })) },
            "CreateTemplate" => with(json!({ "name": "t", "imageName": "ubuntu" })),
            "ListNetworkVolumes" | "ListContainerRegistryAuths" => Recipe::default(),
            "GetNetworkVolume" | "DeleteNetworkVolume" => on(self.volume().await),
            "UpdateNetworkVolume" => Recipe { id: self.volume().await, ..with(json!({ "size": 2000 })) },
            "CreateNetworkVolume" => with(json!({ "name": "v", "size": 10, "dataCenterId": "EU-RO-1" })),
            "GetContainerRegistryAuth" | "DeleteContainerRegistryAuth" => on(self.registry().await),
            "CreateContainerRegistryAuth" => with(json!({ "name": "r", "username": "u", "password": "p" })),
            "PodBilling" => asking("?grouping=podId&bucketSize=week"),
            "EndpointBilling" => asking("?grouping=gpuTypeId"),
            "NetworkVolumeBilling" => asking("?bucketSize=month"),
            _ => return None,
        })
    }
}

/// The path of an operation with this id in it.
fn path(op: &Operation, id: &str) -> String {
    let parts = op.path().split('/').map(|part| if part.starts_with('{') { id } else { part });
    format!("/v1{}", parts.collect::<Vec<_>>().join("/"))
}

#[tokio::test]
async fn every_operation_of_v1_succeeds_somewhere() {
    let mut failed = Vec::new();
    for op in operations() {
        let stage = stage().await;
        let Some(Recipe { id, query, body }) = stage.recipe_v1(op.id()).await else {
            failed.push(format!("{}: give it a route in the twin and a recipe in this law", op.id()));
            continue;
        };
        let said = stage.desk.send(op.method().clone(), &format!("{}{query}", path(op, &id)), body).await;
        // Of one operation the contract says nothing but how it fails.
        let fits = op.success_statuses().contains(&said.status.as_u16())
            || (op.success_statuses().is_empty() && said.status == 200);
        if !fits {
            failed.push(format!("{} {}: {} {}", op.method(), op.path(), said.status, said.text));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test]
async fn every_operation_of_v1_refuses_strangers() {
    let desk = desk(Seed::Demo).with_key("rpa_STRANGER");
    for op in operations() {
        let said = desk.send(op.method().clone(), &format!("/v1{}", nowhere(op)), None).await;
        assert_eq!(said.refused(401), "missing bearer token");
    }
}

#[tokio::test]
async fn every_operation_of_v1_on_what_is_not_there_says_so() {
    let stage = stage().await;
    for op in operations().filter(|op| op.path().contains('{')) {
        let body = stage.recipe_v1(op.id()).await.unwrap().body;
        let said = stage.desk.send(op.method().clone(), &path(op, "nobody0here"), body).await;
        let status = if *op.method() == Method::GET { 404 } else { 400 };
        assert!(said.refused(status).contains("`nobody0here` not found"), "{}", op.id());
    }
}

#[tokio::test]
async fn every_body_that_is_none_is_a_bad_request_of_v1() {
    let desk = desk(Seed::Demo);
    for op in operations().filter(|op| op.body().is_some()) {
        for body in [Some(json!("text")), Some(json!([])), None] {
            let path = format!("/v1{}", nowhere(op));
            let said = desk.send(op.method().clone(), &path, body).await.refused(400);
            assert!(said.contains('$'), "{}: {said}", op.id());
        }
    }
}

#[tokio::test]
async fn a_method_that_v1_does_not_know_is_told_the_ones_it_knows() {
    let desk = desk(Seed::Empty);
    for op in operations() {
        let said = desk.send(Method::TRACE, &format!("/v1{}", nowhere(op)), None).await;
        let allow = said.headers["allow"].to_str().unwrap();
        assert!(allow.split(", ").any(|method| method == op.method().as_str()), "{}: {allow}", op.id());
        said.refused(405);
    }
}
