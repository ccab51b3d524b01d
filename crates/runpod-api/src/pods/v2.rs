//! Pods as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Action, Compute, Create, Filter, Gpu, Include, Query, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::Mount;
use crate::container::v2::{ContainerBody, MountsBody};
use crate::error::Error;
use crate::mapped::Note;
use crate::op::Op;
use crate::query::{LARGE, Pairs};
use crate::version::{Resource, Switch};
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listPods", Method::GET, "/pods");
pub(super) static GET: Op = Op::v2("getPod", Method::GET, "/pods/{id}");
pub(super) static CREATE: Op = Op::v2("createPod", Method::POST, "/pods");
pub(super) static UPDATE: Op = Op::v2("updatePod", Method::PATCH, "/pods/{id}");
pub(super) static ACTION: Op = Op::v2("podAction", Method::POST, "/pods/{id}/action");
pub(super) static DELETE: Op = Op::v2("deletePod", Method::DELETE, "/pods/{id}");

/// What REST v1 calls a Pod without a name; v2 wants one.
const DEFAULT_NAME: &str = "my pod";

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include_cluster_pods, filter, include } = query;
    let Filter { family, gpu_type_ids, data_center_ids, name } = filter;
    let why = "lists of REST v2 have no such filter; choose among the rows";
    absent("computeType", family.is_some(), why)?;
    absent("gpuTypeId", !gpu_type_ids.is_empty(), why)?;
    absent("dataCenterId", !data_center_ids.is_empty(), why)?;
    absent("name", name.is_some(), why)?;
    let mut pairs = get_query(*include)?;
    let page = Pairs::default().page(page, LARGE)?;
    pairs.extend(page.flag("includeClusterPods", *include_cluster_pods).into_vec());
    Ok(pairs)
}

/// Nothing, for REST v2 shows what it knows without being asked.
pub(super) fn get_query(include: Include) -> Outcome<Vec<(&'static str, String)>> {
    let Include { machine, network_volume } = include;
    absent("includeMachine", machine, "REST v2 shows no more of the machine than is in the Pod")?;
    absent("includeNetworkVolume", network_volume, "REST v2 shows the id; read the network volume by it")?;
    Ok(Vec::new())
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    let switch = Some(Switch::to_v1(Resource::Pods));
    if given { Err(Error::Unmappable { field, why, switch }) } else { Ok(()) }
}

/// Body of `createPod`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodCreate {
    name: String,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<GpuBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<CpuBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mounts: Option<MountsBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ssh: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_jupyter: Option<bool>,
}

impl PodCreate {
    /// The body, and what was chosen or left out on the way.
    pub(super) fn of(new: &Create) -> Outcome<(Self, Vec<Note>)> {
        // No `..`: a new field of `Create` is placed here or the compiler says so.
        let Create {
            name,
            template_id,
            compute,
            container,
            mount,
            cloud,
            data_center_ids,
            global_networking,
            start_ssh,
            start_jupyter,
        } = new.clone();
        let mut notes = Vec::new();
        let may_be_unnamed = template_id.is_some() || matches!(compute, Compute::Cpu { .. });
        let name = named(name, may_be_unnamed, &mut notes)?;
        let (gpu, cpu) = machine(compute, mount.as_ref(), &mut notes)?;
        let body = Self {
            name,
            container: ContainerBody::of_new(container, template_id.as_deref())?,
            template_id,
            gpu,
            cpu,
            mounts: mount.map(MountsBody::try_from).transpose()?,
            cloud: cloud.map(Word::as_str),
            data_center_ids,
            global_networking,
            start_ssh,
            start_jupyter,
        };
        Ok((body, notes))
    }
}

fn named(name: Option<String>, may_be_unnamed: bool, notes: &mut Vec<Note>) -> Outcome<String> {
    match name {
        Some(name) => check::filled("name", &name).map(|()| name),
        None if may_be_unnamed => {
            notes.push(Note::new(format!("No name was given; the Pod is called `{DEFAULT_NAME}`.")));
            Ok(DEFAULT_NAME.to_owned())
        }
        None => check::refuse("name", "is missing; a GPU Pod from an image needs one"),
    }
}

