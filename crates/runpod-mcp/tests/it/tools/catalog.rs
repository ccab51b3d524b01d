//! Stories of the catalogue.

use runpod_api::{Resource, Routing, Version, Versions};
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::rig::Rig;

fn items(reply: &Value) -> &[Value] {
    reply["items"].as_array().expect("items")
}

/// A catalogue whose rows are known.
async fn shelf(rows: Value) -> Rig {
    let rig = Rig::new(Seed::Empty).await;
    rig.sim
        .faults()
        .add(Match::operation("listGpuTypes").then(Action::status(200).body(json!({"gpus": rows}))));
    rig
}

fn gpu(id: &str, memory: u32, availability: &str) -> Value {
    json!({"id": id, "name": id, "pool": "P", "manufacturer": "NVIDIA", "memory": memory, "secure": true,
        "community": false, "price": {"secure": 1.5, "community": 0.5}, "maxCount": {"secure": 8, "community": 0},
        "availability": availability, "dataCenters": [{"id": "US-KS-2", "name": "x", "availability": "HIGH"}]})
}

#[tokio::test]
async fn gpus_come_with_stock_best_first_and_without_the_sentinel() {
    let mut silent = gpu("NVIDIA S", 80, "x");
    silent.as_object_mut().expect("object").remove("availability");
    let rig = shelf(json!([
        gpu("NVIDIA L4", 24, "LOW"),
        gpu("unknown", 0, "HIGH"),
        gpu("NVIDIA A2", 16, "NONE"),
        silent,
        gpu("NVIDIA H200", 141, "HIGH"),
        gpu("NVIDIA A40", 48, "MEDIUM"),
    ]))
    .await;
    let ids = async |args: Value| {
        let reply = rig.call("list-gpu-types", args).await.ok();
        items(&reply).iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(json!({})).await, ["NVIDIA H200", "NVIDIA A40", "NVIDIA L4", "NVIDIA A2", "NVIDIA S"]);
    assert_eq!(
        ids(json!({"includeUnavailable": false})).await,
        ["NVIDIA H200", "NVIDIA A40", "NVIDIA L4", "NVIDIA S"]
    );
    assert_eq!(ids(json!({"minMemoryGb": 48})).await, ["NVIDIA H200", "NVIDIA A40", "NVIDIA S"]);
    assert_eq!(ids(json!({"searchTerm": " h200 "})).await, ["NVIDIA H200"]);
    assert_eq!(ids(json!({"searchTerm": " "})).await.len(), 5, "a blank term is no filter");
    assert!(ids(json!({"communityCloudOnly": true})).await.is_empty());

    let row = &items(&rig.call("list-gpu-types", json!({"limit": 1})).await.ok())[0].clone();
    assert_eq!(
        row,
        &json!({"id": "NVIDIA H200", "pool": "P", "memory": 141, "price": {"secure": 1.5}, "availability": "HIGH"}),
        "the price of a cloud that does not offer it is a placeholder"
    );
}

#[tokio::test]
async fn stock_is_asked_for_a_product_or_not_at_all() {
    let rig = Rig::new(Seed::Empty).await;
    let mut queries = Vec::new();
    for args in [
        json!({}),
        json!({"product": "SERVERLESS", "minCudaVersion": "12"}),
        json!({"includeAvailability": false, "product": "CLUSTER"}),
        json!({"gpuCount": 2, "cloudType": "SECURE", "countryCodes": ["US", "CA"], "cudaVersions": ["12.4", "12.8"]}),
    ] {
        rig.call("list-gpu-types", args).await.ok();
        queries.push(rig.sim.journal().last().expect("a request").query.unwrap_or_default());
    }
    assert_eq!(
        queries,
        [
            "include=AVAILABILITY&product=POD",
            "include=AVAILABILITY&product=SERVERLESS&minCudaVersion=12",
            "",
            "include=AVAILABILITY&product=POD&count=2&cloud=SECURE&countryCodes=US%2CCA&cudaVersions=12.4%2C12.8",
        ]
    );
    let asked = rig.sim.journal().requests().len();
    for refused in [
        json!({"includeAvailability": false, "minCudaVersion": "12.1"}),
        json!({"minCudaVersion": "12.1.1"}),
        json!({"minCudaVersion": "12.1", "cudaVersions": ["12.4"]}),
        json!({"countryCodes": ["us"]}),
    ] {
        let error = rig.call("list-gpu-types", refused.clone()).await.err();
        assert_eq!(error["status"], 400, "{refused}: {error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), asked);
}

#[tokio::test]
async fn one_gpu_type_is_read_with_its_data_centers() {
    let rig = Rig::new(Seed::Empty).await;
    let gpu = rig.call("get-gpu-type", json!({"gpuTypeId": "NVIDIA GeForce RTX 4090"})).await.ok();
    assert!(gpu["dataCenters"].is_array(), "{gpu}");
    let last = rig.sim.journal().last().expect("a request");
    assert_eq!(last.path, "/v2/catalog/gpus/NVIDIA%20GeForce%20RTX%204090");
    rig.call("get-gpu-type", json!({"gpuTypeId": "NVIDIA L4", "includeAvailability": false})).await.ok();
    assert_eq!(rig.sim.journal().last().expect("a request").query, None);
}

#[tokio::test]
async fn cpus_have_stock_when_a_product_is_named() {
    let rig = Rig::new(Seed::Empty).await;
    let plain = rig.call("list-cpu-types", json!({})).await.ok();
    assert!(items(&plain).iter().all(|row| row.get("availability").is_none()), "{plain}");
    assert!(items(&plain)[0]["vcpu"]["min"].is_number(), "{plain}");
    let stocked = rig.call("list-cpu-types", json!({"product": "POD", "vcpuCount": 4})).await.ok();
    assert!(items(&stocked).iter().all(|row| row["availability"].is_string()), "{stocked}");
    let error = rig.call("list-cpu-types", json!({"vcpuCount": 4})).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("product")), "{error}");
    rig.call("get-cpu-type", json!({"cpuTypeId": "cpu5c"})).await.ok();
    assert_eq!(rig.sim.journal().last().expect("a request").query, None);
}

