//! Registry credentials and ECR delegations.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::desk::{Desk, desk};

async fn login(desk: &Desk) -> Value {
    let body = json!({ "name": "hub", "username": "me", "password": "hunter2" });
    desk.post("/v2/registries", body).await.expect(201)
}

#[tokio::test]
async fn a_credential_shows_its_id_and_its_name_and_nothing_else() {
    let desk = desk(Seed::Empty);
    let made = login(&desk).await;
    assert_eq!(made.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name"]);
    let path = format!("/v2/registries/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.expect(200), made);
    assert_eq!(desk.get("/v2/registries").await.expect(200), json!({ "registries": [made] }));
    assert_eq!(desk.patch(&path, json!({ "name": "x" })).await.headers["allow"], "DELETE, GET");
    desk.delete(&path).await.expect(204);
    desk.get(&path).await.refused(404);
    desk.delete(&path).await.refused(404);
}

#[tokio::test]
async fn a_credential_without_a_password_is_refused() {
    let desk = desk(Seed::Empty);
    let said = desk.post("/v2/registries", json!({ "name": "hub", "username": "me" })).await.refused(422);
    assert!(said.contains("password"), "{said}");
}

#[tokio::test]
async fn a_credential_that_a_pod_pulls_with_stays() {
    let desk = desk(Seed::Empty);
    let id = login(&desk).await["id"].clone();
    let path = format!("/v2/registries/{}", id.as_str().unwrap());
    let body = json!({ "name": "p", "image": "me/private", "registry": id, "cpu": { "id": "cpu3c", "vcpuCount": 2 } });
    let pod = desk.post("/v2/pods", body).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert!(desk.delete(&path).await.refused(400).contains(&pod));
    desk.delete(&format!("/v2/pods/{pod}")).await.expect(204);
    desk.delete(&path).await.expect(204);
}

#[tokio::test]
async fn a_template_loses_a_deleted_credential_without_a_word() {
    let desk = desk(Seed::Empty);
    let id = login(&desk).await["id"].clone();
    let body = json!({ "name": "t", "image": "me/private", "registry": id });
    let template = desk.post("/v2/templates", body).await.expect(201);
    assert_eq!(template["registry"], id);
    desk.delete(&format!("/v2/registries/{}", id.as_str().unwrap())).await.expect(204);
    let path = format!("/v2/templates/{}", template["id"].as_str().unwrap());
    assert_eq!(desk.get(&path).await.expect(200)["registry"], Value::Null);
}

#[tokio::test]
async fn a_repository_at_aws_is_delegated_and_revoked() {
    let desk = desk(Seed::Empty);
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/team/app:v1";
    let made = desk.post("/v2/registries/delegations", json!({ "resource": arn })).await.expect(201);
    assert_eq!(made["delegatorUserId"], "user_sandbox");
    assert_eq!((&made["repository"], &made["tag"]), (&json!("team/app"), &json!("v1")));
    assert_eq!(made["dockerRegistryUri"], "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app");
    let all = desk.get("/v2/registries/delegations").await.expect(200);
    assert_eq!(all, json!({ "delegations": [made] }));
    let path = format!("/v2/registries/delegations/{}", made["id"].as_str().unwrap());
    desk.delete(&path).await.expect(204);
    desk.delete(&path).await.refused(404);
}

#[tokio::test]
async fn what_is_no_repository_at_aws_cannot_be_delegated() {
    let desk = desk(Seed::Empty);
    let said = desk.post("/v2/registries/delegations", json!({ "resource": "team/app" })).await.refused(400);
    assert!(said.contains("arn:aws:ecr:REGION:ACCOUNT:repository/NAME"), "{said}");
}
