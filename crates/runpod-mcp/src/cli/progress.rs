//! How far a call is, for whoever sits at stderr: a line that is overwritten by the next one on a terminal, plain
//! lines elsewhere. stdout is left to data.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use crate::config::Env;
use crate::tool::progress::Step;

/// Cells of the bar.
const BAR: usize = 20;

/// Columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;
/// Columns below which the message needs the place of the bar.
const NARROW: usize = 60;

/// Where steps are shown.
#[derive(Debug)]
pub(super) struct Display<W> {
    to: Mutex<W>,
    /// How many columns there are; none where lines are not overwritten.
    columns: Option<fn() -> usize>,
    last: Mutex<String>,
}

impl Display<io::Stderr> {
    /// At stderr. A terminal that calls itself dumb cannot overwrite a line.
    pub(super) fn at_stderr(env: &Env) -> Self {
        let overwrites = io::stderr().is_terminal() && env.get("TERM") != Some("dumb");
        Self::at(io::stderr(), overwrites.then_some(columns))
    }
}

impl<W: Write> Display<W> {
    fn at(to: W, columns: Option<fn() -> usize>) -> Self {
        Self { to: Mutex::new(to), columns, last: Mutex::default() }
    }

    /// Shows a step. If nobody listens, it is lost.
    pub(super) fn show(&self, step: &Step) {
        if let Some(columns) = self.columns {
            return self.write(&format!("\r{}\u{1b}[K", line(step, columns())));
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is overwritten here: the same again would only fill a log.
        if *last != step.message {
            last.clone_from(&step.message);
            self.write(&format!("{}\n", step.message));
        }
    }

    /// Takes the overwritten line away.
    pub(super) fn clear(&self) {
        if self.columns.is_some() {
            self.write("\r\u{1b}[K");
        }
    }

    fn write(&self, text: &str) {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
    }
}

/// Asked for each time: a window may be resized meanwhile.
fn columns() -> usize {
    terminal_size::terminal_size().map_or(COLUMNS, |(width, _)| usize::from(width.0))
}

/// A step in one line, with a bar where the end is known. The last column stays free: a longer line would wrap, and
/// could not be overwritten then.
fn line(step: &Step, columns: usize) -> String {
    let bar =
        step.total.filter(|total| *total > 0.0 && columns >= NARROW).map(|total| bar(step.done / total));
    let (line, room) = (format!("{}{}", bar.unwrap_or_default(), step.message), columns.saturating_sub(1));
    if line.chars().count() <= room {
        return line;
    }
    let shorter: String = line.chars().take(room.saturating_sub(1)).collect();
    format!("{shorter}…").chars().take(room).collect()
}

fn bar(share: f64) -> String {
    let full = (0..BAR).filter(|cell| f64::from(u32::try_from(*cell).unwrap_or(0)) < share * 20.0).count();
    format!("[{:<BAR$}] {:>3.0} %  ", "=".repeat(full), share.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(is_terminal: bool, steps: &[(f64, &str)]) -> String {
        let display = Display::at(Vec::new(), is_terminal.then_some(|| COLUMNS));
        for (done, message) in steps {
            display.show(&Step { done: *done, total: Some(60.0), message: (*message).to_owned() });
        }
        display.clear();
        String::from_utf8(display.to.into_inner().unwrap()).unwrap()
    }

    #[test]
    fn a_terminal_sees_one_line_that_changes_and_goes_away() {
        let text = shown(true, &[(0.0, "Pod abc: PROVISIONING"), (30.0, "Pod abc: STARTING")]);
        assert_eq!(
            text,
            "\r[                    ]   0 %  Pod abc: PROVISIONING\u{1b}[K\
             \r[==========          ]  50 %  Pod abc: STARTING\u{1b}[K\r\u{1b}[K"
        );
    }

    #[test]
    fn a_log_sees_each_message_once() {
        assert_eq!(shown(false, &[(0.0, "a"), (1.0, "a"), (2.0, "b")]), "a\nb\n");
    }

    #[test]
    fn no_line_wraps() {
        let step = Step { done: 90.0, total: Some(60.0), message: "é".repeat(200) };
        for columns in [200, 80, 61, 60, 40, 2, 1, 0] {
            assert_eq!(line(&step, columns).chars().count(), columns.saturating_sub(1), "{columns}");
        }
        assert!(
            line(&step, 80).starts_with("[====================] 100 %") && line(&step, 80).ends_with("é…")
        );
        assert!(line(&step, 40).starts_with('é'), "the message needs the place of the bar");
    }
}
