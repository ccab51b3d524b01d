//! Keys in the twin's own answers that no part of their shape declares.
//!
//! The API leaves its answers open, so that it may grow; the twin has no such excuse.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    Problem, declared,
    shapes::{Shapes, Slot},
};

/// Members that the API sends although the shape is silent about them, by operation and path.
///
/// `listPublicTemplates` ends with a fixed `pagination`; its prose and example show it, its shape, which it
/// shares with a list that has none, does not (seen 2026-08).
const SENT_ANYWAY: [(&str, &str); 1] = [("listPublicTemplates", "$.pagination")];

/// One problem per undeclared key. Objects of which the shape says nothing, and maps, may hold any key.
pub(super) fn undeclared(shapes: &Shapes, operation: &str, slot: Slot, body: &Value) -> Vec<Problem> {
    let mut walk = Walk { shapes, operation, found: Vec::new() };
    walk.value(&At::Top, &[shapes.schema(slot)], body);
    walk.found
}

struct Walk<'a> {
    shapes: &'a Shapes,
    operation: &'a str,
    found: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, at: &At<'_>, schemas: &[&'a Value], value: &Value) {
        let parts = || schemas.iter().flat_map(|schema| declared::in_place(self.shapes, schema)).collect();
        match value {
            Value::Object(members) => {
                let parts: Vec<_> = parts();
                self.object(at, &parts, members);
            }
            Value::Array(items) => {
                let parts: Vec<&Map<_, _>> = parts();
                let inner: Vec<_> = parts.iter().filter_map(|part| part.get("items")).collect();
                for (nth, item) in items.iter().enumerate() {
                    self.value(&At::Item(at, nth), &inner, item);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, at: &At<'_>, parts: &[&'a Map<String, Value>], members: &Map<String, Value>) {
        let silent = parts.iter().all(|part| !part.contains_key("properties") && others(part).is_none());
        if silent {
            return;
        }
        for (name, member) in members {
            let at = At::Member(at, name);
            let inner: Vec<_> = parts
                .iter()
                .filter_map(|part| declared::property(part, name).or_else(|| others(part)))
                .collect();
            if !inner.is_empty() {
                self.value(&at, &inner, member);
            } else if !SENT_ANYWAY.contains(&(self.operation, at.to_string().as_str())) {
                self.found.push(Problem::new(at.to_string(), "is declared nowhere in the contract"));
            }
        }
    }
}

/// Where the walk stands; written out only when there is something to say.
enum At<'a> {
    Top,
    Member(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => out.write_str("$"),
            Self::Member(parent, name) => write!(out, "{parent}.{name}"),
            Self::Item(parent, nth) => write!(out, "{parent}[{nth}]"),
        }
    }
}

/// The shape of properties that are not listed, where a part admits any.
fn others(part: &Map<String, Value>) -> Option<&Value> {
    part.get("additionalProperties").filter(|others| **others != Value::Bool(false))
}
