//! `/v2/serverless/{id}/workers`.

use serde::Serialize;

use crate::answer::Answer;
use crate::clock::{Time, stamp};
use crate::refusal::Refusal;
use crate::rest_v2::Call;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::fleet::{Status, Worker};
use crate::world::pods::Machine;

pub(super) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, now) = (call.visit.endpoint(call.param("id")?)?, call.visit.now);
    let crashes = call.visit.crashes(endpoint);
    let workers: Vec<_> =
        endpoint.fleet.workers.iter().map(|worker| spell(endpoint, worker, (crashes, now))).collect();
    let summary = Summary::of(&workers);
    Answer::ok(&List { workers, summary, endpoint_version: endpoint.version() })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    workers: Vec<Spelt<'a>>,
    summary: Summary,
    endpoint_version: u32,
}

/// `Worker` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    status: Status,
    is_stale: bool,
    version: u32,
    image: &'a str,
    gpu_count: u32,
    gpu_type_id: Option<&'static str>,
    data_center_id: Option<&'static str>,
    started_at: Option<String>,
    uptime_seconds: Option<u64>,
}

/// `WorkerSummary` of the contract.
#[derive(Default, Serialize)]
struct Summary {
    running: usize,
    idle: usize,
    initializing: usize,
    throttled: usize,
    unhealthy: usize,
    total: usize,
}

impl Summary {
    fn of(workers: &[Spelt<'_>]) -> Self {
        let count = |status| workers.iter().filter(|worker| worker.status == status).count();
        Self {
            running: count(Status::Running),
            idle: count(Status::Idle),
            initializing: count(Status::Initializing),
            throttled: count(Status::Throttled),
            unhealthy: count(Status::Unhealthy),
            total: workers.len(),
        }
    }
}

fn spell<'a>(endpoint: &Endpoint, worker: &'a Worker, (crashes, now): (bool, Time)) -> Spelt<'a> {
    let started = worker.started(crashes, now);
    let machine = worker.place().map(|place| place.machine);
    let (gpu_type_id, gpu_count) = match machine {
        Some(Machine::Gpu { gpu, count }) => (Some(gpu.id), count),
        Some(Machine::Cpu { .. }) | None => (None, 0),
    };
    Spelt {
        id: &worker.id,
        status: worker.status(endpoint.kind, crashes, now),
        is_stale: worker.version != endpoint.version(),
        version: worker.version,
        image: &worker.image,
        gpu_count,
        gpu_type_id,
        data_center_id: worker.place().map(|place| place.site.id),
        started_at: started.map(stamp),
        uptime_seconds: started.and_then(|since| u64::try_from((now - since).num_seconds()).ok()),
    }
}
