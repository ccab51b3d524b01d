//! Goldens: what was decided by hand, from the contract, before the code was written.
//!
//! `tests/golden/<resource>/<case>.json` holds an operation, a neutral input, and per version either the request
//! (`path` below the base as sent, `query` decoded, `body`) or `refused`, the field of a local error. `notes` holds
//! a word of each note. No tool writes these files: a golden that code can rewrite is a mirror.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use runpod_api::{Error, Note};
use runpod_sim::contract::{self, Request, Route};
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
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    Refused {
        refused: String,
    },
    Sent {
        path: String,
        #[serde(default)]
        query: BTreeMap<String, String>,
        body: Option<Value>,
    },
}

#[tokio::test]
async fn goldens() {
    let recorder = Recorder::start().await;
    let mut failures = Vec::new();
    for (path, golden) in all() {
        let said = ask(&recorder.client(), &golden.operation, golden.input.clone()).await;
        if let Err(why) = compare(&golden, said, &recorder.take()) {
            failures.push(format!("{}: {why}", path.display()));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_operation_has_a_golden() {
    // The logs are read as they come, by a client of their own.
    let excused = ["getPodLogs", "getWorkerLogs"];
    let golden: BTreeSet<String> = all().into_iter().map(|(_, golden)| golden.operation).collect();
    let known: BTreeSet<String> = contract::v2().operations().iter().map(|op| op.id().to_owned()).collect();
    let without: Vec<_> = known.difference(&golden).filter(|id| !excused.contains(&id.as_str())).collect();
    let unknown: Vec<_> = golden.difference(&known).collect();
    assert!(without.is_empty() && unknown.is_empty(), "without a golden: {without:?}; unknown: {unknown:?}");
}

/// Path, query, body and notes as expected, and a request that the contract accepts.
fn compare(golden: &Golden, said: Result<Vec<Note>, Error>, asked: &[Asked]) -> Result<(), String> {
    match (&golden.v2, said, asked) {
        (Expected::Refused { refused }, Err(error), []) => match field_of(&error) {
            Some(field) if field == refused => Ok(()),
            other => Err(format!("refused for {other:?}, expected {refused}: {error}")),
        },
        (Expected::Refused { refused }, said, asked) => {
            Err(format!("must be refused for {refused} before it is sent, got {said:?} and {asked:?}"))
        }
        (Expected::Sent { path, query, body }, Ok(notes), [one]) => {
            same("path", &one.path, &format!("/v2{path}"))?;
            same("query", &decoded(one), query)?;
            same("body", &one.body, body)?;
            noted(&notes, &golden.notes)?;
            accepted(&golden.operation, one)
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

fn decoded(asked: &Asked) -> BTreeMap<String, String> {
    let query = asked.query.clone().unwrap_or_default();
    let url = reqwest_url(&query);
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
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
    let contract = contract::v2();
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
        [] => Ok(()),
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
