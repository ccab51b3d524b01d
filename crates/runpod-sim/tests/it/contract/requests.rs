//! What a request is told, in Runpod's words.

use runpod_sim::contract::{self, Contract, Request};
use serde_json::{Value, json};

use super::{NOTHING, said, v2};

fn body(contract: &Contract, id: &str, body: &Value) -> Vec<String> {
    let request = Request { content_type: Some("application/json"), body: Some(body), ..Request::default() };
    said(&contract.check_request(contract.operation(id).unwrap(), &request))
}

fn create_pod(value: &Value) -> Vec<String> {
    body(contract::v2(), "createPod", value)
}

fn query(contract: &Contract, id: &str, query: &str) -> Vec<String> {
    let request = Request { query: Some(query), ..Request::default() };
    said(&contract.check_request(contract.operation(id).unwrap(), &request))
}

#[test]
fn good_bodies_fit() {
    let gpu = json!({ "name": "a", "image": "b", "gpu": { "id": "NVIDIA L4", "count": 1 } });
    assert_eq!(create_pod(&gpu), NOTHING);
    assert_eq!(
        create_pod(&json!({ "name": "a", "templateId": "t", "cpu": { "id": "cpu5c", "vcpuCount": 2 } })),
        NOTHING
    );
    let endpoint = json!({
        "name": "a", "image": "b", "type": "QUEUE", "gpu": { "pools": ["AMPERE_80"] },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 }, "workers": { "min": 0, "max": 3 }
    });
    assert_eq!(body(contract::v2(), "createEndpoint", &endpoint), NOTHING);
    let v1 =
        json!({ "name": "a", "imageName": "b", "gpuTypeIds": ["NVIDIA L4"], "volumeInGb": null, "bogus": 1 });
    assert_eq!(body(contract::v1(), "CreatePod", &v1), NOTHING, "v1 refuses no unknown key");
}

/// Both sentences were seen in answers of the API (2026-08).
#[test]
fn the_documented_texts_are_met_to_the_letter() {
    let bogus = json!({ "name": "a", "image": "b", "bogus": true });
    assert_eq!(create_pod(&bogus), ["$: additional properties 'bogus' not allowed"]);
    assert_eq!(create_pod(&json!("x")), ["$: got string, want object"]);
    let twice = query(contract::v2(), "listGpuTypes", "product=POD&product=CLUSTER");
    assert_eq!(twice, ["parameter 'product' is not exploded, but is specified multiple times"]);
}

#[test]
fn a_bad_pod_is_told_everything_at_once_and_no_good_key_is_blamed() {
    let bad = json!({
        "name": "", "gpu": { "count": 0, "x": 1 }, "env": { "A": 1 }, "ports": "22/tcp", "cloud": "MOON", "bogus": 1,
        "disk": 20, "registry": null, "startSsh": true
    });
    let want = [
        "$.env.A: got number, want string",
        "$.ports: got string, want array",
        "$.name: minLength: got 0, want 1",
        "$.gpu: missing property 'id'",
        "$.gpu.count: minimum: got 0, want 1",
        "$.cloud: value must be one of 'SECURE', 'COMMUNITY'",
        "$: missing property 'image'",
        "$: additional properties 'bogus' not allowed",
        "$.gpu: additional properties 'x' not allowed",
    ];
    assert_eq!(create_pod(&bad), want);
}

#[test]
fn scaling_is_judged_by_the_branch_its_type_chooses() {
    let endpoint = |scaling: Value| {
        let value = json!({ "name": "a", "image": "b", "type": "QUEUE", "scaling": scaling });
        body(contract::v2(), "createEndpoint", &value)
    };
    let want = [
        "$.scaling: missing property 'queueDelay'",
        "$.scaling: additional properties 'requestCount' not allowed",
    ];
    assert_eq!(endpoint(json!({ "type": "QUEUE_DELAY", "requestCount": 1 })), want);
    let want = ["$.scaling.type: value must be one of 'QUEUE_DELAY', 'REQUEST_COUNT'"];
    assert_eq!(endpoint(json!({ "type": "NOPE" })), want);
    assert_eq!(endpoint(json!({ "queueDelay": 1 })), ["$.scaling: missing property 'type'"]);
}

