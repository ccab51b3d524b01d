//! Stories of a server that speaks REST v1, that finds out what to speak, and that stands in for older v2 hosts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::{Client, ProbeHook, Resource, Routing, Settings, Version, Versions};
use runpod_mcp::mcp::Setup;
use runpod_sim::{Action, Match, Pace, Seed, Sim, Without};
use serde_json::{Value, json};

use crate::rig::{Rig, settings, v1};

const IMAGE: &str = "runpod/base:0.4.0-cuda11.8.0";
const GPU: &str = "NVIDIA GeForce RTX 4090";

async fn on_v1(seed: Seed) -> Rig {
    Rig::speaking(v1(), seed).await
}

/// Method, path and query of what the twin was asked, in order.
fn asked(rig: &Rig) -> Vec<String> {
    let line = |entry: &runpod_sim::Entry| {
        let query = entry.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{} {}{query}", entry.method, entry.path)
    };
    let lines = rig.sim.journal().requests().iter().map(line).collect();
    rig.sim.journal().clear();
    lines
}

fn notes(reply: &Value) -> String {
    reply["_notes"].to_string()
}

fn without<'a>(row: &'a Value, names: &[&str]) -> Vec<(&'a String, &'a Value)> {
    let fields = row.as_object().expect("a row").iter();
    fields.filter(|(name, _)| !names.contains(&name.as_str())).collect()
}

