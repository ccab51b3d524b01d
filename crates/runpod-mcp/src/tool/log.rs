//! Reading a log for a while: how the two log tools do it.
//!
//! A log has no end, so a reading has bounds: lines, bytes and time, whichever comes first. What it read is told
//! with a cursor, from which the next reading goes on without a gap or a repeat. What is in a line is data of
//! whoever wrote it.

mod line;
mod place;
mod sift;

use std::time::Duration;

use runpod_api::Error;
use runpod_api::logs::{Line, Log, Query, Source};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::Cx;
use place::Place;
use sift::{Basket, Sieve};

/// Longest time of a reading when the call does not say.
const WAIT: u32 = 5000;
/// How long a log may be silent after a line before a reading without a stated time ends.
const SILENCE: Duration = Duration::from_secs(1);
/// Lines shown when the call does not say.
const LINES: u32 = 500;
/// Bytes of lines shown when the call does not say; with what is around them a reply keeps its usual size.
const BYTES: u32 = 70_000;

/// Arguments of a reading.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Window {
    /// Both when omitted.
    source: Option<Sources>,
    /// History lines, 100 when omitted.
    #[schemars(range(max = 5000))]
    tail: Option<u32>,
    /// RFC 3339.
    since: Option<String>,
    /// From the previous reply.
    cursor: Option<String>,
    /// Default 5000.
    #[schemars(range(min = 500, max = 30_000))]
    max_wait_ms: Option<u32>,
    /// Of lines shown, 500 when omitted.
    #[schemars(range(min = 1, max = 5000), extend("x-unlisted" = true))]
    max_lines: Option<u32>,
    /// Of lines shown, 70000 when omitted; a line of the longest text still fits in the least.
    #[schemars(range(min = 8000, max = 262_144), extend("x-unlisted" = true))]
    max_bytes: Option<u32>,
    /// Regex.
    grep: Option<String>,
    /// Errors first.
    errors_first: Option<bool>,
}

/// Who wrote the lines.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Sources {
    Container,
    System,
    Both,
}

impl Window {
    /// Where and what to read.
    ///
    /// # Errors
    /// `bad_argument` for a cursor that no log gave and for a pattern that is none.
    pub(crate) fn plan(self) -> Result<Plan, ToolError> {
        let Self { source, tail, since, cursor, max_wait_ms, max_lines, max_bytes, grep, errors_first } =
            self;
        let source = match source {
            Some(Sources::Container) => Some(Source::Container),
            Some(Sources::System) => Some(Source::System),
            // The API knows no word for both: it is what it gives when nothing is said.
            Some(Sources::Both) | None => None,
        };
        let place = cursor.as_deref().map(Place::read).transpose()?;
        let query = match &place {
            Some(place) => Query { source, ..place.query() },
            None => Query { source, since, tail, after: None },
        };
        let bytes = max_bytes.unwrap_or(BYTES) as usize;
        Ok(Plan {
            query,
            place,
            time: Duration::from_millis(max_wait_ms.unwrap_or(WAIT).into()),
            patience: max_wait_ms.is_none().then_some(SILENCE),
            sieve: Sieve::new(grep.as_deref(), errors_first.unwrap_or(false))?,
            lines: max_lines.unwrap_or(LINES) as usize,
            bytes,
        })
    }
}

/// What a reading is to be.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) query: Query,
    /// Longest time, head of the stream included.
    pub(crate) time: Duration,
    place: Option<Place>,
    /// Longest silence after a line, where the time was not stated.
    patience: Option<Duration>,
    sieve: Sieve,
    lines: usize,
    bytes: usize,
}

/// Why a reading ended.
#[derive(Debug)]
enum End {
    /// The time is over.
    Time,
    /// No line came for a while.
    Silence,
    /// As many lines or bytes as were to be shown.
    Full,
    /// The client is leaving.
    Left,
    /// The host ended the stream.
    Closed,
    /// The stream broke, and how.
    Broken(Error),
}

