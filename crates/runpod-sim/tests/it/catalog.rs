//! The catalogue: what there is, what of it is left, and which questions make sense.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, desk};

async fn gpus(desk: &Desk, query: &str) -> Vec<Value> {
    let list = desk.get(&format!("/v2/catalog/gpus{query}")).await.expect(200);
    list["gpus"].as_array().unwrap().clone()
}

const LEFT: &str = "?include=AVAILABILITY&product=POD";

#[tokio::test]
async fn a_plain_list_has_prices_and_limits_but_no_stock() {
    let desk = desk(Seed::Empty);
    let all = gpus(&desk, "").await;
    let card = all.iter().find(|gpu| gpu["id"] == "NVIDIA GeForce RTX 4090").unwrap();
    assert_eq!(
        *card,
        json!({ "id": "NVIDIA GeForce RTX 4090", "name": "RTX 4090", "pool": "ADA_24", "manufacturer": "NVIDIA",
            "memory": 24, "secure": true, "community": true,
            "price": { "secure": 0.69, "community": 0.34, "serverless": 1.116 },
            "maxCount": { "secure": 9, "community": 9 } })
    );
    assert_eq!(desk.get("/v2/catalog/gpus/NVIDIA%20GeForce%20RTX%204090").await.expect(200), *card);
    desk.get("/v2/catalog/gpus/RTX%204090").await.refused(404);
    let nameless = all.last().unwrap();
    assert_eq!((&nameless["id"], &nameless["manufacturer"]), (&json!("unknown"), &json!("UNKNOWN")));
    let amd = all.iter().find(|gpu| gpu["manufacturer"] == "AMD").unwrap();
    assert_eq!((&amd["pool"], amd["price"].get("serverless")), (&json!(null), None));
}

#[tokio::test]
async fn availability_comes_with_places_and_cuda_versions() {
    let desk = desk(Seed::Empty);
    for gpu in gpus(&desk, LEFT).await {
        let (level, places) = (gpu["availability"].as_str().unwrap(), gpu.get("dataCenters"));
        assert_eq!(level == "NONE", places.is_none(), "{gpu}");
        assert_eq!(gpu.get("cudaVersions").is_some(), gpu["manufacturer"] == "NVIDIA", "{gpu}");
        let best = places.into_iter().flat_map(|places| places.as_array().unwrap());
        let rank =
            |word: &Value| ["NONE", "LOW", "MEDIUM", "HIGH"].iter().position(|level| level == word).unwrap();
        assert_eq!(
            best.map(|place| rank(&place["availability"])).max().unwrap_or(0),
            rank(&gpu["availability"])
        );
    }
}

#[tokio::test]
async fn what_the_catalog_says_is_left_can_be_rented() {
    let desk = desk(Seed::Empty);
    for gpu in gpus(&desk, "?include=AVAILABILITY&product=POD&cloud=SECURE&count=2&minCudaVersion=12").await {
        let body = json!({ "name": "x", "image": "ubuntu",
            "gpu": { "id": gpu["id"], "count": 2, "minCudaVersion": "12.0" } });
        let said = desk.post("/v2/pods", body).await;
        let wanted = if gpu["availability"] == "NONE" { 400 } else { 201 };
        assert_eq!(said.status, wanted, "{gpu}: {}", said.text);
    }
}

#[tokio::test]
async fn what_a_script_sells_out_is_gone_from_the_catalog_too() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "NVIDIA L4".into() }));
    let gpu = desk.get(&format!("/v2/catalog/gpus/NVIDIA%20L4{LEFT}")).await.expect(200);
    assert_eq!((&gpu["availability"], gpu.get("dataCenters")), (&json!("NONE"), None));
}

