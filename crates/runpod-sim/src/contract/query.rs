//! Path and query parameters: taken apart, given their types, checked.

use serde_json::Value;

use super::{Contract, Operation, Parameter, Place, Problem, Request, declared};

/// What is wrong with the parameters of a request.
pub(super) fn check(contract: &Contract, op: &Operation, request: &Request<'_>) -> Vec<Problem> {
    let query = pairs(request.query.unwrap_or_default());
    let mut problems = Vec::new();
    for parameter in op.parameters() {
        let given = match parameter.place() {
            Place::Path => values(request.params, parameter),
            Place::Query => values(&query, parameter),
            Place::Header | Place::Cookie => continue,
        };
        problems.extend(one(contract, parameter, &given));
    }
    problems
}

fn one(contract: &Contract, parameter: &Parameter, given: &[&str]) -> Vec<Problem> {
    // Without its path parameters a request would not have come here.
    if given.is_empty() && !(parameter.is_required() && parameter.place() == Place::Query) {
        return Vec::new();
    }
    let at = format!("parameter '{}'", parameter.name());
    let schema = contract.shapes.schema(parameter.slot);
    let is_list = admits(contract, schema, "array");
    let value = match given {
        [] => return vec![Problem::new(at, "is required, but is missing")],
        [_, _, ..] if !(is_list && parameter.explodes()) => {
            return vec![Problem::new(at, "is not exploded, but is specified multiple times")];
        }
        // The comma separates after decoding, so that `%2C` and `,` are the same.
        [joined] if is_list && !parameter.explodes() => list(contract, schema, joined.split(',')),
        all if is_list => list(contract, schema, all.iter().copied()),
        [first, ..] => typed(contract, schema, first),
    };
    let rename = |problem: Problem| Problem { at: problem.at.replacen('$', &at, 1), ..problem };
    contract.shapes.check(parameter.slot, &value).into_iter().map(rename).collect()
}

fn list<'a>(contract: &Contract, schema: &Value, values: impl Iterator<Item = &'a str>) -> Value {
    let parts = declared::in_place(&contract.shapes, schema);
    let items = parts.iter().find_map(|part| part.get("items")).unwrap_or(&Value::Null);
    values.map(|value| typed(contract, items, value)).collect()
}

/// The text as the type its shape asks for; one that is none of it stays text, so that the shape says why.
fn typed(contract: &Contract, schema: &Value, text: &str) -> Value {
    let as_text = Value::String(text.to_owned());
    let asks = |name| admits(contract, schema, name);
    let number =
        || text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).ok();
    if asks("string") {
        return as_text;
    }
    match text {
        "true" if asks("boolean") => Value::Bool(true),
        "false" if asks("boolean") => Value::Bool(false),
        _ if asks("integer") || asks("number") => {
            number().filter(|value| !value.is_null()).unwrap_or(as_text)
        }
        _ => as_text,
    }
}

/// Whether some part of the shape names the type.
fn admits(contract: &Contract, schema: &Value, name: &str) -> bool {
    declared::in_place(&contract.shapes, schema).iter().any(|part| match part.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(some)) => some.iter().any(|one| one == name),
        _ => false,
    })
}

fn values<'a>(pairs: &'a [(String, String)], parameter: &Parameter) -> Vec<&'a str> {
    pairs.iter().filter(|(name, _)| name == parameter.name()).map(|(_, value)| value.as_str()).collect()
}

/// Decodes a query as forms do: `+` is a space, a name without `=` has an empty value.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
    };
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