#[test]
fn a_load_balancer_scales_by_requests() {
    let value = json!({ "name": "a", "image": "b", "type": "LOAD_BALANCER",
                        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 } });
    let want = [
        "$.scaling: missing property 'requestCount'",
        "$.scaling.type: value must be 'REQUEST_COUNT'",
        "$.scaling: additional properties 'queueDelay' not allowed",
    ];
    assert_eq!(body(contract::v2(), "createEndpoint", &value), want);
}

#[test]
fn fields_that_depend_on_each_other_say_so() {
    let value = json!({ "gpu": { "excludedTypes": ["NVIDIA L4"] } });
    let want = ["$.gpu: properties 'pools' required, if 'excludedTypes' exists"];
    assert_eq!(body(contract::v2(), "updateEndpoint", &value), want);
    assert_eq!(body(contract::v2(), "updateNetworkVolume", &json!({})), ["$: minProperties: got 0, want 1"]);
    let twice = json!({ "mounts": { "network": [{ "volumeId": "v" }, { "volumeId": "w", "path": "/w" }] } });
    let want = ["$.mounts.network: maxItems: got 2, want 1", "$.mounts.network[0]: missing property 'path'"];
    assert_eq!(body(contract::v2(), "updatePod", &twice), want);
}

#[test]
fn a_body_must_be_there_and_be_json() {
    let op = v2("createPod");
    let none = Request { content_type: Some("application/json"), ..Request::default() };
    assert_eq!(said(&contract::v2().check_request(op, &none)), ["$: the body is missing"]);
    let body = json!({});
    let form = Request { content_type: Some("application/x-www-form-urlencoded"), body: Some(&body), ..none };
    let want = ["header 'Content-Type': got application/x-www-form-urlencoded, want application/json"];
    assert_eq!(said(&contract::v2().check_request(op, &form)), want);
}

#[test]
fn queries_of_v2_are_told_what_is_wrong() {
    let v2 = contract::v2();
    assert_eq!(query(v2, "listPods", "limit=5&cursor=abc&includeClusterPods=true&unheard=of"), NOTHING);
    assert_eq!(query(v2, "listPods", "limit=5000"), ["parameter 'limit': maximum: got 5000, want 1000"]);
    assert_eq!(query(v2, "listPods", "cursor="), ["parameter 'cursor': minLength: got 0, want 1"]);
    assert_eq!(query(v2, "listPods", "limit=ten"), ["parameter 'limit': got string, want integer"]);
    assert_eq!(query(v2, "listGpuTypes", "countryCodes=US%2CDE"), NOTHING);
    let want = ["parameter 'countryCodes'[1]: 'us' does not match pattern '^[A-Z]{2}$'"];
    assert_eq!(query(v2, "listGpuTypes", "countryCodes=US,us"), want);
    let when = query(v2, "listBilling", "endTime=now");
    assert!(when[0].starts_with("parameter 'endTime': 'now' is not valid date-time"), "{when:?}");
    let bucket = query(v2, "listBilling", "bucketSize=minute");
    assert_eq!(
        bucket,
        ["parameter 'bucketSize': value must be one of 'hour', 'day', 'week', 'month', 'year'"]
    );
    assert_eq!(query(v2, "listGpuTypes", "cudaVersions=").len(), 1, "one empty entry, refused");
}

#[test]
fn v1_repeats_its_lists() {
    let v1 = contract::v1();
    assert_eq!(query(v1, "ListPods", "dataCenterId=EU-RO-1&dataCenterId=US-TX-3"), NOTHING);
    let want = ["parameter 'name' is not exploded, but is specified multiple times"];
    assert_eq!(query(v1, "ListPods", "name=a&name=b"), want);
}
