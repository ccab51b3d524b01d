//! Clusters and their members.

use runpod_sim::{Action, Match, Seed};
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

/// Longer than any boot takes.
const BOOT: u64 = 60;

fn cluster() -> Value {
    json!({
        "name": "c", "type": "TRAINING", "image": "me/train", "ports": ["22/tcp"], "disk": 100,
        "compute": { "gpuTypeId": "NVIDIA H100 80GB HBM3", "gpuCountPerPod": 8, "podCount": 2 },
    })
}

/// A cluster with these fields on top; null takes one away.
fn with(changes: Value) -> Value {
    let mut body = cluster();
    let Value::Object(changes) = changes else { panic!("no fields: {changes}") };
    for (name, value) in changes {
        body[name] = value;
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

async fn ask(desk: &Desk, body: Value) -> Said {
    desk.post("/v2/clusters", body).await
}

async fn make(desk: &Desk, body: Value) -> (String, Value) {
    let made = ask(desk, body).await.expect(201);
    (format!("/v2/clusters/{}", made["id"].as_str().unwrap()), made)
}

async fn members(desk: &Desk, path: &str) -> Vec<Value> {
    let said = desk.get(&format!("{path}/pods")).await.expect(200);
    said["pods"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_cluster_comes_up_with_all_its_members_is_renamed_and_goes_with_them() {
    let desk = desk(Seed::Empty);
    let (path, made) = make(&desk, cluster()).await;
    assert_eq!(made["pods"], json!({ "total": 2, "byStatus": { "PROVISIONING": 2 } }));
    assert_eq!(made["compute"], cluster()["compute"]);
    assert_eq!(made.get("template"), None);
    assert_eq!(made["primary"]["status"], "PROVISIONING");
    assert_eq!(made["primary"].get("sshEndpoint"), None);

    desk.pass(BOOT);
    let up = desk.get(&path).await.expect(200);
    assert_eq!(up["pods"], json!({ "total": 2, "byStatus": { "RUNNING": 2 } }));
    let members = members(&desk, &path).await;
    assert_eq!(
        (&up["primary"]["podId"], &up["dataCenterId"]),
        (&members[0]["id"], &members[1]["dataCenterId"])
    );
    let direct = &members[0]["ssh"]["direct"];
    let address = format!("{}:{}", direct["host"].as_str().unwrap(), direct["port"]);
    assert_eq!(up["primary"]["sshEndpoint"], address);

    let renamed = desk.patch(&path, json!({ "name": "d" })).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["pods"]), (&json!("d"), &up["pods"]));
    assert_eq!(desk.get("/v2/clusters").await.expect(200), json!({ "clusters": [renamed] }));
    desk.delete(&path).await.expect(204);
    desk.get(&path).await.refused(404);
    desk.delete(&path).await.refused(404);
    desk.patch(&path, json!({ "name": "e" })).await.refused(404);
    desk.get(&format!("{path}/pods")).await.refused(404);
    desk.get(&format!("/v2/pods/{}", members[0]["id"].as_str().unwrap())).await.refused(404);
}

#[tokio::test]
async fn members_know_their_rank_their_role_and_their_address() {
    let desk = desk(Seed::Empty);
    for (kind, roles) in [
        ("SLURM", json!(["SLURM_CONTROLLER", "SLURM_COMPUTE", "SLURM_COMPUTE"])),
        ("RAY", json!(["RAY_HEAD", "RAY_WORKER", "RAY_WORKER"])),
        ("APPLICATION", json!([null, null, null])),
    ] {
        let compute = json!({ "gpuTypeId": "NVIDIA H100 80GB HBM3", "gpuCountPerPod": 1, "podCount": 3 });
        let (path, made) = make(&desk, with(json!({ "type": kind, "compute": compute }))).await;
        let members = members(&desk, &path).await;
        let column = |field: &str| members.iter().map(|pod| pod["cluster"][field].clone()).collect::<Value>();
        assert_eq!(column("role"), roles, "{kind}");
        assert_eq!(column("rank"), json!([0, 1, 2]));
        assert_eq!(column("id"), json!([made["id"], made["id"], made["id"]]));
        let network = made["network"]["cidr"].as_str().unwrap().strip_suffix("0/24").unwrap();
        assert_eq!(column("ip"), json!([2, 3, 4].map(|last| format!("{network}{last}"))));
    }
}

#[tokio::test]
async fn members_are_listed_among_pods_only_when_asked_for_and_belong_to_the_cluster() {
    let desk = desk(Seed::Empty);
    let (path, _) = make(&desk, cluster()).await;
    desk.pass(BOOT);
    assert_eq!(desk.get("/v2/pods").await.expect(200)["pods"], json!([]));
    let all = desk.get("/v2/pods?includeClusterPods=true").await.expect(200);
    assert_eq!(all["pods"].as_array().unwrap().len(), 2);
    let pod = format!("/v2/pods/{}", members(&desk, &path).await[1]["id"].as_str().unwrap());
    desk.get(&pod).await.expect(200);
    assert!(desk.patch(&pod, json!({ "name": "x" })).await.refused(409).contains("belongs to cluster"));
    assert!(desk.delete(&pod).await.refused(409).contains("belongs to cluster"));
    desk.post(&format!("{pod}/action"), json!({ "action": "stop" })).await.refused(409);
}

#[tokio::test]
async fn clusters_that_cannot_be() {
    let desk = desk(Seed::Empty);
    let compute = |gpu: &str, count: u32, pods: u32| {
        with(json!({ "compute": { "gpuTypeId": gpu, "gpuCountPerPod": count, "podCount": pods } }))
    };
    let h100 = "NVIDIA H100 80GB HBM3";
    for body in [
        compute(h100, 8, 1),
        compute(h100, 8, 251),
        compute(h100, 0, 2),
        with(json!({ "registry": "r" })),
        with(json!({ "type": "KUBERNETES" })),
        with(json!({ "compute": null })),
    ] {
        ask(&desk, body).await.refused(422);
    }
    let persistent = json!({ "size": 10, "path": "/w" });
    for (words, body) in [
        ("no instances available", compute("NVIDIA GeForce RTX 4090", 1, 2)),
        ("no instances available", compute(h100, 9, 2)),
        ("no GPU type `H100`", compute("H100", 8, 2)),
        ("no data center `XX-1`", with(json!({ "dataCenterIds": ["XX-1"] }))),
        ("no instances available", with(json!({ "dataCenterIds": ["SEA-SG-1"] }))),
        (
            "exclude each other",
            with(
                json!({ "mounts": { "persistent": persistent, "network": [{ "volumeId": "v", "path": "/v" }] } }),
            ),
        ),
    ] {
        let said = ask(&desk, body).await.refused(400);
        assert!(said.contains(words), "{words}: {said}");
    }
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "NVIDIA H100*".into() }));
    assert!(ask(&desk, cluster()).await.refused(400).contains("no instances available"));
    desk.twin.faults().add(Match::any().then(Action::Balance { usd: 0.0 }));
    ask(&desk, cluster()).await.refused(402);
    assert_eq!(desk.get("/v2/clusters").await.expect(200), json!({ "clusters": [] }));
}

