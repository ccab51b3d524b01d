//! `update-endpoint`.

use runpod_api::endpoints::{Cpu, Endpoint, Flashboot, GpuChange, ScalingView, Update};
use runpod_api::{Change, Mapped};
use schemars::JsonSchema;
use serde::Deserialize;

use super::exclusions;
use super::scale::ScaleArgs;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::container::ContainerArgs;
use crate::tool::word::Pick;
use crate::tool::{Card, ClearableId, Cx, Effect, IdArg, Outcome, ToolDef, flavor};

pub(super) struct UpdateEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateEndpointArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// New name.
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerArgs,
    /// Template whose settings are copied once.
    template_id: Option<IdArg>,
    #[serde(flatten)]
    machine: MachineArgs,
    #[serde(flatten)]
    scale: ScaleArgs,
    /// From list-data-centers.
    data_center_ids: Option<Vec<String>>,
    /// From list-network-volumes; an empty list detaches all.
    network_volume_ids: Option<Vec<IdArg>>,
    /// Longest run of a job in ms.
    #[schemars(range(min = 1))]
    execution_timeout_ms: Option<u32>,
    /// Faster cold starts.
    flashboot: Option<Pick<Flashboot>>,
    /// From list-container-registry-auths, empty for none.
    container_registry_auth_id: Option<ClearableId>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MachineArgs {
    /// Pools of list-gpu-types; they clear exclusions not given again.
    gpu_pool_ids: Option<Vec<String>>,
    /// GPU type ids of the pools to leave out.
    exclude_gpu_type_ids: Option<Vec<String>>,
    /// GPU type ids, on REST v1 instead of pools.
    #[schemars(extend("x-unlisted" = true))]
    gpu_type_ids: Option<Vec<String>>,
    /// GPUs per worker.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Host CUDA versions accepted, such as 12.8; an empty list clears.
    allowed_cuda_versions: Option<Vec<String>>,
    /// Lowest host CUDA version; an empty string clears.
    min_cuda_version: Option<String>,
    /// For a CPU endpoint, from list-cpu-types.
    cpu_flavor_ids: Option<Vec<String>>,
    /// With cpuFlavorIds, a power of two, 2 when omitted.
    #[schemars(range(min = 2))]
    vcpu_count: Option<u32>,
}

impl ToolDef for UpdateEndpoint {
    type Args = UpdateEndpointArgs;
    const CARD: Card = Card {
        name: "update-endpoint",
        title: "Update endpoint",
        about: "Changes a Serverless endpoint and rolls its workers over; what is omitted stays, env and lists are \
                replaced as a whole, [redacted] keeps a stored env value, workersMax 0 pauses it.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["updateEndpoint"],
        ids_from: Some("list-endpoints"),
    };

    fn effect(args: &UpdateEndpointArgs) -> Effect {
        let raises = args.scale.raises()
            || args.machine.raises()
            || args.container.container_disk_in_gb.is_some()
            // A template brings a disk size of its own.
            || args.template_id.is_some();
        if raises { Effect::Spends } else { Effect::Writes }
    }

    async fn call(cx: &Cx, args: UpdateEndpointArgs) -> Outcome {
        let endpoints = cx.client.endpoints();
        let id = args.endpoint_id.0.clone();
        args.machine.check()?;
        let stored = match args.needs_stored() {
            true => Some(endpoints.get(&id).await?),
            false => None,
        };
        let cleared = args.machine.clears(stored.as_ref());
        let change = args.into_update(stored.as_ref())?;
        Ok(Reply::of(&endpoints.update(&id, &change).await?).notes(cleared))
    }
}

impl UpdateEndpointArgs {
    fn needs_stored(&self) -> bool {
        self.container.keeps_secrets() || self.scale.needs_current() || self.machine.needs_current()
    }

