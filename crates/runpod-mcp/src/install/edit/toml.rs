//! TOML, by toml_edit, which keeps comments and layout.
//!
//! It writes line ends as `\n` only, so those of the file are put back; a file that mixes them, or that it would write
//! differently without any change, is refused. A new entry is a table at the end of the file, unless its map is inline.

mod item;

use serde_json::Value;
use toml_edit::{Decor, DocumentMut, Item, RawString, Table, TableLike};

use super::tree::Tree;
use super::{Place, Refusal};
use item::{inline, table, tree};

pub(super) fn read(text: &str) -> Result<Tree, Refusal> {
    parse(text).map(|document| tree(document.as_item()))
}

/// The text with the entry in it.
pub(super) fn set(text: &str, at: &Place, value: &Value) -> Result<String, Refusal> {
    let mut file = File::open(text)?;
    let mut next = last_position(file.document.as_table()) + 1;
    let trailing = file.document.trailing().as_str().unwrap_or_default().to_owned();
    let map = map(file.document.as_table_mut(), at, true)?;
    let old = map.entries.get(&at.name);
    if map.is_inline || old.is_some_and(Item::is_value) {
        let mut new = inline(value)?;
        match old.and_then(Item::as_value) {
            Some(old) => *new.decor_mut() = old.decor().clone(),
            None if map.is_inline => take_over_space(map.entries, &mut new),
            None => (),
        }
        map.entries.insert(&at.name, Item::Value(new));
        return Ok(file.written());
    }
    let old = old.and_then(Item::as_table).map(|old| (old.decor().clone(), old.position()));
    if let Some((_, Some(position))) = old {
        next = position;
    }
    let mut new = table(value, &mut next)?;
    match old {
        Some((decor, _)) => *new.decor_mut() = decor,
        None => new.decor_mut().set_prefix(above(&trailing, text)),
    }
    map.entries.insert(&at.name, Item::Table(new));
    if !is_there(text, at) {
        file.document.set_trailing("");
    }
    Ok(file.written())
}

/// The text without the entry. Comments above it stay.
pub(super) fn erase(text: &str, at: &Place) -> Result<String, Refusal> {
    let mut file = File::open(text)?;
    let map = map(file.document.as_table_mut(), at, false)?;
    let commented = map.entries.key(&at.name).and_then(|key| key.leaf_decor().prefix()?.as_str());
    let commented = commented.is_some_and(|prefix| prefix.contains('#'));
    let is_last = map.entries.iter().last().is_some_and(|(key, _)| key == at.name);
    let gone = map.entries.remove(&at.name);
    if let Some(Item::Value(gone)) = gone.as_ref().filter(|_| map.is_inline && is_last) {
        give_back_space(map.entries, gone);
    }
    match gone {
        Some(Item::Table(gone)) if !gone.is_dotted() => {
            let mut above = Vec::new();
            prefixes(&gone, &mut above);
            above.sort_by_key(|(position, _)| *position);
            for (position, prefix) in above.iter().rev() {
                hand_down(&mut file.document, *position, prefix);
            }
        }
        _ if commented => {
            return Err(Refusal::Doubt(
                "a comment stands above the entry in the TOML, and may not be its own".into(),
            ));
        }
        _ => (),
    }
    Ok(file.written())
}

/// A document, and what has to be put back when it is written.
struct File {
    document: DocumentMut,
    returns: bool,
    ends_line: bool,
}

impl File {
    fn open(text: &str) -> Result<Self, Refusal> {
        let returns = text.contains("\r\n");
        let plain = text.replace("\r\n", "\n");
        if plain.contains('\r') || (returns && text.matches('\n').count() != text.matches("\r\n").count()) {
            return Err(Refusal::Doubt("the TOML file mixes line ends".to_owned()));
        }
        let ends_line = plain.is_empty() || plain.ends_with('\n');
        let file = Self { document: parse(&plain)?, returns, ends_line };
        match file.written() == text {
            true => Ok(file),
            false => Err(Refusal::Doubt("the layout of the TOML file cannot be kept".to_owned())),
        }
    }

    fn written(&self) -> String {
        let mut text = self.document.to_string();
        if !self.ends_line && text.ends_with('\n') {
            text.pop();
        }
        if self.returns { text.replace('\n', "\r\n") } else { text }
    }
}

/// The map of a place.
struct Map<'a> {
    entries: &'a mut dyn TableLike,
    is_inline: bool,
}

