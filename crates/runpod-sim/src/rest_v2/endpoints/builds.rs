//! `/v2/serverless/{id}/builds`.

use serde::Serialize;

use crate::answer::Answer;
use crate::clock::{Time, stamp};
use crate::pages::{Page, Pagination};
use crate::refusal::Refusal;
use crate::rest_v2::Call;
use crate::world::Denied;
use crate::world::endpoints::builds::{Build, Commit, State};

/// The most builds on one page.
const MOST: usize = 100;

pub(super) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::read(call, MOST)?;
    let (endpoint, now) = (call.visit.endpoint(call.param("id")?)?, call.visit.now);
    let (builds, pagination) = page.cut(endpoint.builds.iter().collect(), |build| build.born);
    Answer::ok(&List { builds: builds.into_iter().map(|build| spell(build, now)).collect(), pagination })
}

pub(super) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, id) = (call.visit.endpoint(call.param("id")?)?, call.param("buildId")?);
    let build = endpoint.builds.iter().find(|build| build.id == id);
    let build = build.ok_or_else(|| Denied::missing("build", id))?;
    Answer::ok(&spell(build, call.visit.now))
}

#[derive(Serialize)]
struct List<'a> {
    builds: Vec<Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// `Build` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    status: State,
    commit_hash: &'a str,
    commit_message: &'a str,
    branch: &'a str,
    commit_date: String,
    image_name: Option<&'a str>,
    started_at: Option<String>,
    completed_at: Option<String>,
    error: Option<&'a str>,
}

fn spell(build: &Build, now: Time) -> Spelt<'_> {
    let Commit { hash, message, branch, date } = &build.commit;
    Spelt {
        id: &build.id,
        status: build.state(now),
        commit_hash: hash,
        commit_message: message,
        branch,
        commit_date: stamp(*date),
        image_name: build.image(now),
        started_at: build.started(now).map(stamp),
        completed_at: build.completed(now).map(stamp),
        error: build.error(now),
    }
}
