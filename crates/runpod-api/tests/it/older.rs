//! Hosts that have not learnt yet what they are asked for.

use runpod_api::pods::{Compute, Create, Gpu, Query};
use runpod_api::templates::{Create as NewTemplate, Settings as Preset};
use runpod_api::{
    Base, Change, Client, Container, Error, Hosts, Id, Mount, Resource, Routing, Settings, Version, Versions,
    endpoints,
};
use runpod_sim::{DEMO_KEY, Pace, Seed, Sim, Without};
use serde_json::{Value, json};

use crate::desk::{id, ids};
use crate::stub::{Reply, Stub};

const GPU: &str = "NVIDIA GeForce RTX 4090";

/// A twin that lacks something, REST v1 in front of it, and a client of both.
async fn older(lacks: &[Without], v1: impl IntoIterator<Item = Reply>) -> (Sim, Stub, Client) {
    let sim = Sim::builder().seed(Seed::Empty).clock(Pace::Manual);
    let sim = lacks.iter().fold(sim, |sim, lacks| sim.without(*lacks)).start().await.expect("a free port");
    let stub = Stub::start(v1).await;
    let rest_v1 = Base::parse(&format!("http://127.0.0.1:{}/v1", stub.port)).expect("a loopback address");
    let rest_v2 = Base::parse(&sim.rest_v2_url()).expect("a loopback address");
    // Templates are routed elsewhere: what goes into a body of v2 is read on v2 all the same.
    let versions = Versions::default().with(Resource::Templates, Routing::Fixed(Version::V1));
    let hosts = Hosts { rest_v2, rest_v1, ..Hosts::default() };
    let client = Client::new(Settings { hosts, versions, ..Settings::default() });
    (sim, stub, acting(&client))
}

fn acting(client: &Client) -> Client {
    client.acting_for(runpod_api::Call::new(Some(runpod_api::ApiKey::new(DEMO_KEY)), client.deadline()))
}

/// A client of the same twin with REST v2 everywhere.
fn on_v2(sim: &Sim) -> Client {
    let rest_v2 = Base::parse(&sim.rest_v2_url()).expect("a loopback address");
    acting(&Client::new(Settings { hosts: Hosts { rest_v2, ..Hosts::default() }, ..Settings::default() }))
}

fn cpu_pod() -> Create {
    let compute = Compute::Cpu { flavor_id: Some("cpu3c".into()), vcpu_count: 2 };
    Create { name: Some("small".into()), container: Container::image("b"), ..Create::on(compute) }
}

async fn template(sim: &Sim) -> Id {
    let container = Container {
        args: Some("serve --fast".into()),
        disk_gb: Some(33),
        env: Some([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())].into_iter().collect()),
        ports: Some(vec!["8888/http".into()]),
        ..Container::image("acme/base:2")
    };
    let mount = Some(Mount::Persistent { size_gb: Some(20), path: Some("/workspace".into()) });
    let preset = Preset { mount, ..Preset::default() };
    let new = NewTemplate { name: "preset".into(), container, settings: preset };
    id(&on_v2(sim).templates().create(&new).await.expect("a template").view.id)
}

#[tokio::test]
async fn a_cpu_pod_that_v2_does_not_know_is_made_on_v1_and_says_so() {
    let made = r#"{"id":"cpu1","desiredStatus":"RUNNING","cpuFlavorId":"cpu3c","vcpuCount":2}"#;
    let (_sim, stub, client) = older(&[Without::CpuPods], [Reply::json(201, made)]).await;
    let made = client.pods().create(&cpu_pod()).await.expect("made");
    assert_eq!((made.view.id.as_str(), made.served_by), ("cpu1", Some(Version::V1)));
    assert!(matches!(made.notes.as_slice(), [note] if note.0.contains("CPU") && note.0.contains("REST v1")));
    assert_eq!(stub.lines(), ["POST /v1/pods"]);
    let body: Value = serde_json::from_str(&stub.heard()[0].body).expect("JSON");
    let expected = json!({ "name": "small", "imageName": "b", "computeType": "CPU", "cpuFlavorIds": ["cpu3c"],
        "vcpuCount": 2 });
    assert_eq!(body, expected);
    assert_eq!(ids(&client.pods().list(&Query::default()).await.expect("a list")), [""; 0]);
}

