//! Goldens: what was decided by hand, from the contract, before the code was written.
//!
//! `tests/golden/<resource>/<case>.json` holds an operation, a neutral input, and per version either the request
//! (`path` below the base as sent, `query` decoded, `lastEventId`, `body`), or `refused`, the field of a local error, or `only`, the
//! setting under which it would exist, or `graphql`, the field that is asked for there, and its `variables`. What has no `v1` exists on REST v2 only and goes there in any case. `notes`
//! holds a word of each note of v2; v1 has none. No tool writes these files: a golden that code can rewrite is a
//! mirror.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use runpod_api::{Error, Note, Version};
use runpod_sim::contract::{self, Operation, Request, Route};
use serde::Deserialize;
use serde_json::Value;

use crate::ask::ask;
use crate::recorder::{Asked, Recorder};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    operation: String,
    input: Value,
    v2: Expected,
    v1: Option<Expected>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    Refused {
        refused: String,
    },
    Elsewhere {
        only: String,
    },
    InGraphql {
        graphql: String,
        variables: Value,
    },
    Sent {
        path: String,
        #[serde(default)]
        query: BTreeMap<String, OneOrMany>,
        #[serde(rename = "lastEventId")]
        last_event_id: Option<String>,
        body: Option<Value>,
    },
}

/// The value of a query parameter, or its values where the name stands several times.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[tokio::test]
async fn goldens() {
    goldens_of(Version::V2).await;
}

#[tokio::test]
async fn goldens_of_rest_v1() {
    goldens_of(Version::V1).await;
}

