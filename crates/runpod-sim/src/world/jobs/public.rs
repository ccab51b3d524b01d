//! Public endpoints: models that Runpod runs for everybody, paid by the call.
//!
//! They have no workers that anybody could see and always room for one more job.

use chrono::TimeDelta;
use serde_json::Value;

use crate::clock::Time;
use crate::ids::named;
use crate::world::hub;
use crate::world::jobs::Jobs;
use crate::world::jobs::script::{Outcome, Output, Script};
use crate::world::meter::{Charge, Detail, Meter, Payer, Usage};

/// How long a job waits before it begins.
const DELAY: TimeDelta = TimeDelta::milliseconds(12);

/// Milliseconds that a job may take.
const TIMEOUT: i64 = 600_000;

/// US dollars for a call that does not say what it cost.
const COST: f64 = 0.002;

/// Whether there is a public endpoint of this id that takes jobs.
pub(crate) fn is_live(id: &str) -> bool {
    row(id).is_some_and(|row| row.get("isLive") == Some(&Value::Bool(true)))
}

/// The next instant at which something is due at one of them.
pub(crate) fn next(jobs: &Jobs) -> Option<Time> {
    [jobs.next(), jobs.first_waiting().map(|since| since + DELAY)].into_iter().flatten().min()
}

/// Does what is due until now, from one event to the next.
pub(crate) fn settle(id: &str, jobs: &mut Jobs, meter: &mut Meter, now: Time) {
    while let Some(at) = next(jobs).filter(|at| *at <= now) {
        for (_, job) in jobs.settle(at) {
            if let Some(usage) = jobs.get(&job).and_then(|job| bill(id, job)) {
                meter.record(usage);
            }
        }
        while jobs.first_waiting().is_some_and(|since| since + DELAY <= at) {
            let Some(job) = jobs.take() else { break };
            let plan = script(id).plan(&job.id, &job.request.input, 1.0);
            let limit = job.request.policy.execution_timeout.unwrap_or(TIMEOUT);
            let (job, worker) = (job.id.clone(), named(3, &[id, &job.id], 14));
            jobs.begin(&job, (&worker, at), (plan, limit));
        }
    }
}

fn row(id: &str) -> Option<&'static Value> {
    hub::public_endpoints().iter().find(|row| row.get("aiApiId").is_some_and(|own| own == id))
}

fn script(id: &str) -> Script {
    let metadata = row(id).and_then(|row| row.get("metadata")?.as_str()).unwrap_or_default();
    let metadata: Value = serde_json::from_str(metadata).unwrap_or_default();
    match metadata.get("source").and_then(Value::as_str) {
        Some("language") => Script::Text,
        Some("audio") => Script::Link("audio"),
        Some("video") => Script::Link("video"),
        _ => Script::Link("image"),
    }
}

/// What a job that was done cost, spread over the time that it took.
fn bill(endpoint: &str, job: &super::Job) -> Option<Usage> {
    let Some(Outcome::Output(output)) = job.outcome() else { return None };
    let cost = match output {
        Output::Value(value) => value.get("cost").and_then(Value::as_f64).unwrap_or(COST),
        Output::Made(_) => COST,
    };
    let (from, took) = (job.shift()?.began, job.execution()?.max(1));
    let (payer, charge, id) = (Payer::PublicEndpoint, Charge::Calls, endpoint.to_owned());
    let rate = cost * 3.6e6 / took as f64;
    let to = Some(from + TimeDelta::milliseconds(took));
    Some(Usage { payer, id, charge, rate, from, to, detail: Detail::default() })
}
