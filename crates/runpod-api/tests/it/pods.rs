//! Pods against the twin.

use std::time::Duration;

use runpod_api::pods::{Action, Compute, Create, Gpu, Pod, Query, Update};
use runpod_api::{Change, Client, Container, Env, Id, Mount, Page};
use runpod_sim::{Seed, Sim};

use crate::desk::{desk, id, ids, refused};

const GPU: &str = "NVIDIA GeForce RTX 4090";

fn trainer() -> Create {
    let mount = Mount::Persistent { size_gb: Some(20), path: Some("/workspace".into()) };
    let container = Container {
        ports: Some(vec!["8888/http".into(), "22/tcp".into()]),
        env: Some([("MODE".to_owned(), "train".to_owned())].into_iter().collect()),
        ..Container::image("runpod/base:0.4.0-cuda11.8.0")
    };
    Create { container, mount: Some(mount), ..Create::gpu("trainer", "", Gpu::new(GPU)) }
}

/// Moves the clock until the Pod has this status; ten minutes at most.
async fn until(sim: &Sim, client: &Client, pod: &Id, status: &str) -> Pod {
    for _ in 0..60 {
        let seen = client.pods().get(pod).await.expect("there").view;
        if seen.status == status {
            return seen;
        }
        sim.clock().advance(Duration::from_secs(10));
    }
    panic!("the Pod never was {status}");
}

#[tokio::test]
async fn a_pod_is_rented_used_and_ended() {
    let (sim, client) = desk(Seed::Empty).await;
    let made = client.pods().create(&trainer()).await.expect("created");
    assert!(made.notes.is_empty(), "{:?}", made.notes);
    let pod = id(&made.view.id);

    let running = until(&sim, &client, &pod, "RUNNING").await;
    assert_eq!(running.gpu.as_ref().map(|gpu| (gpu.id.as_str(), gpu.count)), Some((GPU, 1)));
    assert!(running.cost.is_some_and(|usd| usd > 0.0), "{running:?}");
    assert_eq!(running.mounts.persistent.as_ref().map(|m| m.size), Some(20));
    assert!(running.ssh.direct.is_some() && running.runtime.is_some_and(|r| !r.ports.is_empty()));

    client.pods().act(&pod, Action::Stop).await.expect("stopped");
    let stopped = until(&sim, &client, &pod, "EXITED").await;
    assert_eq!(stopped.cost, Some(0.0));
    assert_eq!(refused(client.pods().act(&pod, Action::Stop).await), 409);

    client.pods().delete(&pod).await.expect("deleted");
    assert!(client.pods().get(&pod).await.expect_err("gone").is_missing());
}

#[tokio::test]
async fn pages_join_to_the_whole_list_newest_first() {
    let (sim, client) = desk(Seed::Empty).await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(client.pods().create(&trainer()).await.expect("created").view.id);
        sim.clock().advance(Duration::from_secs(1));
    }
    made.reverse();

    let mut query = Query { page: Page { limit: Some(3), cursor: None }, ..Query::default() };
    let mut pages = Vec::new();
    loop {
        let page = client.pods().list(&query).await.expect("a page");
        assert!(page.is_paged());
        pages.push(ids(&page));
        match page.next_cursor() {
            Some(cursor) => query.page.cursor = Some(cursor.to_owned()),
            None => break,
        }
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(pages.concat(), made);
    assert_eq!(ids(&client.pods().list(&Query::default()).await.expect("listed")), made);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let (_sim, client) = desk(Seed::Empty).await;
    for _ in 0..2 {
        client.pods().create(&trainer()).await.expect("created");
    }
    let page = |limit, cursor| Query { page: Page { limit, cursor }, ..Query::default() };
    let first = client.pods().list(&page(Some(1), None)).await.expect("a page");
    let cursor = first.next_cursor().map(str::to_owned);
    assert!(cursor.is_some());
    let foreign = Query { include_cluster_pods: true, ..page(Some(1), cursor) };
    assert_eq!(refused(client.pods().list(&foreign).await), 422);
    assert_eq!(refused(client.pods().list(&page(None, Some("junk".into()))).await), 422);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let (_sim, client) = desk(Seed::Empty).await;
    let pod = id(&client.pods().create(&trainer()).await.expect("created").view.id);
    let env: Env = [("MODE".to_owned(), "serve".to_owned())].into_iter().collect();
    let change = Update {
        name: Some("server".into()),
        container: Container { env: Some(env), registry: Some(Change::Clear), ..Container::default() },
        ..Update::default()
    };
    let changed = client.pods().update(&pod, &change).await.expect("changed").view;
    assert_eq!(changed.name, "server");
    assert_eq!(changed.env.0.get("MODE").map(String::as_str), Some("serve"));
    assert_eq!(changed.image, "runpod/base:0.4.0-cuda11.8.0");
    assert_eq!(changed.ports, ["8888/http", "22/tcp"]);

    let other_kind = Mount::Network { volume_id: "agv6w2qcg7".into(), path: Some("/data".into()) };
    let other_kind = Update { mount: Some(other_kind), ..Update::default() };
    assert_eq!(refused(client.pods().update(&pod, &other_kind).await), 400);
}

#[tokio::test]
async fn a_locked_pod_does_not_stop() {
    let (sim, client) = desk(Seed::Empty).await;
    let pod = id(&client.pods().create(&trainer()).await.expect("created").view.id);
    until(&sim, &client, &pod, "RUNNING").await;
    let lock = |locked| Update { locked: Some(locked), ..Update::default() };
    assert!(client.pods().update(&pod, &lock(true)).await.expect("locked").view.locked);
    assert!((400..500).contains(&refused(client.pods().act(&pod, Action::Stop).await)));
    client.pods().update(&pod, &lock(false)).await.expect("unlocked");
    client.pods().act(&pod, Action::Stop).await.expect("stopped");
}

#[tokio::test]
async fn a_cpu_pod_without_a_name_gets_one_and_says_so() {
    let (_sim, client) = desk(Seed::Empty).await;
    let compute = Compute::Cpu { flavor_id: Some("cpu3c".into()), vcpu_count: 2 };
    let new = Create { container: Container::image("runpod/base:0.4.0"), ..Create::on(compute) };
    let made = client.pods().create(&new).await.expect("created");
    assert_eq!(made.view.name, "my pod");
    assert_eq!(made.view.cpu.map(|cpu| cpu.vcpu_count), Some(2));
    assert_eq!(made.notes.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_missing_everywhere() {
    let (_sim, client) = desk(Seed::Empty).await;
    let nobody = id("nobody");
    let rename = Update { name: Some("x".into()), ..Update::default() };
    assert_eq!(refused(client.pods().get(&nobody).await), 404);
    assert_eq!(refused(client.pods().update(&nobody, &rename).await), 404);
    assert_eq!(refused(client.pods().act(&nobody, Action::Start).await), 404);
    assert_eq!(refused(client.pods().delete(&nobody).await), 404);
}
