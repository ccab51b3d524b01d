//! Two laws over arbitrary inputs: what is sent fits the contract, and nothing that was said is lost.
//!
//! An input that cannot be sent is refused by the name of a field, before anything is sent.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runpod_api::{Note, Version};
use serde_json::{Map, Value, json};

use crate::ask::ask;
use crate::golden::{accepted, accepted_by_v1, field_of, operation_of_v1};
use crate::recorder::{Asked, Recorder};

type Field = (&'static str, Need, BoxedStrategy<Value>);

#[derive(Clone, Copy)]
enum Need {
    Always,
    Mostly,
    Perhaps,
}
use Need::{Always, Mostly, Perhaps};

#[test]
fn pods_keep_the_laws() {
    let machine = [
        ("gpuTypeIds", Mostly, words()),
        ("gpuCount", Perhaps, number()),
        ("allowedCudaVersions", Perhaps, versions()),
        ("minCudaVersion", Perhaps, version()),
        ("minRamPerGpu", Perhaps, number()),
        ("minVcpuCountPerGpu", Perhaps, number()),
    ];
    let place = [
        ("cloudType", Perhaps, one_of(&["SECURE", "COMMUNITY"])),
        ("dataCenterIds", Perhaps, words()),
        ("globalNetworking", Perhaps, flag()),
        ("startSsh", Perhaps, flag()),
        ("startJupyter", Perhaps, flag()),
    ];
    let named = [("name", Mostly, text()), ("templateId", Perhaps, text())];
    holds("createPod", &object([&machine[..], &place, &named, &container(), &mount()].concat()));
    let cpu = [("cpuFlavorId", Always, text()), ("vcpuCount", Always, number())];
    holds("createPod", &object([&cpu[..], &place, &named, &container(), &mount()].concat()));
    let change =
        [("podId", Always, id()), ("locked", Perhaps, flag()), ("globalNetworking", Perhaps, flag())];
    holds("updatePod", &object([&change[..], &named, &container(), &mount()].concat()));
}

#[test]
fn endpoints_keep_the_laws() {
    let common = [
        ("templateId", Perhaps, text()),
        ("scalerType", Perhaps, one_of(&["QUEUE_DELAY", "REQUEST_COUNT"])),
        ("scalerValue", Perhaps, prop_oneof![number(), Just(json!(0.5)), Just(json!(0.25))].boxed()),
        ("workersMin", Perhaps, number()),
        ("workersMax", Perhaps, number()),
        ("idleTimeout", Perhaps, number()),
        ("dataCenterIds", Perhaps, words()),
        ("networkVolumeIds", Perhaps, words()),
        ("executionTimeoutMs", Perhaps, number()),
        ("flashboot", Perhaps, one_of(&["OFF", "FLASHBOOT", "PRIORITY_FLASHBOOT"])),
    ];
    let gpu = [
        ("gpuPoolIds", Mostly, words()),
        ("excludeGpuTypeIds", Perhaps, words()),
        ("gpuCount", Perhaps, number()),
        ("allowedCudaVersions", Perhaps, versions()),
        ("minCudaVersion", Perhaps, version()),
    ];
    let cpu =
        [("cpus", Always, prop::collection::vec((text(), number()), 1..3).prop_map(|v| json!(v)).boxed())];
    let new = [("name", Always, text()), ("endpointType", Perhaps, one_of(&["QUEUE", "LOAD_BALANCER"]))];
    holds("createEndpoint", &object([&new[..], &common, &gpu, &container()].concat()));
    holds("createEndpoint", &object([&new[..], &common, &cpu, &container()].concat()));
    let known = [("endpointId", Always, id()), ("name", Perhaps, text())];
    holds("updateEndpoint", &object([&known[..], &common, &gpu, &container()].concat()));
    holds("updateEndpoint", &object([&known[..], &common, &cpu, &container()].concat()));
}

#[test]
fn templates_keep_the_laws() {
    let settings = [
        ("category", Perhaps, one_of(&["CPU", "NVIDIA", "AMD"])),
        ("isPublic", Perhaps, flag()),
        ("isServerless", Perhaps, flag()),
        ("startSsh", Perhaps, flag()),
        ("startJupyter", Perhaps, flag()),
        ("allowedCudaVersions", Perhaps, versions()),
    ];
    let new = [("name", Always, text())];
    holds("createTemplate", &object([&new[..], &settings, &container(), &mount()].concat()));
    let known = [("templateId", Always, id()), ("name", Perhaps, text())];
    holds("updateTemplate", &object([&known[..], &settings, &container(), &mount()].concat()));
}

#[test]
fn storage_and_registries_keep_the_laws() {
    let tier = one_of(&["STANDARD", "HIGH_PERFORMANCE"]);
    let new = [
        ("name", Always, text()),
        ("size", Always, number()),
        ("dataCenterId", Always, text()),
        ("volumeType", Perhaps, tier),
    ];
    holds("createNetworkVolume", &object(new.to_vec()));
    let change = [("networkVolumeId", Always, id()), ("name", Perhaps, text()), ("size", Perhaps, number())];
    holds("updateNetworkVolume", &object(change.to_vec()));
    let long = prop_oneof![text(), "[a-zü]{180,200}".prop_map(Value::from)].boxed();
    let registry = [("name", Always, long.clone()), ("username", Always, long), ("password", Always, text())];
    holds("createRegistry", &object(registry.to_vec()));
    holds("createDelegation", &object(vec![("resource", Always, text()), ("name", Perhaps, text())]));
}

#[test]
fn clusters_keep_the_laws() {
    let new = [
        ("name", Always, text()),
        ("type", Perhaps, one_of(&["APPLICATION", "TRAINING", "SLURM", "RAY"])),
        ("templateId", Perhaps, text()),
        ("gpuTypeId", Always, text()),
        ("gpuCountPerPod", Always, number()),
        ("podCount", Always, prop_oneof![number(), (0u32..300).prop_map(Value::from)].boxed()),
        ("dataCenterIds", Perhaps, words()),
        ("startSsh", Perhaps, flag()),
        ("startJupyter", Perhaps, flag()),
    ];
    let container: Vec<Field> =
        container().into_iter().filter(|(name, ..)| *name != "containerRegistryAuthId").collect();
    holds("createCluster", &object([&new[..], &container, &mount()].concat()));
    holds("updateCluster", &object(vec![("clusterId", Always, id()), ("name", Mostly, text())]));
}

#[test]
fn the_account_keeps_the_laws() {
    let key = "(ssh-|ecdsa-|sk-|)[a-z \t\n]{0,6} ?[A-Z]{0,4}[ \t\r]?[a-z]{0,3}".prop_map(Value::from);
    let keys = prop::collection::vec(prop_oneof![key, text()], 0..2).prop_map(Value::from).boxed();
    holds("updateSshKeys", &object(vec![("keys", Always, keys)]));
    let name = prop_oneof![text(), "[A-Za-z_./-][A-Za-z0-9_./-]{0,200}".prop_map(Value::from)].boxed();
    let new = [("name", Always, name), ("value", Always, text()), ("description", Perhaps, text())];
    holds("createSecret", &object(new.to_vec()));
    let change = [
        ("secretId", Always, id()),
        ("value", Perhaps, text()),
        ("description", Perhaps, prop_oneof![text(), Just(Value::Null)].boxed()),
    ];
    holds("updateSecret", &object(change.to_vec()));
    holds("listSecrets", &object(vec![("name", Perhaps, text())]));
}

#[test]
fn the_catalogue_keeps_the_laws() {
    let code = prop_oneof![Just(json!("US")), Just(json!("CZ")), text()];
    let gpus = [
        ("product", Perhaps, one_of(&["POD", "CLUSTER", "SERVERLESS"])),
        ("gpuCount", Perhaps, number()),
        ("cloudType", Perhaps, one_of(&["SECURE", "COMMUNITY"])),
        ("countryCodes", Perhaps, prop::collection::vec(code, 0..3).prop_map(Value::from).boxed()),
        ("cudaVersions", Perhaps, versions()),
        ("minCudaVersion", Perhaps, prop_oneof![Just(json!("12")), version(), text()].boxed()),
    ];
    holds("listGpuTypes", &object(gpus.to_vec()));
    let product = gpus.first().cloned().expect("the product");
    holds("getGpuType", &object(vec![("gpuTypeId", Always, text()), product.clone()]));
    holds("listCpuTypes", &object(vec![product, ("vcpuCount", Perhaps, number())]));
    let regions = prop::collection::vec(one_of(&["EUROPE", "ASIA", "UNKNOWN"]), 0..3).prop_map(Value::from);
    let rules = prop::collection::vec(one_of(&["GDPR", "ISO_14001", "HIPAA"]), 0..3).prop_map(Value::from);
    let places = [
        ("regions", Perhaps, regions.boxed()),
        ("compliance", Perhaps, rules.boxed()),
        ("globalNetwork", Perhaps, flag()),
    ];
    holds("listDataCenters", &object(places.to_vec()));
}

#[test]
fn bills_and_pages_keep_the_laws() {
    let time = "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-4]):[0-5][0-9]:[0-5][0-9](|\\.[0-9]{1,9})(Z|z|[+-]0[0-9]:[0-5]0|)";
    let time = prop_oneof![time.prop_map(Value::from), text()];
    let bill = [
        ("startTime", Perhaps, time.clone().boxed()),
        ("endTime", Perhaps, time.boxed()),
        ("bucketSize", Perhaps, one_of(&["hour", "day", "week", "month", "year"])),
        ("lastN", Perhaps, number()),
    ];
    holds("listBilling", &object(bill.to_vec()));
    holds("listPodBilling", &object([&bill[..], &[("podId", Perhaps, id())]].concat()));
    let page = [("limit", Perhaps, number()), ("cursor", Perhaps, text())];
    holds("listPods", &object(page.to_vec()));
    let builds = [&[("endpointId", Always, id())], &page[..]].concat();
    holds("listEndpointBuilds", &object(builds));
}

/// REST v1 keeps closed lists of what it knows, so its inputs are drawn from them.
#[test]
fn pods_keep_the_laws_on_rest_v1() {
    let gpu = [gpus_of_v1(), ("gpuCount", Perhaps, (2u32..9).prop_map(Value::from).boxed()), cuda_of_v1()];
    let least = [("minRamPerGpu", Perhaps, number()), ("minVcpuCountPerGpu", Perhaps, number())];
    let place =
        [("cloudType", Perhaps, one_of(&["SECURE", "COMMUNITY"])), ("globalNetworking", Perhaps, flag())];
    let named = [("name", Mostly, text()), ("templateId", Perhaps, text()), sites_of_v1()];
    let pod = [&place[..], &named, &container_of_v1(), &mount()].concat();
    holds_on(Version::V1, "createPod", &object([&gpu[..], &least, &pod].concat()));
    let homeless = [("startSsh", Perhaps, flag()), ("args", Perhaps, text())];
    holds_on(Version::V1, "createPod", &object([&gpu[..], &pod, &homeless].concat()));
    let cpu = [("cpuFlavorId", Always, one_of(&["cpu3c", "cpu5m"])), ("vcpuCount", Always, number())];
    holds_on(Version::V1, "createPod", &object([&cpu[..], &pod].concat()));
    let change = [("podId", Always, id()), ("locked", Perhaps, flag()), ("name", Perhaps, text())];
    holds_on(Version::V1, "updatePod", &object([&change[..], &container_of_v1(), &mount()].concat()));
    let filter = [
        ("gpuTypeId", Perhaps, several(&["NVIDIA L4", "NVIDIA A40"])),
        ("dataCenterId", Perhaps, several(&["EU-RO-1", "US-KS-2"])),
        ("name", Perhaps, text()),
    ];
    holds_on(Version::V1, "listPods", &object(filter.to_vec()));
}

#[test]
fn endpoints_keep_the_laws_on_rest_v1() {
    let scale = [
        ("scalerType", Perhaps, one_of(&["QUEUE_DELAY", "REQUEST_COUNT"])),
        ("scalerValue", Perhaps, prop_oneof![9 => number(), 1 => Just(json!(0.5))].boxed()),
        ("workersMin", Perhaps, number()),
        ("workersMax", Perhaps, number()),
        ("idleTimeout", Perhaps, number()),
        ("networkVolumeIds", Perhaps, words()),
        ("executionTimeoutMs", Perhaps, number()),
    ];
    let gpu = [gpus_of_v1(), ("gpuCount", Perhaps, number()), cuda_of_v1(), sites_of_v1()];
    let choice = (one_of(&["cpu3c", "cpu5g"]), Just(4));
    let cpus = prop::collection::vec(choice, 1..3).prop_map(|choices| json!(choices));
    let cpus = [("cpus", Always, cpus.boxed()), sites_of_v1()];
    let new = [("name", Always, text()), ("templateId", Mostly, text())];
    holds_on(Version::V1, "createEndpoint", &object([&new[..], &scale, &gpu].concat()));
    holds_on(Version::V1, "createEndpoint", &object([&new[..], &scale, &cpus].concat()));
    let known = [("endpointId", Always, id()), ("templateId", Perhaps, text())];
    holds_on(Version::V1, "updateEndpoint", &object([&known[..], &scale, &gpu].concat()));
}

#[test]
fn the_rest_keeps_the_laws_on_rest_v1() {
    let settings = [("isPublic", Perhaps, flag()), ("readme", Perhaps, text())];
    let new = [("name", Always, text()), ("category", Perhaps, one_of(&["CPU", "AMD"]))];
    let template = [&settings[..], &container_of_v1(), &mount()].concat();
    holds_on(Version::V1, "createTemplate", &object([&new[..], &template].concat()));
    let known = [("templateId", Always, id()), ("name", Perhaps, text())];
    holds_on(Version::V1, "updateTemplate", &object([&known[..], &template].concat()));
    let new = [("name", Always, text()), ("size", Always, number()), ("dataCenterId", Always, text())];
    holds_on(Version::V1, "createNetworkVolume", &object(new.to_vec()));
    let secret = [("name", Always, text()), ("username", Always, text()), ("password", Always, text())];
    holds_on(Version::V1, "createRegistry", &object(secret.to_vec()));
}

fn several(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::collection::vec(one_of(words), 1..3).prop_map(Value::from).boxed()
}

fn gpus_of_v1() -> Field {
    ("gpuTypeIds", Mostly, several(&["NVIDIA L4", "NVIDIA A40", "Tesla T4"]))
}

fn cuda_of_v1() -> Field {
    ("allowedCudaVersions", Perhaps, several(&["12.8", "11.8"]))
}

fn sites_of_v1() -> Field {
    ("dataCenterIds", Perhaps, several(&["EU-RO-1", "US-KS-2"]))
}

fn container_of_v1() -> Vec<Field> {
    container().into_iter().filter(|(name, ..)| *name != "args").collect()
}

const CASES: u32 = 96;

fn holds(operation: &str, inputs: &BoxedStrategy<Value>) {
    holds_on(Version::V2, operation, inputs);
}

/// Both laws, for one operation over many inputs.
fn holds_on(version: Version, operation: &str, inputs: &BoxedStrategy<Value>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let recorder = runtime.block_on(Recorder::start());
    let client = recorder.client(version);
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let sent = std::cell::Cell::new(0);
    let outcome = TestRunner::new(config).run(inputs, |input| {
        let said = runtime.block_on(ask(&client, operation, input.clone()));
        let asked = recorder.take();
        let judged = match (&said, asked.as_slice()) {
            (Ok(notes), [one]) => {
                sent.set(sent.get() + 1);
                let fits = match version {
                    Version::V1 => accepted_by_v1(&operation_of_v1(operation, &input), one),
                    Version::V2 => accepted(operation, one),
                };
                fits.and_then(|()| complete(&input, one, notes))
            }
            (Err(error), []) if field_of(error).is_some() => Ok(()),
            _ => Err(format!("neither one request nor a refusal by field: {said:?}, {asked:?}")),
        };
        judged.map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|e| panic!("{operation}: {e}"));
    assert!(sent.get() > CASES / 8, "{operation}: only {} inputs of {CASES} could be sent", sent.get());
}

/// Every leaf of the input is in the request or named by a note.
fn complete(input: &Value, asked: &Asked, notes: &[Note]) -> Result<(), String> {
    let mut there = BTreeSet::new();
    asked.body.iter().for_each(|body| leaves(body, &mut there));
    let query = asked.query.clone().unwrap_or_default();
    let url = reqwest::Url::parse(&format!("http://x{}?{query}", asked.path)).expect("a request was sent");
    for (name, value) in url.query_pairs() {
        there.extend(value.split(',').map(str::to_owned).chain([name.into_owned(), value.to_string()]));
    }
    for segment in asked.path.split('/') {
        there.insert(percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned());
    }
    let mut said = BTreeSet::new();
    leaves(input, &mut said);
    let noted = |leaf: &str| notes.iter().any(|note| note.0.contains(&format!("`{leaf}`")));
    let lost: Vec<_> = said.iter().filter(|leaf| !there.contains(*leaf) && !noted(leaf)).collect();
    if lost.is_empty() { Ok(()) } else { Err(format!("{lost:?} of {input} got lost; sent was {asked:?}")) }
}

/// Texts, numbers, flags and keys of variables; `4` and `4.0` are the same.
fn leaves(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        Value::Object(map) => map.values().for_each(|item| leaves(item, into)),
        Value::Number(number) => into.extend(number.as_f64().map(|n| n.to_string())),
        Value::Bool(flag) => into.extend([flag.to_string()]),
        Value::String(text) => into.extend([text.clone()]),
    }
}

fn container() -> Vec<Field> {
    let env = prop::collection::btree_map("[A-Z]{1,4}", ".{0,4}", 0..3).prop_map(|env| json!(env));
    vec![
        ("imageName", Mostly, text()),
        ("args", Perhaps, text()),
        ("entrypoint", Perhaps, words()),
        ("cmd", Perhaps, words()),
        ("containerDiskInGb", Perhaps, number()),
        ("env", Perhaps, env.boxed()),
        ("ports", Perhaps, words()),
        ("containerRegistryAuthId", Perhaps, prop_oneof![text(), Just(Value::Null)].boxed()),
    ]
}

/// Whole mounts mostly, and halves of them.
fn mount() -> Vec<Field> {
    let (size, path) = (number, text);
    let kinds = prop_oneof![
        3 => (size(), path()).prop_map(|(s, p)| json!({ "volumeInGb": s, "volumeMountPath": p })),
        3 => (text(), path()).prop_map(|(v, p)| json!({ "networkVolumeId": v, "volumeMountPath": p })),
        1 => size().prop_map(|s| json!({ "volumeInGb": s })),
        1 => text().prop_map(|v| json!({ "networkVolumeId": v })),
        1 => path().prop_map(|p| json!({ "volumeMountPath": p })),
    ];
    vec![(GROUP, Perhaps, kinds.boxed())]
}

/// A field whose value is an object of fields.
const GROUP: &str = "";

/// An object of these fields; one that has a target names its scaler.
fn object(fields: Vec<Field>) -> BoxedStrategy<Value> {
    let maybe = |(name, need, value): Field| match need {
        Always => value.prop_map(move |value| Some((name, value))).boxed(),
        Mostly => prop::option::weighted(0.95, value).prop_map(move |v| v.map(|v| (name, v))).boxed(),
        Perhaps => prop::option::weighted(0.3, value).prop_map(move |v| v.map(|v| (name, v))).boxed(),
    };
    let all: Vec<_> = fields.into_iter().map(maybe).collect();
    all.prop_map(|pairs| {
        let mut map = Map::new();
        for (name, value) in pairs.into_iter().flatten() {
            match (name, value) {
                (GROUP, Value::Object(group)) => map.extend(group),
                (name, value) => drop(map.insert(name.to_owned(), value)),
            }
        }
        match map.get("scalerType").and_then(Value::as_str) {
            Some("QUEUE_DELAY") => {}
            Some(_) if map.get("scalerValue").is_some_and(Value::is_u64) => {}
            _ => drop(map.remove("scalerValue")),
        }
        Value::Object(map)
    })
    .boxed()
}

fn id() -> BoxedStrategy<Value> {
    "[a-z0-9]{1,12}".prop_map(Value::from).boxed()
}

fn text() -> BoxedStrategy<Value> {
    prop_oneof![
        60 => "[a-z][a-z0-9 /:.-]{0,8}",
        4 => ".{0,6}",
        1 => Just(String::new()),
        4 => Just("a,b \"c\" \\ \u{202e}ü\n".to_owned()),
    ]
    .prop_map(Value::from)
    .boxed()
}

fn words() -> BoxedStrategy<Value> {
    prop_oneof![9 => prop::collection::vec(text(), 1..3), 1 => Just(Vec::new())].prop_map(Value::from).boxed()
}

fn number() -> BoxedStrategy<Value> {
    prop_oneof![40 => 10u32..250, 1 => Just(0), 1 => Just(1), 1 => any::<u32>()].prop_map(Value::from).boxed()
}

fn version() -> BoxedStrategy<Value> {
    prop_oneof![40 => "1[0-3]\\.[0-9]{1,2}", 1 => "[0-9.]{0,4}"].prop_map(Value::from).boxed()
}

fn versions() -> BoxedStrategy<Value> {
    prop::collection::vec(version(), 0..3).prop_map(Value::from).boxed()
}

fn flag() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

fn one_of(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(words).prop_map(Value::from).boxed()
}