#[tokio::test]
async fn a_failure_on_v1_carries_both_refusals() {
    let (_sim, stub, client) =
        older(&[Without::CpuPods], [Reply::json(400, r#"{"message":"sold out"}"#)]).await;
    let failed = client.pods().create(&cpu_pod()).await.expect_err("sold out");
    assert_eq!(failed.status(), Some(400));
    let words = failed.to_string();
    assert!(words.contains("422") && words.contains("REST v1") && words.contains("sold out"), "{words}");
    let Error::Fallback { refused, then, .. } = failed else { panic!("{words}") };
    assert!(matches!(
        (*refused, *then),
        (Error::Refused { status: 422, .. }, Error::Refused { status: 400, .. })
    ));
    assert_eq!(stub.heard().len(), 1);
}

#[tokio::test]
async fn what_v1_cannot_hold_is_not_sent_there_and_v2_is_not_recommended() {
    let (_sim, stub, client) = older(&[Without::CpuPods], []).await;
    let new = Create { start_ssh: Some(true), ..cpu_pod() };
    let words = client.pods().create(&new).await.expect_err("no place for it").to_string();
    assert!(words.contains("`startSsh`") && !words.contains("RUNPOD_REST_VERSION"), "{words}");
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn other_refusals_stand() {
    let (_sim, stub, client) = older(&[Without::CpuPods], []).await;
    let refused = client.pods().create(&Create::gpu("a", "b", Gpu::new("no such GPU"))).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    client.pods().create(&Create::gpu("a", "b", Gpu::new(GPU))).await.expect("GPU Pods are known");
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn a_template_that_v2_does_not_know_by_id_is_copied_into_the_pod() {
    let (sim, stub, client) = older(&[Without::TemplateId], []).await;
    let template = template(&sim).await;
    let env = [("B".to_owned(), "mine".to_owned())].into_iter().collect();
    let new = Create {
        template_id: Some(template.to_string()),
        container: Container { env: Some(env), ports: Some(vec!["22/tcp".into()]), ..Container::default() },
        ..Create::on(Compute::Gpu(Gpu::new(GPU)))
    };
    let made = client.pods().create(&new).await.expect("made");
    assert!(
        matches!(made.notes.as_slice(), [note] if note.0.contains(template.as_str())),
        "{:?}",
        made.notes
    );
    let pod = on_v2(&sim).pods().get(&id(&made.view.id)).await.expect("there");
    assert_eq!((pod.view.name.as_str(), pod.view.image.as_str()), ("preset", "acme/base:2"));
    let env: Vec<String> = pod.view.env.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(env, ["A=1", "B=mine"]);
    assert_eq!(pod.view.ports, ["22/tcp"]);
    assert_eq!(pod.view.mounts.persistent.map(|own| (own.size, own.path)), Some((20, "/workspace".into())));
    let raw: Value = serde_json::from_str(pod.raw.get()).expect("JSON");
    assert_eq!((raw["args"].as_str(), raw["disk"].as_u64()), (Some("serve --fast"), Some(33)));
    assert_eq!((made.served_by, stub.connections()), (None, 0));
}

#[tokio::test]
async fn a_template_that_is_not_there_is_named_beside_the_first_refusal() {
    let (_sim, _stub, client) = older(&[Without::TemplateId], []).await;
    let new = Create { template_id: Some("nothing".into()), ..Create::on(Compute::Gpu(Gpu::new(GPU))) };
    let failed = client.pods().create(&new).await.expect_err("no template");
    assert!(failed.is_missing() && failed.to_string().contains("template"), "{failed}");
    assert_eq!(ids(&client.pods().list(&Query::default()).await.expect("a list")), [""; 0]);
}

#[tokio::test]
async fn an_endpoint_gets_its_copy_too() {
    let (sim, _stub, client) = older(&[Without::TemplateId], []).await;
    let template = template(&sim).await;
    let container = Container { registry: Some(Change::Clear), ..Container::default() };
    let new = endpoints::Create {
        container,
        template_id: Some(template.to_string()),
        ..endpoints::Create::queue("copied", "", endpoints::Gpu::pool("ADA_24"))
    };
    let made = client.endpoints().create(&new).await.expect("made");
    assert_eq!((made.view.image.as_str(), made.notes.len()), ("acme/base:2", 1));
    assert_eq!(made.view.env.0.get("A").map(String::as_str), Some("1"));
}

#[tokio::test]
async fn a_host_that_knows_neither_leaves_both_to_v1() {
    let made = r#"{"id":"cpu1","desiredStatus":"RUNNING"}"#;
    let (sim, stub, client) = older(&[Without::CpuPods, Without::TemplateId], [Reply::json(201, made)]).await;
    let new = Create { template_id: Some(template(&sim).await.to_string()), ..cpu_pod() };
    let made = client.pods().create(&new).await.expect("made");
    assert_eq!(made.served_by, Some(Version::V1));
    assert!(stub.heard()[0].body.contains("templateId"));
}

#[tokio::test]
async fn a_host_that_knows_everything_needs_no_other() {
    let (sim, stub, client) = older(&[], []).await;
    let made = client.pods().create(&cpu_pod()).await.expect("made");
    let new = Create {
        template_id: Some(template(&sim).await.to_string()),
        ..Create::on(Compute::Gpu(Gpu::new(GPU)))
    };
    let from_template = client.pods().create(&new).await.expect("made");
    assert!(made.notes.is_empty() && made.served_by.is_none());
    assert!(!from_template.notes.iter().any(|note| note.0.contains("template")), "{:?}", from_template.notes);
    assert_eq!(stub.connections(), 0);
}
