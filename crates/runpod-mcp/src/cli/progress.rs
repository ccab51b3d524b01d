//! How far a call is, for whoever sits at stderr: a line that is overwritten by the next one on a terminal, plain
//! lines elsewhere. stdout is left to data.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use crate::tool::progress::Step;

/// Cells of the bar.
const BAR: usize = 20;

/// Longest line, in characters: a longer one could wrap, and cannot be overwritten then.
const WIDTH: usize = 79;

/// Where steps are shown.
#[derive(Debug)]
pub(super) struct Display<W> {
    to: Mutex<W>,
    is_terminal: bool,
    last: Mutex<String>,
}

impl Display<io::Stderr> {
    /// At stderr.
    pub(super) fn at_stderr() -> Self {
        Self::at(io::stderr(), io::stderr().is_terminal())
    }
}

impl<W: Write> Display<W> {
    fn at(to: W, is_terminal: bool) -> Self {
        Self { to: Mutex::new(to), is_terminal, last: Mutex::default() }
    }

    /// Shows a step. If nobody listens, it is lost.
    pub(super) fn show(&self, step: &Step) {
        if self.is_terminal {
            return self.write(&format!("\r{}\u{1b}[K", line(step)));
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
        if self.is_terminal {
            self.write("\r\u{1b}[K");
        }
    }

    fn write(&self, text: &str) {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
    }
}

/// A step in one line, with a bar where the end is known.
fn line(step: &Step) -> String {
    let bar = step.total.filter(|total| *total > 0.0).map(|total| bar(step.done / total));
    format!("{}{}", bar.unwrap_or_default(), step.message).chars().take(WIDTH).collect()
}

fn bar(share: f64) -> String {
    let full = (0..BAR).filter(|cell| f64::from(u32::try_from(*cell).unwrap_or(0)) < share * 20.0).count();
    format!("[{:<BAR$}] {:>3.0} %  ", "=".repeat(full), share.clamp(0.0, 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(is_terminal: bool, steps: &[(f64, &str)]) -> String {
        let display = Display::at(Vec::new(), is_terminal);
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
        assert_eq!(line(&step).chars().count(), WIDTH);
        assert!(line(&step).starts_with("[====================] 100 %"));
    }
}
