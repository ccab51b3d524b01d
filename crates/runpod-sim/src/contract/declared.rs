//! What a shape says about an object's members, seen through references and compositions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::shapes::{Shapes, Slot};

/// Keywords whose shapes speak about the same value as the shape they stand in.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const BRANCHES: [&str; 3] = ["if", "then", "else"];

/// Every shape that speaks about the same value as `start`, itself included; references are followed.
pub(super) fn in_place<'a>(shapes: &'a Shapes, start: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut open = vec![start];
    let mut found: Vec<&Map<String, Value>> = Vec::new();
    while let Some(Value::Object(map)) = open.pop() {
        // A shape may be reached twice, and in a circle.
        if found.iter().any(|known| std::ptr::eq(*known, map)) {
            continue;
        }
        found.push(map);
        open.extend(
            map.get("$ref").and_then(Value::as_str).map(|to| shapes.target(to)).filter(|to| to.is_object()),
        );
        open.extend(
            LISTS.iter().filter_map(|key| map.get(*key)?.as_array()).flatten().filter(|one| one.is_object()),
        );
        open.extend(BRANCHES.iter().filter_map(|key| map.get(*key)).filter(|one| one.is_object()));
    }
    found
}

/// Whether any part of the shape lists a property of this name.
pub(super) fn declares(shapes: &Shapes, schema: &Value, name: &str) -> bool {
    in_place(shapes, schema).iter().any(|part| property(part, name).is_some())
}

/// The shape that one part gives to a property.
pub(super) fn property<'a>(part: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    part.get("properties")?.get(name)
}

/// Paths of all fields below a shape: `gpu`, `gpu.count`, `mounts.network[].path`.
pub(super) fn fields(shapes: &Shapes, slot: Slot) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    descend(shapes, shapes.schema(slot), "", &mut found);
    found
}

fn descend(shapes: &Shapes, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for part in in_place(shapes, schema) {
        for (name, inner) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            // A shape that contains itself would never end; no body of the API is nested this deep.
            if field.split('.').count() <= 12 {
                descend(shapes, inner, &field, found);
                found.insert(field);
            }
        }
        if let Some(items) = part.get("items") {
            descend(shapes, items, &format!("{path}[]"), found);
        }
    }
}
