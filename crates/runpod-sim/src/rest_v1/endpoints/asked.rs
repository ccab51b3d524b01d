//! Requests for endpoints in the words of v1, turned into those of the world.
//!
//! v1 names GPU types where the world has pools: the pools of the types are asked for, without the types of
//! them that were not named.

use serde::Deserialize;

use crate::rest_v1::pods::Compute;
use crate::rest_v1::words;
use crate::world::catalog::gpus;
use crate::world::container::ContainerChange;
use crate::world::endpoints::config::{
    Compute as Held, Config, CpuWish, EndpointChange, FlashBoot, GpuChange, Scaling, WorkersChange,
};
use crate::world::endpoints::{Kind, NewEndpoint};
use crate::world::{Denied, Visit};

const SHAPE: &str = "EndpointCreateInput";

/// Virtual CPUs of a worker when nobody says how many.
const VCPUS: u32 = 2;

/// Seconds without work when nobody says how many.
const IDLE: u32 = 5;

/// What makes a scaler act when nobody says: seconds of waiting, or requests.
const SCALER: u32 = 4;

/// `EndpointCreateInput` of the contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct New {
    template_id: String,
    #[serde(default)]
    compute_type: Compute,
    #[serde(flatten)]
    change: Change,
}

/// `EndpointUpdateInput` of the contract, and most of `EndpointCreateInput`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    name: Option<String>,
    template_id: Option<String>,
    gpu_type_ids: Option<Vec<String>>,
    gpu_count: Option<u32>,
    allowed_cuda_versions: Option<Vec<String>>,
    min_cuda_version: Option<String>,
    cpu_flavor_ids: Option<Vec<String>>,
    vcpu_count: Option<u32>,
    data_center_ids: Option<Vec<String>>,
    execution_timeout_ms: Option<u64>,
    flashboot: Option<bool>,
    idle_timeout: Option<u32>,
    network_volume_id: Option<String>,
    network_volume_ids: Option<Vec<String>>,
    scaler_type: Option<Scaler>,
    scaler_value: Option<u32>,
    workers_max: Option<u32>,
    workers_min: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Scaler {
    QueueDelay,
    RequestCount,
}

impl New {
    /// With the defaults of v1; without a name, that of the template.
    pub(super) fn read(self, visit: &Visit<'_>) -> Result<NewEndpoint, Denied> {
        let Self { template_id, compute_type, mut change } = self;
        let name = change.name.take().filter(|name| !name.is_empty());
        change.name =
            name.map_or_else(|| visit.template(&template_id).map(|found| found.name.clone()), Ok).ok();
        change.template_id = Some(template_id);
        change.idle_timeout.get_or_insert(IDLE);
        change.scaler_type.get_or_insert(Scaler::QueueDelay);
        match compute_type {
            Compute::Gpu => {
                change.gpu_type_ids = Some(or_any(change.gpu_type_ids, "gpuTypeIds"));
                (change.cpu_flavor_ids, change.vcpu_count) = (None, None);
            }
            Compute::Cpu => {
                change.cpu_flavor_ids = Some(or_any(change.cpu_flavor_ids, "cpuFlavorIds"));
                (change.gpu_type_ids, change.gpu_count) = (None, None);
            }
        }
        Ok(NewEndpoint { kind: Kind::Queue, config: change.read(None)? })
    }
}

impl Change {
    /// In the words of the world, for an endpoint with this configuration.
    pub(super) fn read(self, now: Option<&Config>) -> Result<EndpointChange, Denied> {
        let (gpu, cpu) = (self.gpu()?, self.cpu(now));
        let single = self.network_volume_id.clone().map(|id| vec![id]);
        let volumes = self.network_volume_ids.clone().filter(|ids| !ids.is_empty()).or(single);
        let template_id = self.template_id.clone().filter(|id| !id.is_empty());
        Ok(EndpointChange {
            scaling: self.scaling(now),
            keeps_template: template_id.is_some(),
            template_id,
            name: self.name,
            container: ContainerChange::default(),
            gpu,
            cpu,
            workers: Some(WorkersChange {
                min: self.workers_min,
                max: self.workers_max,
                idle_timeout: self.idle_timeout,
                timed_anyway: true,
            }),
            timeout: self.execution_timeout_ms,
            flashboot: self.flashboot.map(|on| if on { FlashBoot::Flashboot } else { FlashBoot::Off }),
            data_center_ids: self.data_center_ids,
            // An empty id is no volume.
            network_volumes: volumes.map(|ids| ids.into_iter().filter(|id| !id.is_empty()).collect()),
        })
    }

