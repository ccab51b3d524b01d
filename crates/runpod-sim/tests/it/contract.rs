//! What the contract says, and that the reader says neither more nor less.

use http::Method;
use runpod_sim::contract::{self, Contract, Problem, Request, Route};
use serde_json::{Value, json};

fn check(id: &str, body: &Value) -> Vec<String> {
    let v2 = contract::v2();
    let request =
        Request { content_type: Some("application/json"), body: Some(body), params: &[], query: None };
    said(&v2.check_request(v2.operation(id).unwrap(), &request))
}

fn said(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(Problem::to_string).collect()
}

fn found(contract: &'static Contract, method: &Method, path: &str) -> (String, Vec<(String, String)>) {
    match contract.route(method, path) {
        Route::Found { operation, params } => (operation.id().to_owned(), params),
        other => panic!("{method} {path}: {other:?}"),
    }
}

#[test]
fn both_contracts_have_every_operation() {
    assert_eq!(contract::v2().operations().len(), 60);
    assert_eq!(contract::v1().operations().len(), 37);
}

#[test]
fn reading_loses_nothing() {
    assert_eq!(contract::v1().to_text(), include_str!("../../contract/v1.facts"));
    assert_eq!(contract::v2().to_text(), include_str!("../../contract/v2.facts"));
}

#[test]
fn a_good_pod_fits() {
    let body = json!({ "name": "a", "image": "b", "gpu": { "id": "NVIDIA L4", "count": 1 } });
    assert_eq!(check("createPod", &body), [""; 0]);
}

#[test]
fn a_bad_pod_is_told_everything_at_once() {
    let body = json!({
        "name": "", "gpu": { "count": 0, "x": 1 }, "env": { "A": 1 }, "ports": "22/tcp", "cloud": "MOON", "bogus": 1
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
    assert_eq!(check("createPod", &body), want);
}

#[test]
fn a_literal_segment_beats_a_parameter() {
    let v2 = contract::v2();
    assert_eq!(found(v2, &Method::GET, "/v2/registries/delegations").0, "listDelegations");
}