fn machine(
    compute: Compute,
    mount: Option<&Mount>,
    notes: &mut Vec<Note>,
) -> Outcome<(Option<GpuBody>, Option<CpuBody>)> {
    match (compute, mount) {
        (Compute::Gpu(gpu), _) => Ok((Some(GpuBody::of(gpu, notes)?), None)),
        (Compute::Cpu { .. }, Some(Mount::Persistent { .. })) => Err(Error::Unmappable {
            field: "volumeInGb",
            why: "on REST v2 a CPU Pod has no volume of its own; attach a network volume",
            switch: None,
        }),
        (Compute::Cpu { flavor_id, vcpu_count }, _) => {
            let Some(id) = flavor_id else {
                return check::refuse("cpuFlavorId", "must name a CPU flavour: REST v2 does not choose one");
            };
            check::filled("cpuFlavorId", &id)?;
            check::at_least("vcpuCount", Some(vcpu_count), 2)?;
            Ok((None, Some(CpuBody { id, vcpu_count })))
        }
    }
}

/// Body of `updatePod`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    mounts: Option<MountsBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
}

impl TryFrom<&Update> for PodUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(
            change,
            "name, imageName, args, entrypoint, cmd, containerDiskInGb, env, ports, containerRegistryAuthId, \
             volumeInGb, volumeMountPath, locked, globalNetworking, templateId",
        )?;
        let Update { name, container, mount, locked, global_networking, template_id } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        Ok(Self {
            name,
            container: container.try_into()?,
            mounts: mount.map(MountsBody::try_from).transpose()?,
            locked,
            global_networking,
            template_id,
        })
    }
}

/// Body of `podAction`. The contract's `terminate` is not spoken: it is `deletePod` by another name.
#[derive(Debug, Serialize)]
pub(super) struct PodAction {
    action: &'static str,
}

impl From<Action> for PodAction {
    fn from(action: Action) -> Self {
        let action = match action {
            Action::Start => "start",
            Action::Stop => "stop",
            Action::Restart => "restart",
        };
        Self { action }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GpuBody {
    id: String,
    count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_cuda_versions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_ram_per_gpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_vcpu_count_per_gpu: Option<u32>,
}

impl GpuBody {
    fn of(gpu: Gpu, notes: &mut Vec<Note>) -> Outcome<Self> {
        let Gpu {
            type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
            min_ram_per_gpu,
            min_vcpu_per_gpu,
        } = gpu;
        check::at_least("gpuCount", Some(count), 1)?;
        check::cuda_choice(Some(&allowed_cuda_versions), min_cuda_version.as_deref())?;
        check::at_least("minRamPerGpu", min_ram_per_gpu, 1)?;
        check::at_least("minVcpuCountPerGpu", min_vcpu_per_gpu, 1)?;
        Ok(Self {
            id: first(type_ids, notes)?,
            count,
            allowed_cuda_versions,
            min_cuda_version,
            min_ram_per_gpu,
            min_vcpu_count_per_gpu: min_vcpu_per_gpu,
        })
    }
}

/// v2 takes one GPU type; what is not sent is named in a note.
fn first(type_ids: Vec<String>, notes: &mut Vec<Note>) -> Outcome<String> {
    let mut type_ids = type_ids.into_iter();
    let Some(used) = type_ids.next().filter(|id| !id.trim().is_empty()) else {
        return check::refuse("gpuTypeIds", "is empty; name a GPU type by the id of the catalogue");
    };
    let ignored: Vec<String> = type_ids.map(|id| format!("`{id}`")).collect();
    if !ignored.is_empty() {
        let ignored = ignored.join(", ");
        notes.push(Note::new(format!("REST v2 takes one GPU type: `{used}` was sent, {ignored} not.")));
    }
    Ok(used)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CpuBody {
    id: String,
    vcpu_count: u32,
}
