//! Requests for Pods in the words of v1, turned into those of the world.

use serde::Deserialize;

use crate::rest_v1::container::Asked;
use crate::rest_v1::words;
use crate::world::Denied;
use crate::world::catalog::stock::Cloud;
use crate::world::catalog::{cpus, gpus};
use crate::world::mounts::{Mount, Mounts, NetworkMount};
use crate::world::pods::{CpuAsked, GpuAsked, NewPod, Order, PodChange, Rather};

const SHAPE: &str = "PodCreateInput";

/// `PodCreateInput` of the contract. What the twin's machines do not differ in (their connection, their disk,
/// whether they have a public address) is not asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct New {
    name: Option<String>,
    #[serde(flatten)]
    container: Asked,
    #[serde(default)]
    cloud_type: Cloud,
    #[serde(default)]
    compute_type: Compute,
    gpu_type_ids: Option<Vec<String>>,
    #[serde(default)]
    gpu_type_priority: Order,
    #[serde(default = "one")]
    gpu_count: u32,
    allowed_cuda_versions: Option<Vec<String>>,
    #[serde(rename = "minRAMPerGPU", default = "eight")]
    min_ram: u32,
    #[serde(rename = "minVCPUPerGPU", default = "two")]
    min_vcpus: u32,
    cpu_flavor_ids: Option<Vec<String>>,
    #[serde(default)]
    cpu_flavor_priority: Order,
    #[serde(default = "two")]
    vcpu_count: u32,
    #[serde(default)]
    data_center_ids: Vec<String>,
    #[serde(default)]
    data_center_priority: Order,
    #[serde(default)]
    country_codes: Vec<String>,
    #[serde(default)]
    global_networking: bool,
    #[serde(default)]
    interruptible: bool,
    #[serde(default)]
    locked: bool,
    network_volume_id: Option<String>,
    template_id: Option<String>,
}

/// The family of machines, where v1 names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::rest_v1) enum Compute {
    #[default]
    Gpu,
    Cpu,
}

fn one() -> u32 {
    1
}

fn two() -> u32 {
    2
}

fn eight() -> u32 {
    8
}

impl New {
    /// What of it is for the other family of machines counts for nothing, as does an empty id.
    pub(super) fn read(self) -> Result<NewPod, Denied> {
        let template_id = self.template_id.clone().filter(|id| !id.is_empty());
        let cpu = self.compute_type == Compute::Cpu;
        let (first, types) = if cpu { self.flavors()? } else { self.gpus()? };
        let mounts = self.mounts(template_id.is_some());
        let container =
            if template_id.is_some() { self.container } else { self.container.or_default_ports() };
        let rather = Rather {
            types,
            type_order: if cpu { self.cpu_flavor_priority } else { self.gpu_type_priority },
            site_order: self.data_center_priority,
            countries: self.country_codes,
        };
        let gpu = GpuAsked {
            id: first.clone(),
            count: self.gpu_count,
            allowed_cuda_versions: self.allowed_cuda_versions,
            min_cuda_version: None,
            min_ram_per_gpu: self.min_ram,
            min_vcpu_count_per_gpu: self.min_vcpus,
        };
        Ok(NewPod {
            name: self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| "my pod".to_owned()),
            container: container.change(),
            cloud: self.cloud_type,
            gpu: (!cpu).then_some(gpu),
            cpu: cpu.then_some(CpuAsked { id: first, vcpu_count: self.vcpu_count }),
            data_center_ids: self.data_center_ids,
            global_networking: self.global_networking,
            mounts,
            start_ssh: None,
            start_jupyter: None,
            template_id,
            rather,
            keeps_template: true,
            locked: self.locked,
            interruptible: self.interruptible,
        })
    }

    /// The GPU types that will do: those asked for, or any. The contract has names that the catalogue lacks;
    /// of those there is never one left.
    fn gpus(&self) -> Result<(String, Vec<String>), Denied> {
        let asked = or_any(self.gpu_type_ids.as_deref(), "gpuTypeIds");
        split(asked.iter().filter(|id| gpus::gpu(id).is_some()).cloned().collect(), &asked)
    }

    fn flavors(&self) -> Result<(String, Vec<String>), Denied> {
        let asked = or_any(self.cpu_flavor_ids.as_deref(), "cpuFlavorIds");
        split(asked.iter().filter(|id| cpus::flavor(id).is_some()).cloned().collect(), &asked)
    }

    /// A network volume takes the place of the Pod's own, and so may a template's. A CPU Pod has none of its
    /// own: the size that every request asks for by default does not count there.
    fn mounts(&self, has_template: bool) -> Mounts {
        let (asked, cpu) = (&self.container, self.compute_type == Compute::Cpu);
        let network = self.network_volume_id.clone().filter(|id| !id.is_empty());
        if let Some(volume_id) = network {
            let mount = NetworkMount { volume_id, path: asked.path() };
            return Mounts { persistent: None, network: Some(vec![mount]) };
        }
        let own =
            if has_template { asked.volume(None) } else { asked.clone().or_default_volume().volume(None) };
        own.filter(|_| !cpu).unwrap_or_default()
    }
}

/// The types asked for; none named means any that the contract knows.
fn or_any(asked: Option<&[String]>, field: &str) -> Vec<String> {
    let any = || words(SHAPE, field).into_iter().map(str::to_owned).collect();
    asked.filter(|asked| !asked.is_empty()).map_or_else(any, <[String]>::to_vec)
}

fn split(known: Vec<String>, asked: &[String]) -> Result<(String, Vec<String>), Denied> {
    let mut known = known.into_iter();
    let first = known.next().ok_or_else(|| Denied::SoldOut(asked.join(", ")))?;
    Ok((first, known.collect()))
}

/// `PodUpdateInput` of the contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    name: Option<String>,
    #[serde(flatten)]
    container: Asked,
    locked: Option<bool>,
    global_networking: Option<bool>,
}

impl Change {
    /// In the words of the world, for a Pod with this mounted. Of a network volume only the path can change.
    pub(super) fn read(self, now: &Mount) -> PodChange {
        let mounts = match (now, &self.container.volume_mount_path) {
            (Mount::Network(mount), Some(path)) => {
                let moved = NetworkMount { path: path.clone(), ..mount.clone() };
                Some(Mounts { persistent: None, network: Some(vec![moved]) })
            }
            (Mount::Network(_), None) => None,
            (Mount::Persistent(mount), _) => self.container.volume(Some(mount)),
            (Mount::Nothing, _) => self.container.volume(None),
        };
        PodChange {
            name: self.name,
            container: self.container.change(),
            mounts,
            locked: self.locked,
            global_networking: self.global_networking,
            template_id: None,
        }
    }
}
