//! Stories of Serverless endpoints.

use runpod_sim::Seed;
use serde_json::{Value, json};

use crate::rig::{Rig, v1};

const IMAGE: &str = "runpod/test-output:0.0.1";

fn queue(name: &str) -> Value {
    json!({"name": name, "imageName": IMAGE, "gpuPoolIds": ["AMPERE_80"]})
}

fn with(mut args: Value, more: &Value) -> Value {
    args.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    args
}

async fn make(rig: &Rig, args: Value) -> Value {
    let made = rig.call("create-endpoint", args).await.ok();
    json!({"endpointId": made["id"]})
}

#[tokio::test]
async fn an_endpoint_with_defaults_says_kind_and_scaler() {
    let rig = Rig::new(Seed::Empty).await;
    make(&rig, with(queue("q"), &json!({"workersMin": 0, "workersMax": 3}))).await;
    make(&rig, with(queue("lb"), &json!({"endpointType": "LOAD_BALANCER"}))).await;
    make(&rig, with(queue("rc"), &json!({"scalerType": "REQUEST_COUNT", "scalerValue": 6}))).await;
    let gpu = json!({"pools": ["AMPERE_80"]});
    assert_eq!(
        rig.sim.journal().bodies("createEndpoint"),
        [
            json!({"name": "q", "type": "QUEUE", "image": IMAGE, "gpu": gpu,
                "scaling": {"type": "QUEUE_DELAY", "queueDelay": 4.0}, "workers": {"min": 0, "max": 3}}),
            json!({"name": "lb", "type": "LOAD_BALANCER", "image": IMAGE, "gpu": gpu,
                "scaling": {"type": "REQUEST_COUNT", "requestCount": 4}}),
            json!({"name": "rc", "type": "QUEUE", "image": IMAGE, "gpu": gpu,
                "scaling": {"type": "REQUEST_COUNT", "requestCount": 6}}),
        ]
    );
}

#[tokio::test]
async fn what_cannot_scale_is_refused_before_any_request() {
    let rig = Rig::new(Seed::Empty).await;
    let refused = [
        (json!({"endpointType": "LOAD_BALANCER", "scalerType": "QUEUE_DELAY"}), "REQUEST_COUNT"),
        (json!({"scalerType": "REQUEST_COUNT", "scalerValue": 1.5}), "1.5"),
        (json!({"endpointType": "LOAD_BALANCER", "scalerValue": 0.5}), "REQUEST_COUNT"),
        (json!({"scalerValue": 0.4}), "0.5"),
        (json!({"idleTimeout": 3601}), "3600"),
        (json!({"idleTimeout": 0}), "idleTimeout"),
        (json!({"workersMin": -3, "workersMax": 1.5, "gpuCount": 0}), "workersMin"),
        (json!({"gpuPoolIds": []}), "list-gpu-types"),
        (json!({"minCudaVersion": "12.4", "allowedCudaVersions": ["12.8"]}), "allowedCudaVersions"),
        (json!({"computeType": "CPU"}), "gpuPoolIds"),
        (json!({"cpuFlavorIds": ["cpu5c"]}), "gpuPoolIds"),
        (json!({"excludeGpuTypeIds": ["-NVIDIA L4"]}), "excludeGpuTypeIds"),
    ];
    for (more, named) in refused {
        let error = rig.call("create-endpoint", with(queue("x"), &more)).await.err();
        assert_eq!(error["status"], 400, "{more}: {error}");
        assert!(error.to_string().contains(named), "{more}: {error}");
    }
    let template = json!({"name": "x", "templateId": "abc"});
    let error = rig.call("create-endpoint", template).await.err();
    for named in ["gpuPoolIds", "imageName", "RUNPOD_REST_VERSION=v1"] {
        assert!(error.to_string().contains(named), "{error}");
    }
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn workers_without_gpu_are_asked_for_by_name() {
    let rig = Rig::new(Seed::Empty).await;
    let base = json!({"name": "c", "imageName": IMAGE});
    rig.call(
        "create-endpoint",
        with(base.clone(), &json!({"cpuFlavorIds": ["cpu5c", "cpu5g"], "vcpuCount": 4})),
    )
    .await
    .ok();
    let sent = rig.sim.journal().bodies("createEndpoint").remove(0);
    assert_eq!(sent["cpu"], json!([{"id": "cpu5c", "vcpuCount": 4}, {"id": "cpu5g", "vcpuCount": 4}]));

    let made = rig.call("create-endpoint", with(base, &json!({"computeType": "CPU"}))).await.ok();
    let flavor = made["cpu"][0]["id"].as_str().expect("a CPU type");
    assert!(made["_notes"].to_string().contains(flavor), "{made}");
    assert_eq!(made["cpu"][0]["vcpuCount"], 2);
}

#[tokio::test]
async fn a_new_target_keeps_the_scaler() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = make(&rig, with(queue("rc"), &json!({"scalerType": "REQUEST_COUNT"}))).await;
    rig.call("update-endpoint", with(endpoint.clone(), &json!({"scalerValue": 9}))).await.ok();
    let scaling = json!({"type": "REQUEST_COUNT", "requestCount": 9});
    assert_eq!(rig.sim.journal().bodies("updateEndpoint"), [json!({"scaling": scaling})]);

    let error = rig.call("update-endpoint", with(endpoint.clone(), &json!({"scalerValue": 2.5}))).await.err();
    assert!(error.to_string().contains("REQUEST_COUNT"), "{error}");
    assert_eq!(rig.sim.journal().count("updateEndpoint"), 1);

    rig.call("update-endpoint", with(endpoint, &json!({"scalerType": "QUEUE_DELAY"}))).await.ok();
    let scaling = json!({"type": "QUEUE_DELAY", "queueDelay": 4.0});
    assert_eq!(rig.sim.journal().bodies("updateEndpoint")[1], json!({"scaling": scaling}));
}

