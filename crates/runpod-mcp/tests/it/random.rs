//! Whatever arguments a tool is given: a local error, or a request that the contract accepts, to the path it belongs to.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runpod_mcp::tool::{Effect, Tool};
use runpod_mcp::tools;
use runpod_sim::contract::{self, Request, Route};
use runpod_sim::{Entry, Seed};
use serde_json::{Map, Value, json};

use crate::rig::{Rig, is_write};

/// Random calls of each tool.
const CALLS: u32 = 80;

/// Texts that are no ids, or could leave their place.
const HOSTILE: [&str; 17] = [
    "", ".", "..", "../x", "a/b", "a\\b", "%2e%2e", "%2F", "a?b=c", "a#b", "a\0b", "a\r\nb", " ", "é", "😀",
    "a b", "::",
];

/// Values that mean something somewhere, so that calls get past the first check.
const PLAIN: [&str; 14] = [
    "NVIDIA L4",
    "NVIDIA GeForce RTX 4090",
    "AMPERE_80",
    "ADA_24",
    "cpu5c",
    "EU-RO-1",
    "12.8",
    "12",
    "8888/http",
    "/workspace",
    "runpod/base:0.4.0-cuda11.8.0",
    "2026-08-01T00:00:00Z",
    "ssh-ed25519 AAAAC3Nza me",
    "[redacted]",
];

fn text(ids: &[String]) -> BoxedStrategy<Value> {
    let ids = ids.to_vec();
    prop_oneof![
        4 => select(ids).prop_map(Value::from),
        4 => select(PLAIN.to_vec()).prop_map(Value::from),
        1 => select(HOSTILE.to_vec()).prop_map(Value::from),
        1 => "\\PC{0,12}".prop_map(Value::from),
        1 => "[a-z0-9]{1,14}".prop_map(Value::from),
    ]
    .boxed()
}

/// A value that mostly fits a schema.
fn value(schema: &Value, ids: &[String]) -> BoxedStrategy<Value> {
    let fitting = match schema["type"].as_str().unwrap_or_default() {
        "string" => match schema["enum"].as_array() {
            Some(words) => select(words.clone()).boxed(),
            None => text(ids),
        },
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => whole(schema),
        "number" => {
            prop_oneof![(0.0..10.0f64).prop_map(|n| json!(n)), (0..5i64).prop_map(Value::from)].boxed()
        }
        "array" => vec(value(&schema["items"], ids), 0..3).prop_map(Value::from).boxed(),
        "object" => btree_map("[A-Z_]{1,8}", text(ids), 0..3).prop_map(|map| json!(map)).boxed(),
        other => panic!("a schema of type {other}"),
    };
    let odd = select(vec![
        Value::Null,
        json!(-1),
        json!(""),
        json!([]),
        json!({}),
        json!("x"),
        json!(1.5),
        json!(true),
    ]);
    prop_oneof![12 => fitting, 1 => odd].boxed()
}

fn whole(schema: &Value) -> BoxedStrategy<Value> {
    let least = schema["minimum"].as_i64().unwrap_or(0);
    let most = schema["maximum"].as_i64().unwrap_or(least + 300);
    prop_oneof![8 => least..=least.saturating_add(8).min(most), 1 => least..=most, 1 => Just(least - 1), 1 => Just(most + 1)]
        .prop_map(Value::from)
        .boxed()
}

