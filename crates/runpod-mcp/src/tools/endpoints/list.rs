//! `list-endpoints`.

use runpod_api::Page as ApiPage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// An endpoint in a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "EndpointLine", rename_all = "camelCase")]
struct EndpointRow {
    id: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    image: Option<String>,
    gpu: Option<GpuOfEndpoint>,
    cpu: Option<Vec<Value>>,
    workers: Option<WorkersOfEndpoint>,
}

#[derive(Clone, Debug, Deserialize)]
struct GpuOfEndpoint {
    pools: Option<Vec<String>>,
    count: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
struct WorkersOfEndpoint {
    min: Option<u32>,
    max: Option<u32>,
}

/// What is shown of it, in the words of create-endpoint.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointLine {
    id: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    image: Option<String>,
    gpu_pool_ids: Option<Vec<String>>,
    gpu_count: Option<u32>,
    cpu: Option<Vec<Value>>,
    workers_min: Option<u32>,
    workers_max: Option<u32>,
}

impl From<EndpointRow> for EndpointLine {
    fn from(row: EndpointRow) -> Self {
        let EndpointRow { id, name, kind, image, gpu, cpu, workers } = row;
        Self {
            id,
            name,
            kind,
            image,
            gpu_count: gpu.as_ref().and_then(|gpu| gpu.count).filter(|count| *count != 1),
            gpu_pool_ids: gpu.and_then(|gpu| gpu.pools),
            cpu,
            workers_min: workers.as_ref().and_then(|workers| workers.min),
            workers_max: workers.and_then(|workers| workers.max),
        }
    }
}

pub(super) struct ListEndpoints;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListEndpointsArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListEndpoints {
    type Args = ListEndpointsArgs;
    const CARD: Card = Card {
        name: "list-endpoints",
        title: "List endpoints",
        about: "Lists the account's Serverless endpoints, newest first.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listEndpoints"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListEndpointsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let (limit, cursor) = sheet.ask();
        sheet.show::<EndpointRow>(&cx.client.endpoints().list(&ApiPage { limit, cursor }).await?)
    }
}