#[tokio::test]
async fn a_country_drops_types_from_the_list_and_empties_a_single_one() {
    let desk = desk(Seed::Empty);
    let (all, japan) = (gpus(&desk, LEFT).await, gpus(&desk, &format!("{LEFT}&countryCodes=JP")).await);
    assert!(!japan.is_empty() && japan.len() < all.len());
    for gpu in &japan {
        let places = gpu.get("dataCenters").and_then(Value::as_array).into_iter().flatten();
        assert!(places.into_iter().all(|place| place["id"] == "AP-JP-1"), "{gpu}");
    }
    let absent =
        all.iter().find(|gpu| japan.iter().all(|here| here["id"] != gpu["id"]) && gpu["id"] != "unknown");
    let id = absent.unwrap()["id"].as_str().unwrap().replace(' ', "%20");
    let gpu = desk.get(&format!("/v2/catalog/gpus/{id}{LEFT}&countryCodes=JP")).await.expect(200);
    assert_eq!((&gpu["availability"], gpu.get("dataCenters")), (&json!("NONE"), None));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_400_and_broken_ones_422() {
    let desk = desk(Seed::Empty);
    for (status, query) in [
        (400, "gpus?include=AVAILABILITY"),
        (400, "gpus?product=POD"),
        (400, "gpus?count=2"),
        (400, "gpus?cloud=SECURE"),
        (400, "gpus/NVIDIA%20L4?countryCodes=US"),
        (400, "gpus?include=AVAILABILITY&product=POD&cudaVersions=12.8&minCudaVersion=12.4"),
        (400, "cpus?vcpuCount=4"),
        (400, "cpus?product=POD"),
        (422, "gpus?include=PRICES&product=POD"),
        (422, "gpus?include=AVAILABILITY&product=HOUSE"),
        (422, "gpus?include=AVAILABILITY&product=POD&product=CLUSTER"),
        (422, "gpus?include=AVAILABILITY&product=POD&countryCodes=us"),
        (422, "gpus?include=AVAILABILITY&product=POD&count=0"),
        (422, "cpus?include=AVAILABILITY&product=CLUSTER"),
        (422, "datacenters?include=AVAILABILITY"),
        (422, "datacenters?regions=MOON"),
    ] {
        let said = desk.get(&format!("/v2/catalog/{query}")).await;
        assert_eq!(said.status, status, "{query}: {}", said.text);
    }
    let two = desk.get("/v2/catalog/gpus?include=AVAILABILITY&product=POD,CLUSTER").await;
    two.expect(200);
}

#[tokio::test]
async fn only_large_cards_make_clusters_and_only_pools_serve() {
    let desk = desk(Seed::Empty);
    for gpu in gpus(&desk, "?include=AVAILABILITY&product=CLUSTER&count=8").await {
        assert!(gpu["availability"] == "NONE" || gpu["memory"].as_u64().unwrap() >= 80, "{gpu}");
    }
    for gpu in gpus(&desk, "?include=AVAILABILITY&product=SERVERLESS").await {
        assert!(gpu["availability"] == "NONE" || gpu["price"].get("serverless").is_some(), "{gpu}");
    }
}

#[tokio::test]
async fn cpu_flavours_say_what_they_are_and_where_they_are_left() {
    let desk = desk(Seed::Empty);
    let plain = desk.get("/v2/catalog/cpus/cpu5c").await.expect(200);
    assert_eq!(
        plain,
        json!({ "id": "cpu5c", "name": "Compute-Optimized", "group": "Gen 5", "vcpu": { "min": 2, "max": 32 },
            "ramGbPerVcpu": 2, "price": { "securePerVcpu": 0.04, "serverlessPerVcpu": 0.03 } })
    );
    let left = desk.get("/v2/catalog/cpus?include=AVAILABILITY&product=POD&vcpuCount=4").await.expect(200);
    assert!(left["cpus"].as_array().unwrap().iter().all(|cpu| cpu["availability"] == "HIGH"));
    desk.get("/v2/catalog/cpus/cpu9z").await.refused(404);
}

#[tokio::test]
async fn data_centers_are_filtered_by_all_families_at_once() {
    let desk = desk(Seed::Empty);
    let ids = async |query: &str| -> Vec<Value> {
        let list = desk.get(&format!("/v2/catalog/datacenters?{query}")).await.expect(200);
        list["dataCenters"].as_array().unwrap().iter().map(|site| site["id"].clone()).collect()
    };
    assert_eq!(ids("").await.len(), 35);
    assert_eq!(ids("regions=ASIA,OCEANIA").await, ["AP-JP-1", "OC-AU-1", "SEA-SG-1"]);
    assert_eq!(ids("regions=ASIA,OCEANIA&globalNetwork=true").await, ["OC-AU-1"]);
    assert_eq!(
        ids("networkVolumeTypes=STANDARD,HIGH_PERFORMANCE&regions=EUROPE").await,
        ["EU-CZ-1", "EU-RO-1"]
    );
    assert_eq!(ids("compliance=GDPR,RENEWABLE&globalNetwork=true").await, ["EU-SE-1", "EUR-IS-2"]);

    let site = desk
        .get("/v2/catalog/datacenters/EU-RO-1?include=GPU_AVAILABILITY,CPU_AVAILABILITY")
        .await
        .expect(200);
    let card = json!({ "id": "NVIDIA GeForce RTX 4090", "name": "RTX 4090", "availability": "HIGH" });
    assert!(site["gpuAvailability"].as_array().unwrap().contains(&card));
    assert_eq!(site["cpuAvailability"].as_array().unwrap().len(), 6);
    let plain = desk.get("/v2/catalog/datacenters/EU-RO-1").await.expect(200);
    assert_eq!((plain.get("gpuAvailability"), &plain["name"]), (None, &json!("Romania 1")));
    desk.get("/v2/catalog/datacenters/XX-1").await.refused(404);
}
