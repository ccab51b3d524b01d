//! Whatever arguments a tool is given: a local error, or a request that the contract accepts, to the path it belongs to.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::BoxedStrategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runpod_api::{Routing, Version, Versions};
use runpod_mcp::tool::{Effect, Tool};
use runpod_mcp::tools;
use runpod_sim::contract::{self, Problem, Request, Route};
use runpod_sim::{Entry, Seed};
use serde_json::{Map, Value, json};

use crate::rig::{Rig, in_v2, is_write};

const IMAGE: &str = "runpod/base:0.4.0-cuda11.8.0";

/// Random calls of each tool, again and again until this many were sent: some tools refuse nine of ten here.
const CALLS: u32 = 80;
const LEAST: u32 = 4;
const ROUNDS: u32 = 10;

/// No call waits in real time here; one that takes so long will never end.
const LONGEST: Duration = Duration::from_secs(60);

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
fn arguments(tool: &Tool, account: &Account) -> BoxedStrategy<Map<String, Value>> {
    let ids = &account.ids;
    let schema = tool.accepts();
    let properties = schema["properties"].as_object().expect("properties").clone();
    let required: BTreeSet<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let rivals = rivals(tool.card.name);
    let optional = |name: &&String| !required.contains(*name) && !rivals.contains(&name.as_str());
    let names: Vec<String> = properties.keys().filter(optional).cloned().collect();
    let most = names.len().min(4);
    let (ids, base) = (ids.clone(), account.base(tool.card.name));
    // Once in a while one that is refused beside the base.
    let rival = prop_oneof![7 => Just(Vec::new()), 1 => subsequence(rivals.to_vec(), 0..=rivals.len())];
    let optional = (subsequence(names, 0..=most), rival)
        .prop_map(|(names, rival)| names.into_iter().chain(rival.into_iter().map(str::to_owned)));
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

/// The other ways to say what the base of a tool says; they are refused beside it.
fn rivals(tool: &str) -> &'static [&'static str] {
    match tool {
        "run-endpoint" => &["inputs", "inputsFile"],
        "get-job-status" => &["jobIds", "ledger"],
        _ => &[],
    }
}

/// An account in which there is one of everything, and the version that is spoken about it.
struct Account {
    ids: Vec<String>,
    version: Version,
    /// For endpoints.
    template: String,
}

impl Account {
    /// Arguments of tools that pure chance never gets right.
    fn base(&self, tool: &str) -> Map<String, Value> {
        let base = match (tool, self.version) {
            ("create-pod", _) => json!({"name": "p", "imageName": IMAGE, "gpuTypeIds": ["NVIDIA L4"]}),
            ("create-endpoint", Version::V1) => json!({"name": "e", "templateId": self.template}),
            ("create-endpoint", Version::V2) => {
                json!({"name": "e", "imageName": IMAGE, "gpuPoolIds": ["ADA_24"]})
            }
            ("create-cluster", _) => {
                json!({"name": "c", "imageName": IMAGE, "gpuCountPerPod": 1, "podCount": 2, "type": "RAY",
                "gpuTypeId": "NVIDIA L4"})
            }
            ("set-endpoint-gpus", _) => json!({"pools": ["ADA_24"]}),
            ("deploy-hub-repo", _) => json!({"repo": "runpod-workers/worker-comfyui"}),
            ("run-endpoint", _) => json!({"input": {"prompt": "x"}}),
            ("get-job-status", _) => json!({"jobId": "nobody"}),
            ("update-ssh-keys", _) => json!({"keys": ["ssh-ed25519 AAAAC3Nza me"]}),
            ("get-billing", Version::V1) => json!({"scope": "pods"}),
            _ => json!({}),
        };
        base.as_object().cloned().unwrap_or_default()
    }
}

/// What is wrong with a request that was sent on behalf of a tool.
fn wrong(tool: &Tool, request: &Entry) -> Option<String> {
    if request.path == "/graphql" {
        return wrong_question(tool, request);
    }
    // The paths of the contracts of v1 and of the runtime are relative to their bases.
    let below = |base: &str| request.path.strip_prefix(base);
    let (contract, path) = match (below("/v1"), below("/serverless/v2")) {
        (Some(path), _) => (contract::v1(), path),
        (_, Some(path)) => (contract::serverless(), path),
        (None, None) => (contract::v2(), request.path.as_str()),
    };
    let method = request.method.parse().expect("a method");
    let Route::Found { operation, params } = contract.route(&method, path) else {
        return Some(format!("{request:?} leads nowhere"));
    };
    if request.method != "GET" && !tool.card.covers.contains(&in_v2(operation.id()).as_str()) {
        return Some(format!("{request:?} is no operation of this tool"));
    }
    let sent = Request {
        params: &params,
        query: request.query.as_deref(),
        content_type: request.header("content-type"),
        body: request.body.as_ref(),
    };
    let mut problems = contract.check_request(operation, &sent);
    problems.retain(|problem| !is_of_catalogue(problem));
    (!problems.is_empty()).then(|| format!("{request:?}: {problems:?}"))
}

