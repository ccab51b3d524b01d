//! Where in the text an entry is, in lines and columns.

use std::ops::Range;

use super::node::{Node, Shape};
use crate::install::edit::{Place, Refusal};

/// The innermost collection on the way to an entry.
pub(super) struct Spot<'a> {
    /// The key it is the value of; none for the root.
    pub(super) key: Option<&'a Node>,
    pub(super) node: &'a Node,
    /// How many keys of the way lead to it.
    pub(super) depth: usize,
}

impl<'a> Spot<'a> {
    pub(super) fn find(root: &'a Node, at: &Place) -> Result<Self, Refusal> {
        let mut spot = Self { key: None, node: root, depth: 0 };
        loop {
            if spot.node.is_indirect() {
                return Err(Refusal::Doubt(
                    "the way to the entry has an anchor, an alias, a tag or a merge key, which are not followed in YAML"
                        .to_owned(),
                ));
            }
            let next = at.map().get(spot.depth).and_then(|key| spot.node.entry(key));
            let Some((key, node)) = next else { return Ok(spot) };
            spot = Self { key: Some(key), node, depth: spot.depth + 1 };
        }
    }
}

/// The text, as lines.
pub(super) struct Lines<'a>(pub(super) &'a str);

impl Lines<'_> {
    /// How a line of this file ends.
    pub(super) fn end(&self) -> &'static str {
        let first = self.0.find('\n').and_then(|at| self.0.get(..at));
        if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// Where the line of this place starts.
    pub(super) fn start(&self, at: usize) -> usize {
        self.0.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    /// Where the line of this place ends, without its line end.
    pub(super) fn end_of(&self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The column of this place, if only spaces are before it.
    pub(super) fn column(&self, at: usize) -> Option<usize> {
        let before = self.0.get(self.start(at)..at)?;
        before.chars().all(|c| c == ' ').then_some(before.len())
    }

    /// The column of the dash of an item, if only spaces are before it.
    pub(super) fn dash(&self, item: &Node) -> Option<usize> {
        let before = self.0.get(self.start(item.start)..item.start)?;
        let spaces = before.trim_end_matches(' ').strip_suffix('-')?;
        spaces.chars().all(|c| c == ' ').then_some(spaces.len())
    }

    /// From the line end before the first line to the end of the last one.
    pub(super) fn whole(&self, first: usize, last: usize) -> Option<Range<usize>> {
        let start = self.start(first).checked_sub(1)?;
        let before = self.0.get(..start)?;
        Some(before.strip_suffix('\r').unwrap_or(before).len()..self.end_of(last))
    }

    /// The colon behind a key.
    pub(super) fn colon(&self, key: &Node) -> Option<Range<usize>> {
        let rest = self.0.get(key.end..)?;
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let at = key.end + spaces;
        self.0.get(at..)?.starts_with(':').then_some(at..at + 1)
    }

    /// Where what a value says ends: empty lines and comments behind it are not part of it.
    pub(super) fn content_end(&self, node: &Node) -> usize {
        let end = match &node.shape {
            Shape::Map(pairs) if !node.is_flow => {
                pairs.iter().map(|(key, value)| self.content_end(value).max(key.end)).max()
            }
            Shape::List(items) if !node.is_flow => items.iter().map(|item| self.content_end(item)).max(),
            Shape::Scalar { text, .. } if text.is_empty() && node.start == node.end => Some(0),
            _ => None,
        };
        end.unwrap_or_else(|| {
            let text = self.0.get(node.start..node.end).unwrap_or_default();
            node.start + text.trim_end().len()
        })
    }
}
