//! `get-job-status`: how a job is, with its output; waits here so that nobody has to ask in a loop.

use std::time::Duration;

use runpod_api::Error;
use runpod_api::jobs::{Pointer, Report, Window};
use schemars::JsonSchema;
use serde::Deserialize;

use super::shown::{self, Room};
use super::{JobRef, diagnosis};
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
    job_id: IdArg,
    /// Longest wait for its end in ms.
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
        about: "State, output and error of a job; with wait, as soon as it ends. Says why a job stays IN_QUEUE: cold \
                start, no capacity, or workers that crash.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getJobStatus"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: GetJobStatusArgs) -> Outcome {
        let job = JobRef { endpoint: args.endpoint_id.0, id: args.job_id.0 };
        let room = Room::of(args.max_bytes);
        let window = room.window(Pointer::default().inside("output"));
        let Some(time) = args.wait.and_then(WaitArg::time) else {
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
