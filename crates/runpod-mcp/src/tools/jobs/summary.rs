//! Many jobs in one reply: counts, failures first, and as much of each output as there is room for.
//!
//! Jobs that have ended are asked for once. What was asked for and not answered is told, never guessed; a look that
//! is broken off keeps what it has seen.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use runpod_api::jobs::{Pointer, Report, Window};
use runpod_api::{Error, Id};
use serde_json::{Map, Value, json};

use super::batch::ledger::{Ledger, State};
use super::shown::{self, Room};
use crate::reply::Reply;
use crate::tool::Cx;
use crate::tool::wait::passes;

/// Jobs that are asked for at a time.
const LANES: usize = 16;
/// Jobs that one look of a wait asks for: it has to fit between two of them.
const LOOK: usize = 320;
/// Jobs that one reply shows.
const ROWS: usize = 100;
/// Room for what stands around the output of a job.
const BESIDE: usize = 160;
/// The least room for an output, and for an error.
const LEAST: usize = 200;

/// A job that is summed up.
#[derive(Clone, Debug)]
struct Row {
    job: Id,
    /// Its line in the file, when it comes from a ledger.
    line: Option<usize>,
    /// What was heard last.
    heard: Heard,
    asked: u32,
}

#[derive(Clone, Debug)]
enum Heard {
    Nothing,
    Report(Box<Report>),
    /// There is no such job, or none any more.
    Missing,
    /// The last question went wrong, which may pass.
    Trouble(String),
}

/// The jobs of one endpoint.
#[derive(Debug)]
pub(super) struct Summary {
    endpoint: Id,
    room: Room,
    window: Window,
    rows: Mutex<Vec<Row>>,
    /// Lines of a ledger that are no jobs, by what became of them.
    others: Vec<(&'static str, usize)>,
}

impl Summary {
    pub(super) fn of_ids(endpoint: Id, jobs: Vec<Id>, room: Room) -> Self {
        Self::of(endpoint, jobs.into_iter().map(|job| (None, job)).collect(), room)
    }

    pub(super) fn of_ledger(endpoint: Id, ledger: &Ledger, room: Room) -> Self {
        let jobs = ledger.states().filter_map(|(line, state)| match state {
            State::Submitted(job) => Some((Some(line), job.clone())),
            _ => None,
        });
        let count = |wanted: &State| ledger.states().filter(|(_, state)| *state == wanted).count();
        let others = vec![("linesFailed", count(&State::Failed)), ("linesUnknown", count(&State::Unknown))];
        Self { others, ..Self::of(endpoint, jobs.collect(), room) }
    }

    fn of(endpoint: Id, jobs: Vec<(Option<usize>, Id)>, room: Room) -> Self {
        let shares = jobs.len().clamp(1, ROWS);
        let most = (room.bytes() / shares).saturating_sub(BESIDE).max(LEAST);
        let window = Window { most, ..room.window(Pointer::default().inside("output")) };
        let row = |(line, job)| Row { job, line, heard: Heard::Nothing, asked: 0 };
        let rows = Mutex::new(jobs.into_iter().map(row).collect());
        Self { endpoint, room, window, rows, others: Vec::new() }
    }

    /// Asks for every job that has not ended, within the time of the call.
    ///
    /// # Errors
    /// What is no matter of a single job: the key, the host.
    pub(super) async fn ask_all(&self, cx: &Cx) -> Result<(), Error> {
        let reserve = cx.client.request_timeout() / 6;
        self.ask(cx, usize::MAX, || cx.client.deadline().allows(reserve)).await
    }

    /// Asks for those that have not ended and were not asked for longest.
    ///
    /// # Errors
    /// As [`Summary::ask_all`]; also when not one of them was answered.
    pub(super) async fn look(&self, cx: &Cx) -> Result<(), Error> {
        self.ask(cx, LOOK, || true).await
    }

    async fn ask(&self, cx: &Cx, most: usize, goes_on: impl Fn() -> bool) -> Result<(), Error> {
        let (mut answered, mut trouble) = (false, None);
        for some in self.due(most).chunks(LANES) {
            if !goes_on() {
                return Ok(());
            }
            let asked = some.iter().map(|(at, job)| async move {
                (*at, cx.client.jobs().status(&self.endpoint, job, &self.window).await)
            });
            for (at, heard) in join_all(asked).await {
                match heard {
                    Err(error) if !error.is_missing() && !passes(&error) => return Err(error),
                    Err(error) if !error.is_missing() => {
                        self.heard(at, Heard::Trouble(error.to_string()));
                        trouble = Some(error);
                    }
                    heard => {
                        self.heard(
                            at,
                            heard.map_or(Heard::Missing, |report| Heard::Report(Box::new(report))),
                        );
                        answered = true;
                    }
                }
            }
        }
        trouble.filter(|_| !answered).map_or(Ok(()), Err)
    }

    fn due(&self, most: usize) -> Vec<(usize, Id)> {
        let rows = self.rows();
        let mut due: Vec<_> = rows.iter().enumerate().filter(|(_, row)| !row.is_over()).collect();
        due.sort_by_key(|(_, row)| row.asked);
        due.into_iter().take(most).map(|(at, row)| (at, row.job.clone())).collect()
    }