    fn into_update(self, stored: Option<&Mapped<Endpoint>>) -> Result<Update, ToolError> {
        let current =
            stored.and_then(|endpoint| endpoint.view.scaling.as_ref()).and_then(ScalingView::to_input);
        let raw = stored.map(|endpoint| &*endpoint.raw);
        Ok(Update {
            name: self.name,
            container: self.container.into_change(self.container_registry_auth_id, raw)?,
            template_id: self.template_id.map(|id| id.0.to_string()),
            scaling: self.scale.for_change(current)?,
            workers: self.scale.workers(),
            cpu: self.machine.cpu()?,
            gpu: self.machine.gpu(stored.map(|endpoint| &endpoint.view)),
            data_center_ids: self.data_center_ids,
            network_volume_ids: self
                .network_volume_ids
                .map(|ids| ids.into_iter().map(|id| id.0.to_string()).collect()),
            execution_timeout_ms: self.execution_timeout_ms,
            flashboot: self.flashboot.map(|pick| pick.0),
        })
    }
}

impl MachineArgs {
    fn raises(&self) -> bool {
        self.gpu_pool_ids.is_some()
            || self.gpu_type_ids.is_some()
            || self.gpu_count.is_some_and(|count| count > 1)
            || self.cpu_flavor_ids.is_some()
    }

    /// Refuses what would be dropped or change nothing, before anything is read.
    fn check(&self) -> Result<(), ToolError> {
        match self {
            Self { gpu_pool_ids: Some(pools), .. } if pools.is_empty() => Err(ToolError::bad_argument(
                "`gpuPoolIds` is empty: an endpoint needs at least one pool",
            )
            .hint("give the pools to use, from list-gpu-types, or omit gpuPoolIds to keep the present ones")),
            Self { vcpu_count: Some(_), cpu_flavor_ids: None, .. } => Err(ToolError::bad_argument(
                "`vcpuCount` goes only with `cpuFlavorIds`: both are replaced together",
            )),
            _ => Ok(()),
        }
    }

    /// Pools replace the exclusions too, and exclusions cannot be sent without pools.
    fn needs_current(&self) -> bool {
        self.gpu_pool_ids.is_some() != self.exclude_gpu_type_ids.is_some()
    }

    /// What to tell when new pools clear exclusions.
    fn clears(&self, stored: Option<&Mapped<Endpoint>>) -> Option<String> {
        let lost = match (&self.gpu_pool_ids, &self.exclude_gpu_type_ids) {
            (Some(_), None) => stored.map_or(&[][..], |endpoint| exclusions(&endpoint.view)),
            _ => &[],
        };
        (!lost.is_empty()).then(|| {
            format!(
                "the new gpuPoolIds cleared {} excluded GPU types: {}; give them again as excludeGpuTypeIds with \
                 set-endpoint-gpus to keep them out",
                lost.len(),
                lost.join(", ")
            )
        })
    }

    fn gpu(self, stored: Option<&Endpoint>) -> GpuChange {
        let excludes = self.exclude_gpu_type_ids.is_some();
        let present = || stored.and_then(|endpoint| endpoint.gpu.as_ref()).map(|gpu| gpu.pools.clone());
        GpuChange {
            pool_ids: self.gpu_pool_ids.or_else(|| present().filter(|_| excludes)),
            excluded_type_ids: self.exclude_gpu_type_ids,
            type_ids: self.gpu_type_ids,
            count: self.gpu_count,
            allowed_cuda_versions: self.allowed_cuda_versions,
            min_cuda_version: self.min_cuda_version.map(floor),
        }
    }

    fn cpu(&self) -> Result<Option<Vec<Cpu>>, ToolError> {
        let Some(ids) = &self.cpu_flavor_ids else { return Ok(None) };
        let vcpu_count = flavor::power_of_two(self.vcpu_count.unwrap_or(flavor::VCPUS))?;
        Ok(Some(ids.iter().map(|id| Cpu { flavor_id: id.clone(), vcpu_count }).collect()))
    }
}

/// A lowest CUDA version; an empty string clears it.
pub(super) fn floor(version: String) -> Change<String> {
    if version.is_empty() { Change::Clear } else { Change::Set(version) }
}
