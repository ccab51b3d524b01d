//! `create-endpoint`.

use runpod_api::catalog::Product;
use runpod_api::endpoints::{Compute, Cpu, Create, Flashboot, Gpu, Kind};
use runpod_api::{Resource, Version};
use schemars::JsonSchema;
use serde::Deserialize;

use super::scale::ScaleArgs;
use super::wait;
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::container::ContainerArgs;
use crate::tool::wait::WaitArg;
use crate::tool::word::Pick;
use crate::tool::{Card, ClearableId, Cx, Effect, IdArg, Outcome, Price, ToolDef, flavor, price};

pub(super) struct CreateEndpoint;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateEndpointArgs {
    /// Name.
    name: String,
    #[serde(flatten)]
    container: ContainerArgs,
    /// Serverless template from list-templates; other arguments win.
    template_id: Option<IdArg>,
    /// QUEUE for jobs when omitted; LOAD_BALANCER passes HTTP requests on.
    endpoint_type: Option<Pick<Kind>>,
    #[serde(flatten)]
    machine: MachineArgs,
    #[serde(flatten)]
    scale: ScaleArgs,
    /// From list-data-centers, any when omitted.
    data_center_ids: Option<Vec<String>>,
    /// From list-network-volumes.
    network_volume_ids: Option<Vec<IdArg>>,
    /// Longest run of a job in ms.
    #[schemars(range(min = 1))]
    execution_timeout_ms: Option<u32>,
    /// Faster cold starts.
    flashboot: Option<Pick<Flashboot>>,
    /// From list-container-registry-auths, empty for none.
    container_registry_auth_id: Option<ClearableId>,
    /// Ms to wait for its first ready worker.
    wait: Option<WaitArg>,
}

/// What each worker computes with. GPU pools or CPU types, by name: neither is assumed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MachineArgs {
    /// CPU for workers without GPU.
    compute_type: Option<ComputeType>,
    /// Pools of list-gpu-types, such as AMPERE_80.
    gpu_pool_ids: Option<Vec<String>>,
    /// GPU type ids of these pools to leave out.
    exclude_gpu_type_ids: Option<Vec<String>>,
    /// GPU type ids, on REST v1 instead of pools.
    #[schemars(extend("x-unlisted" = true))]
    gpu_type_ids: Option<Vec<String>>,
    /// GPUs per worker, 1 when omitted.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Host CUDA versions accepted, such as 12.8.
    allowed_cuda_versions: Option<Vec<String>>,
    /// Lowest host CUDA version, such as 12.4.
    min_cuda_version: Option<String>,
    /// For computeType CPU, from list-cpu-types; first in stock when omitted.
    cpu_flavor_ids: Option<Vec<String>>,
    /// For computeType CPU, a power of two, 2 when omitted.
    #[schemars(range(min = 2))]
    vcpu_count: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum ComputeType {
    Gpu,
    Cpu,
}

impl ToolDef for CreateEndpoint {
    type Args = CreateEndpointArgs;
    const CARD: Card = Card {
        name: "create-endpoint",
        title: "Create endpoint",
        about: "Creates a Serverless endpoint from an image or a template; workers are billed while they run, none run \
                idle unless workersMin says so.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["createEndpoint"],
        ids_from: None,
    };

    async fn price(cx: &Cx, args: &CreateEndpointArgs) -> Result<Option<Price>, ToolError> {
        let MachineArgs { gpu_pool_ids, gpu_count, .. } = &args.machine;
        match gpu_pool_ids {
            Some(pools) => price::of_worker(cx, pools, gpu_count.unwrap_or(1)).await,
            None => Ok(None),
        }
    }

    async fn call(cx: &Cx, args: CreateEndpointArgs) -> Outcome {
        let time = args.wait.and_then(WaitArg::time);
        let (new, chosen) = args.into_create(cx).await?;
        let made = cx.client.endpoints().create(&new).await?;
        let reply = Reply::of(&made).notes(chosen);
        let Some(time) = time else { return Ok(reply) };
        cx.made.note(&made.view.id);
        let created = format!("endpoint {} was created; waiting for a worker", made.view.id);
        cx.progress.report(0.0, Some(time.as_secs_f64()), created);
        Ok(wait::for_worker(cx, &made.view, time, reply).await)
    }
}

