//! Stories of network volumes, registry credentials and delegations.

use runpod_sim::Seed;
use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_volume_grows_and_never_shrinks() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "data", "size": 4096, "dataCenterId": "EU-RO-1", "volumeType": "STANDARD"});
    rig.call("create-network-volume", new).await.ok();
    assert_eq!(
        rig.sim.journal().bodies("createNetworkVolume"),
        [json!({"name": "data", "size": 4096, "dataCenter": "EU-RO-1", "type": "STANDARD"})]
    );
    let small = json!({"name": "small", "size": 10, "dataCenterId": "EU-RO-1"});
    let id = rig.call("create-network-volume", small).await.ok()["id"].clone();
    rig.call("update-network-volume", json!({"networkVolumeId": id, "size": 50})).await.ok();
    let error = rig.call("update-network-volume", json!({"networkVolumeId": id, "size": 20})).await.err();
    assert_eq!((&error["code"], &error["status"]), (&json!("rejected"), &json!(400)), "{error}");

    let asked = rig.sim.journal().requests().len();
    for size in [9, 4097] {
        let bad = json!({"name": "n", "size": size, "dataCenterId": "EU-RO-1"});
        assert_eq!(rig.call("create-network-volume", bad).await.err()["code"], "bad_argument");
    }
    assert_eq!(rig.call("update-network-volume", json!({"networkVolumeId": id})).await.err()["status"], 400);
    assert_eq!(rig.sim.journal().requests().len(), asked);
}

#[tokio::test]
async fn a_list_that_the_api_does_not_page_is_paged_here() {
    let rig = Rig::new(Seed::Empty).await;
    for number in 0..5 {
        let new = json!({"name": format!("v{number}"), "size": 10, "dataCenterId": "EU-RO-1"});
        rig.call("create-network-volume", new).await.ok();
    }
    let mut seen = Vec::new();
    let mut args = json!({"limit": 2});
    loop {
        let page = rig.call("list-network-volumes", args.clone()).await.ok();
        assert_eq!(page["pagination"]["total"], 5);
        assert_eq!(page["pagination"]["offset"], seen.len());
        seen.extend(page["items"].as_array().expect("items").iter().map(|row| row["id"].clone()));
        match page["pagination"]["nextCursor"].clone() {
            next if next.is_string() => args["cursor"] = next,
            _ => break,
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn a_registry_password_is_sent_once_and_never_shown() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "hub", "username": "me", "password": "correct horse battery"});
    let made = rig.call("create-container-registry-auth", new).await.ok();
    assert!(!made.to_string().contains("horse"), "{made}");
    let id = json!({"containerRegistryAuthId": made["id"]});
    assert_eq!(
        rig.call("get-container-registry-auth", id.clone()).await.ok(),
        json!({"id": made["id"], "name": "hub"})
    );
    let pod = json!({"name": "p", "imageName": "i:1", "gpuTypeIds": ["NVIDIA L4"], "containerRegistryAuthId": made["id"]});
    rig.call("create-pod", pod).await.ok();
    let used = rig.call("delete-container-registry-auth", id).await.err();
    assert_eq!(used["status"], 400, "{used}");
    let empty = json!({"name": "hub", "username": "me", "password": ""});
    assert_eq!(rig.call("create-container-registry-auth", empty).await.err()["code"], "bad_argument");
}

#[tokio::test]
async fn a_delegation_without_a_name_has_none() {
    let rig = Rig::new(Seed::Empty).await;
    let resource = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let made = rig.call("create-registry-delegation", json!({"resource": resource})).await.ok();
    assert_eq!(rig.sim.journal().bodies("createDelegation"), [json!({"resource": resource})]);
    let id = json!({"delegationId": made["id"]});
    rig.call("delete-registry-delegation", id.clone()).await.ok();
    let again = rig.call("delete-registry-delegation", id).await.ok();
    assert!(again["_notes"].is_array(), "{again}");
    assert_eq!(
        rig.call("create-registry-delegation", json!({"resource": ""})).await.err()["code"],
        "bad_argument"
    );
}
