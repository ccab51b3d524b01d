//! What belongs to an endpoint: workers, releases, builds.

use runpod_api::{Error, Page as ApiPage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ToolError;
use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, ToolDef};

/// The rows of one endpoint.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartsArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    #[serde(flatten)]
    page: Page,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkerRow {
    id: String,
    status: Option<String>,
    gpu_type_id: Option<String>,
    data_center_id: Option<String>,
    version: Option<u64>,
    is_stale: Option<bool>,
    uptime_seconds: Option<u64>,
}

pub(super) struct ListEndpointWorkers;

impl ToolDef for ListEndpointWorkers {
    type Args = PartsArgs;
    const CARD: Card = Card {
        name: "list-endpoint-workers",
        title: "List endpoint workers",
        about: "Lists the active workers of an endpoint with a count per status. UNHEALTHY is a crash loop, which can \
                also show as RUNNING; none while jobs wait is lack of capacity or a start from zero.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listEndpointWorkers"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: PartsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let workers = cx.client.endpoints().workers(&args.endpoint_id.0).await.map_err(on_v1)?;
        sheet.show::<WorkerRow>(&workers)
    }
}

fn on_v1(error: Error) -> ToolError {
    match error {
        Error::WrongVersion { .. } => {
            ToolError::from(error).hint("get-endpoint with includeWorkers true shows them on REST v1")
        }
        error => error.into(),
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "ReleaseLine", rename_all = "camelCase")]
struct ReleaseRow {
    version: Option<u64>,
    source: Option<String>,
    build_id: Option<String>,
    worker_count: Option<u64>,
    created_at: Option<String>,
    diff: Option<Vec<Difference>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Difference {
    field: Option<String>,
}

/// Which fields changed; from what to what is in the full detail.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseLine {
    version: Option<u64>,
    source: Option<String>,
    build_id: Option<String>,
    worker_count: Option<u64>,
    created_at: Option<String>,
    changed: Vec<String>,
}

impl From<ReleaseRow> for ReleaseLine {
    fn from(row: ReleaseRow) -> Self {
        let ReleaseRow { version, source, build_id, worker_count, created_at, diff } = row;
        let changed = diff.into_iter().flatten().filter_map(|difference| difference.field).collect();
        Self { version, source, build_id, worker_count, created_at, changed }
    }
}

pub(super) struct ListEndpointReleases;

impl ToolDef for ListEndpointReleases {
    type Args = PartsArgs;
    const CARD: Card = Card {
        name: "list-endpoint-releases",
        title: "List endpoint releases",
        about: "Lists the releases of an endpoint, newest first, with how far the latest is rolled out.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listEndpointReleases"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: PartsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let (limit, cursor) = sheet.ask();
        let page = ApiPage { limit, cursor };
        sheet.show::<ReleaseRow>(&cx.client.endpoints().releases(&args.endpoint_id.0, &page).await?)
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildRow {
    id: String,
    status: Option<String>,
    branch: Option<String>,
    commit_hash: Option<String>,
    commit_message: Option<String>,
    completed_at: Option<String>,
    error: Option<String>,
}

pub(super) struct ListEndpointBuilds;

impl ToolDef for ListEndpointBuilds {
    type Args = PartsArgs;
    const CARD: Card = Card {
        name: "list-endpoint-builds",
        title: "List endpoint builds",
        about: "Lists the builds of an endpoint that is deployed from a Git repository, newest first.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listEndpointBuilds"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: PartsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let (limit, cursor) = sheet.ask();
        let page = ApiPage { limit, cursor };
        sheet.show::<BuildRow>(&cx.client.endpoints().builds(&args.endpoint_id.0, &page).await?)
    }
}

pub(super) struct GetEndpointBuild;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetEndpointBuildArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From list-endpoint-builds.
    build_id: IdArg,
}

impl ToolDef for GetEndpointBuild {
    type Args = GetEndpointBuildArgs;
    const CARD: Card = Card {
        name: "get-endpoint-build",
        title: "Get endpoint build",
        about: "State, commit, image and error of one build.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getEndpointBuild"],
        ids_from: Some("list-endpoint-builds"),
    };

    async fn call(cx: &Cx, args: GetEndpointBuildArgs) -> Outcome {
        let endpoints = cx.client.endpoints();
        Ok(Reply::of(&endpoints.build(&args.endpoint_id.0, &args.build_id.0).await?))
    }
}
