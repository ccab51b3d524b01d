//! `get-job-status`: how a job is, with its output; waits here so that nobody has to ask in a loop.

use std::time::Duration;

use runpod_api::Error;
use runpod_api::jobs::{Pointer, Report, Window};
use schemars::JsonSchema;
use serde::Deserialize;

use super::shown::{self, Room};
use super::summary::Summary;
use super::{JobRef, batch, diagnosis};
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::wait::{End, Look, Pace, Wait, WaitArg, Waited};
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

/// Between two looks at a job.
const PACE: Pace = Pace { first: Duration::from_secs(4), most: Duration::from_secs(4) };

pub(super) struct GetJobStatus;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetJobStatusArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From run-endpoint.
    job_id: Option<IdArg>,
    /// Instead: sums up many.
    #[schemars(length(min = 1, max = 100))]
    job_ids: Option<Vec<IdArg>>,
    /// Instead: the file that run-endpoint named.
    ledger: Option<String>,
    /// Longest wait for the end in ms.
    wait: Option<WaitArg>,
    /// Largest reply, 80000 when omitted.
    #[schemars(range(min = 5000))]
    max_bytes: Option<u32>,
}

impl ToolDef for GetJobStatus {
    type Args = GetJobStatusArgs;
    const CARD: Card = Card {
        name: "get-job-status",
        title: "Get job status",
        about: "State, output and error of a job, or of many, failures first; with wait, as soon as it ends. Says why a \
                job stays IN_QUEUE: cold start, no capacity, or workers that crash.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getJobStatus"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: GetJobStatusArgs) -> Outcome {
        let GetJobStatusArgs { endpoint_id: IdArg(endpoint), job_id, job_ids, ledger, wait, max_bytes } =
            args;
        let (wait, room) = (wait.and_then(WaitArg::time), Room::of(max_bytes));
        match (job_id, job_ids, ledger) {
            (Some(IdArg(id)), None, None) => one(cx, JobRef { endpoint, id }, wait, room).await,
            (None, Some(ids), None) => {
                let ids = ids.into_iter().map(|id| id.0).collect();
                many(cx, &Summary::of_ids(endpoint, ids, room), wait).await
            }
            (None, None, Some(name)) => {
                let ledger = batch::read_ledger(cx, &name, &endpoint).await?;
                many(cx, &Summary::of_ledger(endpoint, &ledger, room), wait).await
            }
            (None, None, None) => Err(ToolError::bad_argument("get-job-status: missing `jobId`").hint(JOBS)),
            _ => {
                Err(ToolError::bad_argument("get-job-status: one of `jobId`, `jobIds` and `ledger`")
                    .hint(JOBS))
            }
        }
    }
}

const JOBS: &str = "`jobId` is one job, `jobIds` a list of up to 100, `ledger` the name that run-endpoint with inputsFile \
                    replied";

async fn one(cx: &Cx, job: JobRef, wait: Option<Duration>, room: Room) -> Outcome {
    let window = room.window(Pointer::default().inside("output"));
    let Some(time) = wait else {
        let report = look(cx, &job, &window).await.map_err(|error| job.error(error))?;
        return told(cx, &job, room, report).await;
    };
    let wait = Wait::begin(cx, format!("job {}", job.id), time, PACE);
    let wait = wait.read_by("get-job-status", &[&job.endpoint, &job.id]);
    let (looked_at, through) = (&job, &window);
    let waited = wait.until(|| async move {
        let report = look(cx, looked_at, through).await?;
        Ok(Look { state: report.status.clone(), over: report.is_terminal(), seen: report })
    });
    after(cx, &job, room, waited.await).await
}

/// Many jobs at once. A wait that fails is an error only if nothing was heard at all.
async fn many(cx: &Cx, summary: &Summary, wait: Option<Duration>) -> Outcome {
    summary.ask_all(cx).await?;
    let (_, mut done) = summary.stands();
    let mut waited = None;
    if let Some(time) = wait.filter(|_| !done) {
        let wait = Wait::begin(cx, "batch".to_owned(), time, PACE);
        let ended = wait.until(|| async move {
            summary.look(cx).await?;
            let (state, over) = summary.stands();
            Ok(Look { seen: (), state, over })
        });
        waited = Some(ended.await);
        done = summary.stands().1;
    }
    let mut reply = summary.reply();
    if let Some(job) = summary.stuck() {
        let endpoint = summary.endpoint().clone();
        reply = diagnosis::explain(cx, &JobRef { endpoint, id: job }, reply).await;
    }
    let Some(waited) = waited else { return Ok(reply) };
    let (state, seconds) = (summary.stands().0, waited.after.as_secs());
    let reply = waited.on(reply, done);
    Ok(match done {
        true => reply,
        false => {
            over(reply, format!("{state} after {seconds} s, and the rest goes on: the same call waits on"))
        }
    })
}

async fn look(cx: &Cx, job: &JobRef, window: &Window) -> Result<Report, Error> {
    cx.client.jobs().status(&job.endpoint, &job.id, window).await
}

/// The reply about a job as it was found.
async fn told(cx: &Cx, job: &JobRef, room: Room, report: Report) -> Outcome {
    let reply = shown::fitted(cx, job, room, report.clone()).await?;
    match report.status.as_str() {
        "IN_QUEUE" => Ok(diagnosis::explain(cx, job, reply).await),
        _ => Ok(reply),
    }
}

/// The reply after a wait. A wait that failed is an error: what was seen before says nothing about now.
async fn after(cx: &Cx, job: &JobRef, room: Room, mut waited: Waited<Report>) -> Outcome {
    let (seen, words) = (waited.last.take(), job.words());
    let report = match (&waited.end, seen) {
        (End::Failed(error), seen) => {
            let failed = job.error(error.clone()).fact("jobId", job.id.as_str());
            return Err(match seen {
                Some(seen) => failed.fact("lastStatus", seen.status),
                None => failed,
            });
        }
        (_, Some(report)) => report,
        (_, None) => {
            return Err(ToolError::new("timeout", "no answer about the job came while waiting")
                .status(504)
                .fact("jobId", job.id.as_str())
                .hint(format!("get-job-status with {words} asks again; the job itself goes on")));
        }
    };
    let (state, done, seconds) = (report.status.clone(), report.is_terminal(), waited.after.as_secs());
    let reply = waited.on(told(cx, job, room, report).await?, done);
    Ok(match done {
        true => reply,
        false => over(
            reply,
            format!(
                "still {state} after {seconds} s, and the job goes on: get-job-status with {words} and wait 60000 waits on, \
             cancel-job ends it"
            ),
        ),
    })
}

/// The reply of a wait that ended before its job did.
fn over(reply: Reply, note: String) -> Reply {
    reply.with("pollingTimedOut", true).with("note", note)
}