fn map<'a>(root: &'a mut Table, at: &Place, make: bool) -> Result<Map<'a>, Refusal> {
    let mut map = Map { entries: root, is_inline: false };
    for key in &at.map {
        if !map.entries.contains_key(key) && make {
            map.entries.insert(
                key,
                if map.is_inline {
                    Item::Value(inline(&Value::Object(Default::default()))?)
                } else {
                    implicit()
                },
            );
        }
        let Some(item) = map.entries.get_mut(key) else { return Err(doubt()) };
        let is_inline = map.is_inline || item.is_value();
        map = Map { entries: item.as_table_like_mut().ok_or_else(doubt)?, is_inline };
    }
    Ok(map)
}

/// The space before the closing brace belongs to the last value; it moves to the one that comes behind.
fn take_over_space(entries: &mut dyn TableLike, new: &mut toml_edit::Value) {
    let Some(last) = entries.iter_mut().last().and_then(|(_, item)| item.as_value_mut()) else { return };
    if let Some(space) = last.decor().suffix().cloned() {
        last.decor_mut().set_suffix("");
        *new.decor_mut() = Decor::new(" ", space);
    }
}

fn give_back_space(entries: &mut dyn TableLike, gone: &toml_edit::Value) {
    let Some(last) = entries.iter_mut().last().and_then(|(_, item)| item.as_value_mut()) else { return };
    if let Some(space) = gone.decor().suffix().cloned() {
        last.decor_mut().set_suffix(space);
    }
}

/// A table without a header of its own.
fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// What stands between the rest of a file and a new table at its end.
fn above(trailing: &str, text: &str) -> String {
    match text.trim().is_empty() {
        true => trailing.to_owned(),
        false if trailing.is_empty() || trailing.ends_with('\n') => format!("{trailing}\n"),
        false => format!("{trailing}\n\n"),
    }
}

fn is_there(text: &str, at: &Place) -> bool {
    let tree = read(text);
    tree.is_ok_and(|tree| matches!(tree.find(at, false), super::Found::Entry(_)))
}

/// What stands above a table and the tables in it, with where these are in the document.
fn prefixes(table: &Table, out: &mut Vec<(isize, String)>) {
    let prefix = table.decor().prefix().and_then(RawString::as_str).unwrap_or_default();
    // Its last line end, or the empty line above it, came with the table.
    let own = prefix.strip_suffix('\n').unwrap_or(prefix);
    if let Some(position) = table.position().filter(|_| !own.is_empty()) {
        out.push((position, own.to_owned()));
    }
    for (_, item) in table.iter() {
        if let Some(inner) = item.as_table() {
            prefixes(inner, out);
        }
    }
}

/// Gives what stood above a table to the table that follows, or to the end of the document.
fn hand_down(document: &mut DocumentMut, position: isize, text: &str) {
    match following(document.as_table_mut(), position) {
        Some(next) => {
            let old = next.decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned();
            next.decor_mut().set_prefix(format!("{text}{old}"));
        }
        None => {
            let old = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{text}{old}"));
        }
    }
}

/// The first table with a header behind a position.
fn following(table: &mut Table, behind: isize) -> Option<&mut Table> {
    let mut positions = Vec::new();
    all_positions(table, &mut positions);
    let next = positions.into_iter().filter(|position| *position > behind).min()?;
    at_position(table, next)
}

fn at_position(table: &mut Table, wanted: isize) -> Option<&mut Table> {
    for (_, item) in table.iter_mut() {
        let inner = match item {
            Item::Table(inner) => vec![inner],
            Item::ArrayOfTables(inner) => inner.iter_mut().collect(),
            _ => continue,
        };
        for inner in inner {
            if inner.position() == Some(wanted) && !inner.is_implicit() && !inner.is_dotted() {
                return Some(inner);
            }
            if let Some(found) = at_position(inner, wanted) {
                return Some(found);
            }
        }
    }
    None
}

fn all_positions(table: &Table, out: &mut Vec<isize>) {
    let mut inner = |table: &Table| {
        out.extend(table.position().filter(|_| !table.is_implicit() && !table.is_dotted()));
        all_positions(table, out);
    };
    for (_, item) in table.iter() {
        match item {
            Item::Table(table) => inner(table),
            Item::ArrayOfTables(tables) => tables.iter().for_each(&mut inner),
            _ => (),
        }
    }
}

fn last_position(table: &Table) -> isize {
    let mut positions = Vec::new();
    all_positions(table, &mut positions);
    positions.into_iter().max().unwrap_or(0)
}

fn parse(text: &str) -> Result<DocumentMut, Refusal> {
    text.parse().map_err(|e: toml_edit::TomlError| {
        let at = e.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Refusal::Broken { name: "TOML", what: format!("line {line}") }
    })
}

fn doubt() -> Refusal {
    Refusal::Doubt("the place of the entry in the TOML cannot be told for certain".to_owned())
}
