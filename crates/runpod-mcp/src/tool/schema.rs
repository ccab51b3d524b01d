//! Argument schemas in the flat dialect that every client accepts.
//!
//! Object root, no `$ref`, no combinators, no null types, no titles or formats, unknown keys forbidden. Two forms
//! exist: the *inner* one, which the argument check reads and which knows `x-kind`, and the *listed* one, which
//! clients see.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// Marks a string that is checked as an id. Enforced, never listed.
pub(crate) const KIND: &str = "x-kind";

/// Marks an argument that is accepted and not listed, because few calls need it and every listing would pay for it:
/// `#[schemars(extend("x-unlisted" = true))]` on the field.
pub(crate) const UNLISTED: &str = "x-unlisted";

/// The inner schema of an argument struct.
pub(crate) fn inner<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    let generator = settings.with_transform(Flatten).into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    // The root's own doc comment describes a Rust type; the tool's description is what a client shows.
    if let Some(root) = schema.as_object_mut() {
        root.shift_remove("description");
        root.entry("properties").or_insert_with(|| Map::new().into());
        root.insert("additionalProperties".into(), false.into());
    }
    schema
}

/// The schema as clients see it: without unlisted arguments and the marks that only this server reads.
pub(crate) fn listed(mut schema: Value) -> Value {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|_, property| is_listed(property));
    }
    strip_marks(&mut schema);
    schema
}

/// Whether clients see an argument.
pub(crate) fn is_listed(property: &Value) -> bool {
    property.get(UNLISTED).is_none()
}

fn strip_marks(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.shift_remove(KIND);
            map.values_mut().for_each(strip_marks);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_marks),
        _ => (),
    }
}

/// Removes what the flat dialect does not have.
#[derive(Clone, Debug)]
struct Flatten;

impl Transform for Flatten {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        for key in ["$schema", "title", "format", "default"] {
            object.shift_remove(key);
        }
        drop_null(object);
        unwrap_single(object);
        if object.contains_key("properties") {
            object.insert("additionalProperties".into(), false.into());
        }
    }
}

/// An optional argument is one that may be absent; null is accepted on call but not advertised.
fn drop_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(words)) = object.get_mut("enum") {
        words.retain(|w| !w.is_null());
    }
}

/// `anyOf: [X, null]`, which `Option<Struct>` becomes, is X.
fn unwrap_single(object: &mut Map<String, Value>) {
    let Some(Value::Array(mut arms)) = object.shift_remove("anyOf") else { return };
    arms.retain(|arm| arm.get("type") != Some(&Value::from("null")));
    match arms.pop() {
        Some(Value::Object(arm)) if arms.is_empty() => {
            for (key, value) in arm {
                // The field's own description wins over that of its type.
                object.entry(key).or_insert(value);
            }
        }
        last => {
            arms.extend(last);
            object.insert("anyOf".into(), arms.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::{IdArg, Page};
    use serde_json::json;

    #[derive(JsonSchema)]
    #[serde(rename_all = "UPPERCASE")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Cloud {
        Secure,
        Community,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Policy {
        /// Milliseconds.
        ttl: Option<u64>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Args {
        /// Which one.
        pod_id: IdArg,
        /// Where.
        cloud: Option<Cloud>,
        /// How long.
        policy: Option<Policy>,
        /// Anything.
        input: Map<String, Value>,
        /// What it was called once.
        #[schemars(extend("x-unlisted" = true))]
        pod: Option<IdArg>,
        #[serde(flatten)]
        page: Page,
    }

    #[test]
    fn optional_enums_structs_and_shared_arguments_come_out_flat() {
        let schema = listed(inner::<Args>());
        let properties = &schema["properties"];
        assert_eq!(properties["podId"], json!({"type": "string", "description": "Which one."}));
        assert_eq!(
            properties["cloud"],
            json!({"type": "string", "enum": ["SECURE", "COMMUNITY"], "description": "Where."})
        );
        assert_eq!(
            properties["policy"],
            json!({
                "type": "object", "description": "How long.", "additionalProperties": false,
                "properties": {"ttl": {"type": "integer", "minimum": 0, "description": "Milliseconds."}}
            })
        );
        assert_eq!(properties["input"]["type"], "object");
        assert_eq!(properties["limit"]["maximum"], 100);
        assert_eq!(schema["required"], json!(["podId", "input"]));
        assert_eq!(schema["additionalProperties"], false);
    }

    #[test]
    fn an_unlisted_argument_is_checked_and_not_shown() {
        let inner = inner::<Args>();
        assert_eq!(inner["properties"]["pod"][KIND], "id");
        assert_eq!(listed(inner)["properties"].get("pod"), None);
    }
}