    fn gpu(&self) -> Result<Option<GpuChange>, Denied> {
        let named = self.gpu_type_ids.as_deref().filter(|ids| !ids.is_empty());
        let pools = named.map(pools).transpose()?;
        let cuda = self.allowed_cuda_versions.is_some() || self.min_cuda_version.is_some();
        if pools.is_none() && self.gpu_count.is_none() && !cuda {
            return Ok(None);
        }
        let (pools, excluded_types) = pools.unzip();
        Ok(Some(GpuChange {
            pools,
            excluded_types,
            count: self.gpu_count,
            allowed_cuda_versions: self.allowed_cuda_versions.clone(),
            min_cuda_version: self.min_cuda_version.clone(),
        }))
    }

    /// Every flavour with the same number of virtual CPUs; what is not said stays as it is.
    fn cpu(&self, now: Option<&Config>) -> Option<Vec<CpuWish>> {
        if self.cpu_flavor_ids.is_none() && self.vcpu_count.is_none() {
            return None;
        }
        let held: &[CpuWish] = match now.map(|now| &now.compute) {
            Some(Held::Cpu(wishes)) => wishes,
            Some(Held::Gpu(_)) | None => &[],
        };
        let held_ids = || held.iter().map(|wish| wish.id.clone()).collect();
        let ids = self.cpu_flavor_ids.clone().unwrap_or_else(held_ids);
        let vcpus = self.vcpu_count.or(held.first().map(|wish| wish.vcpu_count)).unwrap_or(VCPUS);
        Some(ids.into_iter().map(|id| CpuWish { id, vcpu_count: vcpus }).collect())
    }

    /// Type and value can change one by one.
    fn scaling(&self, now: Option<&Config>) -> Option<Scaling> {
        let held = now.map(|now| match now.scaling {
            Scaling::QueueDelay { .. } => Scaler::QueueDelay,
            Scaling::RequestCount { .. } => Scaler::RequestCount,
        });
        if self.scaler_type.is_none() && self.scaler_value.is_none() {
            return None;
        }
        let value = self.scaler_value.unwrap_or(SCALER);
        Some(match self.scaler_type.or(held).unwrap_or(Scaler::QueueDelay) {
            Scaler::QueueDelay => Scaling::QueueDelay { queue_delay: value.into() },
            Scaler::RequestCount => Scaling::RequestCount { request_count: value },
        })
    }
}

/// The pools of these types, and the types of those pools that are not among them.
fn pools(types: &[String]) -> Result<(Vec<String>, Vec<String>), Denied> {
    let pool = |id: &String| gpus::gpu(id).and_then(|gpu| gpu.pool);
    let mut names: Vec<&str> = Vec::new();
    for name in types.iter().filter_map(pool) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        let text = format!("Serverless has none of these GPU types: {}", types.join(", "));
        return Err(Denied::contradiction(text));
    }
    let members = names.iter().flat_map(|name| gpus::pool(name));
    let others = members.filter(|gpu| !types.iter().any(|id| id == gpu.id)).map(|gpu| gpu.id.to_owned());
    Ok((names.iter().map(|name| (*name).to_owned()).collect(), others.collect()))
}

/// The ids asked for; none named means any that the contract knows.
fn or_any(asked: Option<Vec<String>>, field: &str) -> Vec<String> {
    let any = || words(SHAPE, field).into_iter().map(str::to_owned).collect();
    asked.filter(|asked| !asked.is_empty()).unwrap_or_else(any)
}
