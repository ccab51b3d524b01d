//! `stream-job`: what a job hands out while it runs.
//!
//! The runtime hands each piece out once. So a look is never given up half-way or repeated, looking ends when the reply
//! is full, and what was collected is part of the reply whatever ends it.

use std::time::Duration;

use runpod_api::jobs::{Pointer, Report, Window};
use runpod_api::{Deadline, Error};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::JobRef;
use super::shown::{self, Room};
use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef, wait};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// What is asked for where one call has little time: the host holds for 10 s otherwise.
const SHORT_HOLD: Duration = Duration::from_secs(1);
/// A call with less time than this has little.
const LITTLE: Duration = Duration::from_secs(60);
/// Failures in a row that end it.
const FAILURES: u32 = 5;

const LOST: &str = "an answer was lost on its way, and the pieces in it are not handed out again; get-job-output has the \
                    whole output of a worker that returns it too";

pub(super) struct StreamJob;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamJobArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From run-endpoint.
    job_id: IdArg,
    /// Largest reply, 80000 when omitted.
    #[schemars(range(min = 5000))]
    max_bytes: Option<u32>,
}

impl ToolDef for StreamJob {
    type Args = StreamJobArgs;
    const CARD: Card = Card {
        name: "stream-job",
        title: "Stream job",
        about: "Collects what a streaming worker hands out until the job ends; each piece comes once, so calling again \
                goes on.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["streamJob"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: StreamJobArgs) -> Outcome {
        let job = JobRef { endpoint: args.endpoint_id.0, id: args.job_id.0 };
        let budget = wait::budget(cx);
        let stream = Stream {
            cx,
            job,
            room: Room::of(args.max_bytes),
            until: Deadline::after(cx.client.clock(), budget),
            hold: (budget < LITTLE).then_some(SHORT_HOLD),
            collected: Collected::default(),
        };
        stream.run().await
    }
}

/// What was handed out so far.
#[derive(Debug, Default)]
struct Collected {
    pieces: Vec<Value>,
    bytes: usize,
    /// Pieces that came and did not fit.
    lost: u64,
    /// An answer was sent for, and did not get here whole.
    broken: bool,
    last: Option<Report>,
}

impl Collected {
    /// Adds what came.
    fn add(&mut self, mut report: Report) {
        if let Some(shown) = report.shown.take() {
            self.bytes += shown.json.get().len();
            if let Value::Array(pieces) = shown::value(&shown) {
                self.pieces.extend(pieces);
            }
            self.lost += shown
                .rest
                .iter()
                .filter(|rest| rest.path == "/stream")
                .map(|rest| rest.of - rest.from)
                .sum::<u64>();
            self.lost += u64::from(shown.rest.iter().any(|rest| rest.path != "/stream"));
        }
        self.last = Some(report);
    }
}

/// Why collecting ended.
enum End {
    Over,
    Full,
    TimeUp,
    Failed(Error),
}

struct Stream<'a> {
    cx: &'a Cx,
    job: JobRef,
    room: Room,
    until: Deadline,
    hold: Option<Duration>,
    collected: Collected,
}

impl Stream<'_> {
    async fn run(mut self) -> Outcome {
        let end = self.collect().await;
        self.reply(end)
    }

    async fn collect(&mut self) -> End {
        let mut failures = 0;
        loop {
            match self.look().await {
                Ok(report) => {
                    failures = 0;
                    let over = report.is_terminal();
                    self.collected.add(report);
                    self.tell();
                    match self.left() {
                        // The last pieces may come with the end or before it.
                        _ if over => return End::Over,
                        0 => return End::Full,
                        _ => (),
                    }
                }
                Err(error) => {
                    failures += 1;
                    self.collected.broken |= may_have_taken(&error);
                    if failures >= FAILURES || !passes(&error) {
                        return End::Failed(error);
                    }
                }
            }
            if !self.until.allows(PAUSE) {
                return End::TimeUp;
            }
            tokio::select! {
                () = self.cx.leaving.cancelled() => return End::TimeUp,
                () = self.until.clock().sleep(PAUSE) => (),
            }
        }
    }

    async fn look(&self) -> Result<Report, Error> {
        let window = Window { most: self.left(), ..self.room.window(Pointer::default().inside("stream")) };
        self.cx.client.jobs().stream(&self.job.endpoint, &self.job.id, self.hold, &window).await
    }

    /// Bytes that still fit. Little room is none: a piece would be cut.
    fn left(&self) -> usize {
        let whole = self.room.window(Pointer::default()).most;
        let left = whole.saturating_sub(self.collected.bytes);
        if left < whole / 10 || self.collected.lost > 0 { 0 } else { left }
    }

    fn tell(&self) {
        let pieces = self.collected.pieces.len();
        let message = format!("job {}: {pieces} pieces", self.job.id);
        #[expect(clippy::cast_precision_loss, reason = "a count for a progress bar")]
        self.cx.progress.report(pieces as f64, None, message);
    }

    fn reply(self, end: End) -> Outcome {
        let Collected { pieces, lost, broken, last, .. } = self.collected;
        let words = self.job.words();
        if let End::Failed(error) = end {
            let failed = self.job.error(error);
            let failed = if broken { failed.hint(LOST) } else { failed };
            return Err(match pieces.is_empty() {
                true => failed,
                false => failed.fact("stream", pieces).fact("jobId", self.job.id.as_str()),
            });
        }
        let reply = last.as_ref().map_or_else(|| Reply::from(json!({})), shown::whole);
        let reply = reply.with("stream", pieces).at_most(self.room.bytes());
        let reply = match end {
            End::Full => reply.note(format!("the reply is full: stream-job with {words} goes on with what comes next")),
            End::TimeUp => reply.with("pollingTimedOut", true).with(
                "note",
                format!("the time of one call is up and the job goes on: stream-job with {words} collects the rest"),
            ),
            End::Over | End::Failed(_) => reply,
        };
        let reply = reply.notes(broken.then(|| LOST.to_owned()));
        Ok(match lost {
            0 => reply,
            lost => reply.note(format!(
                "{lost} pieces came at once beyond the size of the reply and are not handed out again: call with more \
                 maxBytes or more often; get-job-output has the whole output of a worker that returns it too"
            )),
        })
    }
}

/// Whether it may be gone at the next look. How long Runpod wants to be left alone is for the caller to wait, and an answer
/// that cannot be read took its pieces away: the next one might as well.
fn passes(error: &Error) -> bool {
    wait::passes(error) && !matches!(error, Error::TooFast { .. } | Error::Shape { .. })
}

/// Whether pieces may have been handed out that did not get here.
fn may_have_taken(error: &Error) -> bool {
    matches!(error, Error::Connection { sent: true, .. } | Error::Timeout { sent: true, .. })
}
