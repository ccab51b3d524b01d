//! GraphQL: what strangers are told, what a key opens, and what saving an endpoint does to it.

use axum::body::Body;
use http::Request;
use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

const MATRIX: &str = "query($input: GpuLowestPriceInput!) { gpuTypes { id displayName lowestPrice(input: $input) \
    { stockStatus uninterruptablePrice gpuTypeCudaVersions { cudaVersion availability } } } }";

const SAVE: &str = "mutation($input: EndpointInput!) { saveEndpoint(input: $input) \
    { id name gpuIds gpuCount workersMin workersMax idleTimeout scalerType scalerValue flashBootType templateId } }";

async fn post(desk: &Desk, key: Option<&str>, query: &str, variables: Value) -> Said {
    let request = Request::post("/graphql").header("content-type", "application/json");
    let request = match key {
        Some(key) => request.header("authorization", format!("Bearer {key}")),
        None => request,
    };
    let body = json!({ "query": query, "variables": variables }).to_string();
    desk.raw(request.body(Body::from(body)).unwrap()).await
}

/// What a stranger is told.
async fn ask(desk: &Desk, query: &str, variables: Value) -> Value {
    let said = post(desk, None, query, variables).await.expect(200);
    assert!(said.get("errors").is_none(), "{said}");
    said["data"].clone()
}

/// What the account is told.
async fn own(desk: &Desk, query: &str, variables: Value) -> Value {
    let said = post(desk, Some(desk.twin.key()), query, variables).await.expect(200);
    assert!(said.get("errors").is_none(), "{said}");
    said["data"].clone()
}

fn new(name: &str) -> Value {
    json!({ "name": name, "type": "QB", "gpuIds": "ADA_48_PRO,-NVIDIA L40", "gpuCount": 1, "workersMin": 0,
        "workersMax": 5, "idleTimeout": 7, "scalerType": "QUEUE_DELAY", "scalerValue": 9,
        "executionTimeoutMs": 600_000, "flashBootType": "FLASHBOOT", "locations": null, "networkVolumeIds": null,
        "compliance": [], "modelReferences": [],
        "template": { "name": format!("{name}__template__a1b2c3"), "imageName": "acme/worker:1",
            "containerDiskInGb": 20, "containerRegistryAuthId": "", "dockerArgs": "", "startScript": "", "ports": "",
            "env": [{ "key": "MODEL", "value": "m" }] } })
}

#[tokio::test]
async fn a_stranger_sees_the_catalogue_and_is_nobody() {
    let desk = desk(Seed::Demo);
    assert_eq!(ask(&desk, "{ myself { id endpoints { id } } }", json!({})).await, json!({ "myself": null }));
    let data =
        ask(&desk, "{ dataCenters { id name location } listings(input: {}) { repoName } }", json!({})).await;
    let site = &data["dataCenters"][0];
    assert!(site["id"] == site["name"] && site["location"].is_string(), "{site}");
    assert!(data["listings"].as_array().unwrap().iter().any(|row| row["repoName"] == "worker-vllm"));
    let rows = ask(&desk, "{ all: allAiApiPublicConfigs { aiApiId isLive metadata } }", json!({})).await;
    assert!(rows["all"].as_array().unwrap().len() > 40, "{rows}");
}

#[tokio::test]
async fn a_key_that_never_was_one_is_refused_even_for_the_catalogue() {
    let desk = desk(Seed::Empty);
    let said = post(&desk, Some("rpa_never"), "{ dataCenters { id } }", json!({})).await.expect(401);
    assert!(said["errors"][0]["message"].is_string(), "{said}");
    let id = own(&desk, "query { myself { id } }", json!({})).await;
    assert!(id["myself"]["id"].as_str().unwrap().starts_with("user_"));
}

#[tokio::test]
async fn what_is_not_in_the_schema_is_an_error() {
    let desk = desk(Seed::Empty);
    for (query, variables) in [
        ("{ gpuTypes { id prise } }", json!({})),
        ("{ pods { id } }", json!({})),
        ("query($x: Int) { dataCenters { id } }", json!({ "x": 1 })),
        (MATRIX, json!({})),
        (MATRIX, json!({ "input": { "gpuCnt": 1 } })),
        ("mutation { dataCenters { id } }", json!({})),
        ("{ dataCenters { id }", json!({})),
    ] {
        let said = post(&desk, None, query, variables).await.expect(400);
        assert!(said["errors"][0]["message"].is_string() && said.get("data").is_none(), "{query}: {said}");
    }
    let request = Request::get("/graphql").body(Body::empty()).unwrap();
    assert_eq!(desk.raw(request).await.status, 405);
}

#[tokio::test]
async fn the_stock_is_that_of_the_catalogue() {
    let desk = desk(Seed::Empty);
    let rows = ask(&desk, MATRIX, json!({ "input": { "gpuCount": 1 } })).await["gpuTypes"].clone();
    let rest = desk.get("/v2/catalog/gpus?include=AVAILABILITY&product=POD").await.expect(200);
    let rest = rest["gpus"].as_array().unwrap();
    assert_eq!(rows.as_array().unwrap().len(), rest.len());
    for (row, gpu) in rows.as_array().unwrap().iter().zip(rest) {
        assert_eq!(row["id"], gpu["id"]);
        let price = &row["lowestPrice"];
        let level = price["stockStatus"].as_str().unwrap_or("None").to_uppercase();
        assert_eq!(gpu["availability"], level.as_str(), "{row}");
        assert_eq!(price["uninterruptablePrice"].is_null(), level == "NONE", "{row}");
        let versions = price["gpuTypeCudaVersions"].as_array().map(Vec::len);
        assert_eq!(versions, gpu["cudaVersions"].as_array().map(Vec::len), "{row}");
    }
}

