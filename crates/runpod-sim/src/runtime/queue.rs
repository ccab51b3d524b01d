//! `/{endpointId}/...` of endpoints that have a queue, and of public ones.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::hold::{Awaited, Hold};
use super::{Call, Routes};
use crate::answer::Answer;
use crate::refusal::Refusal;
use crate::world::Visit;
use crate::world::endpoints::fleet;
use crate::world::jobs::{Job, Mode, Status};

/// Milliseconds that `runsync` and `stream` wait when nobody says so.
const WAIT_SYNC: i64 = 90_000;
const WAIT_STREAM: i64 = 10_000;

pub(super) const ROUTES: Routes = &[
    ("runJob", run),
    ("runJobSync", run_sync),
    ("getJobStatus", status),
    ("streamJob", stream),
    ("cancelJob", cancel),
    ("retryJob", retry),
    ("purgeQueue", purge),
    ("getEndpointHealth", health),
    ("listJobs", list),
];

/// `JobTicket` of the contract.
#[derive(Serialize)]
struct Ticket<'a> {
    id: &'a str,
    status: Status,
}

fn run(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, new) = (call.param("endpointId")?, call.read()?);
    let id = call.visit.submit(endpoint, new, Mode::Later)?;
    // Even if a worker takes it at once, it was queued first.
    Answer::ok(&Ticket { id: &id, status: Status::InQueue })
}

fn run_sync(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, new, asked) = (call.param("endpointId")?, call.read()?, wait(call)?);
    let id = call.visit.submit(endpoint, new, Mode::Now(asked))?;
    let wait = asked.unwrap_or(TimeDelta::milliseconds(WAIT_SYNC));
    Ok(Answer::held(Hold::new((endpoint, &id), Awaited::End, (call.visit.now, wait))))
}

fn status(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, id) = job_of(call)?;
    if let Some(ttl) = millis(call, "ttl")? {
        call.visit.keep_job(endpoint, id, ttl)?;
    }
    tell(&mut call.visit, endpoint, id)
}

fn stream(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, id) = job_of(call)?;
    call.visit.job(endpoint, id)?;
    let wait = wait(call)?.unwrap_or(TimeDelta::milliseconds(WAIT_STREAM));
    Ok(Answer::held(Hold::new((endpoint, id), Awaited::Chunks, (call.visit.now, wait))))
}

fn cancel(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, id) = job_of(call)?;
    let status = call.visit.cancel_job(endpoint, id)?;
    Answer::ok(&Ticket { id, status })
}

fn retry(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, id) = job_of(call)?;
    call.visit.retry_job(endpoint, id)?;
    Answer::ok(&Ticket { id, status: Status::InQueue })
}

fn purge(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let removed = call.visit.purge_queue(call.param("endpointId")?)?;
    Answer::ok(&json!({ "removed": removed, "status": "completed" }))
}

fn health(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let endpoint = call.param("endpointId")?;
    let jobs = call.visit.jobs(endpoint)?;
    let (counts, working, waiting) = (jobs.counts, jobs.at_work(), jobs.waiting());
    let (idle, running) = workers(&call.visit, endpoint, working);
    Answer::ok(&json!({
        "jobs": {
            "completed": counts.completed, "failed": counts.failed, "inProgress": working,
            "inQueue": waiting, "retried": counts.retried,
        },
        "workers": { "idle": idle, "running": running },
    }))
}

/// What waits and what is at work, without outputs.
fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let jobs = call.visit.jobs(call.param("endpointId")?)?;
    let open = jobs.all().filter(|job| !job.status().is_terminal());
    let requests: Vec<_> = open.map(|job| job.told().whole()).collect();
    Answer::ok(&json!({ "requests": requests }))
}

/// A job as it is now.
pub(super) fn tell(visit: &mut Visit<'_>, endpoint: &str, id: &str) -> Result<Answer, Refusal> {
    let told = visit.job(endpoint, id)?.told();
    match told.made() {
        Some(made) => Ok(Answer::made(told.around(made))),
        None => Answer::ok(&told.whole()),
    }
}

/// The chunks that nobody was given yet.
pub(super) fn drain(visit: &mut Visit<'_>, endpoint: &str, id: &str) -> Result<Answer, Refusal> {
    let now = visit.now;
    let job: &mut Job = visit.job(endpoint, id)?;
    let status = job.status();
    let chunk = |output: &Value| Map::from_iter([("output".to_owned(), output.clone())]);
    let stream: Vec<_> = job.drain(now).iter().map(|(_, output)| chunk(output)).collect();
    Answer::ok(&json!({ "status": status, "stream": stream }))
}

/// Idle and running workers; a public endpoint has as many as it has jobs.
fn workers(visit: &Visit<'_>, endpoint: &str, working: usize) -> (usize, usize) {
    let Some(found) = visit.account.endpoints.get(endpoint) else { return (0, working) };
    let crashes = visit.crashes(found);
    let count = |status| {
        let of = |worker: &fleet::Worker| worker.status(found.kind, crashes, visit.now);
        found.fleet.workers.iter().filter(|worker| of(worker) == status).count()
    };
    (count(fleet::Status::Idle), count(fleet::Status::Running))
}

fn job_of<'c>(call: &Call<'c>) -> Result<(&'c str, &'c str), Refusal> {
    Ok((call.param("endpointId")?, call.param("jobId")?))
}

fn wait(call: &Call<'_>) -> Result<Option<TimeDelta>, Refusal> {
    millis(call, "wait")
}

/// A span of the query; that it is a number was checked against the contract.
fn millis(call: &Call<'_>, name: &str) -> Result<Option<TimeDelta>, Refusal> {
    let Some(text) = call.asked(name) else { return Ok(None) };
    let unfit =
        |_| Refusal::unfit(vec![format!("parameter '{name}': '{text}' is no number of milliseconds")]);
    let millis: u32 = text.parse().map_err(unfit)?;
    Ok(Some(TimeDelta::milliseconds(i64::from(millis))))
}
