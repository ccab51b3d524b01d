//! Where a member is put into an object, and what goes when it is taken out. Each is the inverse of the other.
//!
//! Comments belong to the line they are on: those of a neighbour stay, and those on the line of the entry go with it. One
//! thing cannot be told back: an object that was empty and spread over two lines comes back as `{}`.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp};
use jsonc_parser::common::Ranged;
use serde_json::Value;

use super::gap::{Gap, Kind};
use super::layout::{Layout, compact, indent, indent_of_line, quoted};
use super::span;
use crate::install::edit::patch::Patch;

/// What is put in.
pub(super) struct Member<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a Value,
}

impl Member<'_> {
    fn spread(&self, layout: &Layout, indent: &str) -> String {
        format!("{}: {}", quoted(self.key), layout.pretty(self.value, indent))
    }

    fn on_one_line(&self, spaced: bool) -> String {
        let colon = if spaced { ": " } else { ":" };
        format!("{}{colon}{}", quoted(self.key), compact(self.value, spaced))
    }
}

/// Puts a member behind the others.
pub(super) fn insert(
    text: &str,
    object: &Object<'_>,
    layout: &Layout,
    member: &Member<'_>,
) -> Option<String> {
    match object.properties.last() {
        None => insert_first(text, object, layout, member),
        Some(_) => insert_behind(text, object, layout, member),
    }
}

fn insert_first(text: &str, object: &Object<'_>, layout: &Layout, member: &Member<'_>) -> Option<String> {
    let inside = object.start() + 1..object.end() - 1;
    let gap = Gap::of(text, inside.clone())?;
    let end = layout.line_end;
    let outer = indent(text, inside.end).unwrap_or_else(|| indent_of_line(text, inside.start));
    let inner = format!("{outer}{}", layout.unit);
    let line = format!("{end}{inner}{}", member.spread(layout, &inner));
    let patch = match gap.last_comment_end() {
        Some(comment) if gap.has(Kind::LineEnd) => Patch::default().put(comment..comment, line),
        Some(comment) => Patch::default().put(comment..comment, format!(" {}", member.on_one_line(true))),
        None if gap.has(Kind::LineEnd) || (inside.is_empty() && layout.is_spread) => {
            Patch::default().put(inside, format!("{line}{end}{outer}"))
        }
        None => {
            let space = text.get(inside.clone())?;
            let member = member.on_one_line(!space.is_empty());
            Patch::default().put(inside.end..inside.end, format!("{member}{space}"))
        }
    };
    patch.apply(text)
}

fn insert_behind(text: &str, object: &Object<'_>, layout: &Layout, member: &Member<'_>) -> Option<String> {
    let last = object.properties.last()?;
    let gap = Gap::of(text, last.end()..object.end() - 1)?;
    let trailing = gap.comma();
    let behind = trailing.as_ref().map_or(last.end(), |comma| comma.end);
    let mut patch = Patch::default();
    if trailing.is_none() {
        patch = patch.put(last.end()..last.end(), ",");
    }
    let comma = if trailing.is_some() { "," } else { "" };
    if !is_spread(text, object) {
        let spaced =
            text.get(span(last))?.contains("\": ") || text.get(object.start() + 1..)?.starts_with(' ');
        let place = gap.last_comment_end().unwrap_or(behind).max(behind);
        let space = if spaced { " " } else { "" };
        let member = member.on_one_line(spaced);
        return patch.put(place..place, format!("{space}{member}{comma}")).apply(text);
    }
    let place = gap.end_of_comments(behind);
    let indent = indent_of_members(text, object, layout);
    let member = member.spread(layout, &indent);
    patch.put(place..place, format!("{}{indent}{member}{comma}", layout.line_end)).apply(text)
}

/// Whether the members of an object are spread over lines.
fn is_spread(text: &str, object: &Object<'_>) -> bool {
    let begins_line = |member: &ObjectProp<'_>| indent(text, member.start()).is_some();
    let ends = object.properties.last().map_or(object.start(), Ranged::end);
    let behind = text.get(ends..object.end()).unwrap_or_default();
    let (first, last) = (object.properties.first(), object.properties.last());
    behind.contains('\n') || first.into_iter().chain(last).any(begins_line)
}

fn indent_of_members(text: &str, object: &Object<'_>, layout: &Layout) -> String {
    let members = object.properties.last().into_iter().chain(object.properties.first());
    let found = members.filter_map(|member| indent(text, member.start())).next();
    found
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{}{}", indent_of_line(text, object.start()), layout.unit))
}

/// Gives a member another value.
pub(super) fn replace(
    text: &str,
    object: &Object<'_>,
    layout: &Layout,
    member: &Member<'_>,
) -> Option<String> {
    let entry = object.properties.iter().find(|property| property.name.as_str() == member.key)?;
    let value = member.value;
    let old = span(&entry.value);
    let new = match indent(text, entry.start()) {
        Some(indent) => layout.pretty(value, indent),
        None if is_spread(text, object) => layout.pretty(value, indent_of_line(text, entry.start())),
        None => compact(value, text.get(span(entry))?.contains("\": ")),
    };
    Patch::default().put(old, new).apply(text)
}

/// Takes a member out.
pub(super) fn remove(text: &str, object: &Object<'_>, index: usize) -> Option<String> {
    let inside = object.start() + 1..object.end() - 1;
    let member = object.properties.get(index)?;
    let previous = index.checked_sub(1).and_then(|index| object.properties.get(index));
    let next = object.properties.get(index + 1);
    let before = Gap::of(text, previous.map_or(inside.start, Ranged::end)..member.start())?;
    let after = Gap::of(text, member.end()..next.map_or(inside.end, Ranged::start))?;
    let alone = previous.is_none() && next.is_none();
    let spread = before.has(Kind::LineEnd) || after.has(Kind::LineEnd);
    if alone && spread && !before.has(Kind::Comment) && !after.has(Kind::Comment) {
        return Patch::default().cut(inside).apply(text);
    }
    let patch = Patch::default().cut(extent(member, &before, &after, previous.is_some(), next.is_some()));
    match (after.comma(), before.comma()) {
        (Some(own), _) => patch.cut_outside(own),
        (None, Some(previous)) => patch.cut_outside(previous),
        (None, None) => patch,
    }
    .apply(text)
}

/// From where to where a member goes, its comma apart.
fn extent(
    member: &ObjectProp<'_>,
    before: &Gap,
    after: &Gap,
    follows: bool,
    is_followed: bool,
) -> Range<usize> {
    let first_on_line = before.last_line();
    let line_end = after.line_end(member.end());
    let behind_comma = after.comma().map_or(member.end(), |comma| comma.end);
    match (first_on_line, line_end) {
        (Some(start), Some(end)) => start..end.max(member.end()),
        (Some(start), None) if !is_followed => start..member.end(),
        (None, _) if follows || !is_followed => before.space_before_end().start..member.end(),
        // The first on its line, and others follow there.
        _ if !after.has(Kind::Comment) => member.start()..after.space_after(behind_comma).end,
        _ => member.start()..member.end(),
    }
}