    fn heard(&self, at: usize, heard: Heard) {
        if let Some(row) = self.rows().get_mut(at) {
            row.heard = heard;
            row.asked += 1;
        }
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn endpoint(&self) -> &Id {
        &self.endpoint
    }

    /// How it stands, and whether all of them have ended.
    pub(super) fn stands(&self) -> (String, bool) {
        let rows = self.rows();
        let over = rows.iter().filter(|row| row.is_over()).count();
        (format!("{over} of {} jobs have ended", rows.len()), over == rows.len())
    }

    /// The first job that waits, if none is at work.
    pub(super) fn stuck(&self) -> Option<Id> {
        let rows = self.rows();
        let is_busy = rows.iter().any(|row| row.status() == "IN_PROGRESS");
        let queued = rows.iter().find(|row| row.status() == "IN_QUEUE").filter(|_| !is_busy);
        queued.map(|row| row.job.clone())
    }

    /// The reply about all of them as they were found.
    pub(super) fn reply(&self) -> Reply {
        let mut rows: Vec<Row> = self.rows().clone();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.status().to_owned()).or_default() += 1;
        }
        let total = rows.len();
        // Stable: lines stay in their order.
        rows.sort_by_key(Row::rank);
        let shown: Vec<Value> = rows.iter().take(ROWS).map(|row| row.shown(total <= ROWS)).collect();
        let mut reply = Reply::from(json!({
            "endpointId": self.endpoint.as_str(), "total": total, "counts": counts,
        }));
        for (name, count) in self.others.iter().filter(|(_, count)| *count > 0) {
            reply = reply.with(name, *count);
        }
        let reply = reply.with("jobs", shown).at_most(self.room.bytes());
        reply.notes(self.remarks(&rows, total))
    }

    fn remarks(&self, rows: &[Row], total: usize) -> Vec<String> {
        let endpoint = &self.endpoint;
        let has = |status: &str| rows.iter().any(|row| row.status() == status);
        let mut remarks = Vec::new();
        if total > ROWS {
            remarks.push(format!(
                "{ROWS} of {total} jobs are shown, without outputs: jobIds with up to {ROWS} ids shows those"
            ));
        }
        if rows.iter().any(Row::is_cut) {
            remarks.push(format!("an output with outputBytes is cut: get-job-output with endpointId {endpoint} and its jobId goes on"));
        }
        if has("NOT_FOUND") {
            remarks.push("NOT_FOUND: results are kept for 30 minutes after the end of a job".to_owned());
        }
        if has("NOT_ASKED") || has("NO_ANSWER") {
            remarks
                .push("NOT_ASKED and NO_ANSWER say nothing about a job: the same call again asks".to_owned());
        }
        remarks
    }
}

impl Row {
    fn status(&self) -> &str {
        match &self.heard {
            Heard::Nothing => "NOT_ASKED",
            Heard::Report(report) => &report.status,
            Heard::Missing => "NOT_FOUND",
            Heard::Trouble(_) => "NO_ANSWER",
        }
    }

    fn is_over(&self) -> bool {
        match &self.heard {
            Heard::Report(report) => report.is_terminal(),
            Heard::Missing => true,
            Heard::Nothing | Heard::Trouble(_) => false,
        }
    }

    /// Failures, then what is open, then what went well.
    fn rank(&self) -> u8 {
        match self.status() {
            "COMPLETED" => 2,
            _ if self.is_over() => 0,
            _ => 1,
        }
    }

    fn is_cut(&self) -> bool {
        matches!(&self.heard, Heard::Report(report) if cut(report).is_some())
    }

    fn shown(&self, with_output: bool) -> Value {
        let mut fields = Map::new();
        fields.extend(self.line.map(|line| ("line".to_owned(), line.into())));
        fields.insert("jobId".to_owned(), self.job.as_str().into());
        fields.insert("status".to_owned(), self.status().into());
        match &self.heard {
            Heard::Report(report) => {
                let error = report.members.iter().find(|(name, _)| name == "error");
                fields.extend(error.map(|(_, error)| ("error".to_owned(), brief(shown::value(error)))));
                if let Some(output) = report.shown.as_ref().filter(|_| with_output) {
                    fields.insert("output".to_owned(), shown::value(output));
                    fields.extend(cut(report).map(|bytes| ("outputBytes".to_owned(), bytes.into())));
                }
            }
            Heard::Trouble(why) => {
                fields.insert("error".to_owned(), brief(why.as_str().into()));
            }
            Heard::Nothing | Heard::Missing => (),
        }
        fields.into()
    }
}

/// How large an output is of which a part was kept.
fn cut(report: &Report) -> Option<u64> {
    report.shown.as_ref().filter(|output| !output.rest.is_empty()).map(|output| output.bytes)
}

/// The beginning of what may be a whole traceback.
fn brief(value: Value) -> Value {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    text.chars().take(LEAST).collect::<String>().into()
}
