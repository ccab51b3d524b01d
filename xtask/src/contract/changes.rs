//! What changed between two contracts, in words a maintainer can act on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    facts::{Answer, AnswerUse, DEFS, Facts, Operation, Parameter},
    uses,
};

/// What is said about each place, such as `gpu.count` or `query limit`.
type Places = BTreeMap<String, BTreeSet<String>>;

/// One line per thing that is new, gone or different; the first line counts them.
pub(crate) fn report(old: &Facts, new: &Facts) -> String {
    let mut lines = Vec::new();
    if old.servers != new.servers {
        lines.push(format!("servers: were {}, are {}", old.servers.join(" "), new.servers.join(" ")));
    }
    operations(old, new, &mut lines);
    pairs(&old.answers, &new.answers, |name, was, is| match (was, is) {
        (None, _) => lines.push(format!("answer {name} is new")),
        (_, None) => lines.push(format!("answer {name} is gone")),
        (Some(was), Some(is)) => {
            differences(&format!("answer {name}"), &answer(was), &answer(is), &mut lines)
        }
    });
    shapes(old, new, &mut lines);
    let count = match lines.len() {
        0 => "no fact changed, the file was rewritten in the present form".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    lines.insert(0, format!("{}: {count}", new.version));
    lines.join("\n  ")
}

fn operations(old: &Facts, new: &Facts, lines: &mut Vec<String>) {
    let keyed = |facts: &Facts| -> BTreeMap<String, Operation> {
        facts.operations.iter().map(|one| (format!("{} {}", one.method, one.path), one.clone())).collect()
    };
    pairs(&keyed(old), &keyed(new), |place, was, is| match (was, is) {
        (None, Some(is)) => lines.push(format!(
            "operation {} ({place}) is new: it needs a route in the twin, and a tool or an excuse",
            is.id
        )),
        (Some(was), None) => lines.push(format!(
            "operation {} ({place}) is gone: take its route, its client method and its tool away",
            was.id
        )),
        (Some(was), Some(is)) => {
            differences(&format!("operation {} ({place})", is.id), &operation(was), &operation(is), lines);
        }
        (None, None) => {}
    });
}

fn shapes(old: &Facts, new: &Facts, lines: &mut Vec<String>) {
    let (were, are) = (uses::users(old), uses::users(new));
    pairs(&old.shapes, &new.shapes, |name, was, is| {
        let users = are.get(name.as_str()).or_else(|| were.get(name.as_str()));
        let users =
            users.filter(|said| !said.is_empty()).map(|said| format!(" ({said})")).unwrap_or_default();
        match (was, is) {
            (None, _) => lines.push(format!("shape {name}{users} is new")),
            (_, None) => lines.push(format!("shape {name}{users} is gone")),
            (Some(was), Some(is)) => {
                let was = places("", was);
                differences(&format!("shape {name}{users}"), &was, &places("", is), lines);
            }
        }
    });
}

fn pairs<T>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    mut visit: impl FnMut(&String, Option<&T>, Option<&T>),
) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().for_each(|name| visit(name, old.get(name), new.get(name)));
}

fn differences(owner: &str, old: &Places, new: &Places, lines: &mut Vec<String>) {
    let said = |facts: Vec<&String>| facts.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    pairs(old, new, |place, was, is| {
        let nothing = BTreeSet::new();
        let (was, is) =
            (was.map_or((false, &nothing), |was| (true, was)), is.map_or((false, &nothing), |is| (true, is)));
        let lost = said(was.1.difference(is.1).collect());
        let won = said(is.1.difference(was.1).collect());
        let place = if place.is_empty() { String::new() } else { format!(" {place}") };
        match (was.0, is.0) {
            (false, _) => lines.push(format!("{owner}:{place} is new: {won}")),
            (_, false) => lines.push(format!("{owner}:{place} is gone (it was: {lost})")),
            _ if lost.is_empty() && won.is_empty() => {}
            _ if lost.is_empty() => lines.push(format!("{owner}:{place} is now also: {won}")),
            _ if won.is_empty() => lines.push(format!("{owner}:{place} is no longer: {lost}")),
            _ => lines.push(format!("{owner}:{place} was: {lost}; is now: {won}")),
        }
    });
}

