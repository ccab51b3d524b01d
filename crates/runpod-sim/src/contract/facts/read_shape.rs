//! Indented lines as a JSON Schema.

use serde_json::{Deserializer, Map, Value, json};

use super::{Broken, DEFS, FLAGS, MANY_SHAPES, ONE_SHAPE, TYPES, VALUED, tree::Line};

/// Reads the head of a shape's line and the parts indented under it.
pub(super) fn shape(line: &Line<'_>, head: &str) -> Result<Value, Broken> {
    let mut shape = Map::new();
    facts(line, head, &mut shape)?;
    for part in &line.under {
        add(part, &mut shape)?;
    }
    if let Some(Value::Array(required)) = shape.get_mut("required") {
        required.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    Ok(Value::Object(shape))
}

/// Cuts one bare word or JSON string off the front.
pub(super) fn word<'a>(line: &Line<'_>, text: &'a str) -> Result<(String, &'a str), Broken> {
    if text.starts_with('"') {
        return match json(line, text)? {
            (Value::String(name), rest) => Ok((name, rest)),
            _ => Err(line.broken("a name is missing")),
        };
    }
    let end = text.find([' ', ':', '!', ',']).unwrap_or(text.len());
    match text.split_at(end) {
        ("", _) => Err(line.broken("a name is missing")),
        (name, rest) => Ok((name.to_owned(), rest)),
    }
}

/// What stands behind `label:`, which ends the label's words.
pub(super) fn head<'a>(line: &Line<'_>, rest: &'a str) -> Result<&'a str, Broken> {
    match rest.strip_prefix(':') {
        Some("") => Ok(""),
        Some(head) => head.strip_prefix(' ').ok_or_else(|| line.broken("a space belongs behind the colon")),
        None => Err(line.broken("a colon and a shape belong here")),
    }
}

fn json<'a>(line: &Line<'_>, text: &'a str) -> Result<(Value, &'a str), Broken> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => {
            let rest = text.get(values.byte_offset()..).unwrap_or_default();
            Ok((value, rest))
        }
        _ => Err(line.broken("a JSON value belongs here")),
    }
}

fn facts(line: &Line<'_>, head: &str, shape: &mut Map<String, Value>) -> Result<(), Broken> {
    let mut rest = if head == "any" { "" } else { head };
    while !rest.is_empty() {
        let end = rest.find([' ', ',']).unwrap_or(rest.len());
        let (fact, behind) = rest.split_at(end);
        let behind = if VALUED.contains(&fact) {
            let (value, behind) = json(line, behind.trim_start_matches(' '))?;
            put(line, shape, fact, value)?;
            behind
        } else {
            let (keyword, value) = bare(line, fact)?;
            put(line, shape, keyword, value)?;
            behind
        };
        rest = match behind.strip_prefix(", ") {
            Some(next) => next,
            None if behind.is_empty() => "",
            None => return Err(line.broken(format!("`{fact}` is not followed by `, `"))),
        };
    }
    Ok(())
}

/// A fact of one word: a type, a reference or a flag.
fn bare<'a>(line: &Line<'_>, fact: &'a str) -> Result<(&'a str, Value), Broken> {
    if let Some(name) = fact.strip_prefix('@') {
        return Ok(("$ref", json!(format!("{DEFS}{name}"))));
    }
    if FLAGS.contains(&fact) {
        return Ok((fact, json!(true)));
    }
    let types: Vec<&str> = fact.split('|').collect();
    match &types[..] {
        all if !all.iter().all(|name| TYPES.contains(name)) => {
            Err(line.broken(format!("`{fact}` is no type, reference or keyword of this form")))
        }
        [one] => Ok(("type", json!(one))),
        some => Ok(("type", json!(some))),
    }
}

fn add(line: &Line<'_>, shape: &mut Map<String, Value>) -> Result<(), Broken> {
    let text = line.text;
    if let Some(rest) = text.strip_prefix('.') {
        return property(line, rest, shape);
    }
    if let Some(rest) = text.strip_prefix("= ") {
        line.childless()?;
        return push(line, shape, "enum", json(line, rest)?.0);
    }
    for (keyword, label) in ONE_SHAPE {
        if let Some(rest) = text.strip_prefix(label).filter(|rest| rest.starts_with(':')) {
            let part = super::read_shape::shape(line, head(line, rest)?)?;
            return put(line, shape, keyword, part);
        }
    }
    for (keyword, label) in MANY_SHAPES {
        if let Some(rest) = text.strip_prefix(label).filter(|rest| rest.starts_with(':')) {
            let part = super::read_shape::shape(line, head(line, rest)?)?;
            return push(line, shape, keyword, part);
        }
    }
    line.childless()?;
    relation(line, shape)
}

fn property(line: &Line<'_>, rest: &str, shape: &mut Map<String, Value>) -> Result<(), Broken> {
    let (name, rest) = word(line, rest)?;
    let rest = match rest.strip_prefix('!') {
        Some(rest) => {
            push(line, shape, "required", json!(name))?;
            rest
        }
        None => rest,
    };
    let part = super::read_shape::shape(line, head(line, rest)?)?;
    put(line, object(line, shape, "properties")?, &name, part)
}

/// `requires a`, `with a requires b`, `chosen by a`, `chosen A @Shape`.
fn relation(line: &Line<'_>, shape: &mut Map<String, Value>) -> Result<(), Broken> {
    if let Some(rest) = line.text.strip_prefix("requires ") {
        return push(line, shape, "required", json!(word(line, rest)?.0));
    }
    if let Some(rest) = line.text.strip_prefix("with ") {
        let (with, rest) = word(line, rest)?;
        let Some(rest) = rest.strip_prefix(" requires ") else {
            return Err(line.broken("`requires` belongs here"));
        };
        let needed = json!(word(line, rest)?.0);
        return push(line, object(line, shape, "dependentRequired")?, &with, needed);
    }
    if let Some(rest) = line.text.strip_prefix("chosen by ") {
        let name = json!(word(line, rest)?.0);
        return put(line, object(line, shape, "discriminator")?, "propertyName", name);
    }
    if let Some(rest) = line.text.strip_prefix("chosen ") {
        let (tag, rest) = word(line, rest)?;
        let Some(target) = rest.strip_prefix(" @") else {
            return Err(line.broken("a shape belongs here"));
        };
        let chooser = object(line, shape, "discriminator")?;
        return put(line, object(line, chooser, "mapping")?, &tag, json!(format!("{DEFS}{target}")));
    }
    Err(line.broken(format!("`{}` is no part of a shape", line.text)))
}

fn put(line: &Line<'_>, shape: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Broken> {
    match shape.insert(name.to_owned(), value) {
        Some(_) => Err(line.broken(format!("`{name}` is said twice"))),
        None => Ok(()),
    }
}

fn push(line: &Line<'_>, shape: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Broken> {
    match shape.entry(name).or_insert_with(|| json!([])) {
        Value::Array(list) => {
            list.push(value);
            Ok(())
        }
        _ => Err(line.broken(format!("`{name}` is said in two ways"))),
    }
}

fn object<'m>(
    line: &Line<'_>,
    shape: &'m mut Map<String, Value>,
    name: &str,
) -> Result<&'m mut Map<String, Value>, Broken> {
    match shape.entry(name).or_insert_with(|| json!({})) {
        Value::Object(map) => Ok(map),
        _ => Err(line.broken(format!("`{name}` is said in two ways"))),
    }
}
