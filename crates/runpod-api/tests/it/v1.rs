//! REST v1: what its answers are made of.

use runpod_api::pods::{Acted, Action, Compute, Create, Gpu, Pod, Query};
use runpod_api::{
    Container, Error, Id, Routing, SecretText, Version, Versions, billing, registries, volumes,
};

use crate::hand::Hand;
use crate::stub::{KEY, Reply, Stub};
use crate::versions::of_both;

fn v1() -> Versions {
    Versions::all(Routing::Fixed(Version::V1))
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

#[tokio::test]
async fn a_list_is_nothing_but_rows_and_a_row_reads_as_a_pod() {
    let rows = r#"[{"id":"a","desiredStatus":"RUNNING","costPerHr":"0.74","new":1},{"id":"b","desiredStatus":"EXITED"}]"#;
    let stub = Stub::start([Reply::json(200, rows)]).await;
    let listing = of_both(&stub, &Hand::new(), v1()).pods().list(&Query::default()).await.unwrap();
    assert!(!listing.is_paged() && listing.next_cursor().is_none());
    let pods: Vec<Pod> = listing.views().unwrap();
    let read: Vec<_> = pods.iter().map(|pod| (pod.id.as_str(), pod.status.as_str(), pod.cost)).collect();
    assert_eq!(read, [("a", "RUNNING", Some(0.74)), ("b", "EXITED", None)]);
    assert!(listing.rows().next().is_some_and(|row| row.contains(r#""new":1"#)), "the raw stays raw");
    assert_eq!(stub.heard()[0].header("authorization"), [format!("Bearer {KEY}")]);
    assert_eq!(stub.lines(), ["GET /v1/pods"]);
}

#[tokio::test]
async fn an_envelope_is_not_an_empty_account() {
    for foreign in [r#"{"pods":[]}"#, "null", "{}", "", "\"[]\""] {
        let stub = Stub::start([Reply::json(200, foreign)]).await;
        let listed = of_both(&stub, &Hand::new(), v1()).pods().list(&Query::default()).await;
        assert!(matches!(listed, Err(Error::Shape { operation: "ListPods", .. })), "{foreign}: {listed:?}");
    }
}

#[tokio::test]
async fn an_action_ends_with_a_pod_or_with_nothing() {
    let pod = r#"{"id":"p","desiredStatus":"EXITED"}"#;
    let stub = Stub::start([Reply::new(200, "", ""), Reply::new(200, "", "\n"), Reply::json(200, pod)]).await;
    let client = of_both(&stub, &Hand::new(), v1());
    for action in [Action::Start, Action::Stop] {
        assert!(matches!(client.pods().act(&id("p"), action).await, Ok(Acted::Done)));
    }
    match client.pods().act(&id("p"), Action::Stop).await {
        Ok(Acted::Pod(pod)) => assert_eq!(pod.view.status, "EXITED"),
        other => panic!("{other:?}"),
    }
    assert_eq!(stub.lines(), ["POST /v1/pods/p/start", "POST /v1/pods/p/stop", "POST /v1/pods/p/stop"]);
    assert!(
        stub.heard().iter().all(|heard| heard.body.is_empty() && heard.header("content-type").is_empty())
    );
}

#[tokio::test]
async fn a_restart_is_not_tried_because_v1_has_none() {
    let stub = Stub::start([]).await;
    let refused = of_both(&stub, &Hand::new(), v1()).pods().act(&id("p"), Action::Restart).await;
    let words = refused.unwrap_err().to_string();
    assert!(
        words.contains("RUNPOD_REST_VERSION_PODS=v2") && words.contains("stop it, then start it"),
        "{words}"
    );
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn a_refusal_says_its_message() {
    let stub =
        Stub::start([Reply::json(400, r#"{"message":"no instances left"}"#), Reply::new(401, "", "")]).await;
    let client = of_both(&stub, &Hand::new(), v1());
    let new = Create::gpu("a", "b", Gpu::new("NVIDIA L4"));
    let refused = client.pods().create(&new).await.unwrap_err();
    assert_eq!(refused.to_string(), "Runpod answered 400: no instances left");
    let deleted = client.pods().delete(&id("p")).await.unwrap_err();
    assert_eq!(deleted.status(), Some(401));
}

#[tokio::test]
async fn what_is_made_is_read_after_200_and_after_201() {
    let stub = Stub::start([
        Reply::json(201, r#"{"id":"p","desiredStatus":"RUNNING","cpuFlavorId":"cpu5c","vcpuCount":4}"#),
        Reply::json(200, r#"{"id":"v","name":"n","size":10,"dataCenterId":"EU-RO-1"}"#),
        Reply::json(200, r#"{"id":"r","name":"hub"}"#),
        Reply::json(200, r#"[{"time":"2026-08-01T00:00:00Z","amount":1.5,"podId":"p"}]"#),
    ])
    .await;
    let client = of_both(&stub, &Hand::new(), v1());
    let cpu = Compute::Cpu { flavor_id: Some("cpu5c".into()), vcpu_count: 4 };
    let new = Create { container: Container::image("b"), ..Create::on(cpu) };
    let made = client.pods().create(&new).await.unwrap();
    assert_eq!(made.view.cpu.map(|cpu| cpu.vcpu_count), Some(4));
    assert_eq!((made.served_by, made.notes.len()), (None, 0));
    let new = volumes::Create { name: "n".into(), size_gb: 10, data_center_id: "EU-RO-1".into(), tier: None };
    assert_eq!(client.volumes().create(&new).await.unwrap().view.data_center, "EU-RO-1");
    let password = SecretText::new("p".to_owned());
    let new = registries::Create { name: "hub".into(), username: "u".into(), password };
    assert_eq!(client.registries().create(&new).await.unwrap().view.name, "hub");
    let bill = billing::Query { scope: billing::Scope::Pods(None), ..billing::Query::default() };
    let records: Vec<billing::Record> = client.billing().read(&bill).await.unwrap().views().unwrap();
    assert_eq!((records[0].start_time.as_str(), records[0].total_amount), ("2026-08-01T00:00:00Z", 1.5));
}
