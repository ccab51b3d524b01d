//! REST v1 and REST v2 are two doors to one world.

use runpod_sim::{Action, Match, Pace, Seed, Settings, Without};
use serde_json::{Value, json};

use crate::desk::{Desk, desk, desk_with};

/// Longer than any boot takes.
const BOOT: u64 = 60;

async fn make(desk: &Desk, body: Value) -> Value {
    desk.post("/v1/pods", body).await.expect(201)
}

fn gpu_pod() -> Value {
    json!({ "imageName": "acme/train:1", "gpuTypeIds": ["NVIDIA GeForce RTX 4090"] })
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// The names, or what else is under a key, of a list.
async fn list(desk: &Desk, path: &str, key: &str) -> Vec<String> {
    let found = desk.get(path).await.expect(200);
    found.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn a_pod_of_v1_is_seen_on_v2_with_the_defaults_of_v1() {
    let desk = desk(Seed::Empty);
    let made = make(&desk, gpu_pod()).await;
    assert_eq!((&made["name"], &made["desiredStatus"]), (&json!("my pod"), &json!("RUNNING")));
    assert_eq!((&made["publicIp"], &made["portMappings"]), (&json!(null), &json!(null)));
    assert_eq!((&made["costPerHr"], &made["gpu"]["count"]), (&json!(0.69), &json!(1)));

    let seen = desk.get(&format!("/v2/pods/{}", id(&made))).await.expect(200);
    assert_eq!((&seen["name"], &seen["disk"]), (&json!("my pod"), &json!(50)));
    assert_eq!(seen["ports"], json!(["8888/http", "22/tcp"]));
    assert_eq!(seen["mounts"], json!({ "persistent": { "size": 20, "path": "/workspace" } }));
    assert_eq!((&seen["image"], &seen["cloud"]), (&json!("acme/train:1"), &json!("SECURE")));
}

#[tokio::test]
async fn a_pod_of_v2_is_seen_on_v1() {
    let desk = desk(Seed::Empty);
    let pod = json!({ "name": "trainer", "image": "acme/train:1", "cmd": ["run", "--fast"], "env": { "A": "1" },
        "ports": ["22/tcp", "8000/http"], "gpu": { "id": "NVIDIA L4", "count": 2 } });
    let made = desk.post("/v2/pods", pod).await.expect(201);
    desk.pass(BOOT);
    let two = desk.get(&format!("/v2/pods/{}", id(&made))).await.expect(200);
    let one = desk.get(&format!("/v1/pods/{}?includeMachine=true", id(&made))).await.expect(200);
    assert_eq!((&one["name"], &one["image"]), (&json!("trainer"), &json!("acme/train:1")));
    assert_eq!((&one["dockerStartCmd"], &one["env"]), (&json!(["run", "--fast"]), &json!({ "A": "1" })));
    assert_eq!((&one["gpu"]["id"], &one["gpu"]["count"]), (&json!("NVIDIA L4"), &json!(2)));
    assert_eq!((&one["volumeInGb"], &one["costPerHr"]), (&json!(0), &two["cost"]));
    assert_eq!(one["machine"]["dataCenterId"], two["dataCenterId"]);
    // The same way in, said in two ways. HTTP goes through a proxy and is mapped to nothing.
    assert_eq!(one["publicIp"], two["ssh"]["direct"]["host"]);
    assert_eq!(one["portMappings"], json!({ "22": two["ssh"]["direct"]["port"] }));
    assert_eq!(one["lastStartedAt"], two["startedAt"]);
}

#[tokio::test]
async fn a_pod_is_stopped_and_started_by_paths_of_their_own() {
    let desk = desk(Seed::Empty);
    let pod = id(&make(&desk, gpu_pod()).await);
    desk.pass(BOOT);
    let ask =
        async |action: &str| desk.send(http::Method::POST, &format!("/v1/pods/{pod}/{action}"), None).await;
    assert_eq!(ask("stop").await.expect(200)["desiredStatus"], "EXITED");
    assert_eq!(desk.get(&format!("/v2/pods/{pod}")).await.expect(200)["status"], "EXITED");
    assert!(ask("stop").await.refused(400).starts_with("cannot stop a pod that is EXITED"));
    assert_eq!(ask("start").await.expect(200)["desiredStatus"], "RUNNING");
    desk.pass(BOOT);
    for action in ["restart", "reset"] {
        assert_eq!(ask(action).await.expect(200)["desiredStatus"], "RUNNING");
        assert_eq!(desk.get(&format!("/v2/pods/{pod}")).await.expect(200)["status"], "STARTING");
        desk.pass(BOOT);
    }
    desk.delete(&format!("/v1/pods/{pod}")).await.expect(204);
    assert_eq!(desk.get(&format!("/v1/pods/{pod}")).await.refused(404), format!("pod `{pod}` not found"));
    desk.get(&format!("/v2/pods/{pod}")).await.refused(404);
}

#[tokio::test]
async fn an_update_is_sent_in_two_ways_and_keeps_what_it_does_not_say() {
    let desk = desk(Seed::Empty);
    let pod = id(&make(&desk, gpu_pod()).await);
    let at = format!("/v1/pods/{pod}");
    let changed = desk.patch(&at, json!({ "volumeInGb": 40, "locked": true })).await.expect(200);
    assert_eq!((&changed["volumeInGb"], &changed["volumeMountPath"]), (&json!(40), &json!("/workspace")));
    assert_eq!(changed["locked"], true);
    let changed = desk.post(&format!("{at}/update"), json!({ "volumeMountPath": "/data" })).await.expect(200);
    assert_eq!((&changed["volumeInGb"], &changed["volumeMountPath"]), (&json!(40), &json!("/data")));
    assert_eq!(changed["dockerStartCmd"], json!([]));
    assert!(desk.patch(&at, json!({ "volumeInGb": 10 })).await.refused(400).contains("cannot shrink"));
    assert_eq!(desk.patch(&at, json!({})).await.expect(200)["volumeInGb"], 40);
}

#[tokio::test]
async fn of_several_types_the_first_that_is_left_is_taken_or_the_one_with_most() {
    let desk = desk(Seed::Empty);
    let types = json!(["NVIDIA GeForce RTX 4090", "NVIDIA RTX A5000", "NVIDIA L4"]);
    let pod = |priority: &str| json!({ "imageName": "a", "gpuTypeIds": types, "gpuTypePriority": priority });
    assert_eq!(make(&desk, pod("custom")).await["gpu"]["id"], "NVIDIA GeForce RTX 4090");
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "*4090".to_owned() }));
    assert_eq!(make(&desk, pod("custom")).await["gpu"]["id"], "NVIDIA RTX A5000");
    assert_ne!(make(&desk, pod("availability")).await["gpu"]["id"], "NVIDIA GeForce RTX 4090");
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "*".to_owned() }));
    let refused = desk.post("/v1/pods", pod("custom")).await.refused(400);
    assert!(refused.starts_with("no instances available: 1 x NVIDIA GeForce RTX 4090"), "{refused}");
    // The contract has names for types that the catalogue does not have.
    let refused =
        desk.post("/v1/pods", json!({ "imageName": "a", "gpuTypeIds": ["Tesla T4"] })).await.refused(400);
    assert_eq!(refused, "no instances available: Tesla T4");
}

