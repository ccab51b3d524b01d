//! Network volumes.

use runpod_sim::Seed;
use serde_json::json;

use crate::desk::desk;

#[tokio::test]
async fn a_volume_is_made_renamed_grown_and_gone() {
    let desk = desk(Seed::Empty);
    let made =
        desk.post("/v2/network-volumes", json!({ "name": "data", "size": 50, "dataCenter": "EU-RO-1" }));
    let made = made.await.expect(201);
    assert_eq!(made["type"], "STANDARD");
    let path = format!("/v2/network-volumes/{}", made["id"].as_str().unwrap());

    let grown = desk.patch(&path, json!({ "name": "more", "size": 80 })).await.expect(200);
    assert_eq!((&grown["name"], &grown["size"]), (&json!("more"), &json!(80)));
    assert_eq!(desk.get(&path).await.expect(200), grown);
    assert_eq!(desk.get("/v2/network-volumes").await.expect(200), json!({ "networkVolumes": [grown] }));

    desk.delete(&path).await.expect(204);
    desk.get(&path).await.refused(404);
    desk.delete(&path).await.refused(404);
    assert_eq!(desk.get("/v2/network-volumes").await.expect(200), json!({ "networkVolumes": [] }));
}

#[tokio::test]
async fn a_volume_never_shrinks() {
    let desk = desk(Seed::Empty);
    let made =
        desk.post("/v2/network-volumes", json!({ "name": "data", "size": 50, "dataCenter": "EU-RO-1" }));
    let id = made.await.expect(201)["id"].as_str().unwrap().to_owned();
    let said = desk.patch(&format!("/v2/network-volumes/{id}"), json!({ "size": 49 })).await.refused(400);
    assert_eq!(said, "a volume cannot shrink: it has 50 GB, 49 asked");
}

#[tokio::test]
async fn a_data_center_without_that_kind_of_storage_refuses() {
    let desk = desk(Seed::Empty);
    let ask = |site: &str, tier: &str| {
        desk.post("/v2/network-volumes", json!({ "name": "d", "size": 10, "dataCenter": site, "type": tier }))
    };
    let said = ask("EU-FR-1", "HIGH_PERFORMANCE").await.refused(400);
    assert_eq!(said, "data center `EU-FR-1` has no HIGH_PERFORMANCE network volumes");
    assert_eq!(ask("XX-1", "STANDARD").await.refused(400), "no data center `XX-1`");
}

#[tokio::test]
async fn one_account_does_not_see_the_volumes_of_another() {
    let desk = desk(Seed::Empty);
    desk.twin.add_account("user_other", "rpa_OTHER");
    let made =
        desk.post("/v2/network-volumes", json!({ "name": "data", "size": 50, "dataCenter": "EU-RO-1" }));
    let id = made.await.expect(201)["id"].as_str().unwrap().to_owned();

    let other = desk.with_key("rpa_OTHER");
    other.get(&format!("/v2/network-volumes/{id}")).await.refused(404);
    assert_eq!(other.get("/v2/network-volumes").await.expect(200), json!({ "networkVolumes": [] }));
}
