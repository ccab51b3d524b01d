//! `/v2/pods`.

mod runtime;

use serde::{Deserialize, Serialize};

use super::container::SpeltContainer;
use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::{Time, stamp};
use crate::pages::{self, Page, Pagination};
use crate::refusal::Refusal;
use crate::world::mounts::Mounts;
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
    let pods: Vec<_> = shown.map(|pod| spell(pod, call.visit.now)).collect();
    Answer::ok(&List { pods, pagination })
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
    pods: Vec<Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// `Pod` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    status: &'static str,
    actions: &'static [Action],
    #[serde(flatten)]
    container: SpeltContainer<'a>,
    mounts: Mounts,
    cloud: &'static str,
    data_center_id: Option<&'static str>,
    cuda_version: Option<String>,
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
    Spelt {
        id: &pod.id,
        name: &lease.name,
        status: status.word(),
        actions: status.actions(),
        container: SpeltContainer::of(&lease.container),
        mounts: lease.mount.spell(),
        cloud: lease.cloud.word(),
        data_center_id: placed.then_some(lease.site.id),
        cuda_version: lease.cuda.filter(|_| placed).map(|(major, minor)| format!("{major}.{minor}")),
        ssh: runtime::ssh(pod, now),
        template: lease.template.as_deref(),
        cost: pod.cost(now),
        locked: pod.locked,
        runtime: runtime::runtime(pod, now),
        created_at: stamp(pod.created),
        started_at: pod.started_at(now).map(stamp),
        global_networking: runtime::networking(pod, now),
        gpu,
        cpu,
        cluster: lease.cluster.as_ref().map(spell_member),
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
