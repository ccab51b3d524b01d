//! The catalogue against the twin.

use runpod_api::catalog::{
    CpuQuery, CpuType, DataCenter, DataCenterQuery, GpuQuery, GpuType, Product, Region, Stock,
};
use runpod_sim::Seed;

use crate::desk::{desk, id, ids, refused};

const GPU: &str = "NVIDIA GeForce RTX 4090";

#[tokio::test]
async fn stock_is_shown_when_asked_for() {
    let (_sim, client) = desk(Seed::Empty).await;
    let plain = client.catalog().gpus(&GpuQuery::default()).await.expect("listed");
    let plain: Vec<GpuType> = plain.views().expect("GPU types");
    assert!(plain.iter().all(|gpu| gpu.availability.is_none()));

    let stock = client.catalog().gpus(&GpuQuery::stock_for(Product::Pod)).await.expect("listed");
    let stock: Vec<GpuType> = stock.views().expect("GPU types");
    assert_eq!(stock.len(), plain.len());
    assert!(stock.iter().any(|gpu| gpu.availability.as_deref().is_some_and(|level| level != "NONE")));
}

#[tokio::test]
async fn a_gpu_is_found_by_an_id_with_spaces() {
    let (_sim, client) = desk(Seed::Empty).await;
    let gpu = client.catalog().gpu(GPU, &GpuQuery::stock_for(Product::Serverless)).await.expect("there").view;
    assert_eq!((gpu.id.as_str(), gpu.memory, gpu.pool.as_deref()), (GPU, Some(24), Some("ADA_24")));
    assert!(gpu.price.secure.is_some_and(|usd| usd > 0.0) && gpu.price.serverless.is_some());
    assert_eq!(refused(client.catalog().gpu("NVIDIA No Such/GPU", &GpuQuery::default()).await), 404);
}

#[tokio::test]
async fn filters_of_the_stock_go_through() {
    let (_sim, client) = desk(Seed::Empty).await;
    let query = GpuQuery {
        country_codes: vec!["CZ".into(), "US".into()],
        cuda_versions: vec!["12.8".into(), "12.9".into()],
        count: Some(2),
        ..GpuQuery::stock_for(Product::Pod)
    };
    let some = client.catalog().gpus(&query).await.expect("listed").rows().len();
    let all = client.catalog().gpus(&GpuQuery::default()).await.expect("listed").rows().len();
    assert!(some > 0 && some <= all, "{some} of {all}");
}

#[tokio::test]
async fn a_flavour_has_a_range_of_vcpus() {
    let (_sim, client) = desk(Seed::Empty).await;
    let query = CpuQuery { availability: Some(Product::Pod), vcpu_count: Some(4) };
    let flavours: Vec<CpuType> =
        client.catalog().cpus(&query).await.expect("listed").views().expect("CPU flavours");
    let first = flavours.first().expect("Runpod has CPUs");
    assert!(first.vcpu.min.is_some() && first.vcpu.min <= first.vcpu.max, "{first:?}");
    assert!(first.availability.is_some());
    let again = client.catalog().cpu(&id(&first.id), &CpuQuery::default()).await.expect("there").view;
    assert_eq!((again.id.as_str(), again.availability), (first.id.as_str(), None));
    assert_eq!(refused(client.catalog().cpu(&id("cpu9z"), &CpuQuery::default()).await), 404);
}

#[tokio::test]
async fn data_centres_are_found_by_region() {
    let (_sim, client) = desk(Seed::Empty).await;
    let query = DataCenterQuery { regions: vec![Region::Europe, Region::Asia], ..DataCenterQuery::default() };
    let listing = client.catalog().data_centers(&query).await.expect("listed");
    let found: Vec<DataCenter> = listing.views().expect("data centres");
    assert!(!found.is_empty() && found.iter().all(|dc| ["EUROPE", "ASIA"].contains(&dc.region.as_str())));
    let all = client.catalog().data_centers(&DataCenterQuery::default()).await.expect("listed");
    assert!(ids(&all).len() > found.len());
}

#[tokio::test]
async fn a_data_centre_shows_the_stock_that_was_asked_for() {
    let (_sim, client) = desk(Seed::Empty).await;
    let place = id("EU-RO-1");
    let none = client.catalog().data_center(&place, Stock::default()).await.expect("there");
    assert!(!none.raw.get().contains("Availability"));
    let gpus = client.catalog().data_center(&place, Stock { gpus: true, cpus: false }).await.expect("there");
    assert!(gpus.raw.get().contains("gpuAvailability") && !gpus.raw.get().contains("cpuAvailability"));
}
