//! `/v2/pods`.

mod runtime;

use serde::{Deserialize, Serialize, Serializer};

use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::{Time, stamp};
use crate::pages::{self, Page, Pagination};
use crate::refusal::Refusal;
use crate::world::catalog::stock::Version;
use crate::world::container::{Command, Env};
use crate::world::mounts::{Mount, NetworkMount, Persistent};
use crate::world::pods::{Action, Machine, Membership, Pod};

pub(super) use runtime::ssh_address;

pub(super) const ROUTES: Routes = &[
    ("listPods", list),
    ("getPod", get),
    ("createPod", create),
    ("updatePod", update),
    ("deletePod", delete),
    ("podAction", act),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::read(call, pages::MOST)?;
    let members = call.asked("includeClusterPods").as_deref() == Some("true");
    let (pods, pagination) = page.cut(call.visit.pods(), |pod| pod.born);
    // Members are dropped from the page after it was cut, so a page may be short and not the last.
    let shown = pods.into_iter().filter(|pod| members || pod.lease.cluster.is_none());
    Answer::ok(&List { pods: Shown(shown.collect(), call.visit.now), pagination })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.pod(call.param("id")?)?, call.visit.now))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (new, now) = (call.read()?, call.visit.now);
    Answer::created(&spell(call.visit.create_pod(new)?, now))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change, now) = (call.param("id")?, call.read()?, call.visit.now);
    Answer::ok(&spell(call.visit.update_pod(id, change)?, now))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_pod(id)?;
    Ok(Answer::empty())
}

fn act(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, now) = (call.param("id")?, call.visit.now);
    let Asked { action } = call.read()?;
    match call.visit.act_on_pod(id, action)? {
        Some(pod) => Answer::ok(&spell(pod, now)),
        None => Ok(Answer::empty()),
    }
}

/// `PodActionRequest` of the contract.
#[derive(Deserialize)]
struct Asked {
    action: Action,
}

#[derive(Serialize)]
struct List<'a> {
    pods: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// Pods as they show themselves at an instant, spelt one at a time.
struct Shown<'a>(Vec<&'a Pod>, Time);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(pods, now) = self;
        to.collect_seq(pods.iter().map(|pod| spell(pod, *now)))
    }
}

/// `Pod` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    status: &'static str,
    actions: &'static [Action],
    // `ContainerConfig`, written out: a flattened one would cost a third more of every list.
    image: &'a str,
    args: &'a str,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
    disk: u32,
    env: &'a Env,
    ports: &'a [String],
    registry: Option<&'a str>,
    mounts: Mounts<'a>,
    cloud: &'static str,
    data_center_id: Option<&'static str>,
    cuda_version: Option<Version>,
    ssh: runtime::Ssh<'a>,
    /// What is made here copies from its template and keeps no link to it; other doors keep one.
    template: Option<&'a str>,
    cost: f64,
    locked: bool,
    runtime: Option<runtime::Runtime<'a>>,
    created_at: String,
    started_at: Option<String>,
    global_networking: runtime::Networking,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<Gpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Cpu>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<Member<'a>>,
}

/// `Mounts` of the contract: at most one of the two kinds.
#[derive(Serialize)]
struct Mounts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<&'a Persistent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<[&'a NetworkMount; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gpu {
    id: &'static str,
    count: u32,
    /// Of the whole machine, as `memory` (gigabytes) is.
    vcpu_count: u32,
    memory: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cpu {
    id: &'static str,
    vcpu_count: u32,
    memory: u32,
}

#[derive(Serialize)]
struct Member<'a> {
    id: &'a str,
    rank: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
}

/// A Pod as it shows itself at an instant.
pub(super) fn spell(pod: &Pod, now: Time) -> Spelt<'_> {
    let (lease, status, placed) = (&pod.lease, pod.status(now), pod.is_placed(now));
    let (gpu, cpu) = spell_machine(&lease.machine);
    let Command { entrypoint, cmd } = lease.container.command();
    let runtime = runtime::runtime(pod, now);
    Spelt {
        id: &pod.id,
        name: &lease.name,
        status: status.word(),
        actions: status.actions(),
        image: &lease.container.image,
        args: &lease.container.args,
        entrypoint,
        cmd,
        disk: lease.container.disk,
        env: &lease.container.env,
        ports: &lease.container.ports,
        registry: lease.container.registry.as_deref(),
        mounts: spell_mount(&lease.mount),
        cloud: lease.cloud.word(),
        data_center_id: placed.then_some(lease.site.id),
        cuda_version: lease.cuda.filter(|_| placed).map(Version),
        ssh: runtime::ssh(pod, runtime.as_ref(), now),
        template: lease.template.as_deref(),
        cost: pod.cost(now),
        locked: pod.locked,
        runtime,
        created_at: stamp(pod.created),
        started_at: pod.started_at(now).map(stamp),
        global_networking: runtime::networking(pod, now),
        gpu,
        cpu,
        cluster: lease.cluster.as_ref().map(spell_member),
    }
}

fn spell_mount(mount: &Mount) -> Mounts<'_> {
    match mount {
        Mount::Nothing => Mounts { persistent: None, network: None },
        Mount::Persistent(mount) => Mounts { persistent: Some(mount), network: None },
        Mount::Network(mount) => Mounts { persistent: None, network: Some([mount]) },
    }
}

fn spell_machine(machine: &Machine) -> (Option<Gpu>, Option<Cpu>) {
    match *machine {
        Machine::Gpu { gpu, count } => {
            let (vcpu_count, memory) = (gpu.vcpus() * count, gpu.ram() * count);
            (Some(Gpu { id: gpu.id, count, vcpu_count, memory }), None)
        }
        Machine::Cpu { flavor, vcpus } => {
            let memory = flavor.ram_per_vcpu * vcpus;
            (None, Some(Cpu { id: flavor.id, vcpu_count: vcpus, memory }))
        }
    }
}

fn spell_member(member: &Membership) -> Member<'_> {
    let Membership { cluster, rank, role, ip } = member;
    Member { id: cluster, rank: *rank, role: *role, ip: ip.as_deref() }
}