#[tokio::test]
async fn data_centers_are_found_by_part_of_their_region() {
    let rig = Rig::new(Seed::Empty).await;
    let europe = rig.call("list-data-centers", json!({"region": "Europe", "limit": 100})).await.ok();
    assert!(
        !items(&europe).is_empty() && items(&europe).iter().all(|row| row["region"] == "EUROPE"),
        "{europe}"
    );
    assert_eq!(rig.sim.journal().last().expect("a request").query, None);

    let stocked =
        rig.call("list-data-centers", json!({"include": ["GPU_AVAILABILITY"], "limit": 100})).await.ok();
    let levels: Vec<_> =
        items(&stocked).iter().filter_map(|row| row["gpuAvailability"].as_object()).collect();
    assert!(!levels.is_empty(), "{stocked}");
    assert!(levels.iter().all(|levels| levels.keys().all(|level| level != "NONE")), "{stocked}");

    rig.call("list-data-centers", json!({"compliance": ["gdpr", "SOC_2_TYPE_2"]})).await.ok();
    assert_eq!(
        rig.sim.journal().last().expect("a request").query.as_deref(),
        Some("compliance=GDPR%2CSOC_2_TYPE_2")
    );
    let error = rig.call("list-data-centers", json!({"compliance": ["TUV"]})).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("GDPR")), "{error}");
}

fn v1() -> Versions {
    Versions::all(Routing::Fixed(Version::V1))
}

