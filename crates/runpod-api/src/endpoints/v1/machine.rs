//! What a worker computes with, as REST v1 spells it.

use serde::Serialize;

use super::{absent, homeless};
use crate::check;
use crate::client::Outcome;
use crate::container::Change;
use crate::endpoints::input::{Compute, Cpu, Gpu, GpuChange};
use crate::error::Error;

/// GPU types or CPU flavours. GPUs are what v1 assumes; which, it chooses itself unless told.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MachineBody {
    #[serde(rename = "computeType", skip_serializing_if = "Option::is_none")]
    family: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_type_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_flavor_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vcpu_count: Option<u32>,
}

impl TryFrom<Compute> for MachineBody {
    type Error = Error;

    fn try_from(compute: Compute) -> Outcome<Self> {
        match compute {
            Compute::Gpu(gpu) => Self::gpu(gpu),
            Compute::Cpu(choices) => Ok(Self { family: Some("CPU"), ..Self::cpu(choices)? }),
        }
    }
}

impl MachineBody {
    fn gpu(gpu: Gpu) -> Outcome<Self> {
        let Gpu { pool_ids, excluded_type_ids, type_ids, count, allowed_cuda_versions, min_cuda_version } =
            gpu;
        by_type(!pool_ids.is_empty(), !excluded_type_ids.is_empty())?;
        let said = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
        Self {
            gpu_type_ids: said(type_ids),
            gpu_count: count,
            allowed_cuda_versions: said(allowed_cuda_versions),
            min_cuda_version,
            ..Self::default()
        }
        .checked()
    }

    /// What of it changes. The family never does, so it is not said.
    pub(super) fn of_change(gpu: GpuChange, cpu: Option<Vec<Cpu>>) -> Outcome<Self> {
        let GpuChange {
            pool_ids,
            excluded_type_ids,
            type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
        } = gpu;
        by_type(pool_ids.is_some(), excluded_type_ids.is_some())?;
        let min_cuda_version = match min_cuda_version {
            Some(Change::Clear) => {
                return Err(homeless(
                    "minCudaVersion",
                    "REST v1 can set a lowest version but not remove one",
                ));
            }
            Some(Change::Set(version)) => Some(version),
            None => None,
        };
        let cpu = cpu.map(Self::cpu).transpose()?.unwrap_or_default();
        let (gpu_type_ids, gpu_count) = (type_ids, count);
        Self { gpu_type_ids, gpu_count, allowed_cuda_versions, min_cuda_version, ..cpu }.checked()
    }

    fn cpu(choices: Vec<Cpu>) -> Outcome<Self> {
        let Some(vcpu_count) = choices.first().map(|choice| choice.vcpu_count) else {
            return check::refuse("cpuFlavorIds", "must name at least one CPU flavour");
        };
        check::at_least("vcpuCount", Some(vcpu_count), 2)?;
        let uneven = choices.iter().any(|choice| choice.vcpu_count != vcpu_count);
        absent("vcpuCount", uneven, "REST v1 takes one number of vCPUs for all flavours")?;
        let flavors: Vec<String> = choices.into_iter().map(|choice| choice.flavor_id).collect();
        flavors.iter().try_for_each(|flavor| check::filled("cpuFlavorIds", flavor))?;
        check::distinct("cpuFlavorIds", &flavors)?;
        Ok(Self { cpu_flavor_ids: Some(flavors), vcpu_count: Some(vcpu_count), ..Self::default() })
    }

    fn checked(self) -> Outcome<Self> {
        let types = self.gpu_type_ids.as_deref();
        if types.is_some_and(|types| types.is_empty() || types.iter().any(|id| id.trim().is_empty())) {
            return check::refuse("gpuTypeIds", "must name GPU types by the ids of the catalogue");
        }
        check::at_least("gpuCount", self.gpu_count, 1)?;
        check::cuda_choice(self.allowed_cuda_versions.as_deref(), self.min_cuda_version.as_deref())?;
        Ok(self)
    }
}

fn by_type(pools_given: bool, exclusions_given: bool) -> Outcome<()> {
    let why = "REST v1 selects GPUs by type; give gpuTypeIds";
    absent("gpuPoolIds", pools_given, why)?;
    absent("excludeGpuTypeIds", exclusions_given, why)
}
