//! A schema of an OpenAPI document, reduced to its facts: JSON Schema 2020-12 without prose.

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value, json};

use super::facts::{DEFS, FLAGS, TYPES};

/// Keys that explain to people and assert nothing. Vendor extensions (`x-...`) count among them.
const PROSE: [&str; 7] =
    ["title", "summary", "description", "example", "examples", "externalDocs", "$comment"];

/// What the schemas of the document are written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dialect {
    /// `nullable`; whatever stands beside `$ref` is void.
    Oas30,
    /// JSON Schema 2020-12.
    Oas31,
}

/// Fails on any key that is neither listed nor prose.
pub(crate) fn only(at: &str, map: &Map<String, Value>, known: &[&str]) -> anyhow::Result<()> {
    match map.keys().find(|key| !known.contains(&key.as_str()) && !is_prose(key)) {
        None => Ok(()),
        Some(key) => bail!(
            "{at}: the keyword `{key}` is unknown here. Teach it to xtask/src/contract (and, if it asserts something, \
             to the facts form and the reader in runpod-sim) before this document is taken over"
        ),
    }
}

fn is_prose(key: &str) -> bool {
    PROSE.contains(&key) || key.starts_with("x-")
}

/// The facts of one schema. Lists without order are sorted, references point into the shapes.
pub(crate) fn shape(at: &str, schema: &Value, dialect: Dialect) -> anyhow::Result<Value> {
    let map = match schema {
        Value::Object(map) => map,
        Value::Bool(true) => return Ok(json!({})),
        _ => bail!("{at}: a schema belongs here"),
    };
    let mut facts = Map::new();
    for (key, value) in map.iter().filter(|(key, _)| !is_prose(key)) {
        let at = format!("{at}/{key}");
        if let Some(value) = keyword(&at, key, value, dialect)? {
            facts.insert(key.clone(), value);
        }
    }
    if dialect == Dialect::Oas30 && facts.contains_key("$ref") && facts.len() > 1 {
        bail!("{at}: in OpenAPI 3.0 nothing may stand beside $ref");
    }
    if facts.remove("nullable").is_some() {
        admit_null(at, &mut facts)?;
    }
    Ok(Value::Object(facts))
}

/// One keyword's value as a fact; `None` where it says nothing.
fn keyword(at: &str, key: &str, value: &Value, dialect: Dialect) -> anyhow::Result<Option<Value>> {
    let fact = match key {
        "$ref" => json!(reference(at, value)?),
        "type" => types(at, value)?,
        "properties" => each(at, value, dialect)?,
        "items" | "not" | "if" | "then" | "else" => shape(at, value, dialect)?,
        "additionalProperties" | "unevaluatedProperties" => match value {
            Value::Bool(_) => value.clone(),
            _ if key == "additionalProperties" => shape(at, value, dialect)?,
            _ => bail!("{at}: only true or false is known here"),
        },
        "allOf" | "anyOf" | "oneOf" => all(at, value, dialect)?,
        "required" => json!(names(at, value)?),
        "dependentRequired" => dependent(at, value)?,
        "discriminator" => discriminator(at, value)?,
        "enum" => {
            ensure!(
                value.as_array().is_some_and(|all| !all.is_empty()),
                "{at}: a list of values belongs here"
            );
            value.clone()
        }
        "const" | "default" => value.clone(),
        "format" | "pattern" => {
            ensure!(value.is_string(), "{at}: a text belongs here");
            value.clone()
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            ensure!(value.is_number(), "{at}: a number belongs here");
            value.clone()
        }
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            ensure!(value.is_u64(), "{at}: a whole number belongs here");
            value.clone()
        }
        "nullable" if dialect == Dialect::Oas30 => return truth(at, value),
        _ if FLAGS.contains(&key) => return truth(at, value),
        _ => bail!(
            "{at}: the keyword `{key}` is unknown. Teach it to xtask/src/contract/schema.rs, to the facts form and, \
             if it asserts something, to the tests of the reader before this document is taken over"
        ),
    };
    let empty = fact.as_object().is_some_and(Map::is_empty) || fact.as_array().is_some_and(Vec::is_empty);
    let says_nothing = empty && matches!(key, "properties" | "required" | "dependentRequired");
    Ok((!says_nothing).then_some(fact))
}

