//! Serverless endpoints: what they may be and become.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::desk::{Desk, Said, desk};

/// The least that a queue endpoint on GPUs needs.
fn queue() -> Value {
    json!({
        "name": "e", "type": "QUEUE", "image": "runpod/test-output:0.0.1", "gpu": { "pools": ["AMPERE_80"] },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 },
    })
}

/// A queue endpoint with these fields on top; null takes one away.
fn with(changes: Value) -> Value {
    let mut body = queue();
    let Value::Object(changes) = changes else { panic!("no fields: {changes}") };
    for (name, value) in changes {
        body[name] = value;
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

async fn ask(desk: &Desk, body: Value) -> Said {
    desk.post("/v2/serverless", body).await
}

async fn endpoint(desk: &Desk, body: Value) -> (String, Value) {
    let made = ask(desk, body).await.expect(201);
    (format!("/v2/serverless/{}", made["id"].as_str().unwrap()), made)
}

#[tokio::test]
async fn an_endpoint_says_everything_that_was_not_said() {
    let desk = desk(Seed::Empty);
    let (path, made) = endpoint(&desk, queue()).await;
    assert_eq!(desk.get(&path).await.expect(200), made);
    let id = made["id"].as_str().unwrap();
    let run = |path: &str| format!("https://api.runpod.ai/v2/{id}/{path}");
    let expected = json!({
        "id": id, "name": "e", "type": "QUEUE", "image": "runpod/test-output:0.0.1", "args": "",
        "entrypoint": [], "cmd": [], "disk": 50, "env": {}, "ports": [], "registry": null,
        "gpu": { "pools": ["AMPERE_80"], "count": 1, "allowedCudaVersions": [], "minCudaVersion": null },
        "workers": { "min": 0, "max": 3, "idleTimeout": 10 },
        "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4.0 },
        "dataCenterIds": [], "networkVolumes": [], "timeout": 300_000, "flashboot": "OFF",
        "requestUrls": {
            "run": run("run"), "runSync": run("runsync"), "status": run("status/{job_id}"),
            "stream": run("stream/{job_id}"), "cancel": run("cancel/{job_id}"), "retry": run("retry/{job_id}"),
            "purgeQueue": run("purge-queue"), "health": run("health"),
        },
        "createdAt": "2026-06-01T12:00:00Z",
    });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn a_load_balancer_has_a_base_address_and_scales_by_requests_only() {
    let desk = desk(Seed::Empty);
    let requests = json!({ "type": "REQUEST_COUNT", "requestCount": 5 });
    let body =
        with(json!({ "type": "LOAD_BALANCER", "scaling": requests, "workers": { "idleTimeout": 60 } }));
    let (path, made) = endpoint(&desk, body).await;
    let base = format!("https://{}.api.runpod.ai", made["id"].as_str().unwrap());
    assert_eq!(made["requestUrls"], json!({ "base": base, "health": format!("{base}/ping") }));
    assert_eq!(made["workers"]["idleTimeout"], 60);
    let changed = desk.patch(&path, json!({ "env": { "HEALTH_CHECK_PATH": "/healthz" } })).await.expect(200);
    assert_eq!(changed["requestUrls"]["health"], format!("{base}/healthz"));

    ask(&desk, with(json!({ "type": "LOAD_BALANCER" }))).await.refused(422);
    let delay = json!({ "scaling": { "type": "QUEUE_DELAY", "queueDelay": 4 } });
    let said = desk.patch(&path, delay).await.refused(400);
    assert_eq!(said, "a LOAD_BALANCER endpoint scales by REQUEST_COUNT only");
}

#[tokio::test]
async fn a_queue_that_scales_by_requests_has_no_idle_timeout() {
    let desk = desk(Seed::Empty);
    let requests = json!({ "type": "REQUEST_COUNT", "requestCount": 5 });
    let body = |workers| with(json!({ "scaling": requests, "workers": workers }));
    let said = ask(&desk, body(json!({ "idleTimeout": 5 }))).await.refused(400);
    assert!(said.contains("workers.idleTimeout"), "{said}");
    let (path, made) = endpoint(&desk, body(json!({ "max": 2 }))).await;
    assert_eq!(made["workers"], json!({ "min": 0, "max": 2 }));

    desk.patch(&path, json!({ "workers": { "idleTimeout": 5 } })).await.refused(400);
    let delay = json!({ "scaling": queue()["scaling"], "workers": { "idleTimeout": 5 } });
    assert_eq!(desk.patch(&path, delay).await.expect(200)["workers"]["idleTimeout"], 5);
}

#[tokio::test]
async fn endpoints_that_the_schema_refuses() {
    let desk = desk(Seed::Empty);
    for (name, body) in [
        ("type", with(json!({ "type": null }))),
        ("name", with(json!({ "name": null }))),
        ("scaling", with(json!({ "scaling": null }))),
        ("image", with(json!({ "image": null }))),
        ("queueDelay", with(json!({ "scaling": { "type": "QUEUE_DELAY", "queueDelay": 0.4 } }))),
        ("requestCount", with(json!({ "scaling": { "type": "REQUEST_COUNT", "requestCount": 0 } }))),
        ("idleTimeout", with(json!({ "workers": { "idleTimeout": 0 } }))),
        ("idleTimeout", with(json!({ "workers": { "idleTimeout": 3601 } }))),
        ("max", with(json!({ "workers": { "max": -1 } }))),
        ("pools", with(json!({ "gpu": { "count": 1 } }))),
        ("pools", with(json!({ "gpu": { "pools": [] } }))),
        (
            "excludedTypes",
            with(json!({ "gpu": { "pools": ["AMPERE_80"], "excludedTypes": ["-NVIDIA L4"] } })),
        ),
        ("cpu", with(json!({ "gpu": null, "cpu": [] }))),
        ("gpuIds", with(json!({ "gpuIds": "AMPERE_80" }))),
    ] {
        let said = ask(&desk, body).await.refused(422);
        assert!(said.contains(name), "{name}: {said}");
    }
    assert_eq!(desk.get("/v2/serverless").await.expect(200)["endpoints"], json!([]));
}

#[tokio::test]
async fn endpoints_whose_parts_do_not_go_together() {
    let desk = desk(Seed::Empty);
    let cpu = json!([{ "id": "cpu5c", "vcpuCount": 4 }]);
    for (words, body) in [
        ("exactly one of `gpu` and `cpu`", with(json!({ "cpu": cpu }))),
        ("exactly one of `gpu` and `cpu`", with(json!({ "gpu": null }))),
        ("no GPU pool `NVIDIA L4`", with(json!({ "gpu": { "pools": ["NVIDIA L4"] } }))),
        (
            "in none of the pools",
            with(json!({ "gpu": { "pools": ["AMPERE_80"], "excludedTypes": ["NVIDIA L4"] } })),
        ),
        (
            "no machine of these pools has 64 GPUs",
            with(json!({ "gpu": { "pools": ["AMPERE_80"], "count": 64 } })),
        ),
        (
            "exclude each other",
            with(json!({ "gpu": {
                "pools": ["AMPERE_80"], "allowedCudaVersions": ["12.8"], "minCudaVersion": "12.4" } })),
        ),
        ("no CPU type `cpu9x`", with(json!({ "gpu": null, "cpu": [{ "id": "cpu9x", "vcpuCount": 4 }] }))),
        ("power of two", with(json!({ "gpu": null, "cpu": [{ "id": "cpu5c", "vcpuCount": 6 }] }))),
        ("`workers.min` is 4", with(json!({ "workers": { "min": 4 } }))),
        ("no data center `XX-1`", with(json!({ "dataCenterIds": ["XX-1"] }))),
        ("port `http`", with(json!({ "ports": ["http"] }))),
    ] {
        let said = ask(&desk, body).await.refused(400);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[tokio::test]
async fn volumes_of_an_endpoint_lie_where_its_workers_may_be_and_one_at_a_place() {
    let desk = desk(Seed::Empty);
    let volume = async |site: &str| {
        let body = json!({ "name": "v", "size": 10, "dataCenter": site });
        desk.post("/v2/network-volumes", body).await.expect(201)["id"].clone()
    };
    let (here, also, there) = (volume("EU-RO-1").await, volume("EU-RO-1").await, volume("US-KS-2").await);
    let body = |volumes: &[&Value]| with(json!({ "dataCenterIds": ["EU-RO-1"], "networkVolumes": volumes }));
    let (path, made) = endpoint(&desk, body(&[&here])).await;
    assert_eq!(made["networkVolumes"], json!([here]));
    assert!(ask(&desk, body(&[&there])).await.refused(400).contains("US-KS-2"));
    assert!(ask(&desk, body(&[&here, &also])).await.refused(400).contains("both in EU-RO-1"));
    ask(&desk, body(&[&json!("nothing")])).await.refused(404);

    let anywhere = json!({ "dataCenterIds": [], "networkVolumes": [here, there] });
    let changed = desk.patch(&path, anywhere.clone()).await.expect(200);
    assert_eq!(changed["networkVolumes"], anywhere["networkVolumes"]);
    let cleared = desk.patch(&path, json!({ "networkVolumes": [] })).await.expect(200);
    assert_eq!(cleared["networkVolumes"], json!([]));
}

#[tokio::test]
async fn an_endpoint_on_cpus_stays_on_cpus() {
    let desk = desk(Seed::Empty);
    let cpu = json!([{ "id": "cpu5c", "vcpuCount": 4 }, { "id": "cpu3g", "vcpuCount": 2 }]);
    let (path, made) = endpoint(&desk, with(json!({ "gpu": null, "cpu": cpu }))).await;
    assert_eq!(made.get("gpu"), None);
    let expected = json!([
        { "id": "cpu5c", "vcpuCount": 4, "memory": 8 },
        { "id": "cpu3g", "vcpuCount": 2, "memory": 8 },
    ]);
    assert_eq!(made["cpu"], expected);
    let one = json!([{ "id": "cpu5m", "vcpuCount": 2 }]);
    let changed = desk.patch(&path, json!({ "cpu": one })).await.expect(200);
    assert_eq!(changed["cpu"], json!([{ "id": "cpu5m", "vcpuCount": 2, "memory": 16 }]));

    let gpu = json!({ "pools": ["AMPERE_80"] });
    assert!(desk.patch(&path, json!({ "gpu": gpu })).await.refused(400).contains("cannot move to GPUs"));
    desk.patch(&path, json!({ "gpu": gpu, "cpu": one })).await.refused(400);
    let (path, _) = endpoint(&desk, queue()).await;
    assert!(desk.patch(&path, json!({ "cpu": one })).await.refused(400).contains("cannot move to CPUs"));
    let twice = json!([{ "id": "cpu5m", "vcpuCount": 2 }, { "id": "cpu5m", "vcpuCount": 2 }]);
    ask(&desk, with(json!({ "gpu": null, "cpu": twice }))).await.refused(422);
}

#[tokio::test]
async fn exclusions_belong_to_the_pools_they_were_said_with() {
    let desk = desk(Seed::Empty);
    let (path, made) = endpoint(
        &desk,
        with(json!({ "gpu": { "pools": ["AMPERE_80", "ADA_24"], "excludedTypes": [" NVIDIA A100 80GB PCIe "] } })),
    )
    .await;
    assert_eq!(made["gpu"]["excludedTypes"], json!(["NVIDIA A100 80GB PCIe"]), "trimmed");
    let gpu = async |gpu: Value| desk.patch(&path, json!({ "gpu": gpu })).await;

    let counted = gpu(json!({ "count": 2 })).await.expect(200);
    assert_eq!(counted["gpu"]["excludedTypes"], json!(["NVIDIA A100 80GB PCIe"]));
    gpu(json!({ "excludedTypes": ["NVIDIA A100-SXM4-80GB"] })).await.refused(422);
    let cleared = gpu(json!({ "pools": ["AMPERE_80"] })).await.expect(200);
    assert_eq!(cleared["gpu"].get("excludedTypes"), None);
    assert_eq!(cleared["gpu"]["count"], 2);
    let both = json!({ "pools": ["ADA_24"], "excludedTypes": ["NVIDIA GeForce RTX 4090"] });
    assert!(gpu(both).await.refused(400).contains("leaves no GPU type"));
}

#[tokio::test]
async fn cuda_versions_are_kept_until_they_are_cleared() {
    let desk = desk(Seed::Empty);
    let wish = json!({ "pools": ["AMPERE_80"], "allowedCudaVersions": ["12.8", "12.9"] });
    let (path, _) = endpoint(&desk, with(json!({ "gpu": wish }))).await;
    let gpu = async |gpu: Value| desk.patch(&path, json!({ "gpu": gpu })).await;
    gpu(json!({ "minCudaVersion": "12.4" })).await.refused(400);
    let moved = gpu(json!({ "allowedCudaVersions": [], "minCudaVersion": "12.4" })).await.expect(200);
    assert_eq!(moved["gpu"]["minCudaVersion"], "12.4");
    let cleared = gpu(json!({ "minCudaVersion": "" })).await.expect(200);
    assert_eq!(
        (&cleared["gpu"]["minCudaVersion"], &cleared["gpu"]["allowedCudaVersions"]),
        (&Value::Null, &json!([]))
    );
    gpu(json!({ "minCudaVersion": "12" })).await.refused(422);
}

#[tokio::test]
async fn a_template_is_copied_once_and_forgotten() {
    let desk = desk(Seed::Empty);
    let template = async |serverless: bool| {
        let body = json!({
            "name": "t", "image": "from/template:1", "serverless": serverless, "disk": 7, "ports": ["80/http"],
            "env": { "A": "template", "B": "template" }, "allowedCudaVersions": ["12.8"], "cmd": ["serve"],
        });
        desk.post("/v2/templates", body).await.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let id = template(true).await;
    let body =
        with(json!({ "image": null, "templateId": id, "disk": 9, "env": { "B": "body", "C": "body" } }));
    let (path, made) = endpoint(&desk, body).await;
    assert_eq!((&made["image"], &made["disk"]), (&json!("from/template:1"), &json!(9)));
    assert_eq!(made["env"], json!({ "A": "template", "B": "body", "C": "body" }));
    assert_eq!((&made["cmd"], &made["gpu"]["allowedCudaVersions"]), (&json!(["serve"]), &json!(["12.8"])));

    desk.patch(&format!("/v2/templates/{id}"), json!({ "image": "later:2" })).await.expect(200);
    assert_eq!(desk.get(&path).await.expect(200), made);
    let again = desk.patch(&path, json!({ "templateId": id, "env": { "D": "body" } })).await.expect(200);
    assert_eq!(again["image"], "later:2");
    assert_eq!(again["env"], json!({ "A": "template", "B": "template", "D": "body" }));
    desk.delete(&format!("/v2/templates/{id}")).await.expect(204);

    ask(&desk, with(json!({ "templateId": "nothing" }))).await.refused(404);
    let for_pods = template(false).await;
    let said = ask(&desk, with(json!({ "templateId": for_pods }))).await.refused(422);
    assert!(said.contains("$.templateId"), "{said}");
    let floor = json!({ "pools": ["AMPERE_80"], "minCudaVersion": "12.4" });
    let id = template(true).await;
    let (_, made) = endpoint(&desk, with(json!({ "templateId": id, "gpu": floor }))).await;
    assert_eq!(
        made["gpu"]["allowedCudaVersions"],
        json!([]),
        "either CUDA field replaces what the template says"
    );
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name() {
    let desk = desk(Seed::Empty);
    let (path, made) = endpoint(&desk, with(json!({ "env": { "A": "1" }, "cmd": ["run"] }))).await;
    assert_eq!(desk.patch(&path, json!({})).await.expect(200), made);
    let change = json!({
        "name": "f", "env": { "B": "2" }, "cmd": [], "workers": { "max": 5 }, "timeout": 1000,
        "flashboot": "FLASHBOOT", "dataCenterIds": ["EU-RO-1"],
    });
    let changed = desk.patch(&path, change).await.expect(200);
    assert_eq!((&changed["env"], &changed["args"]), (&json!({ "B": "2" }), &json!("")));
    assert_eq!(changed["workers"], json!({ "min": 0, "max": 5, "idleTimeout": 10 }));
    assert_eq!((&changed["timeout"], &changed["flashboot"]), (&json!(1000), &json!("FLASHBOOT")));
    assert_eq!((&changed["gpu"], &changed["image"]), (&made["gpu"], &made["image"]));
    assert_eq!(desk.get(&path).await.expect(200), changed);
    assert_eq!(desk.patch(&path, json!({ "templateId": "" })).await.expect(200), changed, "no template");
    desk.patch(&path, json!({ "type": "QUEUE" })).await.refused(422);
    desk.patch(&path, json!({ "scaling": { "value": 4 } })).await.refused(422);
}

#[tokio::test]
async fn a_deleted_endpoint_is_gone_with_everything_below_it() {
    let desk = desk(Seed::Empty);
    let (path, _) = endpoint(&desk, queue()).await;
    desk.delete(&path).await.expect(204);
    desk.delete(&path).await.refused(404);
    desk.patch(&path, json!({ "name": "x" })).await.refused(404);
    for below in ["", "/workers", "/releases", "/builds", "/builds/b"] {
        desk.get(&format!("{path}{below}")).await.refused(404);
    }
}

#[tokio::test]
async fn endpoints_are_listed_page_by_page_the_newest_first_and_to_their_owner_only() {
    let desk = desk(Seed::Empty);
    for name in ["a", "b", "c"] {
        endpoint(&desk, with(json!({ "name": name }))).await;
    }
    let first = desk.get("/v2/serverless?limit=2").await.expect(200);
    assert_eq!((&first["endpoints"][0]["name"], &first["endpoints"][1]["name"]), (&json!("c"), &json!("b")));
    let cursor = first["pagination"]["nextCursor"].as_str().unwrap();
    let second = desk.get(&format!("/v2/serverless?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(second["endpoints"][0]["name"], "a");
    assert_eq!(second["pagination"]["hasNextPage"], false);
    desk.get(&format!("/v2/templates?cursor={cursor}")).await.refused(422);
    desk.get("/v2/serverless?limit=1001").await.refused(422);

    desk.twin.add_account("user_other", "rpa_OTHER");
    let other = desk.with_key("rpa_OTHER");
    assert_eq!(other.get("/v2/serverless").await.expect(200)["endpoints"], json!([]));
    let id = first["endpoints"][0]["id"].as_str().unwrap();
    other.get(&format!("/v2/serverless/{id}")).await.refused(404);
}

#[tokio::test]
async fn a_deleted_credential_is_taken_from_the_endpoint_that_named_it() {
    let desk = desk(Seed::Empty);
    let login = json!({ "name": "hub", "username": "me", "password": "x" });
    let id = desk.post("/v2/registries", login).await.expect(201)["id"].clone();
    let (path, made) = endpoint(&desk, with(json!({ "registry": id }))).await;
    assert_eq!(made["registry"], id);
    desk.delete(&format!("/v2/registries/{}", id.as_str().unwrap())).await.expect(204);
    assert_eq!(desk.get(&path).await.expect(200)["registry"], Value::Null);
    ask(&desk, with(json!({ "registry": id }))).await.refused(404);
}
