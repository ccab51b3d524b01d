//! `/v2/serverless/{id}/releases`.

use serde::Serialize;

use crate::answer::Answer;
use crate::clock::stamp;
use crate::pages::{MOST, Page, Pagination};
use crate::refusal::Refusal;
use crate::rest_v2::Call;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::releases::{Change, Release};

pub(super) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::read(call, MOST)?;
    let endpoint = call.visit.endpoint(call.param("id")?)?;
    let (releases, pagination) =
        page.cut(endpoint.releases.iter().collect(), |release| u64::from(release.version));
    let releases = releases.into_iter().map(|release| spell(endpoint, release)).collect();
    let (endpoint_version, rollout) = (endpoint.version(), Rollout::of(endpoint));
    Answer::ok(&List { endpoint_version, rollout, releases, pagination })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    endpoint_version: u32,
    rollout: Rollout,
    releases: Vec<Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// `RolloutSummary` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rollout {
    in_progress: bool,
    workers_on_latest: usize,
    workers_total: usize,
    percent_on_latest: usize,
}

impl Rollout {
    /// Without workers there is nothing that is not on the latest version.
    fn of(endpoint: &Endpoint) -> Self {
        let workers_total = endpoint.fleet.workers.len();
        let workers_on_latest = workers_on(endpoint, endpoint.version());
        Self {
            in_progress: workers_on_latest < workers_total,
            workers_on_latest,
            workers_total,
            percent_on_latest: (workers_on_latest * 100).checked_div(workers_total).unwrap_or(100),
        }
    }
}

/// `Release` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    version: u32,
    source: &'static str,
    build_id: Option<&'a str>,
    created_by_user_id: Option<&'a str>,
    worker_count: usize,
    created_at: String,
    diff: &'a [Change],
}

fn spell<'a>(endpoint: &Endpoint, release: &'a Release) -> Spelt<'a> {
    let Release { id, version, build, by, created, diff } = release;
    Spelt {
        id,
        version: *version,
        source: if build.is_some() { "GIT_BUILD" } else { "MANUAL" },
        build_id: build.as_deref(),
        created_by_user_id: by.as_deref(),
        worker_count: workers_on(endpoint, *version),
        created_at: stamp(*created),
        diff,
    }
}

fn workers_on(endpoint: &Endpoint, version: u32) -> usize {
    endpoint.fleet.workers.iter().filter(|worker| worker.version == version).count()
}
