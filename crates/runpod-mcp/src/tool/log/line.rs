//! One line as a reply shows it.

use runpod_api::logs::Line;
use serde_json::{Map, Value};

use crate::reply::{clean, fit};

/// Longest text of a line that is shown, in bytes.
const TEXT: usize = 3000;

/// Longest time or source that is shown, in bytes; those of the contract are far shorter.
const WORD: usize = 64;

/// A line, and how often it stood there in a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    source: Option<String>,
    at: Option<String>,
    text: String,
    times: usize,
    /// When it stood there for the last time.
    until: Option<String>,
    cut: bool,
}

impl Shown {
    /// Without what could steer a terminal, and not longer than a reader needs.
    pub(super) fn of(line: &Line) -> Self {
        let mut text = line.text.clone();
        clean::text(&mut text);
        let cut = line.cut || text.len() > TEXT;
        shorten(&mut text, TEXT);
        let word = |word: &Option<String>| {
            let mut word = word.clone();
            word.iter_mut().for_each(|word| shorten(word, WORD));
            word
        };
        Self { source: word(&line.source), at: word(&line.at), text, times: 1, until: None, cut }
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
        if same {
            self.times += 1;
            self.until.clone_from(&next.at);
        }
        same
    }

    /// Bytes of it in a reply.
    pub(super) fn size(&self) -> usize {
        // A comma, and what a count that grows takes.
        fit::size(&self.to_json()) + 80
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
            item.extend(self.until.as_ref().map(|at| ("until".to_owned(), Value::from(at.as_str()))));
        }
        if self.cut {
            item.insert("cut".to_owned(), true.into());
        }
        Value::Object(item)
    }
}

/// Cuts at a character, so that at most so many bytes are left.
fn shorten(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_line_says_it_fits_in_the_smallest_reading() {
        let huge = || Some("\u{1b}\"ß".repeat(100_000));
        let line =
            Line { id: huge(), at: huge(), source: huge(), text: "\"".repeat(100_000), ..Line::default() };
        let shown = Shown::of(&line);
        assert!(shown.is_cut() && shown.size() < 8_000, "{}", shown.size());
    }
}
