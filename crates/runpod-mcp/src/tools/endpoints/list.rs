//! `list-endpoints`.

use runpod_api::Page as ApiPage;
use runpod_api::endpoints::{CpuView, Endpoint, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IncludeArgs;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// An endpoint in a list, in the words of create-endpoint. REST v1 names the template instead of the image.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Endpoint", rename_all = "camelCase")]
struct EndpointRow {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    image: String,
    template_id: Option<String>,
    gpu_pool_ids: Vec<String>,
    gpu_type_ids: Vec<String>,
    gpu_count: Option<u32>,
    cpu: Vec<CpuRow>,
    workers_min: Option<u32>,
    workers_max: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CpuRow {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    vcpu_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u32>,
}

impl From<Endpoint> for EndpointRow {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { id, name, kind, image, template_id, gpu, cpu, workers, .. } = endpoint;
        let gpu = gpu.unwrap_or_default();
        let row = |CpuView { id, vcpu_count, memory }| CpuRow { id, vcpu_count, memory };
        Self {
            id,
            name,
            kind,
            template_id: template_id.filter(|_| image.is_empty()),
            image,
            gpu_pool_ids: gpu.pools,
            gpu_type_ids: gpu.type_ids,
            gpu_count: gpu.count.filter(|count| *count != 1),
            cpu: cpu.into_iter().map(row).collect(),
            workers_min: workers.min,
            workers_max: workers.max,
        }
    }
}

pub(super) struct ListEndpoints;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListEndpointsArgs {
    #[serde(flatten)]
    include: IncludeArgs,
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
        let (include, notes) = args.include.of(cx).await;
        let (limit, cursor) = sheet.ask();
        let query = Query { page: ApiPage { limit, cursor }, include };
        Ok(sheet.show::<EndpointRow>(&cx.client.endpoints().list(&query).await?)?.notes(notes))
    }
}
