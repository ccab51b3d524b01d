//! Arguments against their schema, before serde sees them: every finding in one answer.
//!
//! serde stops at the first problem, and a model that repairs one key at a time spends a call on each.

use runpod_api::Id;
use serde_json::{Map, Value};

use super::schema::{KIND, is_listed};
use crate::error::ToolError;
use crate::near;

/// Checks and repairs arguments: null members are dropped, objects and arrays given as JSON strings are parsed,
/// whole floats become integers.
///
/// # Errors
/// `bad_argument` with every unknown, missing and ill-typed argument, and the accepted names.
pub(crate) fn check(schema: &Value, args: Map<String, Value>) -> Result<(Value, Vec<String>), ToolError> {
    let mut value = Value::Object(args);
    let mut notes = Vec::new();
    repair(schema, &mut value, "", &mut notes);
    let mut findings = Vec::new();
    judge(schema, &value, "", &mut findings);
    if findings.is_empty() {
        return Ok((value, notes));
    }
    let names = |key: &str| match schema.get(key) {
        Some(Value::Object(map)) => map
            .iter()
            .filter(|(_, property)| is_listed(property))
            .map(|(name, _)| name.as_str().into())
            .collect(),
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    let error = ToolError::bad_argument(findings.join("; ")).fact("accepted", names("properties"));
    let required = names("required");
    Err(if required.is_empty() { error } else { error.fact("required", required) })
}

fn repair(schema: &Value, value: &mut Value, at: &str, notes: &mut Vec<String>) {
    match (kind(schema), &mut *value) {
        (Some("object" | "array"), Value::String(text)) => {
            if let Ok(parsed @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                notes.push(format!("`{at}` was given as a JSON string and read as such; pass it as is"));
                *value = parsed;
                repair(schema, value, at, notes);
            }
        }
        (Some("integer"), Value::Number(number)) => {
            if let Some(whole) = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15)
                && number.is_f64()
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
                let whole = whole as i64;
                *value = whole.into();
            }
        }
        // What a caller says in a free form is the caller's: a null in the input of a job means something.
        (_, Value::Object(map)) if !is_free(schema) => {
            map.retain(|_, member| !member.is_null());
            for (name, member) in map {
                if let Some(sub) = property(schema, name) {
                    repair(sub, member, &join(at, name), notes);
                }
            }
        }
        (_, Value::Array(items)) => {
            for item in items {
                repair(schema.get("items").unwrap_or(&Value::Null), item, at, notes);
            }
        }
        _ => (),
    }
}

fn judge(schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    if let Some(want) = kind(schema)
        && !fits(want, value)
    {
        return out.push(format!("`{at}` must be {}, got {}", article(want), article(name_of(value))));
    }
    if let Some(Value::Array(words)) = schema.get("enum")
        && !words.contains(value)
    {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        return out.push(format!("`{at}` must be one of {}", words.join(", ")));
    }
    match value {
        Value::Object(map) => judge_object(schema, map, at, out),
        Value::Array(items) => judge_array(schema, items, at, out),
        Value::String(text) => judge_text(schema, text, at, out),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            judge_bounds(schema, ("minimum", "maximum"), number, &format!("`{at}`"), out);
        }
        _ => (),
    }
}

fn judge_object(schema: &Value, map: &Map<String, Value>, at: &str, out: &mut Vec<String>) {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str).filter(|name| !map.contains_key(*name)) {
        out.push(format!("missing `{}`", join(at, name)));
    }
    let Some(Value::Object(properties)) = schema.get("properties") else {
        if let Some(each) = schema.get("additionalProperties") {
            map.iter().for_each(|(name, member)| judge(each, member, &join(at, name), out));
        }
        return;
    };
    for (name, member) in map {
        match properties.get(name) {
            Some(sub) => judge(sub, member, &join(at, name), out),
            None => out.push(unknown(&join(at, name), name, properties)),
        }
    }
}

fn unknown(path: &str, name: &str, known: &Map<String, Value>) -> String {
    let near = known.keys().map(|key| (near::distance(key, name), key)).min();
    match near.filter(|(distance, _)| near::is_slip(*distance, name)) {
        Some((_, key)) => format!("unknown `{}` (did you mean `{key}`?)", excerpt(path)),
        None => format!("unknown `{}`", excerpt(path)),
    }
}

