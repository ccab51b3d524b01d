//! Pods: what may be asked for, how they come up, what may be done when.

use runpod_sim::{Action, Match, Seed, Settings, Without};
use serde_json::{Value, json};

use crate::desk::{Desk, desk, desk_with};

/// Longer than any boot takes.
const BOOT: u64 = 60;

fn gpu_pod() -> Value {
    json!({ "name": "trainer", "image": "runpod/pytorch:2.1.0-py3.10-cuda11.8.0-devel-ubuntu22.04",
        "gpu": { "id": "NVIDIA GeForce RTX 4090", "count": 1 }, "ports": ["8888/http", "22/tcp"] })
}

/// A body with these fields on top.
fn with(mut body: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("not an object: {more}") };
    body.as_object_mut().unwrap().extend(more);
    body
}

async fn make(desk: &Desk, body: Value) -> String {
    desk.post("/v2/pods", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn pod(desk: &Desk, id: &str) -> Value {
    desk.get(&format!("/v2/pods/{id}")).await.expect(200)
}

async fn act(desk: &Desk, id: &str, action: &str) -> crate::desk::Said {
    desk.post(&format!("/v2/pods/{id}/action"), json!({ "action": action })).await
}

#[tokio::test]
async fn a_pod_is_placed_starts_and_runs_as_time_passes() {
    let desk = desk(Seed::Empty);
    let made = desk.post("/v2/pods", gpu_pod()).await.expect(201);
    assert_eq!(made["status"], "PROVISIONING");
    assert_eq!(made["actions"], json!(["stop", "terminate"]));
    assert_eq!(
        (&made["dataCenterId"], &made["runtime"], &made["ssh"]["proxy"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!((&made["cost"], &made["cloud"], &made["disk"]), (&json!(0.69), &json!("SECURE"), &json!(50)));

    let id = made["id"].as_str().unwrap();
    assert!(id.len() == 14 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    let mut seen = Vec::new();
    for _ in 0..BOOT {
        seen.push(pod(&desk, id).await["status"].as_str().unwrap().to_owned());
        desk.pass(1);
    }
    seen.dedup();
    assert_eq!(seen, ["PROVISIONING", "STARTING", "RUNNING"]);

    let runs = pod(&desk, id).await;
    assert_eq!(runs["actions"], json!(["stop", "restart", "terminate"]));
    assert_eq!(runs["gpu"]["id"], "NVIDIA GeForce RTX 4090");
    assert!(
        runs["dataCenterId"].is_string() && runs["cudaVersion"].is_string() && runs["startedAt"].is_string()
    );
    assert!(runs["runtime"]["uptime"].as_u64().unwrap() > 30);
    let direct = &runs["ssh"]["direct"];
    let tcp = &runs["runtime"]["ports"][1];
    assert_eq!((&direct["host"], &direct["port"]), (&tcp["ip"], &tcp["public"]));
    assert!(runs["ssh"]["proxy"]["username"].as_str().unwrap().starts_with(&format!("{id}-")));
}

#[tokio::test]
async fn a_stopped_pod_shows_no_cost_and_starts_again() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    desk.pass(BOOT);
    let stopped = act(&desk, &id, "stop").await.expect(200);
    assert_eq!((&stopped["status"], &stopped["cost"]), (&json!("EXITED"), &json!(0.0)));
    assert_eq!((&stopped["runtime"], &stopped["ssh"]["direct"]), (&json!(null), &json!(null)));
    assert_eq!(stopped["actions"], json!(["start", "terminate"]));
    assert!(stopped["startedAt"].is_string());

    assert_eq!(act(&desk, &id, "start").await.expect(200)["status"], "PROVISIONING");
    desk.pass(BOOT);
    assert_eq!(pod(&desk, &id).await["status"], "RUNNING");
}

#[tokio::test]
async fn what_the_status_forbids_is_a_conflict() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    let said = act(&desk, &id, "start").await;
    assert!(said.headers.contains_key("ratelimit"));
    assert_eq!(said.refused(409), "cannot start a pod that is PROVISIONING; possible: stop, terminate");
    act(&desk, &id, "restart").await.refused(409);
    act(&desk, &id, "stop").await.expect(200);
    act(&desk, &id, "stop").await.refused(409);
    act(&desk, &id, "reset").await.refused(422);
    assert_eq!(act(&desk, &id, "terminate").await.expect(204), Value::Null);
    act(&desk, &id, "terminate").await.refused(404);
    desk.get(&format!("/v2/pods/{id}")).await.refused(404);
}

#[tokio::test]
async fn a_locked_pod_is_neither_stopped_nor_restarted() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    desk.pass(BOOT);
    assert_eq!(
        desk.patch(&format!("/v2/pods/{id}"), json!({ "locked": true })).await.expect(200)["status"],
        "RUNNING"
    );
    act(&desk, &id, "stop").await.refused(409);
    act(&desk, &id, "restart").await.refused(409);
    desk.patch(&format!("/v2/pods/{id}"), json!({ "locked": false })).await.expect(200);
    act(&desk, &id, "stop").await.expect(200);
}

#[tokio::test]
async fn a_restart_comes_up_again_without_being_placed() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    desk.pass(BOOT);
    let before = pod(&desk, &id).await;
    let again = act(&desk, &id, "restart").await.expect(200);
    assert_eq!((&again["status"], &again["dataCenterId"]), (&json!("STARTING"), &before["dataCenterId"]));
    assert_eq!(again["startedAt"], before["startedAt"]);
    desk.pass(BOOT);
    let after = pod(&desk, &id).await;
    assert_eq!(after["status"], "RUNNING");
    assert_ne!(after["startedAt"], before["startedAt"]);
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_ends_in_an_error_and_costs_nothing_more() {
    let desk = desk(Seed::Empty);
    let named = make(&desk, with(gpu_pod(), json!({ "image": "runpod/does-not-exist:1" }))).await;
    desk.twin.faults().add(Match::any().then(Action::UnpullableImage { image: "acme/*".into() }));
    let scripted = make(&desk, with(gpu_pod(), json!({ "image": "acme/model:2" }))).await;
    desk.pass(BOOT);
    for id in [named, scripted] {
        let failed = pod(&desk, &id).await;
        assert_eq!((&failed["status"], &failed["cost"]), (&json!("ERROR"), &json!(0.0)));
        assert_eq!(
            (&failed["actions"], &failed["startedAt"]),
            (&json!(["start", "terminate"]), &json!(null))
        );
    }
}

#[tokio::test]
async fn a_container_that_ends_by_itself_stops_its_pod_and_nobody_restarts_it() {
    let desk = desk(Seed::Empty);
    let fault =
        json!({ "action": { "kind": "container-exit", "image": "acme/*", "code": 3, "after": "90s" } });
    desk.post("/__sandbox/faults", fault).await.expect(200);
    let id = make(&desk, with(gpu_pod(), json!({ "image": "acme/job:2" }))).await;
    let other = make(&desk, gpu_pod()).await;
    desk.pass(BOOT);
    assert_eq!(pod(&desk, &id).await["status"], "RUNNING");
    desk.pass(90);
    let ended = pod(&desk, &id).await;
    assert_eq!((&ended["status"], &ended["cost"]), (&json!("EXITED"), &json!(0.0)));
    assert_eq!((&ended["actions"], &ended["runtime"]), (&json!(["start", "terminate"]), &json!(null)));
    assert_eq!(pod(&desk, &other).await["status"], "RUNNING");
    desk.pass(3600);
    assert_eq!(pod(&desk, &id).await["status"], "EXITED");
    act(&desk, &id, "start").await.expect(200);
    desk.pass(BOOT);
    assert_eq!(pod(&desk, &id).await["status"], "RUNNING", "until it ends again");
}

#[tokio::test]
async fn ports_that_are_mapped_late_have_no_address_until_then_in_either_version() {
    let desk = desk(Seed::Empty);
    let fault = json!({ "action": { "kind": "late-ports", "image": "acme/*", "by": "5m" } });
    desk.post("/__sandbox/faults", fault).await.expect(200);
    let id = make(&desk, with(gpu_pod(), json!({ "image": "acme/web:1" }))).await;
    desk.pass(BOOT);
    let early = pod(&desk, &id).await;
    assert_eq!((&early["status"], &early["ssh"]["direct"]), (&json!("RUNNING"), &json!(null)));
    assert_eq!(
        early["runtime"]["ports"][1],
        json!({ "private": 22, "public": null, "type": "tcp", "ip": null })
    );
    let older = desk.get(&format!("/v1/pods/{id}")).await.expect(200);
    assert_eq!((&older["publicIp"], &older["portMappings"]), (&json!(null), &json!(null)), "{older}");
    desk.pass(300);
    let late = pod(&desk, &id).await;
    assert!(
        late["ssh"]["direct"]["port"].is_u64() && late["runtime"]["ports"][1]["public"].is_u64(),
        "{late}"
    );
}

#[tokio::test]
async fn a_pod_whose_host_is_lost_is_terminated_and_costs_nothing_more() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    let scenario = "[[at]]\ntime = \"1h\"\naction = { kind = \"lose-pod\", pod = \"train*\" }";
    let fault = json!({ "action": { "kind": "lose-pod", "pod": "train*" } });
    assert!(scenario.parse::<runpod_sim::Scenario>().is_ok());
    desk.pass(BOOT);
    desk.post("/__sandbox/faults", fault).await.expect(200);
    let lost = pod(&desk, &id).await;
    assert_eq!(
        (&lost["status"], &lost["actions"], &lost["cost"]),
        (&json!("TERMINATED"), &json!([]), &json!(0.0))
    );
    act(&desk, &id, "start").await.refused(409);
    let bill = desk.get("/v2/billing/pods").await.expect(200)["metadata"]["totals"].clone();
    desk.pass(3600);
    assert_eq!(desk.get("/v2/billing/pods").await.expect(200)["metadata"]["totals"], bill);
    desk.delete(&format!("/v2/pods/{id}")).await.expect(204);
}

#[tokio::test]
async fn a_cpu_pod_derives_its_memory_and_has_no_gpu() {
    let desk = desk(Seed::Empty);
    let body = json!({ "name": "cpu", "image": "ubuntu", "cpu": { "id": "cpu5g", "vcpuCount": 4 } });
    let made = desk.post("/v2/pods", body).await.expect(201);
    assert_eq!(made["cpu"], json!({ "id": "cpu5g", "vcpuCount": 4, "memory": 16 }));
    assert_eq!((made.get("gpu"), &made["cost"]), (None, &json!(0.16)));
}

#[tokio::test]
async fn what_does_not_go_together_is_400_and_what_breaks_the_schema_422() {
    let desk = desk(Seed::Empty);
    let persistent = json!({ "size": 20, "path": "/workspace" });
    let cpu = json!({ "id": "cpu3c", "vcpuCount": 2 });
    let neither = json!({ "name": "x", "image": "ubuntu" });
    let cases = [
        (400, neither.clone()),
        (400, with(gpu_pod(), json!({ "cpu": cpu }))),
        (400, with(neither.clone(), json!({ "cpu": { "id": "cpu3c", "vcpuCount": 3 } }))),
        (400, with(neither.clone(), json!({ "cpu": { "id": "cpu9z", "vcpuCount": 2 } }))),
        (400, with(neither.clone(), json!({ "cpu": cpu, "mounts": { "persistent": persistent } }))),
        (
            400,
            with(
                gpu_pod(),
                json!({ "gpu": { "id": "NVIDIA L4", "allowedCudaVersions": ["12.8"], "minCudaVersion": "12.4" } }),
            ),
        ),
        (400, with(gpu_pod(), json!({ "gpu": { "id": "GeForce 256" } }))),
        (400, with(gpu_pod(), json!({ "gpu": { "id": "NVIDIA L4", "count": 99 } }))),
        (400, with(gpu_pod(), json!({ "dataCenterIds": ["XX-1"] }))),
        (400, with(gpu_pod(), json!({ "dataCenterIds": ["EU-RO-1"], "args": "a", "cmd": ["b"] }))),
        (400, with(gpu_pod(), json!({ "dataCenterIds": ["US-DE-1"], "globalNetworking": true }))),
        (400, with(gpu_pod(), json!({ "ports": ["22"] }))),
        (404, with(gpu_pod(), json!({ "mounts": { "network": [{ "volumeId": "gone", "path": "/v" }] } }))),
        (404, with(gpu_pod(), json!({ "templateId": "gone" }))),
        (422, with(gpu_pod(), json!({ "gpu": { "id": "NVIDIA L4", "count": 0 } }))),
        (422, with(gpu_pod(), json!({ "gpuCount": 1 }))),
        (422, with(neither, json!({ "cpu": { "id": "cpu3c", "vcpuCount": 2, "minCudaVersion": "12.4" } }))),
        (422, json!({ "name": "x", "gpu": { "id": "NVIDIA L4" } })),
        (422, with(gpu_pod(), json!({ "env": { "A": 1 } }))),
    ];
    for (status, body) in cases {
        let said = desk.post("/v2/pods", body.clone()).await;
        assert_eq!(said.status, status, "{body} got {}", said.text);
    }
    assert_eq!(desk.get("/v2/pods").await.expect(200)["pods"], json!([]));
}

#[tokio::test]
async fn an_empty_list_of_cuda_versions_may_come_with_a_floor() {
    let desk = desk(Seed::Empty);
    let gpu = json!({ "id": "NVIDIA L4", "allowedCudaVersions": [], "minCudaVersion": "12.8" });
    let id = make(&desk, with(gpu_pod(), json!({ "gpu": gpu }))).await;
    desk.pass(BOOT);
    let version = pod(&desk, &id).await["cudaVersion"].as_str().unwrap().to_owned();
    assert!(["12.8", "12.9", "13.0"].contains(&version.as_str()), "{version}");
}

#[tokio::test]
async fn a_pod_goes_where_its_volume_is_and_nowhere_else() {
    let desk = desk(Seed::Empty);
    let volume = json!({ "name": "data", "size": 50, "dataCenter": "EU-RO-1" });
    let volume = desk.post("/v2/network-volumes", volume).await.expect(201)["id"].clone();
    let mounts = json!({ "network": [{ "volumeId": volume, "path": "/data" }] });
    let id = make(&desk, with(gpu_pod(), json!({ "mounts": mounts }))).await;
    desk.pass(BOOT);
    let placed = pod(&desk, &id).await;
    assert_eq!((&placed["dataCenterId"], &placed["mounts"]), (&json!("EU-RO-1"), &mounts));

    let both = json!({ "network": mounts["network"], "persistent": { "size": 10, "path": "/p" } });
    for more in [
        json!({ "mounts": mounts, "dataCenterIds": ["US-KS-2"] }),
        json!({ "mounts": mounts, "cloud": "COMMUNITY" }),
        json!({ "mounts": both }),
    ] {
        desk.post("/v2/pods", with(gpu_pod(), more)).await.refused(400);
    }
}

#[tokio::test]
async fn a_change_of_the_container_restarts_it_and_a_new_name_does_not() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, with(gpu_pod(), json!({ "env": { "A": "1" } }))).await;
    desk.pass(BOOT);
    let path = format!("/v2/pods/{id}");
    let renamed = desk.patch(&path, json!({ "name": "other" })).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["status"]), (&json!("other"), &json!("RUNNING")));
    let changed =
        desk.patch(&path, json!({ "env": { "B": "2" }, "cmd": ["serve", "--port", "80"] })).await.expect(200);
    assert_eq!((&changed["status"], &changed["env"]), (&json!("STARTING"), &json!({ "B": "2" })));
    assert_eq!(changed["args"], r#"{"cmd":["serve","--port","80"]}"#);
    desk.pass(BOOT);
    assert_eq!(pod(&desk, &id).await["status"], "RUNNING");
}

