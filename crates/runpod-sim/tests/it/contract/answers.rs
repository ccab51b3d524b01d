//! What the twin may answer.

use runpod_sim::contract;
use serde_json::{Value, json};

use super::{NOTHING, said, v2};

fn answer(id: &str, status: u16, media: Option<&str>, body: Option<&Value>) -> Vec<String> {
    said(&contract::v2().check_answer(v2(id), status, media, body))
}

const JSON: Option<&str> = Some("application/json");

fn secret() -> Value {
    json!({ "id": "s", "name": "TOKEN", "description": null, "createdAt": "2026-08-01T00:00:00Z" })
}

#[test]
fn a_good_answer_passes() {
    assert_eq!(answer("createSecret", 201, JSON, Some(&secret())), NOTHING);
    assert_eq!(answer("listSecrets", 200, JSON, Some(&json!({ "secrets": [secret()] }))), NOTHING);
    assert_eq!(answer("deleteSecret", 204, None, None), NOTHING);
    assert_eq!(answer("getPodLogs", 200, Some("text/event-stream"), None), NOTHING);
    let problem = json!({ "title": "Not Found", "status": 404, "detail": "no such secret" });
    assert_eq!(answer("getSecret", 404, Some("application/problem+json"), Some(&problem)), NOTHING);
}

#[test]
fn a_misspelt_key_of_an_answer_is_noticed_at_any_depth() {
    let mut wrong = secret();
    wrong["descripton"] = json!("a");
    let want = ["$.secrets[0].descripton is declared nowhere in the contract"];
    assert_eq!(answer("listSecrets", 200, JSON, Some(&json!({ "secrets": [wrong] }))), want);
}

#[test]
fn a_missing_or_mistyped_key_of_an_answer_is_noticed() {
    let want = ["$: missing properties 'createdAt', 'name'", "$.id: got number, want string"];
    assert_eq!(answer("getSecret", 200, JSON, Some(&json!({ "id": 1 }))), want);
}

#[test]
fn an_undeclared_success_or_media_type_is_noticed() {
    let problem = Some("application/problem+json");
    let want = ["header 'Content-Type': got application/json, want application/problem+json"];
    assert_eq!(answer("createSecret", 200, JSON, Some(&secret())), want, "200 falls to the default answer");
    assert_eq!(answer("getSecret", 200, problem, Some(&secret())).len(), 1);
    assert_eq!(answer("deleteSecret", 204, JSON, Some(&json!({}))), ["$: 204 has no body"]);
    let v1 = contract::v1();
    let pods = v1.operation("ListPods").unwrap();
    assert_eq!(said(&v1.check_answer(pods, 500, None, None)), ["status: ListPods does not declare 500"]);
}

/// Its prose promises the member, its shape forgot it; every other list keeps the rule.
#[test]
fn public_templates_may_carry_their_fixed_pagination() {
    let page = json!({ "templates": [], "pagination": { "nextCursor": null, "hasNextPage": false } });
    assert_eq!(answer("listPublicTemplates", 200, JSON, Some(&page)), NOTHING);
    let page = json!({ "networkVolumes": [], "pagination": {} });
    let want = ["$.pagination is declared nowhere in the contract"];
    assert_eq!(answer("listNetworkVolumes", 200, JSON, Some(&page)), want);
}

#[test]
fn free_members_are_free() {
    let release = |new: Value| json!({ "field": "workers.max", "old": 1, "new": new });
    let diff = |new: Value| {
        json!({ "id": "r", "version": 1, "source": "MANUAL", "buildId": null, "createdByUserId": null,
                "workerCount": 0, "createdAt": "2026-08-01T00:00:00Z", "diff": [release(new)] })
    };
    let body = |new: Value| {
        json!({ "endpointVersion": 1, "releases": [diff(new)],
                "pagination": { "nextCursor": null, "hasNextPage": false },
                "rollout": { "inProgress": false, "workersOnLatest": 0, "workersTotal": 0, "percentOnLatest": 100 } })
    };
    assert_eq!(answer("listEndpointReleases", 200, JSON, Some(&body(json!({ "any": ["thing"] })))), NOTHING);
}
