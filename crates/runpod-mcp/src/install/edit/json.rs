//! The three dialects of JSON.
//!
//! The text is parsed by jsonc-parser, whose tree knows where everything stands; the entry is then spliced into the text. A
//! splice is used rather than that crate's editing tree, because only so taking an entry out again gives back the very
//! bytes that were there, in a file on one line too.

mod gap;
mod layout;
mod splice;

use jsonc_parser::ast::{Object, ObjectProp, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::tree::Tree;
use super::{Dialect, Place, Refusal};
use layout::Layout;
use splice::Member;

/// What the text says; nothing when there is nothing in it, or comments only.
pub(super) fn read(text: &str, dialect: Dialect) -> Result<Option<Tree>, Refusal> {
    let blank = text.trim().is_empty();
    if dialect.is_strict_json() && !blank {
        // The other parser takes a file that holds a comment only.
        serde_json::from_str::<IgnoredAny>(text).map_err(|e| {
            broken(dialect, &format!("line {} column {}{}", e.line(), e.column(), hint(text)))
        })?;
    }
    Ok(parse(text, dialect)?.as_ref().map(tree))
}

/// The text with the entry in it.
pub(super) fn set(text: &str, dialect: Dialect, at: &Place, value: &Value) -> Result<String, Refusal> {
    let Some(root) = parse(text, dialect)? else { return Ok(fresh(text, at, value)) };
    let Ast::Object(root) = &root else { return doubt() };
    let layout = Layout::of(text, root);
    let (object, depth) = deepest(root, at);
    if depth < at.map.len() {
        let Some(key) = at.map.get(depth) else { return doubt() };
        let member = Member { key, value: &at.nested(depth, value) };
        return splice::insert(text, object, &layout, &member).ok_or_else(no_doubt);
    }
    let member = Member { key: &at.name, value };
    let done = match property(object, &at.name) {
        Some(_) => splice::replace(text, object, &layout, &member),
        None => splice::insert(text, object, &layout, &member),
    };
    done.ok_or_else(no_doubt)
}

/// The text without the entry.
pub(super) fn erase(text: &str, dialect: Dialect, at: &Place) -> Result<String, Refusal> {
    let Some(Ast::Object(root)) = parse(text, dialect)? else { return doubt() };
    let (object, depth) = deepest(&root, at);
    let index = object.properties.iter().position(|property| property.name.as_str() == at.name);
    let index = index.filter(|_| depth == at.map.len());
    index.and_then(|index| splice::remove(text, object, index)).ok_or_else(no_doubt)
}

/// A text for a file that holds nothing yet; comments stay above.
fn fresh(text: &str, at: &Place, value: &Value) -> String {
    let layout = Layout::default();
    let above = match text.trim() {
        "" => String::new(),
        _ if text.ends_with('\n') => text.to_owned(),
        _ => format!("{text}\n"),
    };
    format!("{above}{}\n", layout.pretty(&at.alone(value), ""))
}

/// The innermost object on the way to the map, and how many keys lead to it.
fn deepest<'a, 'b>(root: &'b Object<'a>, at: &Place) -> (&'b Object<'a>, usize) {
    let mut here = (root, 0);
    for key in &at.map {
        match property(here.0, key).map(|property| &property.value) {
            Some(Ast::Object(next)) => here = (next, here.1 + 1),
            _ => break,
        }
    }
    here
}

fn property<'a, 'b>(object: &'b Object<'a>, key: &str) -> Option<&'b ObjectProp<'a>> {
    object.properties.iter().find(|property| property.name.as_str() == key)
}

fn parse(text: &str, dialect: Dialect) -> Result<Option<Ast<'_>>, Refusal> {
    let options = ParseOptions {
        allow_comments: !dialect.is_strict_json(),
        allow_trailing_commas: dialect == Dialect::Jsonc,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|e| {
        let place = format!("line {} column {}", e.line_display(), e.column_display());
        broken(dialect, &format!("{place}: {}", e.kind()))
    })?;
    Ok(parsed.value)
}

fn tree(value: &Ast<'_>) -> Tree {
    match value {
        Ast::NullKeyword(_) => Tree::Null,
        Ast::BooleanLit(literal) => Tree::Bool(literal.value),
        Ast::NumberLit(literal) => Tree::Number(literal.value.to_owned()),
        Ast::StringLit(literal) => Tree::Text(literal.value.to_string()),
        Ast::Array(array) => Tree::List(array.elements.iter().map(tree).collect()),
        Ast::Object(object) => {
            let pairs = object.properties.iter();
            Tree::Map(pairs.map(|pair| (pair.name.as_str().to_owned(), tree(&pair.value))).collect())
        }
    }
}

/// What most often makes a file unreadable for a strict reader.
fn hint(text: &str) -> &'static str {
    match parse(text, Dialect::Jsonc) {
        Ok(_) => "; its reader accepts neither comments nor trailing commas",
        Err(_) => "",
    }
}

fn broken(dialect: Dialect, what: &str) -> Refusal {
    Refusal::Broken { name: dialect.name(), what: what.to_owned() }
}

fn no_doubt() -> Refusal {
    Refusal::Doubt("the place of the entry in the JSON cannot be told for certain".to_owned())
}

fn doubt<T>() -> Result<T, Refusal> {
    Err(no_doubt())
}

/// From where to where something stands.
fn span(of: &impl Ranged) -> std::ops::Range<usize> {
    of.start()..of.end()
}
