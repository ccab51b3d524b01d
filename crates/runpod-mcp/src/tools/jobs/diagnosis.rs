//! Why a job waits: one most likely cause, read from the workers of its endpoint, and the next call to make.
//!
//! A crash loop and a lack of capacity look alike from the queue and call for opposite things, so the first never goes
//! by the name of the second. Only a help: it is bounded in time, remembered for a moment, and its failure is silent.

use runpod_api::Id;
use runpod_api::endpoints::{Endpoint, Worker};
use serde::Deserialize;
use serde_json::{Value, json};

use super::JobRef;
use crate::reply::Reply;
use crate::tool::Cx;

/// Workers that are named.
const NAMED: usize = 3;

/// Workers by state, as the API counts them.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Summary {
    total: u64,
    running: u64,
    idle: u64,
    initializing: u64,
    throttled: u64,
    unhealthy: u64,
}

/// The reply about a queued job with what is known of the workers it waits for.
pub(super) async fn explain(cx: &Cx, job: &JobRef, reply: Reply) -> Reply {
    let found = match recent(cx, &job.endpoint) {
        Some(found) => Some(found),
        None => look(cx, &job.endpoint).await,
    };
    let Some(Value::Object(found)) = found else { return reply };
    found.into_iter().fold(reply, |reply, (name, value)| reply.with(&name, value))
}

fn key(endpoint: &Id) -> String {
    format!("workers of {endpoint}")
}

fn recent(cx: &Cx, endpoint: &Id) -> Option<Value> {
    cx.recent.get(&key(endpoint), cx.client.clock().now())
}

/// Within 5 s, with the usual timeout of requests.
async fn look(cx: &Cx, endpoint: &Id) -> Option<Value> {
    let patience = cx.client.request_timeout() / 6;
    let found = tokio::select! {
        biased;
        found = diagnose(cx, endpoint) => found,
        () = cx.client.clock().sleep(patience) => None,
    }?;
    cx.recent.keep(&key(endpoint), found.clone(), cx.client.clock().now());
    Some(found)
}

/// Nothing where the workers cannot be listed, as on REST v1, or are not counted.
async fn diagnose(cx: &Cx, endpoint: &Id) -> Option<Value> {
    let listing = cx.client.endpoints().workers(endpoint).await.ok()?;
    let (_, raw) = listing.siblings().find(|(name, _)| *name == "summary")?;
    let summary: Summary = serde_json::from_str(raw).ok()?;
    let workers: Vec<Worker> = listing.views().unwrap_or_default();
    let (cause, hint) = match Suspicion::of(&summary) {
        Suspicion::CrashLoop => ("crash_loop", crash_loop(endpoint, &summary, &workers)),
        Suspicion::NoCapacity => ("no_capacity", no_capacity(endpoint, &summary)),
        Suspicion::ColdStart => ("cold_start", cold_start(endpoint, &summary)),
        Suspicion::NoWorker => {
            let settings = cx.client.endpoints().get(endpoint).await.ok();
            no_worker(endpoint, settings.as_ref().map(|settings| &settings.view))
        }
        Suspicion::BusyOrCrashing => {
            let health = cx.client.jobs().health(endpoint).await.ok();
            busy_or_crashing(endpoint, &summary, health.map(|health| health.view.jobs.in_progress))
        }
    };
    let counts: Value = serde_json::from_str(raw).ok()?;
    Some(json!({"workerHealth": counts, "cause": cause, "hint": hint}))
}

/// What the counts alone say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspicion {
    CrashLoop,
    NoWorker,
    NoCapacity,
    ColdStart,
    /// Workers are up and the job waits all the same.
    BusyOrCrashing,
}

impl Suspicion {
    fn of(summary: &Summary) -> Self {
        match summary {
            Summary { unhealthy: 1.., .. } => Self::CrashLoop,
            Summary { total: 0, .. } => Self::NoWorker,
            Summary { throttled: 1.., running: 0, idle: 0, initializing: 0, .. } => Self::NoCapacity,
            Summary { initializing: 1.., running: 0, idle: 0, .. } => Self::ColdStart,
            _ => Self::BusyOrCrashing,
        }
    }
}

fn crash_loop(endpoint: &Id, summary: &Summary, workers: &[Worker]) -> String {
    let ill: Vec<&str> = workers.iter().filter(|w| w.status == "UNHEALTHY").map(|w| w.id.as_str()).collect();
    let named = ill.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let first = ill.first().copied().unwrap_or("of one of them");
    let Summary { unhealthy, total, .. } = summary;
    format!(
        "the job stays IN_QUEUE because containers crash over and over, not for lack of capacity: {unhealthy} of {total} \
         workers are UNHEALTHY ({named}). Read why with stream-worker-logs, endpointId {endpoint} and workerId {first}, \
         then repair the image, its start command or env with update-endpoint"
    )
}

