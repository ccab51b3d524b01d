//! YAML, one mapping of it.
//!
//! saphyr-parser reads it and says where everything stands; the entry is spliced into the text by whole lines, or inside of
//! braces. What is indirect (anchors on the way, aliases, tags, merge keys), and whatever lies in an unusual way, is refused.
//! The editors of YAML that there are build a syntax tree with second versions of half of our dependencies, for one mapping.

mod emit;
mod node;
mod place;

use serde_json::Value;

use super::patch::Patch;
use super::tree::Tree;
use super::{Place, Refusal};
use node::{Node, Shape};
use place::{Lines, Spot};

/// What the text says; nothing when there is no document in it.
pub(super) fn read(text: &str) -> Result<Option<Tree>, Refusal> {
    Ok(node::parse(text)?.map(|root| root.tree()))
}

/// The text with the entry in it.
pub(super) fn set(text: &str, at: &Place, value: &Value) -> Result<String, Refusal> {
    let lines = Lines(text);
    let done = match node::parse(text)? {
        None => Some(fresh(text, at, value)),
        Some(root) if root.is_nothing() => Some(fresh(text, at, value)),
        Some(root) => {
            let spot = Spot::find(&root, at)?;
            put(&lines, &spot, at, value).and_then(|patch| patch.apply(text))
        }
    };
    done.ok_or_else(doubt)
}

/// The text without the entry.
pub(super) fn erase(text: &str, at: &Place) -> Result<String, Refusal> {
    let Some(root) = node::parse(text)? else { return Err(doubt()) };
    let spot = Spot::find(&root, at)?;
    take(&Lines(text), &spot, at).and_then(|patch| patch.apply(text)).ok_or_else(doubt)
}

fn fresh(text: &str, at: &Place, value: &Value) -> String {
    let above = match text.trim() {
        "" => String::new(),
        _ if text.ends_with('\n') => text.to_owned(),
        _ => format!("{text}\n"),
    };
    let alone = at.alone(value);
    let lines = alone.as_object().into_iter().flatten().flat_map(|(key, value)| emit::entry(key, value, 0));
    format!("{above}{}\n", lines.collect::<Vec<_>>().join("\n"))
}

fn put(lines: &Lines<'_>, spot: &Spot<'_>, at: &Place, value: &Value) -> Option<Patch> {
    let patch = Patch::default();
    let below = at.map.len().checked_sub(spot.depth)?;
    if below > 0 {
        // The map is not there: it is made in the innermost one that is.
        let key = at.map.get(spot.depth)?;
        let nested = at.nested(spot.depth, value);
        return put_behind(lines, spot, key, &nested);
    }
    if let Some((key, old)) = spot.node.entry(&at.name) {
        return match spot.node.is_flow {
            true => Some(patch.put(old.start..lines.content_end(old), emit::flow(value))),
            false => {
                let column = lines.column(key.start)?;
                let new = emit::entry(&at.name, value, column).join(lines.end());
                Some(patch.put(
                    key.start..lines.content_end(old).max(key.end),
                    new.trim_start_matches(' ').to_owned(),
                ))
            }
        };
    }
    if let (Shape::List(items), Some(old)) = (&spot.node.shape, spot.node.item(&at.name)) {
        let column = lines.dash(items.first()?)?;
        let new = emit::item(value, column).join(lines.end());
        let start = lines.start(old.start) + column;
        return Some(patch.put(start..lines.content_end(old), new.trim_start_matches(' ').to_owned()));
    }
    put_behind(lines, spot, &at.name, value)
}

/// Puts an entry behind the others of a map or a list.
fn put_behind(lines: &Lines<'_>, spot: &Spot<'_>, key: &str, value: &Value) -> Option<Patch> {
    let node = spot.node;
    let (new, last) = match &node.shape {
        Shape::Map(_) if node.is_flow => return put_in_braces(lines, node, key, value),
        Shape::Map(pairs) => {
            let ((first, _), (key_of_last, last)) = (pairs.first()?, pairs.last()?);
            let column = lines.column(first.start)?;
            (emit::entry(key, value, column), lines.content_end(last).max(key_of_last.end))
        }
        Shape::List(items) if !node.is_flow => {
            let column = lines.dash(items.first()?)?;
            (emit::item(value, column), lines.content_end(items.last()?))
        }
        // A key without a value.
        Shape::Scalar { .. } if node.is_nothing() => {
            let parent = spot.key?;
            (emit::entry(key, value, lines.column(parent.start)? + 2), parent.end)
        }
        _ => return None,
    };
    let place = lines.end_of(last);
    let lines_of_it: String = new.iter().map(|line| format!("{}{line}", lines.end())).collect();
    Some(Patch::default().put(place..place, lines_of_it))
}

fn put_in_braces(lines: &Lines<'_>, node: &Node, key: &str, value: &Value) -> Option<Patch> {
    let Shape::Map(pairs) = &node.shape else { return None };
    let pair = format!("{}: {}", emit::key(key), emit::flow(value));
    let from = pairs.last().map_or(node.start + 1, |(key, last)| lines.content_end(last).max(key.end));
    let rest = lines.0.get(from..node.end.checked_sub(1)?)?;
    if !rest.chars().all(|c| c == ' ') {
        return None;
    }
    let comma = if pairs.is_empty() { "" } else { ", " };
    Some(Patch::default().put(from..from, format!("{comma}{pair}")))
}

fn take(lines: &Lines<'_>, spot: &Spot<'_>, at: &Place) -> Option<Patch> {
    let patch = Patch::default();
    match &spot.node.shape {
        Shape::Map(pairs) => {
            let index = pairs.iter().position(|(key, _)| key.is_text(&at.name))?;
            let (key, value) = pairs.get(index)?;
            let end = lines.content_end(value).max(key.end);
            if spot.node.is_flow {
                return Some(patch.cut(within_braces(lines, pairs, index, key.start..end)?));
            }
            lines.column(key.start)?;
            let patch = patch.cut(lines.whole(key.start, end)?);
            if pairs.len() > 1 { Some(patch) } else { Some(patch.put(lines.colon(spot.key?)?, ": {}")) }
        }
        Shape::List(items) if !spot.node.is_flow => {
            let item = spot.node.item(&at.name)?;
            lines.dash(item)?;
            let patch = patch.cut(lines.whole(item.start, lines.content_end(item))?);
            if items.len() > 1 { Some(patch) } else { Some(patch.put(lines.colon(spot.key?)?, ": []")) }
        }
        _ => None,
    }
}

/// What goes with a pair between braces: the comma before it, else the one behind.
fn within_braces(
    lines: &Lines<'_>,
    pairs: &[(Node, Node)],
    index: usize,
    own: std::ops::Range<usize>,
) -> Option<std::ops::Range<usize>> {
    if let Some((key, previous)) = index.checked_sub(1).and_then(|before| pairs.get(before)) {
        return Some(lines.content_end(previous).max(key.end)..own.end);
    }
    Some(own.start..pairs.get(index + 1).map_or(own.end, |(next, _)| next.start))
}

fn doubt() -> Refusal {
    Refusal::Doubt("the YAML is laid out in a way that this program does not change".to_owned())
}
