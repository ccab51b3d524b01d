//! Tools over Serverless endpoints, their workers, releases and builds.

mod create;
mod gpus;
mod history;
mod list;
mod logs;
mod scale;
mod update;
mod wait;

use runpod_api::endpoints::{Endpoint, Include};
use runpod_api::{Resource, Version};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::args::ignored;
use crate::tool::wait::WaitArg;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 11] = [
    Tool::of::<list::ListEndpoints>(),
    Tool::of::<GetEndpoint>(),
    Tool::of::<create::CreateEndpoint>(),
    Tool::of::<update::UpdateEndpoint>(),
    Tool::of::<DeleteEndpoint>(),
    Tool::of::<history::ListEndpointWorkers>(),
    Tool::of::<history::ListEndpointReleases>(),
    Tool::of::<history::ListEndpointBuilds>(),
    Tool::of::<history::GetEndpointBuild>(),
    Tool::of::<gpus::SetEndpointGpus>(),
    Tool::of::<logs::StreamWorkerLogs>(),
];

struct GetEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GetEndpointArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// Show secrets in env instead of placeholders.
    reveal: Option<bool>,
    #[serde(flatten)]
    include: IncludeArgs,
    /// Ms to wait for its first ready worker.
    wait: Option<WaitArg>,
}

/// What REST v1 shows only when it is asked to. REST v2 shows the template's settings always, and workers apart.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IncludeArgs {
    /// The template, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_template: Option<bool>,
    /// The workers, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_workers: Option<bool>,
}

impl IncludeArgs {
    /// What to ask for, and what to tell who asked on REST v2.
    async fn of(self, cx: &Cx) -> (Include, Vec<String>) {
        let (template, workers) = (self.include_template == Some(true), self.include_workers == Some(true));
        match cx.client.version(Resource::Endpoints).await {
            Version::V1 => (Include { template, workers }, Vec::new()),
            Version::V2 => {
                let notes = ignored(&[
                    ("includeTemplate", template, "REST v2 shows the settings in the endpoint itself"),
                    ("includeWorkers", workers, "list-endpoint-workers lists them"),
                ]);
                (Include::default(), notes)
            }
        }
    }
}

impl ToolDef for GetEndpoint {
    type Args = GetEndpointArgs;
    const CARD: Card = Card {
        name: "get-endpoint",
        title: "Get endpoint",
        about: "Everything about one Serverless endpoint; use its requestUrls as they are instead of building URLs.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getEndpoint"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: GetEndpointArgs) -> Outcome {
        let (include, notes) = args.include.of(cx).await;
        let endpoint = cx.client.endpoints().get_with(&args.endpoint_id.0, include).await?;
        let reply = Reply::shown(&endpoint, args.reveal.unwrap_or(false)).notes(notes);
        Ok(match args.wait.and_then(WaitArg::time) {
            None => reply,
            Some(time) => wait::for_worker(cx, &endpoint.view, time, reply).await,
        })
    }
}

struct DeleteEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EndpointArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
}

impl ToolDef for DeleteEndpoint {
    type Args = EndpointArgs;
    const CARD: Card = Card {
        name: "delete-endpoint",
        title: "Delete endpoint",
        about: "Deletes a Serverless endpoint with its workers and queued jobs for good.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteEndpoint"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: EndpointArgs) -> Outcome {
        let id = args.endpoint_id.0;
        Reply::deleted(&id, cx.client.endpoints().delete(&id).await)
    }
}

/// GPU types that an endpoint excludes from its pools.
fn exclusions(endpoint: &Endpoint) -> &[String] {
    endpoint.gpu.as_ref().map_or(&[], |gpu| &gpu.excluded_types)
}