#[tokio::test]
async fn data_centers_and_countries_are_kept_to() {
    let desk = desk(Seed::Empty);
    let site = async |more: Value| {
        let mut body = gpu_pod();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let pod = id(&make(&desk, body).await);
        desk.pass(BOOT);
        let seen = desk.get(&format!("/v1/pods/{pod}?includeMachine=true")).await.expect(200);
        seen["machine"]["dataCenterId"].as_str().unwrap().to_owned()
    };
    assert!(site(json!({ "countryCodes": ["RO", "IS"] })).await.starts_with("EU"));
    let ordered = json!({ "dataCenterIds": ["US-KS-2", "EU-RO-1"], "dataCenterPriority": "custom" });
    assert_eq!(site(ordered).await, "US-KS-2");
    let nowhere = json!({ "imageName": "a", "countryCodes": ["XX"] });
    assert!(desk.post("/v1/pods", nowhere).await.refused(400).starts_with("no instances available"));
}

#[tokio::test]
async fn a_cpu_pod_has_a_flavor_and_no_volume_of_its_own() {
    let desk = desk(Seed::Empty);
    let cpu = json!({ "imageName": "a", "computeType": "CPU", "cpuFlavorIds": ["cpu5c"], "vcpuCount": 4 });
    let made = make(&desk, cpu).await;
    assert_eq!((&made["cpuFlavorId"], &made["vcpuCount"]), (&json!("cpu5c"), &json!(4)));
    assert_eq!((&made["memoryInGb"], &made["volumeInGb"]), (&json!(8), &json!(0)));
    assert!(made.get("gpu").is_none());
    let seen = desk.get(&format!("/v2/pods/{}", id(&made))).await.expect(200);
    assert_eq!(seen["cpu"], json!({ "id": "cpu5c", "vcpuCount": 4, "memory": 8 }));
    let any = make(&desk, json!({ "imageName": "a", "computeType": "CPU" })).await;
    assert_eq!(any["vcpuCount"], 2);
}

