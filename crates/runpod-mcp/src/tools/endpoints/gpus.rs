//! `set-endpoint-gpus`: which GPU types an endpoint may use, to the type.

use runpod_api::endpoints::{Endpoint, GpuChange, GpuView, Saved, Update};
use runpod_api::{Id, Resource, Version};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::update::floor;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct SetEndpointGpus;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetEndpointGpusArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// Selection as POOL,POOL,-TYPE, where -TYPE leaves a GPU type out; wins over pools.
    gpu_ids: Option<String>,
    /// Pools of list-gpu-types.
    pools: Option<Vec<String>>,
    /// GPU type ids of these pools to leave out.
    exclude_gpu_type_ids: Option<Vec<String>>,
    /// GPUs per worker.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Lowest host CUDA version; an empty string clears.
    min_cuda_version: Option<String>,
    /// Host CUDA versions accepted, separated by commas; an empty string clears.
    allowed_cuda_versions: Option<String>,
}

impl ToolDef for SetEndpointGpus {
    type Args = SetEndpointGpusArgs;
    const CARD: Card = Card {
        name: "set-endpoint-gpus",
        title: "Set endpoint GPUs",
        about: "Replaces the GPU selection of an endpoint: pools, and single GPU types left out of them, which pins \
                exact types; the reply has the previous selection.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["getEndpoint", "updateEndpoint", "graphql:saveEndpoint"],
        ids_from: Some("list-endpoints"),
    };

    async fn call(cx: &Cx, args: SetEndpointGpusArgs) -> Outcome {
        let selection = Selection::of(&args)?;
        let id = args.endpoint_id.0.clone();
        let change = selection.into_change(args);
        match cx.client.version(Resource::Endpoints).await {
            Version::V2 => set(cx, &id, change).await,
            Version::V1 => set_whole(cx, &id, &change).await,
        }
    }
}

async fn set(cx: &Cx, id: &Id, gpu: GpuChange) -> Outcome {
    let before = cx.client.endpoints().get(id).await?.view;
    let previous = before.gpu.as_ref().map(spelled).ok_or_else(|| on_cpus(id))?;
    let after = cx.client.endpoints().update(id, &Update { gpu, ..Update::default() }).await?.view;
    Ok(Reply::from(json!({"endpoint": shown(&after), "previousGpuIds": previous})))
}

/// REST v1 selects by type and has no pools; GraphQL has them, and saves an endpoint as a whole.
async fn set_whole(cx: &Cx, id: &Id, change: &GpuChange) -> Outcome {
    let endpoints = cx.client.endpoints();
    let Some(before) = endpoints.saved(id).await? else {
        return Err(ToolError::new("not_found", format!("there is no endpoint `{id}`"))
            .status(404)
            .hint("list-endpoints shows the endpoints there are"));
    };
    let Some(previous) = before.gpu_ids.as_ref().filter(|ids| !ids.is_empty()) else {
        return Err(on_cpus(id));
    };
    let after = endpoints.save_gpus(&before, change).await?;
    let Saved { id, name, gpu_ids, gpu_count, workers_min, workers_max, .. } = after;
    let endpoint = json!({"id": id, "name": name, "gpuIds": gpu_ids, "gpuCount": gpu_count,
        "workersMin": workers_min, "workersMax": workers_max});
    Ok(Reply::from(json!({"endpoint": endpoint, "previousGpuIds": previous})))
}

fn on_cpus(id: &Id) -> ToolError {
    ToolError::bad_argument(format!("`{id}` is a CPU endpoint: it has no GPUs to set"))
        .hint("change its CPU types with cpuFlavorIds of update-endpoint")
}

/// Pools, and types left out of them.
struct Selection {
    pools: Vec<String>,
    excluded: Vec<String>,
}

impl Selection {
    fn of(args: &SetEndpointGpusArgs) -> Result<Self, ToolError> {
        let selection = match &args.gpu_ids {
            Some(text) => Self::parse(text),
            None => Self {
                pools: args.pools.clone().unwrap_or_default(),
                excluded: args.exclude_gpu_type_ids.clone().unwrap_or_default(),
            },
        };
        match selection.pools.is_empty() {
            false => Ok(selection),
            true => Err(ToolError::bad_argument("no GPU pool is named").hint(
                "give gpuIds such as ADA_24,-NVIDIA L4, or pools with excludeGpuTypeIds; list-gpu-types shows pools and types",
            )),
        }
    }

    fn parse(text: &str) -> Self {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let (excluded, pools): (Vec<_>, Vec<_>) = words.partition(|word| word.starts_with('-'));
        Self {
            pools: pools.into_iter().map(str::to_owned).collect(),
            excluded: excluded.iter().map(|word| word.trim_start_matches('-').trim().to_owned()).collect(),
        }
    }

    fn into_change(self, args: SetEndpointGpusArgs) -> GpuChange {
        let versions = |text: String| {
            text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        GpuChange {
            pool_ids: Some(self.pools),
            // Pools alone clear the exclusions.
            excluded_type_ids: (!self.excluded.is_empty()).then_some(self.excluded),
            type_ids: None,
            count: args.gpu_count,
            allowed_cuda_versions: args.allowed_cuda_versions.map(versions),
            min_cuda_version: args.min_cuda_version.map(floor),
        }
    }
}

/// `POOL,POOL,-TYPE`.
fn spelled(gpu: &GpuView) -> String {
    let excluded = gpu.excluded_types.iter().map(|id| format!("-{id}"));
    gpu.pools.iter().cloned().chain(excluded).collect::<Vec<_>>().join(",")
}

fn shown(endpoint: &Endpoint) -> serde_json::Value {
    json!({
        "id": endpoint.id,
        "name": endpoint.name,
        "gpuIds": endpoint.gpu.as_ref().map(spelled),
        "gpuCount": endpoint.gpu.as_ref().and_then(|gpu| gpu.count),
        "workersMin": endpoint.workers.min,
        "workersMax": endpoint.workers.max,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_read_and_spelled_alike() {
        let selection = Selection::parse(" ADA_24, AMPERE_80,-NVIDIA L4 ,, - NVIDIA A100-SXM4-80GB");
        assert_eq!(selection.pools, ["ADA_24", "AMPERE_80"]);
        assert_eq!(selection.excluded, ["NVIDIA L4", "NVIDIA A100-SXM4-80GB"]);
        let gpu =
            GpuView { pools: selection.pools, excluded_types: selection.excluded, ..GpuView::default() };
        assert_eq!(spelled(&gpu), "ADA_24,AMPERE_80,-NVIDIA L4,-NVIDIA A100-SXM4-80GB");
    }
}
