//! Where a reading got to, as a cursor.
//!
//! An id with a number names one line, and the API goes on after it. An id that is only a time may be shared by
//! several lines, so the cursor also says how many of them were shown: the next reading asks for that time again and
//! skips so many.

use runpod_api::logs::{Line, Query};

use crate::error::ToolError;

/// Longest cursor that is read.
const LONGEST: usize = 300;
/// Bytes that a count takes in it.
const COUNT: usize = 20;

/// A place in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Of the last line that was read.
    id: Option<String>,
    /// How many lines of that id were read; counted where ids are shared.
    shown: usize,
    /// How many of them are still to be skipped.
    skip: usize,
}

impl Place {
    /// Reads a cursor back.
    pub(super) fn read(cursor: &str) -> Result<Self, ToolError> {
        let bad = || {
            ToolError::bad_argument("`cursor` is not one that this tool gave")
                .hint("pass `cursor` of the previous reply unchanged, or omit it")
        };
        if !is_plain(cursor) {
            return Err(bad());
        }
        let (id, shown) = match cursor.rsplit_once('~') {
            Some((id, shown)) => (id, shown.parse().map_err(|_| bad())?),
            None => (cursor, 0),
        };
        Ok(Self { id: Some(id.to_owned()), shown, skip: shown })
    }

    /// What to ask the API for.
    pub(super) fn query(&self) -> Query {
        match self.shown {
            0 => Query { after: self.id.clone(), ..Query::default() },
            _ => Query { since: self.id.clone(), ..Query::default() },
        }
    }

    /// Whether a line was read before the cursor was given.
    pub(super) fn has_passed(&mut self, line: &Line) -> bool {
        let is_known = self.skip > 0 && name(line) == self.id.as_deref();
        self.skip -= usize::from(is_known);
        is_known
    }

    /// Goes on behind a line.
    pub(super) fn pass(&mut self, line: &Line) {
        let Some(id) = name(line) else { return };
        let is_shared = !id.contains('/');
        self.shown = match is_shared {
            true if self.id.as_deref() == Some(id) => self.shown + 1,
            true => 1,
            false => 0,
        };
        self.id = Some(id.to_owned());
    }

    /// The cursor; none before the first line.
    pub(super) fn cursor(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        Some(match self.shown {
            0 => id.clone(),
            shown => format!("{id}~{shown}"),
        })
    }
}

/// What a line is known by: its id, or its time where it has none. What no cursor could carry is no name.
fn name(line: &Line) -> Option<&str> {
    let plain = |name: &&str| is_plain(name) && name.len() + COUNT <= LONGEST && !name.contains('~');
    line.id.as_deref().or(line.at.as_deref()).filter(plain)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(id: &str) -> Line {
        Line { id: Some(id.to_owned()), ..Line::default() }
    }

    /// What a host gives that follows the query as the API documents it.
    fn answered(log: &[String], query: &Query) -> Vec<(usize, Line)> {
        let from = match (&query.after, &query.since) {
            (Some(after), _) => log.iter().rposition(|id| id <= after).map_or(0, |at| at + 1),
            (None, Some(since)) => log.iter().position(|id| id >= since).unwrap_or(log.len()),
            (None, None) => 0,
        };
        log.iter().enumerate().skip(from).map(|(at, id)| (at, line(id))).collect()
    }

    proptest! {
        #[test]
        fn readings_in_pieces_are_one_reading(
            steps in prop::collection::vec(0..2u32, 1..30), numbered in any::<bool>(),
            pieces in prop::collection::vec(1..6usize, 1..30),
        ) {
            let mut second = 0;
            let ids = steps.iter().enumerate().map(|(at, step)| {
                second += step;
                let time = format!("2026-08-01T00:{second:02}:00Z");
                if numbered { format!("{time}/{at:012}") } else { time }
            });
            let log: Vec<String> = ids.collect();
            let (mut place, mut read) = (Place::default(), Vec::new());
            for piece in pieces {
                let mut left = piece;
                for (at, line) in answered(&log, &place.query()) {
                    if left > 0 && !place.has_passed(&line) {
                        place.pass(&line);
                        read.push(at);
                        left -= 1;
                    }
                }
                place = Place::read(&place.cursor().unwrap()).unwrap();
            }
            prop_assert_eq!(&read, &(0..read.len()).collect::<Vec<_>>());
        }

        #[test]
        fn no_text_makes_a_cursor_that_a_header_cannot_carry(cursor in "\\PC{0,40}|[ -~\r\n\t]{0,400}") {
            if let Ok(place) = Place::read(&cursor) {
                prop_assert_eq!(place.cursor(), Some(cursor.clone()));
                prop_assert!(cursor.bytes().all(|b| b.is_ascii_graphic()));
            }
        }
    }
}
