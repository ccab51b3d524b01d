//! One line as a reply shows it.

use runpod_api::logs::Line;
use serde_json::{Map, Value};

use crate::reply::{clean, fit};

/// Longest text of a line that is shown, in bytes.
const TEXT: usize = 3000;

/// A line, and how often it stood there in a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    source: Option<String>,
    at: Option<String>,
    text: String,
    times: usize,
    cut: bool,
}

impl Shown {
    /// Without what could steer a terminal, and not longer than a reader needs.
    pub(super) fn of(line: &Line) -> Self {
        let mut text = line.text.clone();
        clean::text(&mut text);
        let cut = line.cut || text.len() > TEXT;
        let end = (0..=TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        Self { source: line.source.clone(), at: line.at.clone(), text, times: 1, cut }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Takes one more of the same; `false` when it is another line.
    pub(super) fn takes(&mut self, next: &Self) -> bool {
        let same = self.text == next.text && self.source == next.source && self.cut == next.cut;
        self.times += usize::from(same);
        same
    }

    /// Bytes of it in a reply.
    pub(super) fn size(&self) -> usize {
        // A comma, and the digits of a count that grows.
        fit::size(&self.to_json()) + 20
    }

    pub(super) fn to_json(&self) -> Value {
        let mut item = Map::new();
        item.extend(self.at.as_ref().map(|at| ("ts".to_owned(), Value::from(at.as_str()))));
        item.extend(self.source.as_ref().map(|source| ("source".to_owned(), Value::from(source.as_str()))));
        // What came in another shape than the contract's has no time.
        let name = if self.at.is_none() && self.source.is_none() { "raw" } else { "line" };
        item.insert(name.to_owned(), self.text.as_str().into());
        if self.times > 1 {
            item.insert("times".to_owned(), self.times.into());
        }
        if self.cut {
            item.insert("cut".to_owned(), true.into());
        }
        Value::Object(item)
    }
}
