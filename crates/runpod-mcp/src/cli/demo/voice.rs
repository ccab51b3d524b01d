//! How the demo speaks.

use std::io::{self, Write};

use serde_json::Value;

/// Somebody who tells a story, line by line.
#[derive(Debug)]
pub(super) struct Voice<W>(pub(super) W);

impl<W: Write> Voice<W> {
    /// A step begins: which tool is called, and what for.
    pub(super) fn step(&mut self, tool: &str, purpose: &str) -> io::Result<()> {
        self.tell(&format!("\n> {tool:<18} {purpose}"))
    }

    /// A line of what came of it.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.tell(&format!("  {text}"))
    }

    /// Lines as they are.
    pub(super) fn tell(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.0, "{text}")?;
        self.0.flush()
    }
}

/// A member as text, with what belongs to it; `-` when there is none.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// An amount in dollars.
pub(super) fn dollars(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_f64).map_or_else(|| "-".to_owned(), |usd| format!("${usd:.2}"))
}
