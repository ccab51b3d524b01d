//! What a Pod computes with, from what the caller stated.
//!
//! The kind is never inferred from what is absent: a request for a GPU that lost its type must not become a CPU
//! Pod, nor the reverse. It is a different machine and a different bill.

use runpod_api::Cloud;
use runpod_api::catalog::Product;
use runpod_api::pods::{Compute, Family, Gpu};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ToolError;
use crate::tool::{Cx, Price, flavor, price};

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ComputeType {
    Gpu,
    Cpu,
}

impl ComputeType {
    pub(super) fn family(self) -> Family {
        match self {
            Self::Gpu => Family::Gpu,
            Self::Cpu => Family::Cpu,
        }
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MachineArgs {
    /// CPU is the only way to a Pod without GPU.
    compute_type: Option<ComputeType>,
    /// Ids from list-gpu-types; the first is rented.
    gpu_type_ids: Option<Vec<String>>,
    /// Number of GPUs, 1 when omitted.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Least system memory per GPU in GB.
    #[schemars(range(min = 1))]
    min_ram_per_gpu: Option<u32>,
    /// Least vCPUs per GPU.
    #[schemars(range(min = 1))]
    min_vcpu_count_per_gpu: Option<u32>,
    /// Host CUDA versions accepted, such as 12.8.
    allowed_cuda_versions: Option<Vec<String>>,
    /// Lowest host CUDA version, such as 12.4.
    min_cuda_version: Option<String>,
    /// For computeType CPU, from list-cpu-types; first in stock when omitted.
    cpu_flavor_id: Option<String>,
    /// For computeType CPU, a power of two, 2 when omitted.
    #[schemars(range(min = 2))]
    vcpu_count: Option<u32>,
}

impl MachineArgs {
    /// The machine, and what was chosen for the caller.
    ///
    /// # Errors
    /// `bad_argument` when GPU and CPU arguments contradict each other or neither kind was stated.
    pub(super) async fn compute(self, cx: &Cx) -> Result<(Compute, Option<String>), ToolError> {
        match self.kind()? {
            ComputeType::Gpu => Ok((Compute::Gpu(self.gpu()), None)),
            ComputeType::Cpu => self.cpu(cx).await,
        }
    }

    /// What the machine costs; none for a CPU type that Runpod is to choose.
    ///
    /// # Errors
    /// As [`MachineArgs::compute`], and when the catalogue cannot be read.
    pub(super) async fn price(&self, cx: &Cx, cloud: Option<Cloud>) -> Result<Option<Price>, ToolError> {
        match self.kind()? {
            ComputeType::Gpu => match self.gpu_type_ids.as_ref().and_then(|ids| ids.first()) {
                Some(id) => price::of_gpus(cx, id, self.gpu_count.unwrap_or(1), cloud).await,
                None => Ok(None),
            },
            ComputeType::Cpu => self.cpu_price(cx).await,
        }
    }

    async fn cpu_price(&self, cx: &Cx) -> Result<Option<Price>, ToolError> {
        let vcpus = self.vcpu_count.unwrap_or(flavor::VCPUS);
        let flavor = match &self.cpu_flavor_id {
            Some(id) => Some(id.clone()),
            None => flavor::in_stock(cx, Product::Pod, vcpus).await?,
        };
        match flavor {
            Some(id) => price::of_vcpus(cx, &id, vcpus).await,
            None => Ok(None),
        }
    }

    fn kind(&self) -> Result<ComputeType, ToolError> {
        let (gpu, cpu) = (self.gpu_arguments(), self.cpu_arguments());
        match self.compute_type {
            Some(ComputeType::Cpu) if !gpu.is_empty() => Err(ToolError::bad_argument(format!(
                "`computeType` is CPU, but {} ask for a GPU",
                listed(&gpu)
            ))
            .hint("drop the GPU arguments for a CPU Pod, or drop computeType and give gpuTypeIds from list-gpu-types")),
            Some(ComputeType::Cpu) => Ok(ComputeType::Cpu),
            _ if !cpu.is_empty() => Err(ToolError::bad_argument(format!("{} need `computeType`: \"CPU\"", listed(&cpu)))
                .hint("a CPU Pod is made only when computeType says so")),
            None if gpu.is_empty() => Err(ToolError::bad_argument("the machine is missing: neither GPU nor CPU is asked for")
                .hint("give gpuTypeIds from list-gpu-types, or computeType \"CPU\" for a Pod without GPU")),
            _ if self.has_types() => Ok(ComputeType::Gpu),
            _ => Err(ToolError::bad_argument("a GPU is asked for, but `gpuTypeIds` is missing")
                .hint("gpuCount and computeType \"GPU\" do not choose one: give gpuTypeIds from list-gpu-types")),
        }
    }

    fn has_types(&self) -> bool {
        self.gpu_type_ids.as_ref().is_some_and(|ids| !ids.is_empty())
    }

    fn gpu_arguments(&self) -> Vec<&'static str> {
        let given = [
            ("gpuTypeIds", self.has_types()),
            ("gpuCount", self.gpu_count.is_some()),
            ("minRamPerGpu", self.min_ram_per_gpu.is_some()),
            ("minVcpuCountPerGpu", self.min_vcpu_count_per_gpu.is_some()),
            ("allowedCudaVersions", self.allowed_cuda_versions.as_ref().is_some_and(|set| !set.is_empty())),
            ("minCudaVersion", self.min_cuda_version.is_some()),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }

    fn cpu_arguments(&self) -> Vec<&'static str> {
        let given = [("cpuFlavorId", self.cpu_flavor_id.is_some()), ("vcpuCount", self.vcpu_count.is_some())];
        given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }

    fn gpu(self) -> Gpu {
        Gpu {
            type_ids: self.gpu_type_ids.unwrap_or_default(),
            count: self.gpu_count.unwrap_or(1),
            allowed_cuda_versions: self.allowed_cuda_versions.unwrap_or_default(),
            min_cuda_version: self.min_cuda_version,
            min_ram_per_gpu: self.min_ram_per_gpu,
            min_vcpu_per_gpu: self.min_vcpu_count_per_gpu,
        }
    }

    async fn cpu(self, cx: &Cx) -> Result<(Compute, Option<String>), ToolError> {
        let vcpu_count = flavor::power_of_two(self.vcpu_count.unwrap_or(flavor::VCPUS))?;
        if let Some(flavor_id) = self.cpu_flavor_id {
            return Ok((Compute::Cpu { flavor_id: Some(flavor_id), vcpu_count }, None));
        }
        let flavor_id = flavor::in_stock(cx, Product::Pod, vcpu_count).await?;
        let note = flavor::chosen(flavor_id.as_deref(), vcpu_count);
        Ok((Compute::Cpu { flavor_id, vcpu_count }, Some(note)))
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
