//! What the containers of an account printed: one bounded log for each Pod and each worker, by its id.
//!
//! A line has the instant at which it is printed, which may lie ahead: a boot or a job writes all its lines when it
//! begins. Whoever reads says what the time is and sees none that is still to come; what was to be printed by
//! something that ended early is [forgotten](Log::forget_after). The number of a line never changes once it can
//! be seen, so it is a place to continue from.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Time;

/// How many lines of a log are kept; as many as a reader may ask for (`tail` in the contract).
const KEPT: usize = 5000;

/// `LogSource` of the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// What the program in the container printed.
    #[default]
    Container,
    /// What the host said about the container.
    System,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Time,
    pub(crate) source: Source,
    pub(crate) text: String,
}

/// The lines of one Pod or worker, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    lines: VecDeque<Line>,
    /// How many lines were dropped before the first one kept.
    gone: u64,
}

/// The logs of an account, by the id of the Pod or worker.
#[derive(Debug, Default)]
pub(crate) struct Logs(BTreeMap<String, Log>);

impl Log {
    /// Prints a line, behind all that are not later than it.
    pub(crate) fn write(&mut self, at: Time, source: Source, text: impl Into<String>) {
        let place = self.lines.partition_point(|line| line.at <= at);
        self.lines.insert(place, Line { at, source, text: text.into() });
        if self.lines.len() > KEPT {
            self.lines.pop_front();
            self.gone += 1;
        }
    }

    /// Takes back what was still to be printed.
    pub(crate) fn forget_after(&mut self, now: Time) {
        let place = self.lines.partition_point(|line| line.at <= now);
        self.lines.truncate(place);
    }

    /// The lines printed so far, each with its number, counted from 1 since the log began.
    pub(crate) fn until(&self, now: Time) -> impl DoubleEndedIterator<Item = (u64, &Line)> {
        let first = self.gone;
        let numbered = self.lines.iter().enumerate();
        let seen = self.lines.partition_point(|line| line.at <= now);
        numbered.take(seen).map(move |(place, line)| (first + place as u64 + 1, line))
    }

    /// The number of the last line printed so far; none has 0.
    pub(crate) fn last(&self, now: Time) -> u64 {
        self.until(now).next_back().map_or(self.gone, |(number, _)| number)
    }

    /// When the next line is printed, as far as that is known.
    pub(crate) fn next_after(&self, now: Time) -> Option<Time> {
        self.lines.get(self.lines.partition_point(|line| line.at <= now)).map(|line| line.at)
    }
}

impl Logs {
    /// The log of a Pod or worker, once it has one.
    pub(crate) fn of(&self, id: &str) -> Option<&Log> {
        self.0.get(id)
    }

    /// The log of a Pod or worker, begun when there is none.
    pub(crate) fn open(&mut self, id: &str) -> &mut Log {
        self.0.entry(id.to_owned()).or_default()
    }

    /// Throws a log away with what printed it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(second: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn log(seconds: &[i64]) -> Log {
        let mut log = Log::default();
        seconds.iter().for_each(|second| log.write(at(*second), Source::Container, second.to_string()));
        log
    }

    fn seen(log: &Log, now: i64) -> Vec<(u64, &str)> {
        log.until(at(now)).map(|(number, line)| (number, line.text.as_str())).collect()
    }

    #[test]
    fn lines_are_seen_in_the_order_of_their_time_and_none_before_it() {
        let log = log(&[1, 9, 5]);
        assert_eq!(seen(&log, 0), []);
        assert_eq!(seen(&log, 5), [(1, "1"), (2, "5")]);
        assert_eq!(seen(&log, 9), [(1, "1"), (2, "5"), (3, "9")]);
        assert_eq!((log.next_after(at(5)), log.next_after(at(9))), (Some(at(9)), None));
    }

    #[test]
    fn what_was_still_to_come_can_be_taken_back() {
        let mut log = log(&[1, 5, 9]);
        log.forget_after(at(5));
        log.write(at(6), Source::System, "stopped");
        assert_eq!(seen(&log, 100), [(1, "1"), (2, "5"), (3, "stopped")]);
    }

    #[test]
    fn a_full_log_drops_the_oldest_line_and_keeps_the_numbers() {
        let mut log = log(&[]);
        (0..5002).for_each(|n| log.write(at(n), Source::Container, n.to_string()));
        assert_eq!(seen(&log, 9999).first(), Some(&(3, "2")));
        assert_eq!(log.until(at(9999)).next_back().map(|(number, _)| number), Some(5002));
    }
}
