//! The machine under a Pod or a worker, as v1 shows it.

use serde::Serialize;

use crate::ids::{Ids, fate};
use crate::world::catalog::gpus;
use crate::world::catalog::sites::Site;
use crate::world::pods::Machine;

/// `Machine` of the contract, shown when asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt {
    cost_per_hr: f64,
    cpu_count: u32,
    data_center_id: &'static str,
    /// The country.
    location: &'static str,
    secure_cloud: bool,
    support_public_ip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_price_per_gpu: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_display_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_type_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_type: Option<Gpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_type_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_type: Option<Cpu>,
}

/// A GPU type: `gpu` of a Pod and `gpuType` of its machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Gpu {
    pub(super) id: &'static str,
    count: u32,
    display_name: &'static str,
    /// US dollars per GPU and hour.
    secure_price: f64,
    community_price: f64,
}

/// A CPU flavour.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cpu {
    id: &'static str,
    display_name: &'static str,
    group_id: &'static str,
    cores: u32,
    threads_per_core: u32,
}

/// US dollars per hour, and whether it is in the secure cloud.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) cost: f64,
    pub(super) secure: bool,
}

pub(super) fn spell(machine: &Machine, site: &'static Site, terms: Terms) -> Spelt {
    let Terms { cost, secure } = terms;
    let gpu = gpu(machine);
    let cpu = cpu(machine);
    let count = gpu.as_ref().map_or(1, |gpu| gpu.count.max(1));
    Spelt {
        cost_per_hr: cost,
        cpu_count: size(machine).0,
        data_center_id: site.id,
        location: site.country,
        secure_cloud: secure,
        support_public_ip: true,
        current_price_per_gpu: gpu.as_ref().map(|_| cost / f64::from(count)),
        gpu_display_name: gpu.as_ref().map(|gpu| gpu.display_name),
        gpu_type_id: gpu.as_ref().map(|gpu| gpu.id),
        gpu_type: gpu,
        cpu_type_id: cpu.as_ref().map(|cpu| cpu.id),
        cpu_type: cpu,
    }
}

pub(super) fn gpu(machine: &Machine) -> Option<Gpu> {
    let Machine::Gpu { gpu, count } = *machine else { return None };
    let gpus::Gpu { id, name, secure, community, .. } = gpu;
    Some(Gpu { id, count, display_name: name, secure_price: secure.price, community_price: community.price })
}

fn cpu(machine: &Machine) -> Option<Cpu> {
    let Machine::Cpu { flavor, vcpus } = *machine else { return None };
    let (id, display_name, group_id) = (flavor.id, flavor.name, flavor.group);
    Some(Cpu { id, display_name, group_id, cores: vcpus, threads_per_core: 1 })
}

/// Virtual CPUs and gigabytes of main memory.
pub(super) fn size(machine: &Machine) -> (u32, u32) {
    match *machine {
        Machine::Gpu { gpu, count } => (gpu.vcpus() * count, gpu.ram() * count),
        Machine::Cpu { flavor, vcpus } => (vcpus, flavor.ram_per_vcpu * vcpus),
    }
}

/// The id of the machine that whoever has this id was given.
pub(super) fn id(tenant: &str) -> String {
    Ids::new(fate(4, &[tenant])).short(12)
}