async fn make(rig: &Rig, tool: &str, args: Value) -> String {
    rig.call(tool, args).await.ok()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_pod_lives_its_life_on_v1() {
    let rig = on_v1(Seed::Empty).await;
    let new = json!({"name": "p", "imageName": IMAGE, "gpuTypeIds": [GPU, "NVIDIA L4"], "env": {"A": "b"}});
    let id = make(&rig, "create-pod", new).await;
    assert_eq!(
        rig.sim.journal().bodies("CreatePod"),
        [json!({"name": "p", "imageName": IMAGE, "gpuTypeIds": [GPU, "NVIDIA L4"], "env": {"A": "b"}})]
    );
    rig.sim.journal().clear();
    rig.pass(120);
    let pod = json!({"podId": id});
    assert_eq!(rig.call("get-pod", pod.clone()).await.ok()["desiredStatus"], "RUNNING");
    assert_eq!(rig.call("update-pod", json!({"podId": id, "name": "q"})).await.ok()["name"], "q");
    rig.call("stop-pod", pod.clone()).await.ok();
    rig.call("start-pod", pod.clone()).await.ok();
    assert_eq!(rig.call("delete-pod", pod).await.ok()["status"], 204);
    let at = format!("/v1/pods/{id}");
    let lines = [("GET", ""), ("PATCH", ""), ("POST", "/stop"), ("POST", "/start"), ("DELETE", "")];
    assert_eq!(asked(&rig), lines.map(|(method, end)| format!("{method} {at}{end}")));
}

#[tokio::test]
async fn a_cpu_pod_on_v1_needs_no_catalogue() {
    let rig = on_v1(Seed::Empty).await;
    let new = json!({"name": "c", "imageName": IMAGE, "computeType": "CPU"});
    let made = rig.call("create-pod", new).await.ok();
    assert!(made["cpuFlavorId"].is_string() && made.get("_servedBy").is_none(), "{made}");
    let body = json!({"name": "c", "imageName": IMAGE, "computeType": "CPU", "vcpuCount": 2});
    assert_eq!(rig.sim.journal().bodies("CreatePod"), [body]);
    assert_eq!(asked(&rig), ["POST /v1/pods"]);
}

#[tokio::test]
async fn lists_say_the_same_of_the_same_account_on_both_versions() {
    let (old, new) = (on_v1(Seed::Demo).await, Rig::new(Seed::Demo).await);
    // REST v1 says the place with the machine, the price of a stopped Pod, GPU types for pools and no request type.
    for (tool, apart) in [
        ("list-pods", &["dataCenterId", "cost", "status"][..]),
        ("list-endpoints", &["image", "templateId", "type", "gpuPoolIds", "gpuTypeIds"]),
        ("list-templates", &[]),
        ("list-network-volumes", &["type"]),
        ("list-container-registry-auths", &[]),
    ] {
        let (old, new) = (old.call(tool, json!({})).await.ok(), new.call(tool, json!({})).await.ok());
        let rows = |reply: &Value| reply["items"].as_array().expect("items").clone();
        let (old, new) = (rows(&old), rows(&new));
        assert!(!new.is_empty(), "{tool}");
        for row in &new {
            let same =
                old.iter().find(|old| old["id"] == row["id"]).unwrap_or_else(|| panic!("{tool} {row}"));
            assert_eq!(without(same, apart), without(row, apart), "{tool}");
        }
        assert_eq!(old.len(), new.len(), "{tool}");
    }
    let rows = old.call("list-pods", json!({"includeMachine": true})).await.ok();
    assert!(rows["items"][1]["dataCenterId"].is_string(), "the first has no machine yet: {rows}");
    let rows = old.call("list-endpoints", json!({"includeTemplate": true})).await.ok();
    assert!(rows["items"][0]["image"].is_string(), "{rows}");
    let full = old.call("list-pods", json!({"detail": "full"})).await.ok();
    assert!(full["items"][0]["desiredStatus"].is_string(), "what the API said: {full}");
}

#[tokio::test]
async fn a_list_of_v1_is_paged_here() {
    let rig = on_v1(Seed::Busy).await;
    let first = rig.call("list-pods", json!({"limit": 2})).await.ok();
    assert_eq!((&first["pagination"]["returned"], &first["pagination"]["offset"]), (&json!(2), &json!(0)));
    assert!(first["pagination"]["total"].as_u64().is_some_and(|total| total > 100), "{first}");
    let cursor = first["pagination"]["nextCursor"].clone();
    let second = rig.call("list-pods", json!({"limit": 2, "cursor": cursor})).await.ok();
    assert_eq!(second["pagination"]["offset"], 2);
    assert_ne!(first["items"][1]["id"], second["items"][0]["id"]);
    assert_eq!(asked(&rig), ["GET /v1/pods", "GET /v1/pods"]);
}

#[tokio::test]
async fn filters_and_expansions_go_to_v1_and_are_served_here_on_v2() {
    let rig = on_v1(Seed::Demo).await;
    let filter = json!({"computeType": "GPU", "gpuTypeId": [GPU, "NVIDIA L4"], "dataCenterId": ["EU-RO-1"], "name": "n",
        "includeMachine": true, "includeNetworkVolume": true});
    rig.call("list-pods", filter.clone()).await.ok();
    let gpus = "gpuTypeId=NVIDIA+GeForce+RTX+4090&gpuTypeId=NVIDIA+L4";
    let query = format!(
        "computeType=GPU&{gpus}&dataCenterId=EU-RO-1&name=n&includeMachine=true&includeNetworkVolume=true"
    );
    assert_eq!(asked(&rig), [format!("GET /v1/pods?{query}")]);
    let shelf = json!({"includeRunpodTemplates": true, "includePublicTemplates": true,
        "includeEndpointBoundTemplates": false});
    rig.call("list-templates", shelf.clone()).await.ok();
    assert_eq!(asked(&rig), ["GET /v1/templates?includeRunpodTemplates=true&includePublicTemplates=true"]);
    let expand = json!({"includeTemplate": true, "includeWorkers": true});
    rig.call("list-endpoints", expand.clone()).await.ok();
    assert_eq!(asked(&rig), ["GET /v1/endpoints?includeTemplate=true&includeWorkers=true"]);

    let rig = Rig::new(Seed::Demo).await;
    let listed = rig.call("list-pods", filter).await.ok();
    assert!(
        notes(&listed).contains("includeMachine") && notes(&listed).contains("get-network-volume"),
        "{listed}"
    );
    let listed = rig.call("list-templates", shelf).await.ok();
    assert!(
        notes(&listed).contains("includeRunpodTemplates") && notes(&listed).contains("list-public-templates")
    );
    assert!(!notes(&listed).contains("EndpointBound"), "false asks for nothing: {listed}");
    let listed = rig.call("list-endpoints", expand).await.ok();
    assert!(notes(&listed).contains("list-endpoint-workers"), "{listed}");
    assert!(asked(&rig).iter().all(|line| !line.contains("include")));
}

#[tokio::test]
async fn an_endpoint_on_v1_follows_a_template() {
    let rig = on_v1(Seed::Empty).await;
    let template = json!({"name": "t", "imageName": IMAGE, "isServerless": true, "readme": "# T"});
    let template = make(&rig, "create-template", template).await;
    let new = json!({"name": "e", "templateId": template, "gpuTypeIds": ["NVIDIA L4"], "workersMax": 2});
    let id = make(&rig, "create-endpoint", new.clone()).await;
    assert_eq!(rig.sim.journal().bodies("CreateEndpoint"), [new]);
    make(&rig, "create-endpoint", json!({"name": "f", "templateId": template})).await;
    let bodies = rig.sim.journal().bodies("CreateEndpoint");
    assert_eq!(bodies[1], json!({"name": "f", "templateId": template}));

    let endpoint = json!({"endpointId": id});
    let shown = rig.call("get-endpoint", json!({"endpointId": id, "includeTemplate": true})).await.ok();
    assert_eq!(shown["template"]["imageName"], IMAGE, "{shown}");
    let change = json!({"endpointId": id, "workersMin": 1, "gpuTypeIds": [GPU], "scalerValue": 3});
    let changed = rig.call("update-endpoint", change).await.ok();
    assert_eq!((&changed["workersMin"], &changed["gpuTypeIds"]), (&json!(1), &json!([GPU])), "{changed}");
    rig.call("delete-endpoint", endpoint).await.ok();

    let torn = json!({"name": "n", "templateId": template, "vcpuCount": 4});
    assert_eq!(rig.call("create-endpoint", torn).await.err()["code"], "bad_argument", "nothing is dropped");
    let loose = rig.call("create-endpoint", json!({"name": "n", "imageName": IMAGE})).await.err();
    let said = loose["error"].as_str().expect("words");
    assert!(loose["status"] == 400 && said.contains("templateId") && said.contains("gpuPoolIds"), "{loose}");
}

#[tokio::test]
async fn templates_volumes_and_credentials_live_on_v1() {
    let rig = on_v1(Seed::Empty).await;
    let groups = [
        ("template", "templates", json!({"name": "t", "imageName": IMAGE}), json!({"readme": "# T"})),
        (
            "network-volume",
            "networkvolumes",
            json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1"}),
            json!({"size": 20}),
        ),
        (
            "container-registry-auth",
            "containerregistryauth",
            json!({"name": "r", "username": "u", "password": "p"}),
            Value::Null,
        ),
    ];
    let ids = ["templateId", "networkVolumeId", "containerRegistryAuthId"];
    for ((kind, path, new, change), id_argument) in groups.into_iter().zip(ids) {
        let id = make(&rig, &format!("create-{kind}"), new).await;
        let listed = rig.call(&format!("list-{kind}s"), json!({})).await.ok();
        assert_eq!(listed["items"][0]["id"], id, "{listed}");
        let one = json!({id_argument: id});
        rig.call(&format!("get-{kind}"), one.clone()).await.ok();
        let mut expected =
            vec![format!("POST /v1/{path}"), format!("GET /v1/{path}"), format!("GET /v1/{path}/{id}")];
        if let Value::Object(mut change) = change {
            change.insert(id_argument.to_owned(), id.clone().into());
            rig.call(&format!("update-{kind}"), change.into()).await.ok();
            expected.push(format!("PATCH /v1/{path}/{id}"));
        }
        rig.call(&format!("delete-{kind}"), one).await.ok();
        expected.push(format!("DELETE /v1/{path}/{id}"));
        assert_eq!(asked(&rig), expected);
    }
}

#[tokio::test]
async fn a_bill_of_v1_has_the_names_of_v2() {
    let rig = on_v1(Seed::Demo).await;
    let bill = rig.call("get-billing", json!({"scope": "pods"})).await.ok();
    let row = &bill["items"][0];
    assert!(
        row["startTime"].is_string() && row["totalAmount"].is_number() && row["podId"].is_string(),
        "{bill}"
    );
    assert_eq!(row.get("amount"), None);
}

#[tokio::test]
async fn what_only_v2_has_is_refused_with_the_variable_to_change_and_nothing_is_sent() {
    let rig = on_v1(Seed::Empty).await;
    let (pod, endpoint) = (json!({"podId": "x"}), json!({"endpointId": "x"}));
    let gpu = json!({"name": "p", "imageName": IMAGE, "gpuTypeIds": [GPU]});
    let with = |args: &Value, more: Value| {
        let mut args = args.as_object().expect("object").clone();
        args.extend(more.as_object().expect("object").clone());
        Value::from(args)
    };
    for (tool, args, variable) in [
        ("restart-pod", pod.clone(), "PODS"),
        ("list-endpoint-releases", endpoint.clone(), "ENDPOINTS"),
        ("list-endpoint-builds", endpoint.clone(), "ENDPOINTS"),
        ("list-endpoint-workers", endpoint.clone(), "WORKERS"),
        ("list-registry-delegations", json!({}), "REGISTRIES"),
        ("create-registry-delegation", json!({"resource": "arn"}), "REGISTRIES"),
        ("delete-registry-delegation", json!({"delegationId": "x"}), "REGISTRIES"),
        ("list-public-templates", json!({}), "TEMPLATES"),
        ("get-billing", json!({}), "BILLING"),
        ("create-pod", with(&gpu, json!({"minCudaVersion": "12.4"})), "PODS"),
        ("create-pod", with(&gpu, json!({"startSsh": true})), "PODS"),
        ("update-pod", with(&pod, json!({"templateId": "t"})), "PODS"),
        ("list-pods", json!({"includeClusterPods": true}), "PODS"),
        ("create-endpoint", json!({"name": "e", "templateId": "t", "gpuPoolIds": ["ADA_24"]}), "ENDPOINTS"),
        ("update-endpoint", with(&endpoint, json!({"imageName": "i"})), "ENDPOINTS"),
        ("create-template", json!({"name": "t", "imageName": IMAGE, "startSsh": true}), "TEMPLATES"),
        (
            "create-network-volume",
            json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1", "volumeType": "STANDARD"}),
            "NETWORK_VOLUMES",
        ),
    ] {
        let error = rig.call(tool, args).await.err();
        assert_eq!(
            (&error["code"], &error["status"]),
            (&json!("wrong_version"), &json!(501)),
            "{tool}: {error}"
        );
        let said = error["error"].as_str().expect("words");
        let variable = format!("RUNPOD_REST_VERSION_{variable}=v2");
        assert!(said.starts_with(tool) && said.contains(&variable), "{error}");
    }
    assert_eq!(asked(&rig), [""; 0]);
    let workers = rig.call("list-endpoint-workers", endpoint).await.err();
    assert!(workers["hint"].as_str().is_some_and(|hint| hint.contains("includeWorkers")), "{workers}");
}

#[tokio::test]
async fn gpu_types_of_an_endpoint_on_v2_are_refused_by_name() {
    let rig = Rig::new(Seed::Empty).await;
    let new = json!({"name": "e", "imageName": IMAGE, "gpuTypeIds": ["NVIDIA L4"]});
    let error = rig.call("create-endpoint", new).await.err();
    let said = error["error"].as_str().expect("words");
    assert!(said.contains("gpuTypeIds") && said.contains("gpuPoolIds"), "{error}");
    assert_eq!(asked(&rig), [""; 0]);
}

#[tokio::test]
async fn clusters_secrets_and_keys_are_on_v2_whatever_was_chosen() {
    let rig = on_v1(Seed::Empty).await;
    for tool in ["list-clusters", "list-secrets", "get-ssh-keys"] {
        rig.call(tool, json!({})).await.ok();
    }
    assert_eq!(asked(&rig), ["GET /v2/clusters", "GET /v2/account/secrets", "GET /v2/account/ssh-keys"]);
}

#[tokio::test]
async fn a_dry_run_on_v1_shows_the_request_and_its_price() {
    let rig = on_v1(Seed::Empty).await;
    let new = json!({"name": "p", "imageName": IMAGE, "gpuTypeIds": [GPU], "dryRun": true});
    let shown = rig.call("create-pod", new).await.ok();
    assert!(shown["requests"][0]["url"].as_str().is_some_and(|url| url.ends_with("/v1/pods")), "{shown}");
    assert!(shown["estimatedCostPerHour"].is_number(), "{shown}");
    assert_eq!(rig.sim.journal().count("CreatePod"), 0);
}

/// What was found, as the hook of the client is told: version, and whether that is final.
type Found = Arc<Mutex<Vec<(Version, bool)>>>;

/// A rig that finds out what to speak, on a twin in which the question meets this trouble.
async fn on_auto(trouble: Option<(u64, Action)>) -> (Rig, Found) {
    let found = Found::default();
    let ear = Arc::clone(&found);
    let on_probe = ProbeHook::new(move |probe| ear.lock().unwrap().push((probe.version, probe.settled)));
    let rig = Rig::with(Sim::builder().seed(Seed::Empty).clock(Pace::Manual), |_| ()).await;
    if let Some((times, action)) = trouble {
        rig.sim.faults().add(Match::operation("listGpuTypes").times(times).then(action));
    }
    let settings = Settings { versions: Versions::all(Routing::Auto), on_probe, ..settings(&rig.sim) };
    let setup = Setup { client: Client::new(settings), ..crate::rig::setup(&rig.sim) };
    (rig.served_by(setup), found)
}

async fn list(rig: &Rig) -> Vec<String> {
    rig.call("list-pods", json!({})).await.ok();
    asked(rig)
}

const PROBE: &str = "GET /v2/catalog/gpus";

#[tokio::test]
async fn auto_speaks_v2_where_the_host_has_it_and_asks_once() {
    let (rig, found) = on_auto(None).await;
    assert_eq!(asked(&rig), [""; 0], "nothing is asked before a call needs to know");
    rig.call("list-pods", json!({})).await.ok();
    let [probe, list_pods] = rig.sim.journal().requests().try_into().expect("two requests");
    for header in ["user-agent", "x-runpod-session-id"] {
        assert_eq!(probe.header(header), list_pods.header(header), "the question says who asks");
        assert!(probe.header(header).is_some());
    }
    assert_eq!(asked(&rig), [PROBE, "GET /v2/pods?limit=20"]);
    rig.pass(3600);
    assert_eq!(list(&rig).await, ["GET /v2/pods?limit=20"]);
    assert_eq!(*found.lock().unwrap(), [(Version::V2, true)]);
}

#[tokio::test]
async fn auto_speaks_v1_for_good_where_the_host_has_no_v2() {
    let (rig, found) = on_auto(Some((9, Action::status(404).into()))).await;
    assert_eq!(list(&rig).await, [PROBE, "GET /v1/pods"]);
    rig.pass(3600);
    assert_eq!(list(&rig).await, ["GET /v1/pods"]);
    assert_eq!(*found.lock().unwrap(), [(Version::V1, true)]);
}

#[tokio::test]
async fn auto_speaks_v1_while_the_host_says_nothing_about_itself_and_v2_once_it_recovers() {
    // A question that may be repeated is, twice.
    for (times, action) in [
        (1, Action::status(401).into()),
        (1, Action::status(403).into()),
        (3, Action::status(503).into()),
        (3, Action::html_bad_gateway()),
        (3, Action::Cut),
    ] {
        let (rig, found) = on_auto(Some((times, action))).await;
        let lines = list(&rig).await;
        assert_eq!(lines.last().map(String::as_str), Some("GET /v1/pods"), "{lines:?}");
        assert_eq!(list(&rig).await, ["GET /v1/pods"], "the question rests for a while");
        rig.pass(31);
        assert_eq!(list(&rig).await, [PROBE, "GET /v2/pods?limit=20"]);
        assert_eq!(*found.lock().unwrap(), [(Version::V1, false), (Version::V2, true)]);
    }
}

#[tokio::test]
async fn a_silent_host_keeps_a_call_for_four_seconds_and_no_longer() {
    let (rig, found) = on_auto(Some((1, Action::Silent))).await;
    let rig = Arc::new(rig);
    let waiting = tokio::spawn({
        let rig = Arc::clone(&rig);
        async move { list(&rig).await }
    });
    while rig.sim.journal().count("listGpuTypes") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    rig.pass(3);
    assert!(!waiting.is_finished());
    rig.pass(2);
    assert_eq!(waiting.await.expect("a list"), [PROBE, "GET /v1/pods"]);
    assert_eq!(*found.lock().unwrap(), [(Version::V1, false)]);
}

#[tokio::test]
async fn a_resource_that_is_pinned_asks_nobody() {
    let versions = Versions::all(Routing::Auto).with(Resource::Pods, Routing::Fixed(Version::V1));
    let rig = Rig::speaking(versions, Seed::Empty).await;
    assert_eq!(list(&rig).await, ["GET /v1/pods"]);
    rig.call("list-templates", json!({})).await.ok();
    assert_eq!(asked(&rig), [PROBE, "GET /v2/templates?limit=20"]);
}

#[tokio::test]
async fn a_cpu_pod_that_v2_does_not_know_is_served_by_v1_and_says_so() {
    let rig =
        Rig::speaking_on(Sim::builder().seed(Seed::Empty).without(Without::CpuPods), Versions::default())
            .await;
    let new = json!({"name": "c", "imageName": IMAGE, "computeType": "CPU", "cpuFlavorId": "cpu3c"});
    let made = rig.call("create-pod", new).await.ok();
    assert_eq!(made["_servedBy"], "v1", "{made}");
    assert!(notes(&made).contains("CPU") && notes(&made).contains("REST v1"), "{made}");
    assert_eq!(asked(&rig), ["POST /v2/pods", "POST /v1/pods"]);
    let gpu = json!({"name": "g", "imageName": IMAGE, "gpuTypeIds": [GPU]});
    assert_eq!(rig.call("create-pod", gpu).await.ok().get("_servedBy"), None);
}

#[tokio::test]
async fn a_template_that_v2_does_not_know_by_id_is_copied_also_into_what_exists() {
    let rig =
        Rig::speaking_on(Sim::builder().seed(Seed::Empty).without(Without::TemplateId), Versions::default())
            .await;
    let preset = json!({"name": "t", "imageName": "acme/base:2", "env": {"A": "1", "B": "2"}, "containerDiskInGb": 33});
    let template = make(&rig, "create-template", preset.clone()).await;
    let gpu = json!({"name": "p", "templateId": template, "gpuTypeIds": [GPU]});
    let pod = rig.call("create-pod", gpu).await.ok();
    assert_eq!((&pod["image"], &pod["env"]), (&preset["imageName"], &preset["env"]), "{pod}");

    let other = make(&rig, "create-pod", json!({"name": "q", "imageName": IMAGE, "gpuTypeIds": [GPU]})).await;
    asked(&rig);
    let change = json!({"podId": other, "templateId": template, "env": {"B": "mine"}});
    let changed = rig.call("update-pod", change).await.ok();
    assert_eq!(changed["env"], json!({"A": "1", "B": "mine"}), "{changed}");
    assert_eq!((&changed["image"], &changed["disk"]), (&preset["imageName"], &json!(33)), "{changed}");
    assert!(notes(&changed).contains(&template), "{changed}");
    let at = format!("/v2/pods/{other}");
    let lines = [format!("PATCH {at}"), format!("GET /v2/templates/{template}"), format!("PATCH {at}")];
    assert_eq!(asked(&rig), lines);

    let worker = json!({"name": "w", "imageName": "acme/worker:1", "isServerless": true});
    let worker = make(&rig, "create-template", worker).await;
    let new = json!({"name": "e", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"]});
    let endpoint = make(&rig, "create-endpoint", new).await;
    let change = json!({"endpointId": endpoint, "templateId": worker});
    let changed = rig.call("update-endpoint", change).await.ok();
    assert!(changed["image"] == "acme/worker:1" && notes(&changed).contains(&worker), "{changed}");

    let missing = rig.call("update-pod", json!({"podId": other, "templateId": "nothing"})).await.err();
    assert!(missing["status"] == 404 && missing["error"].to_string().contains("template"), "{missing}");
}

#[tokio::test]
async fn a_server_says_which_versions_it_speaks() {
    let versions = Versions::default().with(Resource::Pods, Routing::Fixed(Version::V1));
    let rig = Rig::speaking(versions, Seed::Empty).await;
    let info = rmcp::ServerHandler::get_info(&rig.server).server_info;
    assert_eq!(info.version, concat!(env!("CARGO_PKG_VERSION"), " [REST v2, PODS=v1]"));
}
