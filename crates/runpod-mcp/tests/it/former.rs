//! Calls as older servers took them: nothing is lost, nothing is sent by half, and every gate stands where it stood.

use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runpod_mcp::policy::Policy;
use runpod_mcp::tools::{self, Selection};
use runpod_sim::contract::{self, Operation, Place};
use runpod_sim::{Pace, Seed, Sim};
use serde_json::{Map, Value, json};

use crate::rig::{Rig, is_write};

/// The name that a server generated from the contract gives an operation: `listPodBilling` is `list-pod-billing`.
fn kebab(operation: &str) -> String {
    let words = operation.chars().map(|c| match c.is_ascii_uppercase() {
        true => format!("-{}", c.to_ascii_lowercase()),
        false => c.to_string(),
    });
    words.collect()
}

/// A body that has nothing but a field: `cpu[].id` is `{"cpu": [{"id": ..}]}`.
fn only(field: &str, leaf: Value) -> Value {
    match field.split_once('.') {
        None => match field.strip_suffix("[]") {
            Some(name) => json!({name: [leaf]}),
            None => json!({field: leaf}),
        },
        Some((first, rest)) => only(first, only(rest, leaf)),
    }
}

/// What a generated tool took for one field of an operation.
fn call_with(operation: &Operation, field: &str, in_body: bool, leaf: &Value) -> Value {
    let path = operation.parameters().iter().filter(|parameter| parameter.place() == Place::Path);
    let mut args: Map<_, _> = path.map(|parameter| (parameter.name().to_owned(), json!("x"))).collect();
    match in_body {
        true => args.insert("body".to_owned(), only(field, leaf.clone())),
        false => args.insert(field.to_owned(), leaf.clone()),
    };
    args.into()
}

