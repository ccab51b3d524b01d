//! Logs of Pods and workers: lines as they come, over server-sent events. REST v2 only.
//!
//! A log has no end: the connection stays open, and new lines come when they are written. So whoever reads says for
//! how long. Lines are what a stranger's container wrote; nothing here judges or cleans them.

use std::time::Duration;

use http::Method;
use serde::Deserialize;

use crate::check;
use crate::client::Outcome;
use crate::op::{Op, Part};
use crate::query::Pairs;
use crate::sse::{Decoder, Event};
use crate::wire::{Reading, Request, Terms, Wire};
use crate::word::Word;

pub(crate) static POD: Op = Op::v2("getPodLogs", Method::GET, "/pods/{id}/logs");
pub(crate) static WORKER: Op =
    Op::v2("getWorkerLogs", Method::GET, "/serverless/{id}/workers/{workerId}/logs");

/// Most bytes that one reading takes from the wire.
const MOST: u64 = 64 * 1024 * 1024;
/// Most lines of history that can be asked for.
const TAIL: u32 = 5000;

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program in the container.
    Container,
    /// Runpod: pulling, creating, starting, stopping.
    System,
}

impl Word for Source {
    const ALL: &'static [Self] = &[Self::Container, Self::System];

    fn as_str(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::System => "system",
        }
    }
}

/// Which lines. Of `after`, `since` and `tail` the API follows the first that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Of one source only; of both unless said.
    pub source: Option<Source>,
    /// Only what came after the line of this id ([`Line::id`]).
    pub after: Option<String>,
    /// Only what was written since then, RFC 3339.
    pub since: Option<String>,
    /// So many of the latest lines before the new ones, 0 to 5000; 100 unless said.
    pub tail: Option<u32>,
}

impl Query {
    fn pairs(&self) -> Outcome<Vec<(&'static str, String)>> {
        // No `..`: a new field of `Query` is placed here. `after` is a header.
        let Self { source, after: _, since, tail } = self;
        check::within("tail", *tail, 0..=TAIL)?;
        let pairs = Pairs::default()
            .set("source", source.map(Word::as_str))
            .set("tail", *tail)
            .set("since", check::moment("since", since.as_deref())?);
        Ok(pairs.into_vec())
    }
}

/// One line of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Where it stands in the log, to go on after it; not every host says it.
    pub id: Option<String>,
    /// When it was written, RFC 3339, as the API says it; absent from what is not in the contract's shape.
    pub at: Option<String>,
    /// `container` or `system`, as the API says it.
    pub source: Option<String>,
    /// What was written, by whomever: never to be trusted.
    pub text: String,
    /// It was longer than 1 MiB, and is cut there.
    pub cut: bool,
    /// It was not UTF-8; what was not stands as U+FFFD.
    pub repaired: bool,
}

/// The shape of the contract.
#[derive(Deserialize)]
struct Said {
    ts: Option<String>,
    source: Option<String>,
    line: String,
}

impl From<Event> for Line {
    fn from(event: Event) -> Self {
        let Event { id, data, cut, repaired } = event;
        match said(&data, cut) {
            Some(Said { ts, source, line }) => Self { id, at: ts, source, text: line, cut, repaired },
            None => Self { id, text: data, cut, repaired, ..Self::default() },
        }
    }
}

/// The parts of an event. One that was cut is missing the end of its JSON: the text stands last in it.
fn said(data: &str, cut: bool) -> Option<Said> {
    let whole = serde_json::from_str(data).ok();
    if whole.is_some() || !cut {
        return whole;
    }
    // An escape may be cut too; the longest is a pair of `\uXXXX`.
    let shorter = |less| data.get(..data.len().checked_sub(less)?);
    (0..12).filter_map(shorter).find_map(|text| serde_json::from_str(&format!("{text}\"}}")).ok())
}

/// An open log.
#[derive(Debug)]
pub struct Log {
    reading: Reading,
    decoder: Decoder,
}

impl Log {
    /// Opens a log for this long.
    pub(crate) async fn open(
        wire: &Wire,
        op: &'static Op,
        parts: &[Part<'_>],
        (query, time): (&Query, Duration),
    ) -> Outcome<Self> {
        let terms = Terms::events(time, MOST, query.after.clone());
        let request = Request { parts, query: query.pairs()?, body: None::<&()> };
        let reading = wire.open(op, request, terms).await?;
        match reading.media_type().as_str() {
            "text/event-stream" => Ok(Self { reading, decoder: Decoder::default() }),
            other => {
                let other = if other.is_empty() { "of no type" } else { other };
                Err(reading.shape(format!("it is {other:.40}, a stream of events was expected")))
            }
        }
    }

    /// The next line; `None` when the host ended the stream, which a running container's does not do by itself.
    /// May be dropped while it waits: no line is lost by that.
    ///
    /// # Errors
    /// [`crate::Error::Timeout`] when the time is over, which is how reading a log usually ends; [`crate::Error::Connection`] when
    /// the stream broke; [`crate::Error::TooLarge`] when 64 MiB were read. The lines before it count in each case.
    pub async fn next(&mut self) -> Outcome<Option<Line>> {
        loop {
            if let Some(event) = self.decoder.next() {
                return Ok(Some(event.into()));
            }
            match self.reading.chunk().await? {
                Some(bytes) => self.decoder.feed(&bytes),
                None => return Ok(None),
            }
        }
    }

    /// Whether a line has begun to arrive and has not ended. It is not handed out.
    #[must_use]
    pub fn is_amid_line(&self) -> bool {
        self.decoder.is_amid()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sse;

    fn line(data: &str, cut: bool) -> Line {
        Event { id: None, data: data.to_owned(), cut, repaired: false }.into()
    }

    #[test]
    fn what_is_not_in_the_shape_of_the_contract_is_kept_as_it_came() {
        for raw in ["42", "null", "", "plain text", "[1]", r#"{"line":7}"#, r#"{"message":"x"}"#] {
            assert_eq!(line(raw, false), Line { text: raw.to_owned(), ..Line::default() });
        }
        let least = line(r#"{"line":"x","later":true}"#, false);
        assert_eq!(least, Line { text: "x".to_owned(), ..Line::default() });
    }

    proptest! {
        #[test]
        fn a_line_that_is_cut_anywhere_in_its_text_keeps_its_time_and_its_beginning(
            text in "[a\"\\\\\n\u{1}ß😀]{1,30}", at in any::<prop::sample::Index>()
        ) {
            let head = r#"{"ts":"2026-08-01T00:00:00Z","source":"container","line":""#;
            let text = serde_json::to_string(&text).unwrap();
            let inner = &text[1..text.len() - 1];
            let cut = (0..=at.index(inner.len() + 1)).rev().find(|at| inner.is_char_boundary(*at)).unwrap();
            let line = line(&format!("{head}{}", &inner[..cut]), true);
            prop_assert_eq!(line.source.as_deref(), Some("container"));
            prop_assert!(serde_json::from_str::<String>(&text).unwrap().starts_with(&line.text));
        }
    }

    #[test]
    fn the_longest_event_is_closed_as_well() {
        let mut decoder = Decoder::default();
        decoder.feed(br#"data: {"ts":"t","source":"system","line":""#);
        decoder.feed(&vec![b'x'; 5_000_000]);
        decoder.feed(b"\"}\n\n");
        let line = Line::from(decoder.next().unwrap());
        assert!(line.cut && line.at.as_deref() == Some("t") && line.text.len() > sse::MOST - 60);
    }
}