#[tokio::test]
async fn new_pools_clear_exclusions_and_say_so() {
    let rig = Rig::new(Seed::Empty).await;
    let excluded = json!({"excludeGpuTypeIds": ["NVIDIA A100 80GB PCIe"]});
    let endpoint = make(&rig, with(queue("x"), &excluded)).await;
    rig.sim.journal().clear();

    let more = rig.call("update-endpoint", with(endpoint.clone(), &json!({"gpuCount": 2}))).await.ok();
    assert!(more.get("_notes").is_none(), "{more}");
    assert_eq!(rig.sim.journal().bodies("updateEndpoint"), [json!({"gpu": {"count": 2}})]);
    assert_eq!(rig.sim.journal().count("getEndpoint"), 0, "nothing had to be read");

    let reply = rig
        .call("update-endpoint", with(endpoint.clone(), &json!({"gpuPoolIds": ["ADA_80_PRO"]})))
        .await
        .ok();
    let notes = reply["_notes"].to_string();
    assert!(notes.contains("NVIDIA A100 80GB PCIe") && notes.contains("set-endpoint-gpus"), "{reply}");

    let excluded = json!({"excludeGpuTypeIds": ["NVIDIA H100 PCIe"]});
    let reply = rig.call("update-endpoint", with(endpoint, &excluded)).await.ok();
    assert_eq!(reply["gpu"]["pools"], json!(["ADA_80_PRO"]), "the present pools go with the exclusions");
    assert_eq!(reply["gpu"]["excludedTypes"], json!(["NVIDIA H100 PCIe"]));
}

#[tokio::test]
async fn empties_clear_what_can_be_cleared_and_nothing_else() {
    let rig = Rig::new(Seed::Empty).await;
    let volume = json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1"});
    let volume = rig.call("create-network-volume", volume).await.ok()["id"].clone();
    let endpoint =
        make(&rig, with(queue("e"), &json!({"networkVolumeIds": [volume], "minCudaVersion": "12.4"}))).await;

    let clear = json!({"networkVolumeIds": [], "allowedCudaVersions": [], "minCudaVersion": "",
        "containerRegistryAuthId": ""});
    let reply = rig.call("update-endpoint", with(endpoint.clone(), &clear)).await.ok();
    assert_eq!(reply["networkVolumes"], json!([]));
    assert_eq!(
        rig.sim.journal().bodies("updateEndpoint"),
        [
            json!({"networkVolumes": [], "gpu": {"allowedCudaVersions": [], "minCudaVersion": ""}, "registry": null})
        ]
    );
    for refused in [json!({"gpuPoolIds": []}), json!({"vcpuCount": 4}), json!({})] {
        let error = rig.call("update-endpoint", with(endpoint.clone(), &refused)).await.err();
        assert_eq!(error["status"], 400, "{refused}: {error}");
    }
    assert_eq!(rig.sim.journal().count("updateEndpoint"), 1);
}