/// Arguments: the required ones mostly, some of the others, at times one that does not exist.
fn arguments(tool: &Tool, ids: &[String]) -> BoxedStrategy<Map<String, Value>> {
    let schema = tool.listing()["inputSchema"].clone();
    let properties = schema["properties"].as_object().expect("properties").clone();
    let required: BTreeSet<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let names: Vec<String> = properties.keys().filter(|name| !required.contains(*name)).cloned().collect();
    let most = names.len().min(4);
    let (ids, base) = (ids.to_vec(), base(tool.card.name));
    let optional = subsequence(names, 0..=most);
    let base = prop_oneof![3 => Just(base), 1 => Just(Map::new())];
    let required = prop_oneof![9 => Just(required.clone()), 1 => Just(BTreeSet::new())];
    let strange = prop_oneof![15 => Just(None), 1 => Just(Some(("podid".to_owned(), json!("x"))))];
    (base, required, optional, strange)
        .prop_flat_map(move |(base, required, optional, strange)| {
            let required = required.into_iter().filter(|name| !base.contains_key(name));
            let chosen: Vec<_> = required.chain(optional).collect();
            let values: Vec<_> = chosen.iter().map(|name| value(&properties[name], &ids)).collect();
            (Just(base), Just(chosen), values, Just(strange))
        })
        .prop_map(|(base, names, values, strange)| {
            base.into_iter().chain(names.into_iter().zip(values)).chain(strange).collect()
        })
        .boxed()
}

/// Arguments of tools that pure chance never gets right.
fn base(tool: &str) -> Map<String, Value> {
    let image = "runpod/base:0.4.0-cuda11.8.0";
    let base = match tool {
        "create-pod" => json!({"name": "p", "imageName": image, "gpuTypeIds": ["NVIDIA L4"]}),
        "create-endpoint" => json!({"name": "e", "imageName": image, "gpuPoolIds": ["ADA_24"]}),
        "create-cluster" => {
            json!({"name": "c", "imageName": image, "gpuCountPerPod": 1, "podCount": 2, "type": "RAY",
            "gpuTypeId": "NVIDIA L4"})
        }
        "set-endpoint-gpus" => json!({"pools": ["ADA_24"]}),
        "deploy-hub-repo" => json!({"repo": "runpod-workers/worker-comfyui"}),
        "update-ssh-keys" => json!({"keys": ["ssh-ed25519 AAAAC3Nza me"]}),
        _ => json!({}),
    };
    base.as_object().cloned().unwrap_or_default()
}

/// What is wrong with a request that was sent on behalf of a tool.
fn wrong(tool: &Tool, request: &Entry) -> Option<String> {
    if request.path == "/graphql" {
        return wrong_question(tool, request);
    }
    let contract = contract::v2();
    let method = request.method.parse().expect("a method");
    let Route::Found { operation, params } = contract.route(&method, &request.path) else {
        return Some(format!("{request:?} leads nowhere"));
    };
    if request.method != "GET" && !tool.card.covers.contains(&operation.id()) {
        return Some(format!("{request:?} is no operation of this tool"));
    }
    let sent = Request {
        params: &params,
        query: request.query.as_deref(),
        content_type: request.header("content-type"),
        body: request.body.as_ref(),
    };
    let problems = contract.check_request(operation, &sent);
    (!problems.is_empty()).then(|| format!("{request:?}: {problems:?}"))
}

/// GraphQL has a schema instead: the twin answers 400 to what does not fit it.
fn wrong_question(tool: &Tool, request: &Entry) -> Option<String> {
    let operation = request.operation.as_deref().unwrap_or_default();
    let fits = tool.card.covers.contains(&operation) && request.status == Some(200);
    let shown = operation == "graphql:saveEndpoint" || !request.has_authorization();
    (!fits || !shown).then(|| format!("{request:?} is no question of this tool, or shows the key"))
}