fn operation(one: &Operation) -> Places {
    let mut found = Places::new();
    let id = found.entry(String::new()).or_default();
    id.insert(format!("id {}", one.id));
    id.extend(one.tags.iter().map(|tag| format!("tag {tag}")));
    id.extend(one.deprecated.then(|| "deprecated".to_owned()));
    id.extend(one.open.then(|| "open".to_owned()));
    one.parameters.iter().for_each(|one| parameter("", one, &mut found));
    if let Some(body) = &one.body {
        for (media, shape) in &body.media {
            let place = format!("body {media}");
            flatten(&place, shape, &mut found);
            found.entry(place).or_default().extend(body.required.then(|| "required".to_owned()));
        }
    }
    for (status, used) in &one.answers {
        match used {
            AnswerUse::Named(name) => {
                found.entry(format!("answer {status}")).or_default().insert(format!("= {name}"));
            }
            AnswerUse::Own(own) => {
                let own = answer(own).into_iter();
                found.extend(own.map(|(place, facts)| (format!("answer {status} {place}"), facts)));
            }
        }
    }
    found
}

fn answer(one: &Answer) -> Places {
    let mut found = Places::new();
    if one.media.is_empty() {
        found.entry("body".to_owned()).or_default().insert("empty".to_owned());
    }
    one.media.iter().for_each(|(media, shape)| flatten(media, shape, &mut found));
    one.headers.iter().for_each(|header| parameter("", header, &mut found));
    found
}

fn parameter(prefix: &str, one: &Parameter, found: &mut Places) {
    let place = format!("{prefix}{} {}", one.place, one.name);
    flatten(&place, &one.shape, found);
    let facts = found.entry(place).or_default();
    facts.extend(one.required.then(|| "required".to_owned()));
    facts.extend(one.style.as_ref().map(|style| format!("style={style}")));
    facts.extend(one.explode.map(|explode| format!("explode={explode}")));
}

fn places(place: &str, shape: &Value) -> Places {
    let mut found = Places::new();
    flatten(place, shape, &mut found);
    found
}

/// Lists what a shape says, place by place. The members of `allOf` speak about the same place.
fn flatten(place: &str, shape: &Value, found: &mut Places) {
    found.entry(place.to_owned()).or_default();
    let empty = Map::new();
    for (keyword, value) in shape.as_object().unwrap_or(&empty) {
        let all = value.as_array().map_or(&[][..], Vec::as_slice);
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().for_each(|(name, part)| flatten(&below(place, name), part, found));
            }
            ("required", _) => {
                for name in all.iter().filter_map(Value::as_str) {
                    found.entry(below(place, name)).or_default().insert("required".to_owned());
                }
            }
            ("allOf", _) => all.iter().for_each(|part| flatten(place, part, found)),
            ("anyOf" | "oneOf", _) => {
                for (nth, part) in all.iter().enumerate() {
                    flatten(&format!("{place} ({keyword} {})", nth + 1), part, found);
                }
            }
            ("items", _) => flatten(&format!("{place}[]"), value, found),
            ("additionalProperties", Value::Object(_)) => flatten(&format!("{place}{{}}"), value, found),
            ("not" | "if" | "then" | "else", _) => flatten(&format!("{place} ({keyword})"), value, found),
            _ => found.entry(place.to_owned()).or_default().extend(plain(keyword, value)),
        }
    }
}

/// The facts of a keyword that holds no shape.
fn plain(keyword: &str, value: &Value) -> Vec<String> {
    match (keyword, value) {
        ("type", Value::String(one)) => vec![one.clone()],
        ("type", Value::Array(some)) => {
            vec![some.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|")]
        }
        ("$ref", Value::String(target)) => vec![format!("@{}", target.trim_start_matches(DEFS))],
        ("enum", Value::Array(values)) => values.iter().map(|value| format!("may be {value}")).collect(),
        (_, Value::Bool(true)) => vec![keyword.to_owned()],
        _ => vec![format!("{keyword} {value}")],
    }
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() { format!("field {name}") } else { format!("{place}.{name}") }
}
