//! Templates against the twin.

use runpod_api::pods::{Compute, Create as NewPod, Gpu};
use runpod_api::templates::{Category, Create, Settings, Source, Update};
use runpod_api::{Container, Page};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

fn preset() -> Create {
    let settings = Settings { category: Some(Category::Nvidia), ..Settings::default() };
    Create { name: "preset".into(), container: Container::image("runpod/base:0.4.0"), settings }
}

#[tokio::test]
async fn a_template_is_made_changed_and_deleted() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.templates().create(&preset()).await.expect("created");
    let template = id(&made.view.id);
    let container = Container { ports: Some(vec!["80/http".into()]), ..Container::default() };
    let change = Update { container, ..Update::default() };
    let changed = client.templates().update(&template, &change).await.expect("changed").view;
    assert_eq!(
        (changed.ports.as_slice(), changed.image.as_str()),
        (&["80/http".to_owned()][..], "runpod/base:0.4.0")
    );

    let listing = client.templates().list(&Page::default()).await.expect("listed");
    assert_eq!(ids(&listing), [made.view.id]);
    client.templates().delete(&template).await.expect("deleted");
    assert_eq!(refused(client.templates().get(&template).await), 404);
}

#[tokio::test]
async fn public_templates_are_read_and_left_alone() {
    let (_sim, client) = desk(Seed::Empty).await;
    let official = client.templates().public(None).await.expect("listed");
    let chosen = client.templates().public(Some(Source::Official)).await.expect("listed");
    assert_eq!(ids(&official), ids(&chosen));
    let template = id(ids(&official).first().expect("Runpod has templates"));
    client.templates().get(&template).await.expect("readable");
    assert_eq!(refused(client.templates().delete(&template).await), 404);
}

#[tokio::test]
async fn a_pod_copies_its_template() {
    let (_sim, client) = desk(Seed::Empty).await;
    let made = client.templates().create(&preset()).await.expect("created");
    let gpu = Compute::Gpu(Gpu::new("NVIDIA GeForce RTX 4090"));
    let new = NewPod { name: Some("copy".into()), template_id: Some(made.view.id), ..NewPod::on(gpu) };
    let pod = client.pods().create(&new).await.expect("created");
    assert_eq!(pod.view.image, "runpod/base:0.4.0");

    let unknown = NewPod { template_id: Some("nobody".into()), ..new };
    assert_eq!(refused(client.pods().create(&unknown).await), 404);
}