#[tokio::test]
async fn mounts_grow_and_move_but_keep_their_kind() {
    let desk = desk(Seed::Empty);
    let mounts = json!({ "persistent": { "size": 20, "path": "/workspace" } });
    let id = make(&desk, with(gpu_pod(), json!({ "mounts": mounts }))).await;
    let path = format!("/v2/pods/{id}");
    let ask = |mounts: Value| desk.patch(&path, json!({ "mounts": mounts }));
    assert_eq!(ask(json!({})).await.expect(200)["mounts"], mounts);
    let grown = json!({ "persistent": { "size": 40, "path": "/data" } });
    assert_eq!(ask(grown.clone()).await.expect(200)["mounts"], grown);
    ask(mounts).await.refused(400);
    ask(json!({ "network": [] })).await.refused(400);
    ask(json!({ "network": [{ "volumeId": "v", "path": "/v" }] })).await.refused(400);
    ask(json!({ "persistent": { "size": 40 } })).await.refused(422);
    desk.patch(&path, json!({ "gpu": { "id": "NVIDIA L4" } })).await.refused(422);
}

#[tokio::test]
async fn the_newest_pod_comes_first_and_pages_add_up_to_the_whole() {
    let desk = desk(Seed::Empty);
    let mut made = Vec::new();
    for _ in 0..7 {
        made.insert(0, make(&desk, gpu_pod()).await);
    }
    let ids = |page: &Value| -> Vec<String> {
        page["pods"].as_array().unwrap().iter().map(|pod| pod["id"].as_str().unwrap().to_owned()).collect()
    };
    let whole = desk.get("/v2/pods").await.expect(200);
    assert_eq!(
        (ids(&whole), &whole["pagination"]),
        (made.clone(), &json!({ "nextCursor": null, "hasNextPage": false }))
    );

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/v2/pods?limit=3{cursor}")).await.expect(200);
        seen.extend(ids(&page));
        let Some(next) = page["pagination"]["nextCursor"].as_str() else { break };
        // Somebody rents another one in between: it does not shift what was not shown yet.
        make(&desk, gpu_pod()).await;
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn a_cursor_fits_only_the_question_it_came_from() {
    let desk = desk(Seed::Empty);
    desk.twin.add_account("user_other", "rpa_OTHER");
    for _ in 0..3 {
        make(&desk, gpu_pod()).await;
    }
    let page = desk.get("/v2/pods?limit=1").await.expect(200);
    let cursor = page["pagination"]["nextCursor"].as_str().unwrap();
    desk.get(&format!("/v2/pods?limit=2&cursor={cursor}")).await.expect(200);
    desk.get(&format!("/v2/pods?limit=1&includeClusterPods=true&cursor={cursor}")).await.refused(422);
    desk.with_key("rpa_OTHER").get(&format!("/v2/pods?cursor={cursor}")).await.refused(422);
    for broken in ["abc", "%00", &format!("{cursor}0"), &"é".repeat(16), ""] {
        desk.get(&format!("/v2/pods?cursor={broken}")).await.refused(422);
    }
    for limit in ["0", "1001", "x"] {
        desk.get(&format!("/v2/pods?limit={limit}")).await.refused(422);
    }
}

#[tokio::test]
async fn without_money_nothing_new_starts() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, gpu_pod()).await;
    act(&desk, &id, "stop").await.expect(200);
    desk.twin.faults().add(Match::any().then(Action::Balance { usd: 0.0 }));
    desk.post("/v2/pods", gpu_pod()).await.refused(402);
    act(&desk, &id, "start").await.refused(402);
    desk.twin.faults().add(Match::any().then(Action::Balance { usd: 1.0 }));
    act(&desk, &id, "start").await.expect(200);
}