impl CreateEndpointArgs {
    async fn into_create(self, cx: &Cx) -> Result<(Create, Option<String>), ToolError> {
        let kind = self.endpoint_type.map_or(Kind::Queue, |pick| pick.0);
        let scaling = self.scale.for_new(kind)?;
        let from_template = self.template_id.is_some() && self.container.image_name.is_none();
        let container = self.container.into_new(self.container_registry_auth_id)?;
        let (compute, chosen) = self.machine.compute(cx, from_template).await?;
        let new = Create {
            name: self.name,
            kind,
            compute,
            container,
            template_id: self.template_id.map(|id| id.0.to_string()),
            scaling,
            workers: self.scale.workers(),
            data_center_ids: self.data_center_ids.unwrap_or_default(),
            network_volume_ids: self
                .network_volume_ids
                .into_iter()
                .flatten()
                .map(|id| id.0.to_string())
                .collect(),
            execution_timeout_ms: self.execution_timeout_ms,
            flashboot: self.flashboot.map(|pick| pick.0),
        };
        Ok((new, chosen))
    }
}

impl MachineArgs {
    async fn compute(self, cx: &Cx, from_template: bool) -> Result<(Compute, Option<String>), ToolError> {
        match self.kind(cx, from_template).await? {
            ComputeType::Gpu => Ok((Compute::Gpu(self.gpu()), None)),
            ComputeType::Cpu => self.cpu(cx).await,
        }
    }

    async fn kind(&self, cx: &Cx, from_template: bool) -> Result<ComputeType, ToolError> {
        let has = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|ids| !ids.is_empty());
        let chosen = has(&self.gpu_pool_ids) || has(&self.gpu_type_ids);
        let gpu = chosen
            || has(&self.exclude_gpu_type_ids)
            || self.gpu_count.is_some()
            || has(&self.allowed_cuda_versions)
            || self.min_cuda_version.is_some();
        let cpu = has(&self.cpu_flavor_ids) || self.vcpu_count.is_some();
        let stated_cpu = self.compute_type == Some(ComputeType::Cpu) || has(&self.cpu_flavor_ids);
        match self.compute_type {
            _ if gpu && (cpu || stated_cpu) => Err(both()),
            Some(ComputeType::Gpu) if cpu => Err(both()),
            _ if stated_cpu => Ok(ComputeType::Cpu),
            _ if chosen => Ok(ComputeType::Gpu),
            // REST v1 assumes GPUs and chooses among all types.
            _ if !cpu && cx.client.version(Resource::Endpoints).await == Version::V1 => Ok(ComputeType::Gpu),
            _ => Err(no_pool(from_template)),
        }
    }

    fn gpu(self) -> Gpu {
        Gpu {
            pool_ids: self.gpu_pool_ids.unwrap_or_default(),
            type_ids: self.gpu_type_ids.unwrap_or_default(),
            excluded_type_ids: self.exclude_gpu_type_ids.unwrap_or_default(),
            count: self.gpu_count,
            allowed_cuda_versions: self.allowed_cuda_versions.unwrap_or_default(),
            min_cuda_version: self.min_cuda_version,
        }
    }

    async fn cpu(self, cx: &Cx) -> Result<(Compute, Option<String>), ToolError> {
        let vcpu_count = flavor::power_of_two(self.vcpu_count.unwrap_or(flavor::VCPUS))?;
        let (ids, note) = match self.cpu_flavor_ids {
            Some(ids) if !ids.is_empty() => (ids, None),
            _ => {
                let id = flavor::in_stock(cx, Product::Serverless, vcpu_count).await?;
                let note = flavor::chosen(id.as_deref(), vcpu_count);
                (id.map_or_else(|| ANY_CPU.map(str::to_owned).into(), |id| vec![id]), Some(note))
            }
        };
        let choices = ids.into_iter().map(|flavor_id| Cpu { flavor_id, vcpu_count }).collect();
        Ok((Compute::Cpu(choices), note))
    }
}

/// Every CPU type that workers of REST v1 can have; it takes what is free of those it is told.
const ANY_CPU: [&str; 4] = ["cpu3c", "cpu3g", "cpu5c", "cpu5g"];

fn both() -> ToolError {
    ToolError::bad_argument("GPU and CPU arguments contradict each other").hint(
        "give gpuPoolIds for GPU workers, or computeType \"CPU\" with cpuFlavorIds and vcpuCount, not both",
    )
}

fn no_pool(from_template: bool) -> ToolError {
    match from_template {
        false => ToolError::bad_argument("`gpuPoolIds` is missing or empty").hint(
            "create-endpoint takes GPU pools, the pool of each row of list-gpu-types, not GPU type ids; \
             or computeType \"CPU\" for workers without GPU",
        ),
        // What used to be enough on REST v1: `{templateId}` alone.
        true => ToolError::bad_argument("`gpuPoolIds` is missing: on REST v2 a template does not choose the machine")
            .hint(
                "give gpuPoolIds from list-gpu-types beside templateId, or say it all inline with name, imageName and \
                 gpuPoolIds; RUNPOD_REST_VERSION=v1 takes a template alone",
            ),
    }
}