#[tokio::test]
async fn the_stock_follows_count_cloud_and_cuda() {
    let desk = desk(Seed::Empty);
    let stock = async |input: Value| {
        let rows = ask(&desk, MATRIX, json!({ "input": input })).await;
        let rows = rows["gpuTypes"].as_array().unwrap().clone();
        rows.iter().filter(|row| row["lowestPrice"]["stockStatus"].is_string()).count()
    };
    let any = stock(json!({ "gpuCount": 1 })).await;
    assert!(stock(json!({ "gpuCount": 8 })).await < any);
    assert!(stock(json!({ "gpuCount": 1, "secureCloud": true })).await <= any);
    assert!(stock(json!({ "gpuCount": 1, "allowedCudaVersions": ["11.8"] })).await < any);
    assert_eq!(stock(json!({ "gpuCount": 1, "allowedCudaVersions": ["99.9"] })).await, 0);
}

#[tokio::test]
async fn a_saved_endpoint_is_a_real_one_with_a_template_of_its_own() {
    let desk = desk(Seed::Empty);
    let saved = own(&desk, SAVE, json!({ "input": new("chat") })).await["saveEndpoint"].clone();
    assert_eq!(saved["gpuIds"], "ADA_48_PRO,-NVIDIA L40");
    assert_eq!((&saved["workersMax"], &saved["scalerValue"]), (&json!(5), &json!(9.0)));
    let rest = desk.get(&format!("/v2/serverless/{}", saved["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(
        (&rest["image"], &rest["env"]["MODEL"], &rest["disk"]),
        (&json!("acme/worker:1"), &json!("m"), &json!(20))
    );
    assert_eq!(rest["gpu"]["excludedTypes"], json!(["NVIDIA L40"]));
    let template = format!("/v2/templates/{}", saved["templateId"].as_str().unwrap());
    assert_eq!(desk.get(&template).await.expect(200)["name"], "chat__template__a1b2c3");
    let listed = own(&desk, "{ myself { endpoints { id templateId } } }", json!({})).await;
    assert_eq!(
        listed["myself"]["endpoints"],
        json!([{ "id": saved["id"], "templateId": saved["templateId"] }])
    );
    let again = post(&desk, Some(desk.twin.key()), SAVE, json!({ "input": new("chat") })).await.expect(200);
    assert!(
        again["data"].is_null() && again["errors"][0]["message"].as_str().unwrap().contains("unique"),
        "{again}"
    );
    desk.delete(&format!("/v2/serverless/{}", saved["id"].as_str().unwrap())).await.expect(204);
    desk.get(&template).await.refused(404);
}

#[tokio::test]
async fn saving_replaces_what_is_not_mentioned() {
    let desk = desk(Seed::Empty);
    let saved = own(&desk, SAVE, json!({ "input": new("chat") })).await["saveEndpoint"].clone();
    let input = json!({ "id": saved["id"], "name": "chat", "gpuIds": "AMPERE_80" });
    let again = own(&desk, SAVE, json!({ "input": input })).await["saveEndpoint"].clone();
    let figures = ["workersMax", "idleTimeout", "scalerValue"].map(|name| again[name].clone());
    assert_eq!(figures, [json!(3), json!(10), json!(4.0)]);
    assert_eq!((&again["gpuIds"], &again["templateId"]), (&json!("AMPERE_80"), &saved["templateId"]));
}

#[tokio::test]
async fn a_stranger_saves_nothing_and_a_wish_that_cannot_be_met_is_an_error() {
    let desk = desk(Seed::Empty);
    let nobody = post(&desk, None, SAVE, json!({ "input": new("chat") })).await.expect(200);
    assert!(nobody["data"].is_null() && nobody["errors"].is_array(), "{nobody}");
    for (field, value) in [
        ("gpuIds", json!("-NVIDIA L4")),
        ("gpuIds", json!("NO_SUCH_POOL")),
        ("hubReleaseId", json!("rel_none")),
        ("hubReleaseId", json!("rel_comfypod")),
        ("template", json!(null)),
        ("name", json!("")),
    ] {
        let mut input = new("chat");
        input[field] = value;
        let said = post(&desk, Some(desk.twin.key()), SAVE, json!({ "input": input })).await.expect(200);
        assert!(said["data"].is_null() && said["errors"].is_array(), "{field}: {said}");
    }
    let listed = desk.get("/v2/serverless").await.expect(200);
    assert_eq!(listed["endpoints"], json!([]));
}

#[tokio::test]
async fn the_journal_names_what_was_asked_and_faults_strike_it() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::operation("graphql:dataCenters").times(1).then(Action::status(503)));
    assert_eq!(post(&desk, None, "{ dataCenters { id } }", json!({})).await.status, 503);
    ask(&desk, "query Places { places: dataCenters { id } }", json!({})).await;
    let heard = desk.twin.journal().of("graphql:dataCenters");
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|entry| !entry.has_authorization() && entry.body.is_some()));
    let known: Vec<_> = runpod_sim::graphql_operations().collect();
    assert!(
        known.contains(&"graphql:dataCenters".to_owned())
            && known.contains(&"graphql:saveEndpoint".to_owned())
    );
}