#[tokio::test]
async fn a_gpu_that_is_sold_out_is_refused_by_name() {
    let desk = desk(Seed::Empty);
    desk.twin.faults().add(Match::any().then(Action::SoldOut { gpu: "*4090".into() }));
    let said = desk.post("/v2/pods", gpu_pod()).await.refused(400);
    assert_eq!(said, "no instances available: 1 x NVIDIA GeForce RTX 4090 in the SECURE cloud");
    make(&desk, with(gpu_pod(), json!({ "gpu": { "id": "NVIDIA L4" } }))).await;
}

#[tokio::test]
async fn a_template_is_copied_once_and_the_body_wins() {
    let desk = desk(Seed::Empty);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@sandbox";
    desk.send(http::Method::PUT, "/v2/account/ssh-keys", Some(json!({ "keys": [key] }))).await.expect(200);
    let template = json!({ "name": "t", "image": "acme/base:1", "disk": 30, "env": { "A": "1", "B": "1" },
        "mounts": { "persistent": { "size": 25, "path": "/workspace" } }, "startJupyter": false });
    let template = desk.post("/v2/templates", template).await.expect(201)["id"].clone();
    let body = json!({ "name": "x", "templateId": template, "gpu": { "id": "NVIDIA L4" }, "env": { "B": "2" }, "disk": 15 });
    let made = desk.post("/v2/pods", body).await.expect(201);
    assert_eq!(
        (&made["image"], &made["disk"], &made["template"]),
        (&json!("acme/base:1"), &json!(15), &json!(null))
    );
    assert_eq!(made["env"], json!({ "A": "1", "B": "2", "PUBLIC_KEY": key }));
    assert_eq!(made["mounts"]["persistent"]["size"], 25);

    let cpu = json!({ "name": "x", "templateId": template, "cpu": { "id": "cpu3c", "vcpuCount": 2 }, "startSsh": false });
    let made = desk.post("/v2/pods", cpu).await.expect(201);
    assert_eq!((&made["mounts"], &made["env"]), (&json!({}), &json!({ "A": "1", "B": "1" })));

    desk.patch(&format!("/v2/templates/{}", template.as_str().unwrap()), json!({ "serverless": true }))
        .await
        .expect(200);
    let body = json!({ "name": "x", "templateId": template, "gpu": { "id": "NVIDIA L4" } });
    desk.post("/v2/pods", body).await.refused(422);
}

