//! Who uses which shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::{Answer, AnswerUse, DEFS, Facts, Operation};

/// Every name that a reference anywhere in the contract points to.
pub(crate) fn all_references(facts: &Facts) -> BTreeSet<&str> {
    let answers = facts.answers.values().flat_map(of_answer);
    let operations = facts.operations.iter().flat_map(|one| sent(one).chain(answered(facts, one)));
    operations.chain(answers).chain(facts.shapes.values()).flat_map(references).collect()
}

/// The part of the contract that speaks about one operation id.
pub(crate) fn about(facts: &Facts, id: &str) -> Facts {
    let operations: Vec<_> = facts.operations.iter().filter(|one| one.id == id).cloned().collect();
    let slots = operations.iter().flat_map(|one| sent(one).chain(answered(facts, one)));
    let shapes = reachable(facts, slots);
    let named: BTreeSet<&String> =
        operations.iter().flat_map(|one| one.answers.values()).filter_map(name).collect();
    Facts {
        version: facts.version.clone(),
        servers: facts.servers.clone(),
        answers: subset(&facts.answers, |name| named.contains(name)),
        shapes: subset(&facts.shapes, |name| shapes.contains(name.as_str())),
        operations,
    }
}

/// For each shape the operations that send it and those that answer with it, in words.
pub(crate) fn users(facts: &Facts) -> BTreeMap<&str, String> {
    let mut sends: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut answers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in &facts.operations {
        for shape in reachable(facts, sent(one)) {
            sends.entry(shape).or_default().insert(&one.id);
        }
        for shape in reachable(facts, answered(facts, one)) {
            answers.entry(shape).or_default().insert(&one.id);
        }
    }
    let say = |shape: &str| {
        let sent = sends.get(shape).map(|ids| format!("sent by {}", some(ids)));
        let answered = answers.get(shape).map(|ids| format!("answered by {}", some(ids)));
        sent.into_iter().chain(answered).collect::<Vec<_>>().join("; ")
    };
    facts.shapes.keys().map(|shape| (shape.as_str(), say(shape))).collect()
}

fn some(ids: &BTreeSet<&str>) -> String {
    let first: Vec<_> = ids.iter().take(4).copied().collect();
    match ids.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn subset<T: Clone>(map: &BTreeMap<String, T>, keep: impl Fn(&String) -> bool) -> BTreeMap<String, T> {
    map.iter().filter(|(name, _)| keep(name)).map(|(name, one)| (name.clone(), one.clone())).collect()
}

fn name(used: &AnswerUse) -> Option<&String> {
    match used {
        AnswerUse::Named(name) => Some(name),
        AnswerUse::Own(_) => None,
    }
}

fn sent(one: &Operation) -> impl Iterator<Item = &Value> {
    let body = one.body.iter().flat_map(|body| body.media.values());
    one.parameters.iter().map(|parameter| &parameter.shape).chain(body)
}

fn answered<'a>(facts: &'a Facts, one: &'a Operation) -> impl Iterator<Item = &'a Value> {
    one.answers
        .values()
        .flat_map(|used| match used {
            AnswerUse::Own(own) => Some(own),
            AnswerUse::Named(name) => facts.answers.get(name),
        })
        .flat_map(of_answer)
}

fn of_answer(one: &Answer) -> impl Iterator<Item = &Value> {
    one.media.values().chain(one.headers.iter().map(|header| &header.shape))
}

fn reachable<'a>(facts: &'a Facts, from: impl Iterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = from.flat_map(references).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(facts.shapes.get(name).into_iter().flat_map(references));
        }
    }
    found
}

fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(all) => all.iter().flat_map(references).collect(),
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(DEFS));
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}