#[tokio::test]
async fn every_field_of_the_api_is_understood_or_refused_by_name() {
    let rig = Rig::new(Seed::Empty).await;
    let (excused, operations) = (super::reach::excused(), super::parity::excused());
    let (mut findings, mut tried) = (Vec::new(), 0);
    // Logs were never generated: a stream of events is no answer in JSON.
    let is_log = |op: &&Operation| op.id().ends_with("Logs");
    let generated = contract::v2().operations().iter().filter(|op| !operations.contains_key(op.id()));
    for op in generated.filter(|op| !is_log(op)) {
        let query = op.query_parameters().map(|parameter| (parameter.name().to_owned(), false));
        // What has members is tried with each of them.
        let fields = op.request_fields();
        let leaf = |field: &&String| {
            !fields.iter().any(|other| {
                other.strip_prefix(field.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        };
        let body = fields.iter().filter(leaf).map(|field| (field.clone(), true));
        for (field, in_body) in body.chain(query).collect::<Vec<_>>() {
            // An object where it should be a number: understood is what is refused for its value, or taken.
            let args = call_with(op, &field, in_body, &json!({"odd": 1}));
            let said =
                rig.call(&kebab(op.id()), args).await.any()["error"].as_str().unwrap_or_default().to_owned();
            let name = format!("{}.{field}", op.id());
            let last = field.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
            let unknown = said.split("unknown `").skip(1).any(|rest| {
                rest.split('`').next().is_some_and(|path| path.trim_end_matches("[]").ends_with(last))
            });
            if unknown {
                findings.push(format!("{name}: {said}"));
            } else if said.contains("has no place here: ") && !excused.contains_key(&name) {
                findings.push(format!("{name} is refused without a reason in contract.toml: {said}"));
            }
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// A field of a body, the argument that it is here, and values that both accept.
struct Pair {
    nested: &'static str,
    flat: &'static str,
    /// Whether the argument is a list of the one value.
    listed: bool,
    values: Value,
}

fn pair(nested: &'static str, flat: &'static str, values: Value) -> Pair {
    Pair { nested, flat, listed: false, values }
}

fn listed(nested: &'static str, flat: &'static str, values: Value) -> Pair {
    Pair { listed: true, ..pair(nested, flat, values) }
}

/// What runs.
fn container() -> Vec<Pair> {
    vec![
        pair("image", "imageName", json!(["i:1", "i:2"])),
        pair("args", "args", json!(["sleep 1"])),
        pair("entrypoint", "entrypoint", json!([["a", "b"], []])),
        pair("cmd", "cmd", json!([["c"]])),
        pair("disk", "containerDiskInGb", json!([5, 50])),
        pair("env", "env", json!([{"A": "b"}, {}])),
        pair("ports", "ports", json!([["80/http"], []])),
        pair("name", "name", json!(["n"])),
    ]
}

fn volume() -> Vec<Pair> {
    vec![
        pair("mounts.persistent.size", "volumeInGb", json!([10, 20])),
        pair("mounts.persistent.path", "volumeMountPath", json!(["/v"])),
    ]
}

fn places() -> Vec<Pair> {
    vec![
        pair("dataCenterIds", "dataCenterIds", json!([["EU-RO-1"]])),
        pair("templateId", "templateId", json!(["t"])),
    ]
}

fn switches() -> Vec<Pair> {
    vec![
        pair("startSsh", "startSsh", json!([true, false])),
        pair("startJupyter", "startJupyter", json!([true, false])),
    ]
}

fn cuda(prefix: [&'static str; 2]) -> Vec<Pair> {
    let [set, floor] = prefix;
    vec![pair(set, "allowedCudaVersions", json!([["12.8"]])), pair(floor, "minCudaVersion", json!(["12.4"]))]
}

fn endpoint() -> Vec<Pair> {
    let own = vec![
        pair("gpu.excludedTypes", "excludeGpuTypeIds", json!([["NVIDIA L4"]])),
        pair("gpu.count", "gpuCount", json!([1, 2])),
        pair("workers.min", "workersMin", json!([0, 1])),
        pair("workers.max", "workersMax", json!([0, 3])),
        pair("workers.idleTimeout", "idleTimeout", json!([5])),
        pair("networkVolumes", "networkVolumeIds", json!([["n"]])),
        pair("timeout", "executionTimeoutMs", json!([9_000])),
        pair("flashboot", "flashboot", json!(["OFF", "FLASHBOOT"])),
        pair("registry", "containerRegistryAuthId", json!(["r"])),
    ];
    [own, container(), places(), cuda(["gpu.allowedCudaVersions", "gpu.minCudaVersion"])].concat()
}

/// What both ways to call a tool must have, and what they may have.
fn pairs(tool: &str) -> (Vec<Pair>, Vec<Pair>) {
    let registry = || vec![pair("registry", "containerRegistryAuthId", json!(["r"]))];
    match tool {
        "create-pod" => {
            let own = vec![
                pair("cloud", "cloudType", json!(["SECURE", "COMMUNITY"])),
                pair("gpu.count", "gpuCount", json!([1, 2])),
                pair("gpu.minRamPerGpu", "minRamPerGpu", json!([8])),
                pair("gpu.minVcpuCountPerGpu", "minVcpuCountPerGpu", json!([4])),
                pair("globalNetworking", "globalNetworking", json!([true])),
            ];
            let cuda = cuda(["gpu.allowedCudaVersions", "gpu.minCudaVersion"]);
            let optional = [own, container(), volume(), places(), switches(), cuda, registry()].concat();
            (vec![listed("gpu.id", "gpuTypeIds", json!(["NVIDIA L4"]))], optional)
        }
        "update-pod" => {
            let own = vec![
                pair("locked", "locked", json!([true, false])),
                pair("globalNetworking", "globalNetworking", json!([true])),
                pair("templateId", "templateId", json!(["t"])),
            ];
            (Vec::new(), [own, container(), volume(), registry()].concat())
        }
        "create-endpoint" => {
            let own = vec![
                pair("gpu.pools", "gpuPoolIds", json!([["ADA_24"]])),
                pair("type", "endpointType", json!(["QUEUE"])),
                pair("scaling.type", "scalerType", json!(["QUEUE_DELAY"])),
                pair("scaling.queueDelay", "scalerValue", json!([2, 2.5])),
            ];
            (own, endpoint())
        }
        "update-endpoint" => {
            let own = vec![
                pair("gpu.pools", "gpuPoolIds", json!([["ADA_24"]])),
                pair("scaling.type", "scalerType", json!(["REQUEST_COUNT"])),
                pair("scaling.requestCount", "scalerValue", json!([2])),
            ];
            (own, endpoint())
        }
        "create-template" | "update-template" => {
            let own = vec![
                pair("image", "imageName", json!(["i:1"])),
                pair("name", "name", json!(["n"])),
                pair("entrypoint", "dockerEntrypoint", json!([["a", "b"]])),
                pair("cmd", "dockerStartCmd", json!([["c"]])),
                pair("disk", "containerDiskInGb", json!([5])),
                pair("args", "args", json!(["sleep 1"])),
                pair("env", "env", json!([{"A": "b"}])),
                pair("ports", "ports", json!([["80/http"]])),
                pair("category", "category", json!(["CPU", "AMD"])),
                pair("public", "isPublic", json!([true])),
                pair("serverless", "isServerless", json!([true])),
                pair("allowedCudaVersions", "allowedCudaVersions", json!([["12.8"]])),
            ];
            (Vec::new(), [own, volume(), switches(), registry()].concat())
        }
        "create-cluster" => {
            let own = vec![
                pair("type", "type", json!(["RAY"])),
                pair("compute.gpuTypeId", "gpuTypeId", json!(["NVIDIA L4"])),
                pair("compute.gpuCountPerPod", "gpuCountPerPod", json!([1])),
                pair("compute.podCount", "podCount", json!([2, 3])),
            ];
            (own, [container(), volume(), places(), switches()].concat())
        }
        other => panic!("no pairs for {other}"),
    }
}

trait Concat {
    fn concat(self) -> Vec<Pair>;
}

impl<const N: usize> Concat for [Vec<Pair>; N] {
    fn concat(self) -> Vec<Pair> {
        self.into_iter().flatten().collect()
    }
}

/// Puts a value where a path leads.
fn set(body: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        None => body[path] = value,
        Some((first, rest)) => {
            if body[first].is_null() {
                body[first] = json!({});
            }
            set(&mut body[first], rest, value);
        }
    }
}

/// The same call nested and flat, from a choice of fields and of values.
fn both(tool: &'static str) -> impl Strategy<Value = (Value, Value)> {
    let (always, some) = pairs(tool);
    let chosen = subsequence((0..some.len()).collect::<Vec<_>>(), 0..=some.len());
    (chosen, any::<prop::sample::Index>(), any::<bool>()).prop_map(move |(chosen, index, as_text)| {
        let (mut nested, mut flat) = (json!({}), json!({}));
        for pair in always.iter().chain(chosen.iter().map(|at| &some[*at])) {
            let values = pair.values.as_array().expect("a list");
            let value = index.get(values);
            set(&mut nested, pair.nested, value.clone());
            flat[pair.flat] = if pair.listed { json!([value]) } else { value.clone() };
        }
        let nested = if as_text { json!(nested.to_string()) } else { nested };
        (json!({"body": nested}), flat)
    })
}

/// Whether everything that was said stands in what was sent.
fn within(said: &Value, sent: &Value) -> bool {
    match (said, sent) {
        (Value::Object(said), Value::Object(sent)) => {
            said.iter().all(|(name, value)| sent.get(name).is_some_and(|there| within(value, there)))
        }
        (Value::Number(said), Value::Number(sent)) => said.as_f64() == sent.as_f64(),
        _ => said == sent,
    }
}

#[test]
fn a_nested_call_sends_what_the_flat_one_sends_and_all_that_it_said() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (tool, id) in [
        ("create-pod", None),
        ("update-pod", Some("podId")),
        ("create-endpoint", None),
        ("update-endpoint", Some("endpointId")),
        ("create-template", None),
        ("update-template", Some("templateId")),
        ("create-cluster", None),
    ] {
        let rig = runtime.block_on(Rig::new(Seed::Empty));
        let sent = |args: Value| {
            rig.sim.journal().clear();
            let answer = runtime.block_on(rig.call(tool, args)).any();
            let requests = rig.sim.journal().requests();
            let writes: Vec<_> = requests.into_iter().filter(is_write).collect();
            (writes.into_iter().map(|write| (write.path, write.body)).collect::<Vec<_>>(), answer)
        };
        let written = std::cell::Cell::new(0);
        let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
        let law = |(mut nested, mut flat): (Value, Value)| {
            if let Some(id) = id {
                nested["id"] = json!("x");
                flat[id] = json!("x");
            }
            let (old, answer) = sent(nested.clone());
            let (new, other) = sent(flat);
            prop_assert_eq!(&old, &new, "{} and {}", answer, other);
            if let [(_, Some(body))] = old.as_slice() {
                let said = match &nested["body"] {
                    Value::String(text) => serde_json::from_str(text).expect("JSON"),
                    body => body.clone(),
                };
                prop_assert!(within(&said, body), "{} was said, {} was sent", said, body);
                written.set(written.get() + 1);
            }
            Ok::<(), TestCaseError>(())
        };
        // Most made-up calls are refused; chance may take more than one round to make enough that are sent.
        for _ in 0..5 {
            let result = TestRunner::new(config.clone()).run(&both(tool), law);
            result.unwrap_or_else(|failure| panic!("{tool}: {failure}"));
            if written.get() >= 6 {
                break;
            }
        }
        assert!(written.get() >= 6, "{tool}: only {} calls were sent", written.get());
    }
}

/// A server with these tools only.
async fn selected(tools: &[&str], policy: Policy) -> Rig {
    let tools: Vec<_> = tools.iter().map(|name| (*name).to_owned()).collect();
    Rig::with(Sim::builder().seed(Seed::Empty).clock(Pace::Manual), |setup| {
        setup.selection = Selection::of(&[], &tools, &[]).expect("tools of today");
        setup.policy = policy;
    })
    .await
}

async fn pod(rig: &Rig) -> Value {
    let body = json!({"name": "p", "image": "i:1", "gpu": {"id": "NVIDIA L4", "count": 1}});
    rig.call("create-pod", json!({"body": body})).await.ok()["id"].clone()
}

#[tokio::test]
async fn one_action_tool_is_four_tools_and_says_so() {
    let rig = Rig::new(Seed::Empty).await;
    let id = pod(&rig).await;
    let act = |action: &str| rig.call("pod-action", json!({"id": id, "body": {"action": action}}));
    let stopped = act("stop").await.ok();
    assert_eq!(stopped["_notes"], json!(["pod-action is called stop-pod here; pass podId for `id`"]));
    assert_eq!(rig.call("get-pod", json!({"podId": id})).await.ok()["status"], "EXITED");
    act("start").await.ok();
    rig.pass(120);
    act("restart").await.ok();
    let as_text = json!({"id": id, "body": "{\"action\":\"terminate\"}"});
    rig.call("pod-action", as_text).await.ok();
    assert_eq!(rig.call("get-pod", json!({"id": id})).await.err()["code"], "not_found");
    assert_eq!((rig.sim.journal().count("podAction"), rig.sim.journal().count("deletePod")), (3, 1));
    for body in [json!({"action": "explode"}), json!({}), json!("stop"), Value::Null, json!({"action": 1})] {
        let error = rig.call("pod-action", json!({"id": id, "body": body})).await.err();
        let said = error["error"].as_str().unwrap();
        assert!(said.contains("`body.action` must be one of start, stop, restart, terminate"), "{said}");
    }
    let more =
        rig.call("pod-action", json!({"id": id, "body": {"action": "stop", "force": true}})).await.err();
    assert!(more["error"].as_str().unwrap().contains("unknown `body`"), "{more}");
    assert_eq!(rig.sim.journal().count("podAction"), 3);
}

#[tokio::test]
async fn a_former_name_opens_no_gate() {
    let rig = selected(&["list-pods", "get-pod", "stop-pod", "create-pod"], Policy::default()).await;
    let who = rig.server.local(("test", "1"));
    let call = async |name: &str, args: Value| {
        let Value::Object(args) = args else { panic!("object") };
        rig.server.call(name, args, &who).await.map_err(|unknown| unknown.to_string())
    };
    let start = call("pod-action", json!({"id": "p", "body": {"action": "start"}})).await.unwrap_err();
    assert_eq!(start, "pod-action is not among the tools that this server was started with");
    assert!(call("pod-action", json!({"id": "p", "body": {"action": "stop"}})).await.unwrap().failed);
    let registries = call("list-registries", json!({})).await.unwrap_err();
    assert!(registries.contains("not among the tools"), "{registries}");

    let quiet = Policy { read_only: true, no_spend: false };
    let thrifty = Policy { read_only: false, no_spend: true };
    let rent = json!({"body": {"name": "p", "image": "i", "gpu": {"id": "NVIDIA L4"}}});
    let end = json!({"id": "p", "body": {"action": "terminate"}});
    let begin = json!({"id": "p", "body": {"action": "start"}});
    for (policy, tool, args, code) in [
        (quiet, "pod-action", &end, "not_allowed"),
        (quiet, "create-pod", &rent, "not_allowed"),
        (thrifty, "create-pod", &rent, "not_allowed"),
        (thrifty, "pod-action", &begin, "not_allowed"),
    ] {
        let rig = selected(&["delete-pod", "create-pod", "start-pod"], policy).await;
        let error = rig.call(tool, args.clone()).await.err();
        assert_eq!(error["code"], code, "{tool}: {error}");
        assert!(rig.sim.journal().requests().is_empty());
    }
    let rig = selected(&["delete-pod"], thrifty).await;
    assert_eq!(rig.call("pod-action", end).await.ok()["success"], true);
}

#[tokio::test]
async fn what_is_gone_or_nearly_meant_is_said() {
    let rig = Rig::new(Seed::Empty).await;
    let who = rig.server.local(("test", "1"));
    let refused =
        async |name: &str| rig.server.call(name, Map::new(), &who).await.map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        refused("attach-tag").await,
        "there is no tool \"attach-tag\": Runpod removed tags: its API has none any more"
    );
    assert!(refused("list-registrys").await.ends_with("did you mean list-container-registry-auths?"));
    let names: Vec<_> = tools::all().map(|tool| tool.card.name).collect();
    assert!(!names.contains(&"pod-action") && !names.contains(&"list-registries"));
}

#[tokio::test]
async fn bills_by_resource_are_one_tool_with_a_scope() {
    let rig = Rig::new(Seed::Demo).await;
    for (name, args, operation, query) in [
        ("list-billing", json!({}), "listBilling", None),
        ("list-pod-billing", json!({"podId": "p1", "lastN": 2}), "listPodBilling", Some("podId=p1")),
        (
            "list-serverless-billing",
            json!({"serverlessId": "e1"}),
            "listServerlessBilling",
            Some("serverlessId=e1"),
        ),
        ("list-endpoint-billing", json!({}), "listEndpointBilling", None),
        (
            "list-network-volume-billing",
            json!({"networkVolumeId": "v"}),
            "listNetworkVolumeBilling",
            Some("networkVolumeId=v"),
        ),
        ("list-cluster-billing", json!({"clusterId": "c"}), "listClusterBilling", Some("clusterId=c")),
    ] {
        rig.sim.journal().clear();
        let reply = rig.call(name, args).await.any();
        let requests = rig.sim.journal().requests();
        let [request] = requests.as_slice() else { panic!("{name}: {reply}") };
        assert_eq!(request.operation.as_deref(), Some(operation), "{name}");
        let sent = request.query.as_deref().unwrap_or_default();
        assert!(query.is_none_or(|query| sent.contains(query)), "{name}: {sent}");
    }
}

#[tokio::test]
async fn what_has_no_place_is_refused_whole() {
    let rig = Rig::new(Seed::Empty).await;
    let gpu = json!({"id": "NVIDIA L4"});
    let network = json!([{"volumeId": "n", "path": "/v"}]);
    let mut refused = String::new();
    for (tool, args) in [
        ("create-pod", json!({"body": "name=t"})),
        ("create-pod", json!({"body": {"nonsense": true, "gpu": {"id": 7, "cuont": 1}}, "imageNmae": "i"})),
        ("create-pod", json!({"body": {"image": "i", "gpu": gpu}, "imageName": "j"})),
        ("create-pod", json!({"body": {"image": "i", "gpu": gpu, "cpu": {"id": "cpu5c", "vcpuCount": 2}}})),
        (
            "create-pod",
            json!({"body": {"name": "p", "image": "i", "gpu": gpu, "mounts": {"persistent": {"size": 10, "path": "/v"}, "network": network}}}),
        ),
        (
            "create-pod",
            json!({"body": {"name": "p", "image": "i", "gpu": gpu, "mounts": {"persistent": {"size": 10}}}}),
        ),
        ("create-pod", json!({"body": {"name": "p", "image": "i", "gpu": gpu, "mounts": {"network": []}}})),
        (
            "create-endpoint",
            json!({"body": {"name": "e", "image": "i", "cpu": [{"id": "cpu5c", "vcpuCount": 2}, {"id": "cpu3g", "vcpuCount": 4}]}}),
        ),
        (
            "create-endpoint",
            json!({"body": {"name": "e", "image": "i", "gpu": {"pools": ["ADA_24"]}, "scaling": {"type": "QUEUE_DELAY", "requestCount": 3}}}),
        ),
        ("update-endpoint", json!({"id": "e", "body": {"scaling": {"queueDelay": 3}}})),
        ("update-template", json!({"id": "t", "body": {"args": "sleep 1", "entrypoint": []}})),
        ("update-pod", json!({"id": "a", "podId": "b", "body": {"name": "n"}})),
        ("get-pod", json!({"id": "../network-volumes/nv1"})),
        ("get-gpu-type", json!({"id": "NVIDIA L4", "count": 2})),
        ("list-gpu-types", json!({"product": ["POD", "CLUSTER"], "include": ["PRICE"]})),
        ("list-cpu-types", json!({"include": ["AVAILABILITY"]})),
        ("list-pod-billing", json!({"scope": "clusters"})),
        ("delete-registry", json!({})),
    ] {
        let error = rig.call(tool, args.clone()).await.err();
        assert_eq!(error["code"], "bad_argument", "{tool} {args}: {error}");
        refused += &format!("{tool} {args}\n  {}\n", error["error"].as_str().unwrap());
    }
    assert!(rig.sim.journal().requests().is_empty());
    insta::assert_snapshot!("refused", refused);
}

#[tokio::test]
async fn replies_say_how_the_call_is_made_today() {
    let rig = Rig::new(Seed::Demo).await;
    let pod = json!({"name": "p", "image": "i:1", "gpu": {"id": "NVIDIA L4", "count": 1}, "registry": null,
        "mounts": {"persistent": {"size": 20, "path": "/v"}}, "env": {"A": "b"}, "startSsh": true});
    let cpu = json!({"name": "c", "image": "i:1", "cpu": {"id": "cpu5c", "vcpuCount": 2}});
    let endpoint = json!({"name": "e", "image": "i:1", "type": "QUEUE", "cpu": [{"id": "cpu5c", "vcpuCount": 2}],
        "scaling": {"type": "QUEUE_DELAY", "queueDelay": 4}, "workers": {"min": 0, "max": 1, "idleTimeout": 5}});
    let mut said = String::new();
    for (tool, args) in [
        ("create-pod", json!({"body": pod.to_string()})),
        ("create-pod", json!({"body": cpu, "dryRun": true})),
        ("create-endpoint", json!({"body": endpoint, "dryRun": true})),
        ("create-network-volume", json!({"body": {"name": "v", "size": 10, "dataCenter": "EU-RO-1"}})),
        ("create-registry", json!({"body": {"name": "r", "username": "u", "password": "p"}})),
        ("list-registries", json!({})),
        ("list-delegations", json!({"limit": 5})),
        ("get-gpu-type", json!({"id": "NVIDIA L4", "include": ["AVAILABILITY"], "product": ["POD"]})),
        ("list-cpu-types", json!({"include": ["AVAILABILITY"], "product": ["POD"]})),
        ("list-gpu-types", json!({"count": 2, "cloud": "SECURE"})),
        ("list-data-centers", json!({"regions": ["EUROPE"]})),
        ("list-billing", json!({"lastN": 1})),
        ("update-ssh-keys", json!({"body": {"keys": []}})),
    ] {
        let reply = rig.call(tool, args.clone()).await.ok();
        said += &format!("{tool} {args}\n");
        for note in reply["_notes"].as_array().unwrap_or_else(|| panic!("{tool} says nothing")) {
            said += &format!("  {}\n", note.as_str().unwrap());
        }
    }
    insta::assert_snapshot!("notes", said);
}