#[tokio::test]
async fn jupyter_gets_a_password_and_ssh_the_keys_of_the_account_if_there_are_any() {
    let desk = desk(Seed::Empty);
    let made = desk.post("/v2/pods", with(gpu_pod(), json!({ "startSsh": true, "startJupyter": true })));
    let env = made.await.expect(201)["env"].clone();
    assert_eq!((env.get("PUBLIC_KEY"), env["JUPYTER_PASSWORD"].as_str().unwrap().len()), (None, 20));
}

#[tokio::test]
async fn a_small_body_can_be_too_large_with_its_template() {
    let desk = desk(Seed::Empty);
    let half = "x".repeat(60_000);
    let template = json!({ "name": "t", "image": "ubuntu", "env": { "A": half } });
    let template = desk.post("/v2/templates", template).await.expect(201)["id"].clone();
    let body =
        json!({ "name": "x", "templateId": template, "gpu": { "id": "NVIDIA L4" }, "env": { "B": half } });
    desk.post("/v2/pods", body).await.refused(413);
}

#[tokio::test]
async fn global_networking_gives_an_address_while_the_pod_runs() {
    let desk = desk(Seed::Empty);
    let id = make(&desk, with(gpu_pod(), json!({ "globalNetworking": true }))).await;
    assert_eq!(pod(&desk, &id).await["globalNetworking"], json!({ "enabled": true }));
    desk.pass(BOOT);
    let network = pod(&desk, &id).await["globalNetworking"].clone();
    assert_eq!(network["internalDns"], format!("{id}.runpod.internal"));
    assert!(network["ip"].as_str().unwrap().starts_with("10."));

    // Switching it on later shows at the next start.
    let late = make(&desk, with(gpu_pod(), json!({ "dataCenterIds": ["EU-RO-1"] }))).await;
    desk.pass(BOOT);
    let path = format!("/v2/pods/{late}");
    let asked = desk.patch(&path, json!({ "globalNetworking": true })).await.expect(200);
    assert_eq!(asked["globalNetworking"], json!({ "enabled": true }));
    act(&desk, &late, "restart").await.expect(200);
    desk.pass(BOOT);
    assert!(pod(&desk, &late).await["globalNetworking"]["ip"].is_string());
}