fn no_worker(endpoint: &Id, settings: Option<&Endpoint>) -> (&'static str, String) {
    let most = settings.and_then(|settings| settings.workers.max);
    if most == Some(0) {
        let hint = format!(
            "no worker may run: workersMax of the endpoint is 0 (Runpod sets it to 0 on endpoints that were not used for \
             a week). update-endpoint with endpointId {endpoint} and workersMax 1 or more lets the job start"
        );
        return ("no_workers_allowed", hint);
    }
    let gpus = settings.and_then(|settings| settings.gpu.as_ref());
    let narrowed =
        gpus.is_some_and(|gpu| gpu.min_cuda_version.is_some() || !gpu.allowed_cuda_versions.is_empty());
    let cuda = if narrowed {
        "its CUDA versions are limited, which few hosts may meet"
    } else {
        "or for its CUDA versions"
    };
    let hint = format!(
        "there is no worker yet. One is being started from zero, which takes a minute or more: wait with get-job-status. \
         If there is still none then, no host is free for its GPUs, {cuda}, or the workers that the account may run are \
         in use elsewhere: list-gpu-types shows the stock, set-endpoint-gpus with more gpuIds widens the choice, \
         list-endpoints shows who else holds workers"
    );
    ("starting_from_zero", hint)
}

fn no_capacity(endpoint: &Id, summary: &Summary) -> String {
    let Summary { throttled, total, .. } = summary;
    format!(
        "no capacity: {throttled} of {total} workers are THROTTLED, which means that the hosts with their GPUs are full, \
         and none runs. Wait, or widen the choice with set-endpoint-gpus, endpointId {endpoint} and more gpuIds; \
         list-gpu-types shows the stock"
    )
}

fn cold_start(endpoint: &Id, summary: &Summary) -> String {
    let Summary { initializing, total, .. } = summary;
    format!(
        "a cold start: {initializing} of {total} workers are INITIALIZING, which is pulling the image and starting it. \
         Wait with get-job-status; a large image takes minutes. If it takes much longer the image cannot be pulled: \
         list-endpoint-workers with endpointId {endpoint} names a worker, stream-worker-logs shows what it does"
    )
}

/// Workers that are up take a waiting job at once, so those that run none do not live long enough to. They count as
/// RUNNING all the same (observed 2026-08: twelve crashes in 100 s, none UNHEALTHY).
fn busy_or_crashing(endpoint: &Id, summary: &Summary, in_progress: Option<u64>) -> (&'static str, String) {
    let Summary { running, idle, throttled, total, .. } = summary;
    let counts = format!("{running} of {total} workers RUNNING, {idle} IDLE, {throttled} THROTTLED");
    let logs = format!(
        "list-endpoint-workers with endpointId {endpoint} names the workers, stream-worker-logs shows what one does"
    );
    match in_progress {
        Some(0) => (
            "crash_loop",
            format!(
                "workers are up ({counts}) and none works on a job, so their containers most likely crash over and over, \
             which does not always show as UNHEALTHY; this is no lack of capacity. {logs}; then repair the image, its \
             start command or env with update-endpoint"
            ),
        ),
        Some(jobs) => (
            "busy",
            format!(
                "the workers are busy with {jobs} other jobs ({counts}): wait with get-job-status, or update-endpoint with a \
             higher workersMax adds workers. If that number does not move, their containers may crash without being \
             UNHEALTHY: {logs}"
            ),
        ),
        None => (
            "busy_or_crashing",
            format!(
                "workers are up ({counts}), so they are busy with other jobs, or crash over and over without being UNHEALTHY \
             yet. {logs}; if they are only busy, update-endpoint with a higher workersMax adds some"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_loop_is_never_taken_for_a_lack_of_capacity() {
        let none = Summary::default();
        for (summary, suspicion) in [
            (Summary { unhealthy: 1, total: 1, ..none }, Suspicion::CrashLoop),
            (Summary { unhealthy: 2, throttled: 5, total: 7, ..none }, Suspicion::CrashLoop),
            (Summary { unhealthy: 1, running: 2, initializing: 3, total: 6, ..none }, Suspicion::CrashLoop),
            (none, Suspicion::NoWorker),
            (Summary { throttled: 2, total: 2, ..none }, Suspicion::NoCapacity),
            (Summary { throttled: 2, running: 1, total: 3, ..none }, Suspicion::BusyOrCrashing),
            (Summary { throttled: 2, initializing: 1, total: 3, ..none }, Suspicion::ColdStart),
            (Summary { initializing: 1, running: 1, total: 2, ..none }, Suspicion::BusyOrCrashing),
        ] {
            assert_eq!(Suspicion::of(&summary), suspicion, "{summary:?}");
        }
    }

    #[test]
    fn workers_that_run_and_work_on_nothing_crash() {
        let (endpoint, summary) =
            (Id::parse("e1").unwrap(), Summary { running: 2, total: 2, ..Summary::default() });
        assert_eq!(busy_or_crashing(&endpoint, &summary, Some(0)).0, "crash_loop");
        assert_eq!(busy_or_crashing(&endpoint, &summary, Some(2)).0, "busy");
        assert_eq!(busy_or_crashing(&endpoint, &summary, None).0, "busy_or_crashing");
    }

    #[test]
    fn the_worker_to_look_at_is_named() {
        let worker =
            |id: &str, status: &str| Worker { id: id.into(), status: status.into(), ..Worker::default() };
        let workers = [worker("wA", "RUNNING"), worker("wB", "UNHEALTHY"), worker("wC", "UNHEALTHY")];
        let summary = Summary { unhealthy: 2, total: 3, ..Summary::default() };
        let hint = crash_loop(&Id::parse("e1").unwrap(), &summary, &workers);
        for part in ["2 of 3", "(wB, wC)", "workerId wB", "not for lack of capacity"] {
            assert!(hint.contains(part), "{hint}");
        }
    }
}