#[tokio::test]
async fn a_selection_of_gpus_pins_exact_types() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint =
        make(&rig, with(queue("g"), &json!({"excludeGpuTypeIds": ["NVIDIA A100 80GB PCIe"]}))).await;
    let set = json!({"gpuIds": "ADA_80_PRO, AMPERE_80,-NVIDIA H100 NVL,-NVIDIA H100 PCIe", "gpuCount": 2,
        "allowedCudaVersions": "12.4, 12.8"});
    let reply = rig.call("set-endpoint-gpus", with(endpoint.clone(), &set)).await.ok();
    assert_eq!(reply["previousGpuIds"], "AMPERE_80,-NVIDIA A100 80GB PCIe");
    assert_eq!(reply["endpoint"]["gpuIds"], "ADA_80_PRO,AMPERE_80,-NVIDIA H100 NVL,-NVIDIA H100 PCIe");
    assert_eq!(
        rig.sim.journal().bodies("updateEndpoint"),
        [
            json!({"gpu": {"pools": ["ADA_80_PRO", "AMPERE_80"], "excludedTypes": ["NVIDIA H100 NVL", "NVIDIA H100 PCIe"],
            "count": 2, "allowedCudaVersions": ["12.4", "12.8"]}})
        ]
    );

    for none in [json!({}), json!({"excludeGpuTypeIds": ["NVIDIA L4"]}), json!({"gpuIds": " ,-NVIDIA L4"})] {
        let error = rig.call("set-endpoint-gpus", with(endpoint.clone(), &none)).await.err();
        assert!(
            error.to_string().contains("gpuIds") && error.to_string().contains("list-gpu-types"),
            "{error}"
        );
    }
    let cpu = make(&rig, json!({"name": "c", "imageName": IMAGE, "cpuFlavorIds": ["cpu5c"]})).await;
    let error = rig.call("set-endpoint-gpus", with(cpu, &json!({"pools": ["ADA_24"]}))).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("CPU endpoint")), "{error}");
}

#[tokio::test]
async fn pinning_gpus_leaves_everything_else_of_an_endpoint_alone() {
    let rig = Rig::new(Seed::Empty).await;
    let volume = json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1"});
    let volume = rig.call("create-network-volume", volume).await.ok()["id"].clone();
    let rich = json!({"workersMin": 1, "workersMax": 7, "idleTimeout": 33, "scalerValue": 9,
        "executionTimeoutMs": 77_000, "flashboot": "OFF", "minCudaVersion": "12.4", "networkVolumeIds": [volume],
        "containerDiskInGb": 44, "args": "serve", "env": {"A": "b"}});
    let endpoint = make(&rig, with(queue("rich"), &rich)).await;
    let read = async || {
        let mut shown = rig.call("get-endpoint", endpoint.clone()).await.ok();
        let pools = shown["gpu"]["pools"].take();
        let fields = shown.as_object_mut().expect("an object");
        fields.retain(|name, _| !["version", "updatedAt", "workersSummary"].contains(&name.as_str()));
        (shown, pools)
    };
    let (before, _) = read().await;
    assert_eq!(before["gpu"]["minCudaVersion"], "12.4", "{before}");
    assert!(before["networkVolumes"].to_string().contains(volume.as_str().expect("an id")), "{before}");
    rig.call("set-endpoint-gpus", with(endpoint.clone(), &json!({"pools": ["ADA_80_PRO"]}))).await.ok();
    assert_eq!(read().await, (before, json!(["ADA_80_PRO"])));
}

#[tokio::test]
async fn a_list_shows_what_one_scans_in_the_words_of_the_arguments() {
    let rig = Rig::new(Seed::Empty).await;
    let secret = json!({"workersMax": 3, "env": {"HF_TOKEN": "hf_abcdefghijkl"}});
    let endpoint = make(&rig, with(queue("q"), &secret)).await;
    let list = rig.call("list-endpoints", json!({})).await.ok();
    assert_eq!(
        list["items"],
        json!([{"id": endpoint["endpointId"], "name": "q", "type": "QUEUE", "image": IMAGE,
            "gpuPoolIds": ["AMPERE_80"], "workersMin": 0, "workersMax": 3}])
    );
    let full = rig.call("list-endpoints", json!({"detail": "full"})).await.ok();
    assert_eq!(full["items"][0]["env"], json!({"HF_TOKEN": "[redacted]"}));
    assert!(full["items"][0]["requestUrls"]["run"].is_string(), "{full}");
    let one = rig.call("get-endpoint", endpoint).await.ok();
    assert_eq!(one["requestUrls"], full["items"][0]["requestUrls"]);
    let about = runpod_mcp::tools::find("get-endpoint").expect("a tool").card.about;
    assert!(about.contains("requestUrls"), "who reads it is told to use them: {about}");
}