#[tokio::test]
async fn older_hosts_refuse_what_they_have_not_learnt_and_do_not_page() {
    let older = |without| {
        let settings = Settings { seed: Seed::Empty, pace: runpod_sim::Pace::Manual, ..Settings::default() };
        desk_with(Settings { without: vec![without], ..settings })
    };
    let cpu = json!({ "name": "x", "image": "ubuntu", "cpu": { "id": "cpu3c", "vcpuCount": 2 } });
    let said = older(Without::CpuPods).post("/v2/pods", cpu).await.refused(422);
    assert!(said.contains("additional properties 'cpu' not allowed"), "{said}");

    let templated = with(gpu_pod(), json!({ "templateId": "t" }));
    let said = older(Without::TemplateId).post("/v2/pods", templated).await.refused(422);
    assert!(said.contains("additional properties 'templateId' not allowed"), "{said}");

    let desk = older(Without::Pagination);
    let pods = [make(&desk, gpu_pod()).await, make(&desk, gpu_pod()).await];
    let request =
        http::Request::get("/v2/pods?limit=1").header("authorization", format!("Bearer {}", desk.twin.key()));
    let list = desk.raw(request.body(axum::body::Body::empty()).unwrap()).await.expect(200);
    assert_eq!((list["pods"].as_array().unwrap().len(), list.get("pagination")), (pods.len(), None));
}