impl End {
    fn word(&self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Silence => "silence",
            Self::Full => "full",
            Self::Left => "left",
            Self::Closed => "closed",
            Self::Broken(_) => "broken",
        }
    }
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    basket: Basket,
    place: Place,
    end: End,
    amid_line: bool,
    bytes: usize,
}

impl Plan {
    /// Whether it goes on from a place that the caller named, where silence is nothing to explain.
    pub(crate) fn goes_on(&self) -> bool {
        self.query.after.is_some() || self.query.since.is_some()
    }

    /// Reads an open log until one of the bounds is met. Whatever was read before a failure counts.
    pub(crate) async fn read(self, mut log: Log, cx: &Cx) -> Read {
        let Self { place, time, patience, sieve, lines, bytes, .. } = self;
        let mut place = place.unwrap_or_default();
        let mut basket = Basket::new(sieve, (lines, bytes));
        let (begun, mut count) = (cx.client.clock().now(), 0_usize);
        let end = loop {
            let line = match next(&mut log, cx, patience.filter(|_| basket.has_begun())).await {
                Ok(line) => line,
                Err(end) => break end,
            };
            if place.has_passed(&line) {
                continue;
            }
            if !basket.has_room_for(&line) {
                break End::Full;
            }
            place.pass(&line);
            basket.put(&line);
            if basket.is_full() {
                break End::Full;
            }
            count += 1;
            let passed = cx.client.clock().now().saturating_sub(begun).as_secs_f64();
            cx.progress.report(passed, Some(time.as_secs_f64()), format!("{count} lines read"));
        };
        Read { basket, place, end, amid_line: log.is_amid_line(), bytes }
    }
}

/// The next line, or why there is none.
async fn next(log: &mut Log, cx: &Cx, patience: Option<Duration>) -> Result<Line, End> {
    let silence = async {
        match patience {
            Some(patience) => cx.client.clock().sleep(patience).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        next = log.next() => match next {
            Ok(Some(line)) => Ok(line),
            Ok(None) => Err(End::Closed),
            Err(Error::Timeout { .. }) => Err(End::Time),
            Err(error) => Err(End::Broken(error)),
        },
        () = silence => Err(End::Silence),
        () = cx.leaving.cancelled() => Err(End::Left),
    }
}

/// The error of a log that did not open.
pub(crate) fn unopened(error: Error) -> ToolError {
    let is_late = matches!(error, Error::Timeout { .. });
    let told = ToolError::from(error);
    match is_late {
        true => {
            told.hint("the log did not open in time; call again with a larger `maxWaitMs`, nothing is lost")
        }
        false => told,
    }
}

impl Read {
    /// Whether there was no line at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.basket.has_begun()
    }

    /// The reply: lines, how many of them, why it ended and where to go on.
    pub(crate) fn reply(self) -> Reply {
        let Self { basket, place, end, amid_line, bytes } = self;
        let (cut, repaired) = (basket.cut, basket.repaired);
        let (items, other, left_out) = basket.shown();
        let mut reply = Reply::from(json!({
            "items": items, "count": items.len(), "truncated": matches!(end, End::Full) || left_out > 0,
            "ended": end.word(), "cursor": place.cursor(),
        }))
        .at_most(bytes + 10_000);
        for (name, count) in [("withoutMatch", other), ("leftOut", left_out)] {
            if count > 0 {
                reply = reply.with(name, Value::from(count));
            }
        }
        let broke = match end {
            End::Broken(error) => {
                Some(format!("the stream broke ({error}): call again with `cursor` for the rest"))
            }
            End::Closed => Some("Runpod ended the stream, as it does when what wrote it is gone".to_owned()),
            _ => None,
        };
        let said = |count: usize, what: &str| (count > 0).then(|| format!("{count} lines {what}"));
        let half = amid_line
            .then(|| "a line that had begun to arrive is not shown; the next reading has it".to_owned());
        let notes = [
            broke,
            half,
            said(cut, "were too long and are cut"),
            said(repaired, "were not UTF-8; U+FFFD stands for what was not"),
        ];
        reply.notes(notes.into_iter().flatten())
    }
}
