//! A Pod as v1 shows it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::machine;
use crate::call::Call;
use crate::clock::stamp;
use crate::rest_v1::{container, volumes};
use crate::world::Visit;
use crate::world::catalog::stock::Cloud;
use crate::world::mounts::Mount;
use crate::world::pods::{Life, Machine, Pod, Status};

/// What is shown only when asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::rest_v1) struct Extras {
    pub(super) machine: bool,
    network_volume: bool,
    savings_plans: bool,
}

impl Extras {
    pub(super) fn read(call: &Call<'_>) -> Self {
        Self {
            machine: call.is_on("includeMachine"),
            network_volume: call.is_on("includeNetworkVolume"),
            savings_plans: call.is_on("includeSavingsPlans"),
        }
    }
}

/// `Pod` of the contract, which Serverless workers are too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::rest_v1) struct Spelt<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) image: &'a str,
    pub(super) desired_status: &'static str,
    /// US dollars per hour of running, whether it runs or not.
    pub(super) cost_per_hr: f64,
    pub(super) adjusted_cost_per_hr: f64,
    #[serde(flatten)]
    pub(super) container: container::Spelt<'a>,
    pub(super) volume_in_gb: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) volume_mount_path: &'a str,
    pub(super) volume_encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vcpu_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memory_in_gb: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gpu: Option<machine::Gpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpu_flavor_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) machine_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) machine: Option<machine::Spelt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network_volume: Option<volumes::Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) endpoint_id: Option<&'a str>,
    /// The version of the endpoint that a worker runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sls_version: Option<u32>,
    pub(super) public_ip: Option<&'static str>,
    /// Public ports by private ones.
    pub(super) port_mappings: Option<BTreeMap<&'a str, u64>>,
    pub(super) interruptible: bool,
    pub(super) locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_started_at: Option<String>,
    /// There are none; an empty list when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) savings_plans: Option<[(); 0]>,
    /// Where it stands, for the filter.
    #[serde(skip)]
    pub(super) site: Option<&'static str>,
    /// Ids of what it can mount, for the filter.
    #[serde(skip)]
    pub(super) volumes: Vec<&'a str>,
}

/// A Pod as it shows itself at this instant.
pub(super) fn spell<'a>(pod: &'a Pod, visit: &'a Visit<'_>, extras: Extras) -> Spelt<'a> {
    let (lease, now) = (&pod.lease, visit.now);
    let cost = lease.machine.rate(lease.cloud);
    let (vcpus, memory) = machine::size(&lease.machine);
    let placed = pod.is_placed(now);
    let volume = lease.mount.volume().filter(|_| extras.network_volume);
    let (public_ip, port_mappings) = public(pod, visit).unzip();
    let terms = machine::Terms { cost, secure: lease.cloud == Cloud::Secure };
    let shows_machine = placed && extras.machine;
    Spelt {
        id: &pod.id,
        name: &lease.name,
        image: &lease.container.image,
        desired_status: desired(&pod.life),
        cost_per_hr: cost,
        adjusted_cost_per_hr: cost,
        container: container::Spelt::of(&lease.container),
        volume_in_gb: lease.mount.gigabytes(),
        volume_mount_path: path(&lease.mount),
        volume_encrypted: false,
        vcpu_count: Some(vcpus),
        memory_in_gb: Some(memory),
        gpu: machine::gpu(&lease.machine),
        cpu_flavor_id: flavor(&lease.machine),
        machine_id: placed.then(|| machine::id(&pod.host)),
        machine: shows_machine.then(|| machine::spell(&lease.machine, lease.site, terms)),
        network_volume: volume.and_then(|id| visit.volume(id).ok()).map(volumes::spell),
        template_id: lease.template.as_deref(),
        endpoint_id: None,
        sls_version: None,
        public_ip,
        port_mappings,
        interruptible: lease.interruptible,
        locked: pod.locked,
        last_started_at: pod.started_at(now).map(stamp),
        savings_plans: extras.savings_plans.then_some([]),
        site: placed.then_some(lease.site.id),
        volumes: lease.mount.volume().into_iter().collect(),
    }
}

/// What it is meant to be, which says nothing of how far it has come.
fn desired(life: &Life) -> &'static str {
    match life {
        Life::Up(_) => "RUNNING",
        Life::Down => "EXITED",
        Life::Gone => "TERMINATED",
    }
}

pub(super) fn flavor(machine: &Machine) -> Option<&'static str> {
    match machine {
        Machine::Cpu { flavor, .. } => Some(flavor.id),
        Machine::Gpu { .. } => None,
    }
}

fn path(mount: &Mount) -> &str {
    match mount {
        Mount::Nothing => "",
        Mount::Persistent(mount) => &mount.path,
        Mount::Network(mount) => &mount.path,
    }
}

/// The public address and what is mapped to it, while it runs and anything is.
fn public<'a>(pod: &'a Pod, visit: &Visit<'_>) -> Option<(&'static str, BTreeMap<&'a str, u64>)> {
    if pod.status(visit.now) != Status::Running {
        return None;
    }
    let ports = pod.lease.container.ports.iter();
    let mapped: Vec<_> = ports
        .filter_map(|port| {
            let (ip, public) = pod.public_port(port, visit.now)?;
            Some((ip, (port.split('/').next()?, public)))
        })
        .collect();
    let ip = mapped.first().map(|(ip, _)| *ip)?;
    Some((ip, mapped.into_iter().map(|(_, pair)| pair).collect()))
}