/// Ids of an account in which there is one of everything.
async fn furnish(rig: &Rig) -> Vec<String> {
    let image = "runpod/base:0.4.0-cuda11.8.0";
    let new = [
        ("create-pod", json!({"name": "p", "imageName": image, "gpuTypeIds": ["NVIDIA L4"]})),
        ("create-endpoint", json!({"name": "e", "imageName": image, "gpuPoolIds": ["ADA_24"]})),
        ("create-template", json!({"name": "t", "imageName": image})),
        ("create-network-volume", json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1"})),
        ("create-container-registry-auth", json!({"name": "r", "username": "u", "password": "p"})),
        ("create-secret", json!({"name": "S", "value": "s"})),
    ];
    let mut ids = Vec::new();
    for (tool, args) in new {
        ids.push(rig.call(tool, args).await.ok()["id"].as_str().expect("an id").to_owned());
    }
    ids
}

#[test]
fn random_arguments_are_refused_here_or_accepted_by_the_contract() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for tool in tools::all() {
        let (rig, ids) = runtime.block_on(async {
            let rig = Rig::new(Seed::Empty).await;
            let ids = furnish(&rig).await;
            (rig, ids)
        });
        let sent = Cell::new(0_u32);
        let config = Config { cases: CALLS, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(&arguments(tool, &ids), |args| {
            rig.sim.journal().clear();
            let answer = runtime.block_on(rig.call(tool.card.name, args.into())).any();
            let requests = rig.sim.journal().requests();
            let findings: Vec<_> = requests.iter().filter_map(|request| wrong(tool, request)).collect();
            prop_assert!(findings.is_empty(), "{}", findings.join("\n"));
            prop_assert!(answer.is_object());
            sent.set(sent.get() + u32::from(!requests.is_empty()));
            let changes = requests.iter().any(is_write);
            prop_assert!(!changes || tool.card.effect != Effect::Reads, "{:?}", requests);
            Ok::<(), TestCaseError>(())
        });
        result.unwrap_or_else(|failure| panic!("{}: {failure}", tool.card.name));
        // A generator whose calls are all refused here would prove nothing.
        assert!(sent.get() * 20 >= CALLS, "{}: only {} calls were sent", tool.card.name, sent.get());
    }
}

/// Arguments that pass every check, but for the one that is given.
fn dummy(schema: &Value) -> Map<String, Value> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let fill = |name: &str| {
        let property = &schema["properties"][name];
        match property["type"].as_str().unwrap_or_default() {
            "integer" => property["minimum"].clone(),
            "array" => json!([]),
            _ => property["enum"].get(0).cloned().unwrap_or(json!("x")),
        }
    };
    required.map(|name| (name.to_owned(), fill(name))).collect()
}

#[tokio::test]
async fn no_id_leaves_its_segment_of_the_path() {
    let rig = Rig::new(Seed::Empty).await;
    let long = "a".repeat(10_000);
    let mut tried = 0;
    for tool in tools::all() {
        let schema = tool.listing()["inputSchema"].clone();
        let ids = schema["properties"].as_object().expect("properties").iter().filter(|(name, property)| {
            // A GPU type id is free text; its place in the path has a test of its own.
            name.ends_with("Id")
                && property["type"] == "string"
                && *name != "gpuTypeId"
                && *name != "cpuFlavorId"
        });
        for (name, _) in ids {
            for hostile in HOSTILE.into_iter().chain([long.as_str()]) {
                if hostile.is_empty() && name == "containerRegistryAuthId" {
                    continue;
                }
                let mut args = dummy(&schema);
                args.insert(name.clone(), hostile.into());
                let error = rig.call(tool.card.name, args.into()).await.err();
                let said = error["error"].as_str().unwrap_or_default();
                assert_eq!(error["code"], "bad_argument", "{} {name}: {error}", tool.card.name);
                assert!(
                    said.contains(name.as_str()) && said.len() < 2_000,
                    "{} {name}: {said}",
                    tool.card.name
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert_eq!(rig.sim.journal().requests().len(), 0);
}

#[tokio::test]
async fn a_gpu_type_id_stays_in_its_segment_whatever_it_says() {
    let rig = Rig::new(Seed::Empty).await;
    for id in ["NVIDIA L4/../../pods", "a?b", "a#b", "%2e%2e", "é/😀"] {
        rig.call("get-gpu-type", json!({"gpuTypeId": id})).await.err();
    }
    for request in rig.sim.journal().requests() {
        assert_eq!(request.operation.as_deref(), Some("getGpuType"), "{request:?}");
    }
    for id in [".", ".."] {
        let asked = rig.sim.journal().requests().len();
        rig.call("get-gpu-type", json!({"gpuTypeId": id})).await.err();
        assert_eq!(rig.sim.journal().requests().len(), asked, "{id}");
    }
}
