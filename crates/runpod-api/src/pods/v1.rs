//! Pods as REST v1 spells them.

use http::Method;
use serde::Serialize;

use super::{Action, Compute, Create, Family, Filter, Gpu, Include, Query, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::v1::{ContainerBody, MountBody};
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::version::{Resource, Switch};
use crate::word::Word;

pub(super) static LIST: Op = Op::v1("ListPods", Method::GET, "/pods");
pub(super) static GET: Op = Op::v1("GetPod", Method::GET, "/pods/{id}");
pub(super) static CREATE: Op = Op::v1("CreatePod", Method::POST, "/pods");
pub(super) static UPDATE: Op = Op::v1("UpdatePod", Method::PATCH, "/pods/{id}");
pub(super) static DELETE: Op = Op::v1("DeletePod", Method::DELETE, "/pods/{id}");
static START: Op = Op::v1("StartPod", Method::POST, "/pods/{id}/start");
static STOP: Op = Op::v1("StopPod", Method::POST, "/pods/{id}/stop");

/// Longest name, in characters.
const NAME: usize = 191;

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include_cluster_pods, filter, include } = query;
    page.whole()?;
    absent("includeClusterPods", *include_cluster_pods, "REST v1 does not know clusters")?;
    let Filter { family, gpu_type_ids, data_center_ids, name } = filter;
    let pairs = Pairs::default()
        .set("computeType", family.map(Family::as_str))
        .each("gpuTypeId", gpu_type_ids)
        .each("dataCenterId", data_center_ids)
        .set("name", name.as_deref());
    Ok(included(pairs, *include).into_vec())
}

pub(super) fn get_query(include: Include) -> Vec<(&'static str, String)> {
    included(Pairs::default(), include).into_vec()
}

fn included(pairs: Pairs, include: Include) -> Pairs {
    let Include { machine, network_volume } = include;
    pairs.flag("includeMachine", machine).flag("includeNetworkVolume", network_volume)
}

/// The operation of an action. The contract lists a restart without any success, and none has been seen.
pub(super) fn action(action: Action) -> Outcome<&'static Op> {
    match action {
        Action::Start => Ok(&START),
        Action::Stop => Ok(&STOP),
        Action::Restart => Err(Error::WrongVersion {
            what: "restarting a Pod",
            instead: Some("stop it, then start it"),
            switch: Switch::to_v2(Resource::Pods),
        }),
    }
}

/// Body of `CreatePod`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodCreate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(flatten)]
    machine: MachineBody,
    #[serde(flatten)]
    mount: MountBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
}

impl TryFrom<&Create> for PodCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        // No `..`: a new field of `Create` is placed here or refused here.
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
        name.as_deref().map_or(Ok(()), |name| check::length("name", name, NAME))?;
        absent("startSsh", start_ssh.is_some(), "Pods of REST v1 have no such setting")?;
        absent("startJupyter", start_jupyter.is_some(), "Pods of REST v1 have no such setting")?;
        Ok(Self {
            name,
            machine: compute.try_into()?,
            container: ContainerBody::of_new(container, template_id.as_deref(), Resource::Pods)?,
            template_id,
            mount: MountBody::of_new(mount)?,
            cloud_type: cloud.map(Word::as_str),
            data_center_ids,
            global_networking,
        })
    }
}

/// What a Pod computes with. GPUs, and one of them, are what v1 assumes.
#[derive(Debug, Default, Serialize)]
struct MachineBody {
    #[serde(rename = "computeType", skip_serializing_if = "Option::is_none")]
    family: Option<&'static str>,
    #[serde(rename = "gpuTypeIds", skip_serializing_if = "Vec::is_empty")]
    gpu_type_ids: Vec<String>,
    #[serde(rename = "gpuCount", skip_serializing_if = "Option::is_none")]
    gpu_count: Option<u32>,
    #[serde(rename = "allowedCudaVersions", skip_serializing_if = "Vec::is_empty")]
    allowed_cuda_versions: Vec<String>,
    #[serde(rename = "minRAMPerGPU", skip_serializing_if = "Option::is_none")]
    min_ram_per_gpu: Option<u32>,
    #[serde(rename = "minVCPUPerGPU", skip_serializing_if = "Option::is_none")]
    min_vcpu_per_gpu: Option<u32>,
    #[serde(rename = "cpuFlavorIds", skip_serializing_if = "Option::is_none")]
    cpu_flavor_ids: Option<[String; 1]>,
    #[serde(rename = "vcpuCount", skip_serializing_if = "Option::is_none")]
    vcpu_count: Option<u32>,
}

impl TryFrom<Compute> for MachineBody {
    type Error = Error;

    fn try_from(compute: Compute) -> Outcome<Self> {
        match compute {
            Compute::Gpu(gpu) => Self::gpu(gpu),
            Compute::Cpu { flavor_id, vcpu_count } => {
                flavor_id.as_deref().map_or(Ok(()), |id| check::filled("cpuFlavorId", id))?;
                check::at_least("vcpuCount", Some(vcpu_count), 2)?;
                Ok(Self {
                    family: Some(Family::Cpu.as_str()),
                    cpu_flavor_ids: flavor_id.map(|id| [id]),
                    vcpu_count: Some(vcpu_count),
                    ..Self::default()
                })
            }
        }
    }
}

impl MachineBody {
    fn gpu(gpu: Gpu) -> Outcome<Self> {
        let Gpu {
            type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
            min_ram_per_gpu,
            min_vcpu_per_gpu,
        } = gpu;
        if type_ids.is_empty() || type_ids.iter().any(|id| id.trim().is_empty()) {
            return check::refuse("gpuTypeIds", "must name GPU types by the ids of the catalogue");
        }
        check::at_least("gpuCount", Some(count), 1)?;
        absent(
            "minCudaVersion",
            min_cuda_version.is_some(),
            "REST v1 takes an exact set; give allowedCudaVersions",
        )?;
        check::cuda_choice(Some(&allowed_cuda_versions), None)?;
        check::at_least("minRamPerGpu", min_ram_per_gpu, 1)?;
        check::at_least("minVcpuCountPerGpu", min_vcpu_per_gpu, 1)?;
        Ok(Self {
            gpu_type_ids: type_ids,
            gpu_count: Some(count).filter(|count| *count != 1),
            allowed_cuda_versions,
            min_ram_per_gpu,
            min_vcpu_per_gpu,
            ..Self::default()
        })
    }
}

/// Body of `UpdatePod`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(flatten)]
    mount: MountBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
}

impl TryFrom<&Update> for PodUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(
            change,
            "name, imageName, dockerEntrypoint, dockerStartCmd, containerDiskInGb, env, ports, \
             containerRegistryAuthId, volumeInGb, volumeMountPath, locked, globalNetworking",
        )?;
        let Update { name, container, mount, locked, global_networking, template_id } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::length("name", name, NAME))?;
        let container = ContainerBody::of(container, Resource::Pods)?;
        absent("templateId", template_id.is_some(), "REST v1 takes a template only for a new Pod")?;
        let why = "REST v1 cannot change the network volume of a Pod or its path";
        let mount = MountBody::of_own(mount, why, Some(Switch::to_v2(Resource::Pods)))?;
        Ok(Self { name, container, mount, locked, global_networking })
    }
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    let switch = Some(Switch::to_v2(Resource::Pods));
    if given { Err(Error::Unmappable { field, why, switch }) } else { Ok(()) }
}