/// REST v1 lists what it rents in its contract. What is for rent changes, so the host judges it and not the client.
fn is_of_catalogue(problem: &Problem) -> bool {
    let lists = ["gpuTypeIds", "dataCenterId", "cpuFlavorIds", "allowedCudaVersions", "minCudaVersion"];
    problem.text.starts_with("value must be one of") && lists.iter().any(|list| problem.at.contains(list))
}

/// GraphQL has a schema instead: the twin answers 400 to what does not fit it.
fn wrong_question(tool: &Tool, request: &Entry) -> Option<String> {
    let operation = request.operation.as_deref().unwrap_or_default();
    let ours = !is_write(request) || tool.card.covers.contains(&operation);
    let fits = ours && request.status == Some(200);
    let own = ["graphql:saveEndpoint", "graphql:myself"].contains(&operation);
    let shown = own || !request.has_authorization();
    (!fits || !shown).then(|| format!("{request:?} is no question of this tool, or shows the key"))
}

/// One of everything.
async fn furnish(rig: &Rig, version: Version) -> Account {
    let shelf = json!({"name": "s", "imageName": IMAGE, "isServerless": true});
    let template = rig.call("create-template", shelf).await.ok()["id"].as_str().expect("an id").to_owned();
    let mut account = Account { ids: vec![template.clone()], version, template };
    let new = [
        ("create-pod", account.base("create-pod").into()),
        ("create-endpoint", account.base("create-endpoint").into()),
        ("create-template", json!({"name": "t", "imageName": IMAGE})),
        ("create-network-volume", json!({"name": "v", "size": 10, "dataCenterId": "EU-RO-1"})),
        ("create-container-registry-auth", json!({"name": "r", "username": "u", "password": "p"})),
        ("create-secret", json!({"name": "S", "value": "s"})),
    ];
    for (tool, args) in new {
        account.ids.push(rig.call(tool, args).await.ok()["id"].as_str().expect("an id").to_owned());
    }
    account
}

/// Tools of which REST v1 has nothing, so that every call of theirs is refused here.
const ONLY_V2: [&str; 15] = [
    "stream-pod-logs",
    "stream-worker-logs",
    "restart-pod",
    "list-endpoint-workers",
    "list-endpoint-releases",
    "list-endpoint-builds",
    "get-endpoint-build",
    "list-public-templates",
    "list-registry-delegations",
    "create-registry-delegation",
    "delete-registry-delegation",
    "get-gpu-type",
    "get-data-center",
    "list-cpu-types",
    "get-cpu-type",
];

/// What the runtime holds back for a job, it holds by the twin's clock, which nobody moves here: jobs are asked for of
/// endpoints that do not exist.
fn without_holds(tool: &Tool, account: Account) -> Account {
    let holds = ["runJobSync", "streamJob"].iter().any(|held| tool.card.covers.contains(held));
    match holds {
        true => Account { ids: vec!["nobody".to_owned()], ..account },
        false => account,
    }
}

#[test]
fn random_arguments_are_refused_here_or_accepted_by_the_contract() {
    for version in [Version::V2, Version::V1] {
        speak_at_random(version);
    }
}

fn speak_at_random(version: Version) {
    let versions = Versions::all(Routing::Fixed(version));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for tool in tools::all() {
        let (rig, account) = runtime.block_on(async {
            let rig = Rig::skipping_on(versions.clone(), Seed::Empty).await;
            let account = without_holds(tool, furnish(&rig, version).await);
            (rig, account)
        });
        let sent = Cell::new(0_u32);
        // A call that never ends costs a minute each time it is tried again.
        let config =
            Config { cases: CALLS, failure_persistence: None, max_shrink_iters: 8, ..Config::default() };
        let call = |args: Map<String, Value>| {
            rig.sim.journal().clear();
            let said = json!(args).to_string();
            let call = async { tokio::time::timeout(LONGEST, rig.call(tool.card.name, args.into())).await };
            let answer =
                runtime.block_on(call).map_err(|_| TestCaseError::fail(format!("{said} never ends")))?.any();
            let requests = rig.sim.journal().requests();
            let findings: Vec<_> = requests.iter().filter_map(|request| wrong(tool, request)).collect();
            prop_assert!(findings.is_empty(), "{}", findings.join("\n"));
            prop_assert!(answer.is_object());
            sent.set(sent.get() + u32::from(!requests.is_empty()));
            let changes = requests.iter().any(is_write);
            prop_assert!(!changes || tool.card.effect != Effect::Reads, "{:?}", requests);
            Ok::<(), TestCaseError>(())
        };
        let silent = version == Version::V1 && ONLY_V2.contains(&tool.card.name);
        for _ in 0..ROUNDS {
            let result = TestRunner::new(config.clone()).run(&arguments(tool, &account), call);
            result.unwrap_or_else(|failure| panic!("{}: {failure}", tool.card.name));
            if silent || sent.get() >= LEAST {
                break;
            }
        }
        // A generator whose calls are all refused here would prove nothing.
        assert!(silent || sent.get() >= LEAST, "{}: only {} calls were sent", tool.card.name, sent.get());
        assert!(!silent || sent.get() == 0, "{}: was sent to REST v1", tool.card.name);
    }
}

/// Arguments that pass every check, but for the one that is given.
pub(crate) fn dummy(schema: &Value) -> Map<String, Value> {
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