#[tokio::test]
async fn a_list_is_filtered_by_everything_that_was_asked() {
    let desk = desk(Seed::Empty);
    let volume = json!({ "name": "v", "size": 50, "dataCenterId": "EU-RO-1" });
    let volume = id(&desk.post("/v1/networkvolumes", volume).await.expect(200));
    for (name, more) in [
        ("a", json!({ "gpuTypeIds": ["NVIDIA L4"], "networkVolumeId": volume, "volumeMountPath": "/v" })),
        ("b", json!({ "gpuTypeIds": ["NVIDIA RTX A5000"], "imageName": "other" })),
        ("c", json!({ "computeType": "CPU", "cpuFlavorIds": ["cpu3g"] })),
    ] {
        let mut body = json!({ "name": name, "imageName": "acme/train:1" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        make(&desk, body).await;
    }
    desk.pass(BOOT);
    for (query, want) in [
        ("", "c b a"),
        ("?computeType=GPU", "b a"),
        ("?computeType=CPU", "c"),
        ("?gpuTypeId=NVIDIA%20L4", "a"),
        ("?gpuTypeId=NVIDIA+L4&gpuTypeId=NVIDIA+RTX+A5000", "b a"),
        ("?gpuTypeId=NVIDIA+L4&imageName=other", ""),
        ("?cpuFlavorId=cpu3g", "c"),
        ("?dataCenterId=EU-RO-1&name=a", "a"),
        ("?name=b", "b"),
        ("?imageName=other", "b"),
        ("?desiredStatus=EXITED", ""),
        ("?desiredStatus=RUNNING&name=c", "c"),
    ] {
        assert_eq!(list(&desk, &format!("/v1/pods{query}"), "name").await.join(" "), want, "{query}");
    }
    let mounted = format!("/v1/pods?networkVolumeId={volume}&includeNetworkVolume=true");
    let mounted = desk.get(&mounted).await.expect(200);
    assert_eq!(mounted[0]["networkVolume"]["id"], volume.as_str());
    assert_eq!((&mounted[0]["volumeInGb"], &mounted[0]["volumeMountPath"]), (&json!(0), &json!("/v")));
    assert!(mounted[0].get("machine").is_none() && mounted.as_array().unwrap().len() == 1);
    assert!(desk.get("/v1/pods?computeType=TPU").await.refused(400).contains("parameter 'computeType'"));
}

#[tokio::test]
async fn an_endpoint_follows_its_template_until_it_is_set_otherwise() {
    let desk = desk(Seed::Empty);
    let template =
        json!({ "name": "worker", "imageName": "acme/worker:1", "isServerless": true, "env": { "A": "1" } });
    let template = id(&desk.post("/v1/templates", template).await.expect(200));
    let endpoint =
        json!({ "templateId": template, "gpuTypeIds": ["NVIDIA L4"], "workersMin": 1, "flashboot": true });
    let made = desk.post("/v1/endpoints", endpoint).await.expect(200);
    let endpoint = id(&made);
    assert_eq!((&made["name"], &made["templateId"]), (&json!("worker"), &json!(template)));
    assert_eq!((&made["idleTimeout"], &made["scalerType"]), (&json!(5), &json!("QUEUE_DELAY")));
    assert_eq!((&made["gpuTypeIds"], &made["scalerValue"]), (&json!(["NVIDIA L4"]), &json!(4)));
    assert_eq!(made["dataCenterIds"].as_array().unwrap().len(), 26);
    let on = |version: u8| {
        format!("/v{version}/{}/{endpoint}", if version == 1 { "endpoints" } else { "serverless" })
    };
    let seen = desk.get(&on(2)).await.expect(200);
    assert_eq!((&seen["type"], &seen["image"]), (&json!("QUEUE"), &json!("acme/worker:1")));
    assert_eq!((&seen["gpu"]["pools"], &seen["flashboot"]), (&json!(["AMPERE_24"]), &json!("FLASHBOOT")));

    let newer = json!({ "imageName": "acme/worker:2" });
    desk.patch(&format!("/v1/templates/{template}"), newer).await.expect(200);
    assert_eq!(desk.get(&on(2)).await.expect(200)["image"], "acme/worker:2");
    let shown = desk.get(&format!("{}?includeTemplate=true&includeWorkers=true", on(1))).await.expect(200);
    assert_eq!((&shown["template"]["imageName"], &shown["version"]), (&json!("acme/worker:2"), &json!(2)));
    assert_eq!(shown["workers"][0]["endpointId"], endpoint.as_str());
    let workers =
        list(&desk, &format!("/v1/pods?includeWorkers=true&endpointId={endpoint}"), "endpointId").await;
    assert!(!workers.is_empty() && workers.iter().all(|id| *id == endpoint));

    let kept = desk.delete(&format!("/v1/templates/{template}")).await.refused(400);
    assert_eq!(kept, format!("template `{template}` is in use by endpoint `{endpoint}`"));
    desk.patch(&on(2), json!({ "image": "acme/worker:3" })).await.expect(200);
    assert!(desk.get(&on(1)).await.expect(200).get("templateId").is_none());
    desk.delete(&format!("/v1/templates/{template}")).await.expect(204);
    desk.delete(&on(1)).await.expect(204);
}

#[tokio::test]
async fn an_endpoint_is_changed_field_by_field() {
    let desk = desk(Seed::Empty);
    let template = json!({ "name": "worker", "imageName": "acme/worker:1", "isServerless": true });
    let template = id(&desk.post("/v1/templates", template).await.expect(200));
    let cpu = json!({ "name": "e", "templateId": template, "computeType": "CPU", "cpuFlavorIds": ["cpu3c", "cpu5c"],
        "scalerType": "REQUEST_COUNT", "scalerValue": 7, "idleTimeout": 30 });
    let made = desk.post("/v1/endpoints", cpu).await.expect(200);
    assert_eq!(made["instanceIds"], json!(["cpu3c-2-4", "cpu5c-2-4"]));
    assert_eq!((&made["computeType"], &made["idleTimeout"]), (&json!("CPU"), &json!(30)));
    let at = format!("/v1/endpoints/{}", id(&made));
    let changed = desk.patch(&at, json!({ "vcpuCount": 4 })).await.expect(200);
    assert_eq!(changed["instanceIds"], json!(["cpu3c-4-8", "cpu5c-4-8"]));
    let changed = desk.post(&format!("{at}/update"), json!({ "scalerValue": 9 })).await.expect(200);
    assert_eq!((&changed["scalerType"], &changed["scalerValue"]), (&json!("REQUEST_COUNT"), &json!(9)));
    assert!(desk.patch(&at, json!({ "workersMin": 5 })).await.refused(400).contains("`workers.min` is 5"));
    assert!(desk.post("/v1/endpoints", json!({ "name": "e" })).await.refused(400).contains("templateId"));
}

#[tokio::test]
async fn what_v1_has_no_word_for_is_left_out() {
    let desk = desk(Seed::Empty);
    let endpoint = json!({ "name": "lb", "type": "LOAD_BALANCER", "image": "acme/lb:1",
        "gpu": { "pools": ["AMPERE_24"], "count": 1, "allowedCudaVersions": ["12.8", "12.11"] },
        "dataCenterIds": ["US-MD-1", "EU-RO-1"], "scaling": { "type": "REQUEST_COUNT", "requestCount": 2 } });
    let made = desk.post("/v2/serverless", endpoint).await.expect(201);
    let seen = desk.get(&format!("/v1/endpoints/{}?includeTemplate=true", id(&made))).await.expect(200);
    assert_eq!(seen["dataCenterIds"], json!(["EU-RO-1"]));
    assert_eq!(seen["allowedCudaVersions"], json!(["12.8"]));
    assert_eq!((seen.get("templateId"), &seen["template"]["imageName"]), (None, &json!("acme/lb:1")));
}

#[tokio::test]
async fn a_template_has_the_defaults_of_v1_and_loses_its_volume_at_zero() {
    let desk = desk(Seed::Empty);
    let new = json!({ "name": "t", "imageName": "a", "readme": "# Hello", "dockerStartCmd": ["run"] });
    let made = desk.post("/v1/templates", new).await.expect(200);
    assert_eq!((&made["volumeInGb"], &made["volumeMountPath"]), (&json!(20), &json!("/workspace")));
    assert_eq!((&made["containerDiskInGb"], &made["category"]), (&json!(50), &json!("NVIDIA")));
    assert_eq!(made["readme"], "# Hello");
    let at = format!("/v1/templates/{}", id(&made));
    assert_eq!(desk.patch(&at, json!({ "volumeInGb": 0 })).await.expect(200)["volumeInGb"], 0);
    let seen = desk.get(&at.replace("v1", "v2")).await.expect(200);
    assert_eq!((&seen["mounts"], &seen["cmd"]), (&json!({}), &json!(["run"])));

    let pod = make(&desk, json!({ "templateId": id(&made), "gpuTypeIds": ["NVIDIA L4"] })).await;
    assert_eq!((&pod["templateId"], &pod["image"]), (&made["id"], &json!("a")));
    assert_eq!((&pod["dockerStartCmd"], &pod["volumeInGb"]), (&json!(["run"]), &json!(0)));
    assert!(desk.delete(&at).await.refused(400).contains("is in use by pod"));
}

#[tokio::test]
async fn public_templates_show_when_asked_for() {
    let desk = desk(Seed::Empty);
    let own = json!({ "name": "own", "imageName": "a", "isPublic": true });
    desk.post("/v1/templates", own).await.expect(200);
    assert_eq!(list(&desk, "/v1/templates", "name").await, ["own"]);
    let official = list(&desk, "/v1/templates?includeRunpodTemplates=true", "id").await;
    assert!(official.iter().any(|id| id == "30zmvf89kd") && official.len() > 1);
    let public = list(&desk, "/v1/templates?includePublicTemplates=true", "name").await;
    assert!(public.len() > 1 && public.iter().filter(|name| *name == "own").count() == 1);
    let seen = desk.get("/v1/templates/30zmvf89kd").await.expect(200);
    assert_eq!((&seen["isRunpod"], &seen["isPublic"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn paths_and_keys_that_lead_nowhere_are_told_so_in_a_message() {
    let desk = desk(Seed::Empty);
    assert_eq!(desk.get("/v1/bogus").await.refused(404), "The requested path was not found.");
    assert_eq!(desk.get("/v1/pods/nobody").await.refused(404), "pod `nobody` not found");
    assert_eq!(desk.with_key("rpa_WRONG").get("/v1/pods").await.refused(401), "missing bearer token");
    let said = desk.get("/v1/pods").await;
    assert_eq!(said.headers["content-type"], "application/json");
    assert_eq!(said.expect(200), json!([]));
}

#[tokio::test]
async fn trouble_is_worded_as_the_version_words_it() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::operation("ListPods").times(1).then(Action::status(503)));
    assert_eq!(desk.twin.journal().count("ListPods"), 0);
    let request = http::Request::get("/v1/pods").body(axum::body::Body::empty()).unwrap();
    let said = desk.raw(request).await;
    assert_eq!((said.status.as_u16(), said.text.as_str()), (503, r#"{"message":"scripted by the sandbox"}"#));
    desk.twin.faults().add(Match::any().then(Action::Balance { usd: 0.0 }));
    assert!(desk.post("/v1/pods", gpu_pod()).await.refused(400).starts_with("insufficient balance"));
}

fn sum(records: &Value, key: &str) -> f64 {
    records.as_array().unwrap().iter().map(|record| record[key].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn bills_of_v1_add_up_to_those_of_v2_however_they_are_grouped() {
    let desk = desk(Seed::Demo);
    for (one, two) in [
        ("pods?grouping=podId", "pods"),
        ("pods?grouping=gpuTypeId", "pods"),
        ("endpoints", "serverless"),
        ("endpoints?grouping=podId", "serverless"),
        ("endpoints?grouping=gpuTypeId&bucketSize=month", "serverless?bucketSize=month"),
        ("networkvolumes", "network-volumes"),
    ] {
        let records = desk.get(&format!("/v1/billing/{one}")).await.expect(200);
        let whole = desk.get(&format!("/v2/billing/{two}")).await.expect(200);
        let total = whole["metadata"]["totals"]["totalAmount"].as_f64().unwrap();
        assert!(total > 0.0 && (sum(&records, "amount") - total).abs() < 1e-6, "{one}: {total}");
    }
}

#[tokio::test]
async fn a_bill_of_v1_tells_time_gigabytes_and_what_it_ran_on() {
    let desk = desk(Seed::Empty);
    let pod = id(&make(&desk, gpu_pod()).await);
    make(&desk, json!({ "imageName": "a", "gpuTypeIds": ["NVIDIA L4"] })).await;
    desk.pass(3600);
    let records = desk.get(&format!("/v1/billing/pods?grouping=podId&podId={pod}")).await.expect(200);
    let [record] = records.as_array().unwrap().as_slice() else { panic!("{records}") };
    assert_eq!((&record["podId"], &record["timeBilledMs"]), (&json!(pod), &json!(3_600_000)));
    assert_eq!((&record["diskSpaceBilledGb"], &record["time"]), (&json!(70), &json!("2026-06-01T00:00:00Z")));
    let types = desk.get("/v1/billing/pods").await.expect(200);
    let types: Vec<_> = types.as_array().unwrap().iter().map(|record| &record["gpuTypeId"]).collect();
    assert_eq!(types, ["NVIDIA GeForce RTX 4090", "NVIDIA L4"]);
    let one = desk.get("/v1/billing/pods?gpuTypeId=NVIDIA%20L4").await.expect(200);
    assert_eq!(one.as_array().unwrap().len(), 1);
    assert!(desk.get("/v1/billing/pods?startTime=yesterday").await.refused(400).contains("startTime"));
}

#[tokio::test]
async fn what_an_older_v2_has_not_learnt_v1_has_always_known() {
    let without = vec![Without::CpuPods, Without::TemplateId];
    let desk = desk_with(Settings { seed: Seed::Empty, pace: Pace::Manual, without, ..Settings::default() });
    let cpu = json!({ "id": "cpu5c", "vcpuCount": 2 });
    desk.post("/v2/pods", json!({ "name": "p", "image": "a", "cpu": cpu })).await.refused(422);
    let template =
        id(&desk.post("/v1/templates", json!({ "name": "t", "imageName": "a" })).await.expect(200));
    let body = json!({ "templateId": template, "computeType": "CPU", "cpuFlavorIds": ["cpu5c"] });
    assert_eq!(make(&desk, body).await["cpuFlavorId"], "cpu5c");
}

#[tokio::test]
async fn requests_of_v1_use_up_no_rate() {
    let settings = Settings { seed: Seed::Empty, enforce_rate_limits: true, ..Settings::default() };
    let desk = desk_with(Settings { pace: Pace::Manual, ..settings });
    for _ in 0..100 {
        desk.get("/v1/pods").await.expect(200);
    }
    let left = desk.get("/v2/pods").await.headers["ratelimit"].to_str().unwrap().to_owned();
    assert!(left.starts_with("\"minute\";r=59;"), "{left}");
}

#[tokio::test]
async fn a_volume_too_small_to_be_shown_on_v2_is_refused() {
    let desk = desk(Seed::Empty);
    let small = json!({ "imageName": "a", "volumeInGb": 5 });
    assert_eq!(desk.post("/v1/pods", small).await.refused(400), "a volume has at least 10 GB, not 5");
    let none = make(&desk, json!({ "imageName": "a", "volumeInGb": 0 })).await;
    assert_eq!(none["volumeInGb"], 0);
    let small = json!({ "name": "v", "size": 5, "dataCenterId": "EU-RO-1" });
    let said = desk.post("/v1/networkvolumes", small).await.refused(400);
    assert_eq!(said, "a network volume has at least 10 GB, not 5");
    let no_disk = json!({ "imageName": "a", "containerDiskInGb": 0 });
    desk.post("/v1/pods", no_disk).await.refused(400);
}