/// A row with these members only.
fn only(row: &Value, members: &[&str]) -> Value {
    let row = row.as_object().expect("a row");
    row.iter()
        .filter(|(name, _)| members.contains(&name.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

#[tokio::test]
async fn both_versions_list_the_same_gpus_in_the_same_order() {
    let (new, old) = (Rig::new(Seed::Empty).await, Rig::speaking(v1(), Seed::Empty).await);
    for mut args in [
        json!({}),
        json!({"includeUnavailable": false}),
        json!({"minMemoryGb": 48, "secureCloudOnly": true}),
        json!({"searchTerm": "h100", "product": "POD"}),
        json!({"gpuCount": 4, "cloudType": "SECURE", "cudaVersions": ["12.8", "12.9"]}),
        json!({"includeAvailability": false, "communityCloudOnly": true}),
    ] {
        args["limit"] = json!(100);
        let rows = async |rig: &Rig| {
            let reply = rig.call("list-gpu-types", args.clone()).await.ok();
            let same = |row| only(row, &["id", "memory", "availability"]);
            items(&reply).iter().map(same).collect::<Vec<_>>()
        };
        assert_eq!(rows(&old).await, rows(&new).await, "{args}");
    }
    assert!(old.sim.journal().requests().iter().all(|asked| !asked.has_authorization()));
    assert_eq!(old.sim.journal().count("graphql:gpuTypes"), 6);
}

#[tokio::test]
async fn a_price_under_v1_is_the_price_under_v2_where_it_is_known() {
    let (new, old) = (Rig::new(Seed::Empty).await, Rig::speaking(v1(), Seed::Empty).await);
    let rows = async |rig: &Rig| rig.call("list-gpu-types", json!({"limit": 100})).await.ok();
    let (old, new) = (rows(&old).await, rows(&new).await);
    let mut known = [0, 0];
    for (old, new) in items(&old).iter().zip(items(&new)) {
        for (place, cloud) in ["secure", "community"].into_iter().enumerate() {
            if let Some(usd) = old["price"].get(cloud) {
                assert_eq!(Some(usd), new["price"].get(cloud), "{cloud}: {old} and {new}");
                known[place] += 1;
            }
        }
        assert!(old.get("pool").is_none(), "GraphQL does not know it: {old}");
    }
    assert!(known.iter().all(|count| *count > 3), "{known:?}");
}

#[tokio::test]
async fn both_versions_find_the_same_data_centers() {
    let (new, old) = (Rig::new(Seed::Empty).await, Rig::speaking(v1(), Seed::Empty).await);
    for region in ["", "europe", "NORTH_AMERICA", "asia", "oceania"] {
        let rows = async |rig: &Rig| {
            let reply = rig.call("list-data-centers", json!({"region": region, "limit": 100})).await.ok();
            items(&reply).iter().map(|row| only(row, &["id", "region"])).collect::<Vec<_>>()
        };
        let (old, new) = (rows(&old).await, rows(&new).await);
        assert!(!old.is_empty() && old == new, "{region}: {old:?} and {new:?}");
    }
    let canada = old.call("list-data-centers", json!({"region": "canada"})).await.ok();
    assert!(items(&canada).iter().all(|row| row["id"].as_str().is_some_and(|id| id.starts_with("CA-"))));
    assert!(old.sim.journal().requests().iter().all(|asked| !asked.has_authorization()));
}

#[tokio::test]
async fn what_only_v2_can_say_of_the_catalogue_is_refused_by_name() {
    let rig = Rig::speaking(v1(), Seed::Empty).await;
    for (tool, args, words) in [
        ("list-gpu-types", json!({"minCudaVersion": "12.4"}), "`minCudaVersion`"),
        ("list-gpu-types", json!({"product": "SERVERLESS"}), "`product`"),
        ("list-gpu-types", json!({"cloudType": "COMMUNITY"}), "`cloudType`"),
        ("list-gpu-types", json!({"countryCodes": ["US"]}), "`countryCodes`"),
        ("list-data-centers", json!({"include": ["GPU_AVAILABILITY"]}), "`include`"),
        ("list-data-centers", json!({"networkVolumeTypes": ["STANDARD"]}), "`networkVolumeTypes`"),
        ("list-data-centers", json!({"compliance": ["GDPR"]}), "`compliance`"),
        ("list-data-centers", json!({"globalNetwork": true}), "`globalNetwork`"),
        ("get-gpu-type", json!({"gpuTypeId": "NVIDIA L4"}), "RUNPOD_REST_VERSION_GPUS=v2"),
        ("get-data-center", json!({"dataCenterId": "EU-RO-1"}), "RUNPOD_REST_VERSION_DATA_CENTERS=v2"),
        ("list-cpu-types", json!({}), "RUNPOD_REST_VERSION_CPUS=v2"),
        ("get-cpu-type", json!({"cpuTypeId": "cpu5c"}), "RUNPOD_REST_VERSION_CPUS=v2"),
    ] {
        let error = rig.call(tool, args).await.err();
        assert_eq!(
            (&error["code"], &error["status"]),
            (&json!("wrong_version"), &json!(501)),
            "{tool}: {error}"
        );
        let told = error["error"].as_str().expect("words");
        assert!(told.contains(words) && told.contains("=v2"), "{tool}: {told}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_public_list_that_is_refused_does_not_blame_the_key() {
    let rig = Rig::speaking(v1(), Seed::Empty).await;
    rig.sim.faults().add(Match::any().then(Action::status(401)));
    for tool in ["list-gpu-types", "list-data-centers"] {
        let error = rig.call(tool, json!({})).await.err();
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("no key was sent")), "{error}");
    }
}

#[tokio::test]
async fn each_list_goes_its_own_way() {
    let versions = Versions::default().with(Resource::Gpus, Routing::Fixed(Version::V1));
    let rig = Rig::speaking(versions, Seed::Empty).await;
    for tool in ["list-gpu-types", "list-data-centers", "list-cpu-types"] {
        rig.call(tool, json!({})).await.ok();
    }
    let asked = |operation| rig.sim.journal().count(operation);
    assert_eq!(
        ["graphql:gpuTypes", "listGpuTypes", "listDataCenters", "graphql:dataCenters", "listCpuTypes"]
            .map(asked),
        [1, 0, 1, 0, 1]
    );
}
