//! A JSON Schema as indented lines.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Map, Value};

use super::{DEFS, FLAGS, MANY_SHAPES, ONE_SHAPE, VALUED};

/// Writes `label: head` and the shape's parts one step deeper.
pub(super) fn line(out: &mut String, depth: usize, label: &str, shape: &Value) {
    let empty = Map::new();
    let shape = shape.as_object().unwrap_or(&empty);
    let head = head(shape);
    indent(out, depth);
    out.push_str(label);
    out.push(':');
    if !head.is_empty() {
        out.push(' ');
        out.push_str(&head);
    }
    out.push('\n');
    parts(out, depth + 1, shape);
}

/// A name as it stands in a line: bare when it is plain, else as a JSON string.
pub(super) fn word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_$./*+-".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        Value::String(name.to_owned()).to_string()
    }
}

pub(super) fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn head(shape: &Map<String, Value>) -> String {
    if shape.is_empty() {
        return "any".to_owned();
    }
    let mut facts = Vec::new();
    match shape.get("type") {
        Some(Value::String(one)) => facts.push(one.clone()),
        Some(Value::Array(some)) => facts.push(names(some).collect::<Vec<_>>().join("|")),
        _ => {}
    }
    if let Some(target) = shape.get("$ref").and_then(Value::as_str) {
        facts.push(format!("@{}", target.trim_start_matches(DEFS)));
    }
    for keyword in VALUED {
        // A shape for the other properties is a line of its own.
        if let Some(value) =
            shape.get(keyword).filter(|value| keyword != "additionalProperties" || value.is_boolean())
        {
            facts.push(format!("{keyword} {value}"));
        }
    }
    facts.extend(FLAGS.iter().filter(|flag| shape.contains_key(**flag)).map(|flag| (*flag).to_owned()));
    facts.join(", ")
}

fn parts(out: &mut String, depth: usize, shape: &Map<String, Value>) {
    for value in list(shape, "enum") {
        say(out, depth, format_args!("= {value}"));
    }
    properties(out, depth, shape);
    for (with, needed) in sorted(shape.get("dependentRequired")) {
        for name in names(needed.as_array().map_or(&[], Vec::as_slice)) {
            say(out, depth, format_args!("with {} requires {}", word(with), word(name)));
        }
    }
    for (keyword, label) in MANY_SHAPES {
        list(shape, keyword).for_each(|part| line(out, depth, label, part));
    }
    if let Some(chooser) = shape.get("discriminator").and_then(Value::as_object) {
        choices(out, depth, chooser);
    }
    for (keyword, label) in ONE_SHAPE {
        if let Some(part) = shape.get(keyword).filter(|part| part.is_object()) {
            line(out, depth, label, part);
        }
    }
}

fn properties(out: &mut String, depth: usize, shape: &Map<String, Value>) {
    let own = shape.get("properties").and_then(Value::as_object);
    let required: Vec<&str> = list(shape, "required").filter_map(Value::as_str).collect();
    for (name, part) in sorted(shape.get("properties")) {
        let mark = if required.contains(&name.as_str()) { "!" } else { "" };
        line(out, depth, &format!(".{}{mark}", word(name)), part);
    }
    for name in required.iter().filter(|name| own.is_none_or(|own| !own.contains_key(**name))) {
        say(out, depth, format_args!("requires {}", word(name)));
    }
}

fn choices(out: &mut String, depth: usize, chooser: &Map<String, Value>) {
    if let Some(name) = chooser.get("propertyName").and_then(Value::as_str) {
        say(out, depth, format_args!("chosen by {}", word(name)));
    }
    for (tag, target) in sorted(chooser.get("mapping")) {
        let target = target.as_str().unwrap_or_default().trim_start_matches(DEFS);
        say(out, depth, format_args!("chosen {} @{target}", word(tag)));
    }
}

fn say(out: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    indent(out, depth);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn sorted(map: Option<&Value>) -> BTreeMap<&String, &Value> {
    map.and_then(Value::as_object).into_iter().flatten().collect()
}

fn list<'a>(shape: &'a Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'a Value> {
    shape.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

fn names(list: &[Value]) -> impl Iterator<Item = &str> {
    list.iter().filter_map(Value::as_str)
}