async fn goldens_of(version: Version) {
    let recorder = Recorder::start().await;
    let mut failures = Vec::new();
    for (path, golden) in all() {
        let said = ask(&recorder.client(version), &golden.operation, golden.input.clone()).await;
        if let Err(why) = compare(&golden, version, said, &recorder.take()) {
            failures.push(format!("{}: {why}", path.display()));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_operation_has_a_golden() {
    let golden: BTreeSet<String> = all().into_iter().map(|(_, golden)| golden.operation).collect();
    let known: BTreeSet<String> = contract::v2().operations().iter().map(|op| op.id().to_owned()).collect();
    let without: Vec<_> = known.difference(&golden).collect();
    let unknown: Vec<_> = golden.difference(&known).collect();
    assert!(without.is_empty() && unknown.is_empty(), "without a golden: {without:?}; unknown: {unknown:?}");
}

#[test]
fn every_operation_of_v1_that_a_golden_can_reach_has_one() {
    // Operations that the client does not speak: documents, and two that REST v2 has no counterpart of.
    let excused = ["GetDocs", "GetOpenAPI", "ResetPod", "RestartPod"];
    let sent = |golden: &Golden| match &golden.v1 {
        Some(Expected::Sent { .. }) => Some(operation_of_v1(&golden.operation, &golden.input)),
        _ => None,
    };
    let golden: BTreeSet<String> = all().iter().filter_map(|(_, golden)| sent(golden)).collect();
    let known: BTreeSet<String> = contract::v1().operations().iter().map(|op| op.id().to_owned()).collect();
    let without: Vec<_> = known.difference(&golden).filter(|id| !excused.contains(&id.as_str())).collect();
    let unknown: Vec<_> = golden.difference(&known).collect();
    assert!(without.is_empty() && unknown.is_empty(), "without a golden: {without:?}; unknown: {unknown:?}");
}

/// What REST v1 calls an operation of REST v2.
pub(crate) fn operation_of_v1(operation: &str, input: &Value) -> String {
    match operation {
        "podAction" if input.get("action") == Some(&Value::from("start")) => "StartPod".to_owned(),
        "podAction" => "StopPod".to_owned(),
        "listPodBilling" => "PodBilling".to_owned(),
        "listServerlessBilling" => "EndpointBilling".to_owned(),
        "listNetworkVolumeBilling" => "NetworkVolumeBilling".to_owned(),
        "listRegistries" => "ListContainerRegistryAuths".to_owned(),
        other => {
            let other = other.replace("Registry", "ContainerRegistryAuth");
            other.get(..1).unwrap_or_default().to_uppercase() + other.get(1..).unwrap_or_default()
        }
    }
}

/// Path, query, body and notes as expected, and a request that the contract accepts.
fn compare(
    golden: &Golden,
    version: Version,
    said: Result<Vec<Note>, Error>,
    asked: &[Asked],
) -> Result<(), String> {
    let (version, expected, notes) = match (version, &golden.v1) {
        (Version::V1, Some(expected)) => (Version::V1, expected, &Vec::new()),
        _ => (Version::V2, &golden.v2, &golden.notes),
    };
    match (expected, said, asked) {
        (Expected::Elsewhere { only }, Err(Error::WrongVersion { switch, .. }), [])
            if switch.to_string() == *only =>
        {
            Ok(())
        }
        (Expected::Elsewhere { only }, said, asked) => {
            Err(format!("must point to {only} and send nothing, got {said:?} and {asked:?}"))
        }
        (Expected::Refused { refused }, Err(error), []) => match field_of(&error) {
            Some(field) if field == refused => Ok(()),
            other => Err(format!("refused for {other:?}, expected {refused}: {error}")),
        },
        (Expected::Refused { refused }, said, asked) => {
            Err(format!("must be refused for {refused} before it is sent, got {said:?} and {asked:?}"))
        }
        (Expected::InGraphql { graphql, variables }, Ok(_), [one]) => {
            let body = one.body.clone().unwrap_or_default();
            same("path", &one.path.as_str(), &"/graphql")?;
            same("variables", &&body["variables"], &variables)?;
            let asks = body["query"].as_str().is_some_and(|text| text.contains(&format!(" {graphql} {{")));
            if asks { Ok(()) } else { Err(format!("{graphql} is not asked for: {body}")) }
        }
        (Expected::InGraphql { .. }, said, asked) => Err(format!("got {said:?} and sent {asked:?}")),
        (Expected::Sent { path, query, last_event_id, body }, Ok(said), [one]) => {
            same("path", &one.path, &format!("/{version}{path}"))?;
            same("query", &decoded(one), query)?;
            same("Last-Event-ID", &one.last_event_id, last_event_id)?;
            same("body", &one.body, body)?;
            noted(&said, notes)?;
            match version {
                Version::V1 => accepted_by_v1(&operation_of_v1(&golden.operation, &golden.input), one),
                Version::V2 => accepted(&golden.operation, one),
            }
        }
        (Expected::Sent { .. }, said, asked) => Err(format!("got {said:?} and sent {asked:?}")),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, sent: &T, expected: &T) -> Result<(), String> {
    if sent == expected {
        Ok(())
    } else {
        Err(format!("{what}\n  sent     {sent:?}\n  expected {expected:?}"))
    }
}

fn noted(notes: &[Note], words: &[String]) -> Result<(), String> {
    let fits =
        notes.len() == words.len() && notes.iter().zip(words).all(|(note, word)| note.0.contains(word));
    if fits { Ok(()) } else { Err(format!("notes {notes:?}, expected {words:?}")) }
}

fn decoded(asked: &Asked) -> BTreeMap<String, OneOrMany> {
    let query = asked.query.clone().unwrap_or_default();
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in reqwest_url(&query).query_pairs() {
        values.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    let counted = |values: Vec<String>| match <[String; 1]>::try_from(values) {
        Ok([one]) => OneOrMany::One(one),
        Err(many) => OneOrMany::Many(many),
    };
    values.into_iter().map(|(name, values)| (name, counted(values))).collect()
}

fn reqwest_url(query: &str) -> reqwest::Url {
    reqwest::Url::parse(&format!("http://x/?{query}")).expect("the client sends a query that can be read")
}

/// The name of the field that a local refusal blames.
pub(crate) fn field_of(error: &Error) -> Option<&'static str> {
    match error {
        Error::Argument { field, .. } | Error::Unmappable { field, .. } => Some(field),
        _ => None,
    }
}

/// Whether the contract knows the request under this name and finds nothing wrong with it.
pub(crate) fn accepted(operation: &str, asked: &Asked) -> Result<(), String> {
    fits(contract::v2(), operation, asked).map(drop)
}

/// The same for REST v1, whose contract leaves bodies and queries open: nothing it does not declare is sent.
pub(crate) fn accepted_by_v1(operation: &str, asked: &Asked) -> Result<(), String> {
    let Some(path) = asked.path.strip_prefix("/v1") else {
        return Err(format!("{} is not on REST v1", asked.path));
    };
    let found = fits(contract::v1(), operation, &Asked { path: path.to_owned(), ..asked.clone() })?;
    let sent =
        asked.body.as_ref().and_then(Value::as_object).into_iter().flat_map(|body| body.keys().cloned());
    let unknown: Vec<_> =
        sent.chain(decoded(asked).into_keys()).filter(|name| !declares(found, name)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(format!("{operation} declares no {unknown:?}")) }
}

/// Whether an operation of v1 takes something of this name, in its query or in its body.
fn declares(operation: &Operation, name: &str) -> bool {
    operation.query_parameters().any(|parameter| parameter.name() == name)
        || operation.request_fields().iter().any(|field| field == name)
}

fn fits<'c>(
    contract: &'c contract::Contract,
    operation: &str,
    asked: &Asked,
) -> Result<&'c Operation, String> {
    let Route::Found { operation: found, params } = contract.route(&asked.method, &asked.path) else {
        return Err(format!("{} {} leads nowhere", asked.method, asked.path));
    };
    if found.id() != operation {
        return Err(format!("{} {} is {}, not {operation}", asked.method, asked.path, found.id()));
    }
    let request = Request {
        params: &params,
        query: asked.query.as_deref(),
        content_type: asked.content_type.as_deref(),
        body: asked.body.as_ref(),
    };
    match contract.check_request(found, &request).as_slice() {
        [] => Ok(found),
        problems => Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    }
}

fn all() -> Vec<(PathBuf, Golden)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<PathBuf> = entries(&folder).iter().flat_map(|resource| entries(resource)).collect();
    files.sort();
    files.into_iter().map(|path| (short(&path), read(&path))).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").path()).collect()
}

fn short(path: &Path) -> PathBuf {
    path.components().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect()
}

fn read(path: &Path) -> Golden {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
