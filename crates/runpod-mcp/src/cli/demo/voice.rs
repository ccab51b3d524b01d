//! How the demo speaks.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

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

/// A line that is overwritten by the next one; only somebody at a terminal sees it.
pub(super) fn progress(status: &str, waited: Duration) {
    let mut stderr = io::stderr().lock();
    if stderr.is_terminal() {
        let bar = "=".repeat(usize::try_from(waited.as_secs() / 5).unwrap_or(40).min(40));
        drop(write!(stderr, "\r  {status:<14} {:>4} s {bar:<40}", waited.as_secs()));
        drop(stderr.flush());
    }
}

/// Takes the overwritten line away.
pub(super) fn end_progress() {
    let mut stderr = io::stderr().lock();
    if stderr.is_terminal() {
        drop(write!(stderr, "\r{:64}\r", ""));
        drop(stderr.flush());
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