#[tokio::test]
async fn a_cluster_stands_where_its_network_volume_is() {
    let desk = desk(Seed::Empty);
    let body = json!({ "name": "v", "size": 10, "dataCenter": "US-KS-2" });
    let volume = desk.post("/v2/network-volumes", body).await.expect(201)["id"].clone();
    let mounts = json!({ "network": [{ "volumeId": volume, "path": "/data" }] });
    let (path, made) = make(&desk, with(json!({ "mounts": mounts }))).await;
    assert_eq!(made["dataCenterId"], "US-KS-2");
    assert_eq!(members(&desk, &path).await[0]["mounts"], mounts);
    let elsewhere = with(json!({ "mounts": mounts, "dataCenterIds": ["EU-RO-1"] }));
    assert!(ask(&desk, elsewhere).await.refused(400).contains("US-KS-2"));
    let unknown = json!({ "network": [{ "volumeId": "nothing", "path": "/data" }] });
    ask(&desk, with(json!({ "mounts": unknown }))).await.refused(404);
}

#[tokio::test]
async fn a_cluster_remembers_its_template_which_stays_as_long() {
    let desk = desk(Seed::Empty);
    let template = async |serverless: bool| {
        let body = json!({ "name": "t", "image": "from/template", "disk": 30, "serverless": serverless });
        desk.post("/v2/templates", body).await.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let id = template(false).await;
    let said = ask(&desk, with(json!({ "templateId": id }))).await.refused(400);
    assert!(said.contains("excludes image"), "{said}");
    let bare = |id: &str| with(json!({ "templateId": id, "image": null, "ports": null, "disk": null }));
    let (path, made) = make(&desk, bare(&id)).await;
    assert_eq!(made["template"], id);
    assert_eq!(members(&desk, &path).await[0]["image"], "from/template");

    let template_path = format!("/v2/templates/{id}");
    assert!(desk.delete(&template_path).await.refused(400).contains("in use by cluster"));
    desk.delete(&path).await.expect(204);
    desk.delete(&template_path).await.expect(204);
    ask(&desk, bare(&id)).await.refused(404);
    ask(&desk, bare(&template(true).await)).await.refused(422);
}

#[tokio::test]
async fn members_get_the_account_s_keys_when_ssh_is_to_start() {
    let desk = desk(Seed::Empty);
    let keys = json!({ "keys": ["ssh-ed25519 AAAA me"] });
    desk.send(http::Method::PUT, "/v2/account/ssh-keys", Some(keys)).await.expect(200);
    let (path, _) = make(&desk, with(json!({ "startSsh": true }))).await;
    assert_eq!(members(&desk, &path).await[1]["env"]["PUBLIC_KEY"], "ssh-ed25519 AAAA me");
    let (path, _) = make(&desk, cluster()).await;
    assert_eq!(members(&desk, &path).await[1]["env"], json!({}));
}

#[tokio::test]
async fn answers_about_clusters_tell_nothing_about_rates() {
    let desk = desk(Seed::Empty);
    let (path, _) = make(&desk, cluster()).await;
    for path in ["/v2/clusters", &path, &format!("{path}/pods"), "/v2/clusters/nothing"] {
        assert!(!desk.get(path).await.headers.contains_key("ratelimit"), "{path}");
    }
    assert!(desk.get("/v2/pods").await.headers.contains_key("ratelimit"));
}
