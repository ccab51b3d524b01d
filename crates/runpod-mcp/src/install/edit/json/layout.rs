//! How a file is laid out: its line ends, its indentation, and a value written in the same way.

use jsonc_parser::ast::Object;
use jsonc_parser::common::Ranged;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// The habits of a file.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) line_end: &'static str,
    pub(super) unit: String,
    /// Whether anything in the file is spread over lines.
    pub(super) is_spread: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { line_end: "\n", unit: "  ".to_owned(), is_spread: true }
    }
}

impl Layout {
    pub(super) fn of(text: &str, root: &Object<'_>) -> Self {
        let first = text.find('\n').and_then(|at| text.get(..at));
        let line_end = if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
        let inside = text.get(root.start()..root.end()).unwrap_or_default();
        let is_spread = inside.contains('\n') || root.properties.is_empty();
        let outer = indent(text, root.start()).unwrap_or_default();
        let unit = root.properties.first().and_then(|first| indent(text, first.start()));
        let unit = unit.and_then(|inner| inner.strip_prefix(outer)).filter(|unit| !unit.is_empty());
        Self { line_end, unit: unit.unwrap_or("  ").to_owned(), is_spread }
    }

    /// A value over several lines, as it looks at this indentation.
    pub(super) fn pretty(&self, value: &Value, indent: &str) -> String {
        let mut out = Vec::new();
        let mut serializer =
            Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(self.unit.as_bytes()));
        // Writing a value into memory does not fail; if it did, the comparison would find nothing.
        drop(value.serialize(&mut serializer));
        let text = String::from_utf8(out).unwrap_or_default();
        // Inside of strings a line end is always escaped.
        text.replace('\n', &format!("{}{indent}", self.line_end))
    }
}

/// A value on one line, with spaces behind colons and commas or without.
pub(super) fn compact(value: &Value, spaced: bool) -> String {
    if !spaced {
        return value.to_string();
    }
    let inner = |items: Vec<String>| items.join(", ");
    match value {
        Value::Object(map) if !map.is_empty() => {
            let pair = |(key, value): (&String, &Value)| format!("{}: {}", quoted(key), compact(value, true));
            format!("{{{}}}", inner(map.iter().map(pair).collect()))
        }
        Value::Array(items) => {
            format!("[{}]", inner(items.iter().map(|item| compact(item, true)).collect()))
        }
        other => other.to_string(),
    }
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The white space before this place, if nothing else is on its line.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.rfind(['\n', '\r']).map_or(before, |end| before.get(end + 1..).unwrap_or_default());
    line.chars().all(char::is_whitespace).then_some(line)
}

/// The white space at the start of the line of this place.
pub(super) fn indent_of_line(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = before.get(start..).unwrap_or_default();
    let end = line.find(|c: char| !c.is_whitespace()).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}