#[tokio::test]
async fn workers_and_releases_come_with_what_stands_beside_them() {
    let rig = Rig::new(Seed::Empty).await;
    let endpoint = make(&rig, with(queue("w"), &json!({"workersMin": 1}))).await;
    rig.call("update-endpoint", with(endpoint.clone(), &json!({"imageName": "runpod/test-output:0.0.2"})))
        .await
        .ok();
    rig.pass(300);
    let workers = rig.call("list-endpoint-workers", endpoint.clone()).await.ok();
    assert_eq!(workers["summary"]["total"], workers["pagination"]["total"], "{workers}");
    assert!(workers["items"][0]["status"].is_string(), "{workers}");
    let releases = rig.call("list-endpoint-releases", endpoint).await.ok();
    assert!(releases["rollout"].is_object() && releases["endpointVersion"].is_number(), "{releases}");
    let newest = &releases["items"][0];
    assert!(newest["changed"].to_string().contains("image"), "{newest}");
}

#[tokio::test]
async fn builds_are_paged_by_the_api_and_read_one_by_one() {
    let rig = Rig::new(Seed::Demo).await;
    let endpoints = rig.call("list-endpoints", json!({})).await.ok();
    let mut built = Value::Null;
    for endpoint in endpoints["items"].as_array().expect("items") {
        let args = json!({"endpointId": endpoint["id"], "limit": 1});
        let page = rig.call("list-endpoint-builds", args.clone()).await.ok();
        if page["pagination"]["nextCursor"].is_string() {
            built = with(args, &json!({"cursor": page["pagination"]["nextCursor"]}));
        }
    }
    let second = rig.call("list-endpoint-builds", built.clone()).await.ok();
    let query = rig.sim.journal().last().expect("a request").query.unwrap_or_default();
    assert!(query.starts_with("limit=1&cursor="), "{query}");
    let build = &second["items"][0];
    assert!(build["status"].is_string() && build["branch"].is_string(), "{second}");
    let one = json!({"endpointId": built["endpointId"], "buildId": build["id"]});
    let read = rig.call("get-endpoint-build", one).await.ok();
    assert_eq!((&read["id"], &read["status"]), (&build["id"], &build["status"]));
}

#[tokio::test]
async fn a_selection_of_gpus_under_v1_resets_nothing_else() {
    let rig = Rig::speaking(v1(), Seed::Empty).await;
    let template = json!({"name": "t", "imageName": IMAGE, "isServerless": true});
    let template = rig.call("create-template", template).await.ok()["id"].clone();
    let settings = json!({"name": "g", "templateId": template, "workersMax": 4, "idleTimeout": 77, "scalerType": "QUEUE_DELAY",
        "scalerValue": 9, "executionTimeoutMs": 70_000, "dataCenterIds": ["EU-RO-1"]});
    let endpoint = json!({"endpointId": rig.call("create-endpoint", settings).await.ok()["id"]});
    let before = rig.call("get-endpoint", endpoint.clone()).await.ok();
    let set = json!({"pools": ["ADA_24", "AMPERE_80"], "excludeGpuTypeIds": ["NVIDIA A100 80GB PCIe"], "gpuCount": 2,
        "minCudaVersion": "12.4"});

    let dry = with(with(endpoint.clone(), &set), &json!({"dryRun": true}));
    rig.call("set-endpoint-gpus", dry).await.ok();
    assert_eq!(rig.sim.journal().count("graphql:saveEndpoint"), 0);

    let reply = rig.call("set-endpoint-gpus", with(endpoint.clone(), &set)).await.ok();
    assert_eq!(reply["endpoint"]["gpuIds"], "ADA_24,AMPERE_80,-NVIDIA A100 80GB PCIe");
    assert!(reply["previousGpuIds"].is_string() && reply["endpoint"]["gpuCount"] == 2, "{reply}");
    let after = rig.call("get-endpoint", endpoint.clone()).await.ok();
    assert_eq!(after["minCudaVersion"], "12.4");
    for kept in [
        "name",
        "workersMin",
        "workersMax",
        "idleTimeout",
        "scalerType",
        "scalerValue",
        "executionTimeoutMs",
        "dataCenterIds",
        "templateId",
        "flashboot",
    ] {
        assert_eq!(before[kept], after[kept], "{kept}: {after}");
    }

    let cpu = json!({"name": "c", "templateId": template, "computeType": "CPU", "cpuFlavorIds": ["cpu5c"]});
    let cpu = json!({"endpointId": rig.call("create-endpoint", cpu).await.ok()["id"]});
    let error = rig.call("set-endpoint-gpus", with(cpu, &set)).await.err();
    assert!(error["error"].as_str().is_some_and(|text| text.contains("CPU endpoint")), "{error}");
    let error = rig.call("set-endpoint-gpus", with(json!({"endpointId": "nope"}), &set)).await.err();
    assert_eq!((&error["code"], &error["status"]), (&json!("not_found"), &json!(404)));
    assert_eq!(rig.sim.journal().count("graphql:saveEndpoint"), 1);
}
