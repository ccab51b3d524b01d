//! Values between TOML and the forms that the editor knows.

use serde_json::Value;
use toml_edit::{Array, InlineTable, Item, Table};

use crate::install::edit::Refusal;
use crate::install::edit::tree::Tree;

/// What an item says.
pub(super) fn tree(item: &Item) -> Tree {
    match item {
        Item::None => Tree::Null,
        Item::Value(value) => of_value(value),
        Item::Table(table) => {
            Tree::Map(table.iter().map(|(key, item)| (key.to_owned(), tree(item))).collect())
        }
        Item::ArrayOfTables(tables) => {
            let maps = tables.iter().map(|table| {
                Tree::Map(table.iter().map(|(key, item)| (key.to_owned(), tree(item))).collect())
            });
            Tree::List(maps.collect())
        }
    }
}

fn of_value(value: &toml_edit::Value) -> Tree {
    match value {
        toml_edit::Value::String(text) => Tree::Text(text.value().clone()),
        toml_edit::Value::Integer(number) => Tree::Number(number.value().to_string()),
        toml_edit::Value::Float(number) => Tree::Number(number.value().to_string()),
        toml_edit::Value::Boolean(value) => Tree::Bool(*value.value()),
        toml_edit::Value::Datetime(date) => Tree::Own(date.value().to_string()),
        toml_edit::Value::Array(items) => Tree::List(items.iter().map(of_value).collect()),
        toml_edit::Value::InlineTable(map) => {
            Tree::Map(map.iter().map(|(key, value)| (key.to_owned(), of_value(value))).collect())
        }
    }
}

/// A table with a header, and one for each object in it, at these positions of the document.
pub(super) fn table(value: &Value, next: &mut isize) -> Result<Table, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::Doubt("an entry of a TOML file is an object".to_owned()));
    };
    let mut out = Table::new();
    out.set_position(Some(*next));
    for (key, value) in map {
        let item = match value {
            Value::Object(_) => {
                *next += 1;
                Item::Table(table(value, next)?)
            }
            plain => Item::Value(inline(plain)?),
        };
        out.insert(key, item);
    }
    Ok(out)
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> Result<toml_edit::Value, Refusal> {
    Ok(match value {
        Value::Null => return Err(Refusal::Doubt("TOML has no null".to_owned())),
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(real)) if !number.is_u64() => real.into(),
            _ => return Err(Refusal::Doubt(format!("{number} is too large for TOML"))),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(inline).collect();
            Array::from_iter(items?).into()
        }
        Value::Object(map) => {
            let mut out = InlineTable::new();
            for (key, value) in map {
                out.insert(key, inline(value)?);
            }
            out.into()
        }
    })
}