fn judge_array(schema: &Value, items: &[Value], at: &str, out: &mut Vec<String>) {
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let count = items.len() as f64;
    judge_bounds(schema, ("minItems", "maxItems"), count, &format!("the number of items in `{at}`"), out);
    if let Some(each) = schema.get("items") {
        for (index, item) in items.iter().enumerate() {
            judge(each, item, &format!("{at}[{index}]"), out);
        }
    }
}

fn judge_text(schema: &Value, text: &str, at: &str, out: &mut Vec<String>) {
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let length = text.chars().count() as f64;
    judge_bounds(schema, ("minLength", "maxLength"), length, &format!("the length of `{at}`"), out);
    let is_id = match schema.get(KIND).and_then(Value::as_str) {
        Some("id") => true,
        Some("id-or-empty") => !text.is_empty(),
        _ => false,
    };
    if is_id && let Err(why) = Id::parse(text) {
        out.push(format!("`{at}` {why}"));
    }
}

fn judge_bounds(schema: &Value, keys: (&str, &str), value: f64, what: &str, out: &mut Vec<String>) {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    match (bound(keys.0), bound(keys.1)) {
        (Some(min), _) if value < min => out.push(format!("{what} must be at least {min}, got {value}")),
        (_, Some(max)) if value > max => out.push(format!("{what} must be at most {max}, got {value}")),
        _ => (),
    }
}

fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    match schema.get("properties") {
        Some(properties) => properties.get(name),
        None => schema.get("additionalProperties"),
    }
}

/// Whether an object may hold anything at all.
fn is_free(schema: &Value) -> bool {
    schema.get("properties").is_none() && !schema.get("additionalProperties").is_some_and(Value::is_object)
}

fn kind(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

fn fits(want: &str, value: &Value) -> bool {
    match want {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => name_of(value) == want,
    }
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    if word == "null" { word.to_owned() } else { format!("{} {word}", if vowel { "an" } else { "a" }) }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// A key that a caller made up may be long; 60 characters are enough to recognise it.
fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn findings(args: Value) -> String {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["podId"],
            "properties": {
                "podId": {"type": "string", "x-kind": "id"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100},
                "env": {"type": "object", "additionalProperties": {"type": "string"}},
                "cloud": {"type": "string", "enum": ["SECURE", "COMMUNITY"]},
                "ports": {"type": "array", "items": {"type": "string"}},
                "input": {"type": "object", "additionalProperties": true},
            }
        });
        let Value::Object(args) = args else { panic!("object") };
        match check(&schema, args) {
            Ok((value, notes)) => format!("ok {value} {notes:?}"),
            Err(error) => error.message,
        }
    }

    #[test]
    fn all_findings_come_at_once() {
        assert_eq!(
            findings(json!({"pod_id": "x", "limit": 0, "cloud": "MOON", "zzzzzzzz": 1})),
            "missing `podId`; unknown `pod_id` (did you mean `podId`?); `limit` must be at least 1, got 0; \
             `cloud` must be one of SECURE, COMMUNITY; unknown `zzzzzzzz`"
        );
        assert_eq!(
            findings(json!({"podId": "../x", "env": {"A": 1}, "ports": "22/tcp"})),
            "`podId` contains '/'; an id has only letters, digits, `.`, `_` and `-`; \
             `env.A` must be a string, got a number; `ports` must be an array, got a string"
        );
    }

    #[test]
    fn what_is_free_stays_as_it_is() {
        assert_eq!(
            findings(json!({"podId": "a", "input": {"seed": null, "steps": 3.0}})),
            "ok {\"podId\":\"a\",\"input\":{\"seed\":null,\"steps\":3.0}} []"
        );
    }

    #[test]
    fn null_is_absent_and_strings_of_json_are_read() {
        assert_eq!(findings(json!({"podId": null})), "missing `podId`");
        assert_eq!(
            findings(json!({"podId": "a", "limit": 3.0, "cloud": null, "env": "{\"A\":\"b\"}"})),
            "ok {\"podId\":\"a\",\"limit\":3,\"env\":{\"A\":\"b\"}} \
             [\"`env` was given as a JSON string and read as such; pass it as is\"]"
        );
    }
}
