//! Views over lived-in worlds: every row of every list reads, and reads the same when it is asked for alone.

use std::time::Duration;

use runpod_api::catalog::{
    CpuQuery, CpuType, DataCenter, DataCenterQuery, GpuQuery, GpuType, Product, Stock,
};
use runpod_api::clusters::Cluster;
use runpod_api::endpoints::{Build, Endpoint, Release, Worker};
use runpod_api::pods::{Pod, Query};
use runpod_api::registries::{Delegation, Registry};
use runpod_api::templates::Template;
use runpod_api::volumes::Volume;
use runpod_api::{
    Client, Container, Page, SecretText, account, clusters, endpoints, pods, registries, templates, volumes,
};
use runpod_sim::Seed;

use crate::desk::{desk, id};

#[tokio::test]
async fn everything_of_an_account_reads() {
    let (sim, client) = desk(Seed::Demo).await;
    furnish(&client).await;
    sim.clock().advance(Duration::from_secs(600));
    let page = Page::default();

    let query = Query { include_cluster_pods: true, ..Query::default() };
    for pod in client.pods().list(&query).await.expect("listed").views::<Pod>().expect("Pods") {
        assert_eq!(client.pods().get(&id(&pod.id)).await.expect("there").view, pod);
    }
    for seen in client.endpoints().list(&page).await.expect("listed").views::<Endpoint>().expect("endpoints")
    {
        let endpoint = id(&seen.id);
        assert_eq!(client.endpoints().get(&endpoint).await.expect("there").view, seen);
        client.endpoints().workers(&endpoint).await.expect("listed").views::<Worker>().expect("workers");
        let releases = client.endpoints().releases(&endpoint, &page).await.expect("listed");
        releases.views::<Release>().expect("releases");
        client.endpoints().builds(&endpoint, &page).await.expect("listed").views::<Build>().expect("builds");
    }
    for seen in client.templates().list(&page).await.expect("listed").views::<Template>().expect("templates")
    {
        assert_eq!(client.templates().get(&id(&seen.id)).await.expect("there").view, seen);
    }
    for seen in client.volumes().list().await.expect("listed").views::<Volume>().expect("volumes") {
        assert_eq!(client.volumes().get(&id(&seen.id)).await.expect("there").view, seen);
    }
    for seen in client.registries().list().await.expect("listed").views::<Registry>().expect("credentials") {
        assert_eq!(client.registries().get(&id(&seen.id)).await.expect("there").view, seen);
    }
    client.registries().delegations().await.expect("listed").views::<Delegation>().expect("delegations");
    for seen in client.clusters().list().await.expect("listed").views::<Cluster>().expect("clusters") {
        assert_eq!(client.clusters().get(&id(&seen.id)).await.expect("there").view, seen);
    }
    let secrets = client.account().secrets(None).await.expect("listed");
    for seen in secrets.views::<account::Secret>().expect("secrets") {
        assert_eq!(client.account().secret(&id(&seen.id)).await.expect("there").view, seen);
    }
}

/// One of everything, so that no list is empty whatever the seed holds.
async fn furnish(client: &Client) {
    let gpu = pods::Gpu::new("NVIDIA GeForce RTX 4090");
    client.pods().create(&pods::Create::gpu("a", "runpod/base:0.4.0", gpu)).await.expect("a Pod");
    let new = endpoints::Create {
        workers: endpoints::Workers { min: Some(1), ..endpoints::Workers::default() },
        ..endpoints::Create::queue("a", "runpod/test-output:0.0.1", endpoints::Gpu::pool("ADA_24"))
    };
    client.endpoints().create(&new).await.expect("an endpoint");
    let (container, settings) = (Container::image("runpod/base:0.4.0"), templates::Settings::default());
    let new = templates::Create { name: "of the test".into(), container, settings };
    client.templates().create(&new).await.expect("a template");
    let data_center_id = "EU-RO-1".into();
    let new = volumes::Create { name: "a".into(), size_gb: 10, data_center_id, tier: None };
    client.volumes().create(&new).await.expect("a volume");
    let password = SecretText::new("p");
    let new = registries::Create { name: "of the test".into(), username: "me".into(), password };
    client.registries().create(&new).await.expect("a credential");
    let resource = "arn:aws:ecr:us-east-1:123456789012:repository/worker".into();
    client.registries().delegate(&registries::Delegate { resource, name: None }).await.expect("a delegation");
    let compute =
        clusters::Compute { gpu_type_id: "NVIDIA H100 80GB HBM3".into(), gpu_count_per_pod: 8, pod_count: 2 };
    let new = clusters::Create::image("a", "runpod/pytorch:2.8.0", clusters::Kind::Ray, compute);
    client.clusters().create(&new).await.expect("a cluster");
    let value = SecretText::new("x");
    let new = account::NewSecret { name: "OF_THE_TEST".into(), value, description: None };
    client.account().create_secret(&new).await.expect("a secret");
}

#[tokio::test]
async fn everything_of_the_catalogue_reads() {
    let (_sim, client) = desk(Seed::Empty).await;
    let catalog = client.catalog();
    let query = GpuQuery::stock_for(Product::Pod);
    for gpu in catalog.gpus(&query).await.expect("listed").views::<GpuType>().expect("GPU types") {
        if gpu.id != "unknown" {
            assert_eq!(catalog.gpu(&gpu.id, &query).await.expect("there").view, gpu);
        }
    }
    let query = CpuQuery { availability: Some(Product::Serverless), vcpu_count: None };
    for cpu in catalog.cpus(&query).await.expect("listed").views::<CpuType>().expect("CPU flavours") {
        assert_eq!(catalog.cpu(&id(&cpu.id), &query).await.expect("there").view, cpu);
    }
    let stock = Stock { gpus: true, cpus: true };
    let query = DataCenterQuery { stock, ..DataCenterQuery::default() };
    for place in
        catalog.data_centers(&query).await.expect("listed").views::<DataCenter>().expect("data centres")
    {
        assert_eq!(catalog.data_center(&id(&place.id), stock).await.expect("there").view, place);
    }
    let public = client.templates().public(None).await.expect("listed");
    for seen in public.views::<Template>().expect("templates") {
        assert_eq!(client.templates().get(&id(&seen.id)).await.expect("there").view, seen);
    }
}
