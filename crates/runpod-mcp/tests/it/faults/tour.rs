//! A call of every tool, one after the other, on a twin: the examples of the guide, so that a new tool is among them.

use std::collections::BTreeMap;

use runpod_sim::{Entry, Span};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::place::Place;
use super::stranger::operation;

/// Every tool needs an example there.
const CALLS: &str = include_str!("../../../../../xtask/src/docs/examples.toml");

/// One call of the tour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    pub(super) tool: String,
    #[serde(default)]
    args: Map<String, Value>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    before: Option<Span>,
    /// Here time passes by itself while a call waits.
    #[serde(rename = "meanwhile")]
    _meanwhile: Option<Span>,
    /// Only there for the calls after it.
    #[serde(default)]
    hidden: bool,
    /// What it asks for when nothing goes wrong, each once.
    #[serde(skip)]
    pub(super) operations: Vec<Asked>,
}

impl Stop {
    /// Whether it meets the faults. A batch is a success that tells of each of its lines; tests of its own (`tools::batch`)
    /// say what faults come to there.
    pub(super) fn is_met(&self) -> bool {
        let is_batch = ["inputs", "jobIds"].iter().any(|name| self.args.contains_key(*name));
        !self.hidden && !is_batch
    }
}

/// Something that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) kind: Kind,
}

/// How something is asked for, which decides what its faults come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A read with the key.
    Read,
    /// A question that everybody may ask, without the key.
    Question,
    /// A change.
    Write,
    /// A change that may be asked for twice.
    Delete,
    /// A change whose answer is held back until a job ends, and of any size.
    Held,
    /// A read whose answer is of any size: a job with its output.
    Output,
    /// A read that takes away what it reads.
    Drain,
    /// A stream of events that has no end.
    Log,
}

impl Asked {
    fn of(request: &Entry) -> Self {
        let body = request.body.clone().unwrap_or_default();
        let operation = operation(&request.method, &request.path, &body);
        let kind = match (operation.as_str(), request.method.as_str()) {
            ("runJobSync", _) => Kind::Held,
            ("getJobStatus", _) => Kind::Output,
            ("streamJob", _) => Kind::Drain,
            ("getPodLogs" | "getWorkerLogs", _) => Kind::Log,
            (_, "GET") => Kind::Read,
            (_, "DELETE") => Kind::Delete,
            (question, _) if question.starts_with("query ") => match request.has_authorization() {
                true => Kind::Read,
                false => Kind::Question,
            },
            _ => Kind::Write,
        };
        Self { operation, kind }
    }
}

/// Where a tour is, and what was kept on the way.
pub(super) struct Tour {
    pub(super) place: Place,
    kept: BTreeMap<String, Value>,
}

impl Tour {
    pub(super) async fn begin() -> Self {
        Self { place: Place::found().await, kept: BTreeMap::new() }
    }

    /// The arguments of a call, once its time has come.
    pub(super) fn arrive(&self, stop: &Stop) -> Map<String, Value> {
        if let Some(Span(time)) = stop.before {
            self.place.sim.clock().advance(time);
        }
        let args = stop.args.iter().map(|(name, value)| (name.clone(), self.filled(value)));
        args.collect()
    }

    /// Makes the call, and answers what it asked for.
    pub(super) async fn visit(&mut self, stop: &Stop, args: Map<String, Value>) -> Vec<Asked> {
        self.place.sim.journal().clear();
        let answer = self.place.visit(&stop.tool, args).await;
        assert!(!answer.failed, "{}: {}", stop.tool, answer.text);
        let json = answer.json();
        for (word, pointer) in &stop.keep {
            let value = json.pointer(pointer);
            let value = value.unwrap_or_else(|| panic!("no {pointer} in {json}"));
            self.kept.insert(word.clone(), value.clone());
        }
        let mut operations = Vec::new();
        for request in self.place.sim.journal().requests() {
            let asked = Asked::of(&request);
            if !operations.contains(&asked) {
                operations.push(asked);
            }
        }
        operations
    }

    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(word) => self.kept[word].clone(),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), self.filled(member))).collect()
            }
            plain => plain.clone(),
        }
    }
}

/// All calls, each of which is really made, and what each of them asks for.
pub(super) async fn stops() -> Vec<Stop> {
    let file: BTreeMap<String, Vec<Stop>> = toml::from_str(CALLS).expect("the examples");
    let mut tour = Tour::begin().await;
    let mut stops = Vec::new();
    for mut stop in file.into_values().flatten() {
        stop.args.remove("dryRun");
        let args = tour.arrive(&stop);
        stop.operations = tour.visit(&stop, args).await;
        stops.push(stop);
    }
    stops
}
