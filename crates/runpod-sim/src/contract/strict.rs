//! Keys in the twin's own answers that no part of their shape declares.
//!
//! The API leaves its answers open, so that it may grow; the twin has no such excuse.

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
    walk.value("$", &[shapes.schema(slot)], body);
    walk.found
}

struct Walk<'a> {
    shapes: &'a Shapes,
    operation: &'a str,
    found: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, at: &str, schemas: &[&'a Value], value: &Value) {
        let shapes = self.shapes;
        let parts: Vec<_> = schemas.iter().flat_map(|schema| declared::in_place(shapes, schema)).collect();
        match value {
            Value::Object(members) => self.object(at, &parts, members),
            Value::Array(items) => {
                let inner: Vec<_> = parts.iter().filter_map(|part| part.get("items")).collect();
                for (nth, item) in items.iter().enumerate() {
                    self.value(&format!("{at}[{nth}]"), &inner, item);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, at: &str, parts: &[&'a Map<String, Value>], members: &Map<String, Value>) {
        let silent = parts.iter().all(|part| !part.contains_key("properties") && others(part).is_none());
        if silent {
            return;
        }
        for (name, member) in members {
            let at = format!("{at}.{name}");
            let inner: Vec<_> = parts
                .iter()
                .filter_map(|part| declared::property(part, name).or_else(|| others(part)))
                .collect();
            if inner.is_empty() && !SENT_ANYWAY.contains(&(self.operation, at.as_str())) {
                self.found.push(Problem::new(at, "is declared nowhere in the contract"));
            } else {
                self.value(&at, &inner, member);
            }
        }
    }
}

/// The shape of properties that are not listed, where a part admits any.
fn others(part: &Map<String, Value>) -> Option<&Value> {
    part.get("additionalProperties").filter(|others| **others != Value::Bool(false))
}
