//! What is printed, and where.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Data for whoever asked: stdout, with a line end.
///
/// # Errors
/// When stdout is closed, among others.
pub(super) fn data(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// Words for a person: stderr. If nobody listens, they are lost.
pub(super) fn talk(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Help, version or a usage error, as clap words it.
pub(super) fn clap(error: &clap::Error) -> ExitCode {
    // A closed pipe is no reason to fail.
    drop(error.print());
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Whether a person sits at both ends.
pub(super) fn is_conversation() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// JSON, indented for a person and compact for a program.
///
/// # Errors
/// As [`data`].
pub(super) fn json(value: &serde_json::Value) -> io::Result<()> {
    data(&if io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() })
}
