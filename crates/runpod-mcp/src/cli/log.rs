//! The log: stderr, one line for each event, whatever is in it.
//!
//! Lines may carry what a client or Runpod sent, and stderr may end in a terminal or in a client's log file. So every
//! event is one line, control characters are escaped, what looks like a key is masked, and length has an end.
//! Dependencies never log below warnings, whatever was asked for: at `debug` rmcp prints whole requests.

use std::io::{self, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::out;
use crate::config::Log;

/// Targets that may log as much as was asked for.
const OURS: [&str; 3] = ["runpod_mcp", "runpod_api", "runpod_sim"];

/// Longest line, in bytes.
const LONGEST: usize = 2_000;

/// Starts logging, as JSON for programs or as text for people. A second start in one process changes nothing.
pub(super) fn start(log: Log, json: bool) {
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Stderr);
    let layer = match json {
        true => layer.json().flatten_event(true).with_span_list(false).boxed(),
        false => layer.boxed(),
    };
    // A test process may have a subscriber already.
    drop(tracing_subscriber::registry().with(layer.with_filter(filter(log))).try_init());
}

fn filter(log: Log) -> Targets {
    let level = match log {
        Log::Off => LevelFilter::OFF,
        Log::Error => LevelFilter::ERROR,
        Log::Warn => LevelFilter::WARN,
        Log::Info => LevelFilter::INFO,
        Log::Debug => LevelFilter::DEBUG,
        Log::Trace => LevelFilter::TRACE,
    };
    let filter = Targets::new().with_default(level.min(LevelFilter::WARN));
    // Its warnings are protocol errors, which the client was told already, with what the client sent in them.
    let filter = filter.with_target("rmcp", level.min(LevelFilter::ERROR));
    filter.with_targets(OURS.map(|target| (target, level)))
}

/// A panic tells its place and not its message, which may quote arguments or answers.
pub(super) fn name_place_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        out::talk(&format!("runpod-mcp: internal fault at {place}; please report it"));
    }));
}

#[derive(Clone, Copy, Debug)]
struct Stderr;

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl Write for Stderr {
    /// Called once for each event, with all of it.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().lock().write_all(line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// One harmless line.
fn line(event: &str) -> String {
    let masked = mask(event.trim_end());
    let mut line = String::with_capacity(masked.len() + 1);
    for c in masked.chars() {
        match c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            true => line.extend(c.escape_unicode()),
            false => line.push(c),
        }
        if line.len() > LONGEST {
            line.push_str(" ...");
            break;
        }
    }
    line.push('\n');
    line
}

/// Keys have a type that does not print; this is for those that came in another coat.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("rpa_") {
        let (before, key) = rest.split_at(at);
        let end = key.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(key.len());
        out.push_str(before);
        out.push_str("rpa_[redacted]");
        rest = key.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_it_carries() {
        let forged = "INFO name=a\n{\"level\":\"error\"}\u{1b}[31m\u{202e}x\r\n";
        let line = line(forged);
        assert_eq!(line.matches('\n').count(), 1);
        assert!(!line.contains('\u{1b}') && !line.contains('\u{202e}') && line.contains("\\u{a}"));
        assert!(super::line(&"x".repeat(100_000)).len() < LONGEST + 10);
    }

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        assert_eq!(line("a=rpa_CANARY1 b=Bearer rpa_X."), "a=rpa_[redacted] b=Bearer rpa_[redacted].\n");
    }

    #[test]
    fn dependencies_stay_at_warnings() {
        use tracing::Level;
        let filter = filter(Log::Trace);
        assert!(filter.would_enable("runpod_mcp::mcp", &Level::TRACE));
        assert!(
            filter.would_enable("hyper", &Level::WARN) && !filter.would_enable("rmcp::service", &Level::WARN)
        );
        for target in ["rmcp", "rmcp::service", "hyper", "reqwest", "h2", "rustls"] {
            assert!(!filter.would_enable(target, &Level::INFO), "{target}");
        }
    }
}