fn truth(at: &str, value: &Value) -> anyhow::Result<Option<Value>> {
    let value = value.as_bool().with_context(|| format!("{at}: true or false belongs here"))?;
    Ok(value.then_some(Value::Bool(true)))
}

fn reference(at: &str, value: &Value) -> anyhow::Result<String> {
    let target = value.as_str().unwrap_or_default();
    let name = target.strip_prefix("#/components/schemas/").unwrap_or_default();
    ensure!(
        !name.is_empty() && !name.contains('/'),
        "{at}: {value} does not point to a schema of the components"
    );
    Ok(format!("{DEFS}{name}"))
}

fn types(at: &str, value: &Value) -> anyhow::Result<Value> {
    let mut all = names(at, &value.as_str().map_or_else(|| value.clone(), |one| json!([one])))?;
    if let Some(odd) = all.iter().find(|name| !TYPES.contains(&name.as_str())) {
        bail!("{at}: `{odd}` is no JSON type");
    }
    all.sort_by_key(|name| name == "null");
    Ok(match &all[..] {
        [one] => json!(one),
        some => json!(some),
    })
}

fn names(at: &str, value: &Value) -> anyhow::Result<Vec<String>> {
    let all: Option<Vec<String>> =
        value.as_array().and_then(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    let mut all = all.with_context(|| format!("{at}: a list of names belongs here"))?;
    all.sort();
    all.dedup();
    Ok(all)
}

fn each(at: &str, value: &Value, dialect: Dialect) -> anyhow::Result<Value> {
    let map = value.as_object().with_context(|| format!("{at}: schemas by name belong here"))?;
    let mut sorted: Vec<_> = map.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let one = |(name, value): (&String, &Value)| {
        Ok((name.clone(), shape(&format!("{at}/{name}"), value, dialect)?))
    };
    Ok(Value::Object(sorted.into_iter().map(one).collect::<anyhow::Result<_>>()?))
}

fn all(at: &str, value: &Value, dialect: Dialect) -> anyhow::Result<Value> {
    let list = value.as_array().filter(|list| !list.is_empty());
    let list = list.with_context(|| format!("{at}: a list of schemas belongs here"))?;
    let one = |(nth, value): (usize, &Value)| shape(&format!("{at}/{nth}"), value, dialect);
    Ok(Value::Array(list.iter().enumerate().map(one).collect::<anyhow::Result<_>>()?))
}

fn dependent(at: &str, value: &Value) -> anyhow::Result<Value> {
    let map = value.as_object().with_context(|| format!("{at}: lists of names by name belong here"))?;
    let one =
        |(name, value): (&String, &Value)| Ok((name.clone(), json!(names(&format!("{at}/{name}"), value)?)));
    Ok(Value::Object(map.iter().map(one).collect::<anyhow::Result<_>>()?))
}

fn discriminator(at: &str, value: &Value) -> anyhow::Result<Value> {
    let map = value.as_object().with_context(|| format!("{at}: an object belongs here"))?;
    only(at, map, &["propertyName", "mapping"])?;
    let name = map.get("propertyName").and_then(Value::as_str);
    let mut chooser = Map::new();
    chooser.insert("propertyName".to_owned(), json!(name.with_context(|| format!("{at}: no propertyName"))?));
    let mapping = map.get("mapping").and_then(Value::as_object);
    let mut targets = Map::new();
    for (tag, target) in mapping.into_iter().flatten() {
        targets.insert(tag.clone(), json!(reference(&format!("{at}/mapping/{tag}"), target)?));
    }
    if !targets.is_empty() {
        chooser.insert("mapping".to_owned(), Value::Object(targets));
    }
    Ok(Value::Object(chooser))
}

/// OpenAPI 3.0's `nullable` as JSON Schema says it.
fn admit_null(at: &str, facts: &mut Map<String, Value>) -> anyhow::Result<()> {
    let Some(types) = facts.get_mut("type") else {
        bail!("{at}: `nullable` stands beside no `type`, where it has no meaning");
    };
    *types = match types.take() {
        Value::String(one) if one != "null" => json!([one, "null"]),
        other => other,
    };
    if let Some(Value::Array(values)) = facts.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    Ok(())
}
