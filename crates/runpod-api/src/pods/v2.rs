//! Pods as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Action, Compute, Create, Gpu, Query, Update};
use crate::container::v2::{ContainerBody, Mounts};
use crate::op::Op;

pub(super) static LIST: Op = Op::v2("listPods", Method::GET, "/pods");
pub(super) static GET: Op = Op::v2("getPod", Method::GET, "/pods/{id}");
pub(super) static CREATE: Op = Op::v2("createPod", Method::POST, "/pods");
pub(super) static UPDATE: Op = Op::v2("updatePod", Method::PATCH, "/pods/{id}");
pub(super) static ACTION: Op = Op::v2("podAction", Method::POST, "/pods/{id}/action");
pub(super) static DELETE: Op = Op::v2("deletePod", Method::DELETE, "/pods/{id}");

pub(super) fn list_query(query: &Query) -> Vec<(&'static str, String)> {
    let Query { limit, cursor, include_cluster_pods } = query.clone();
    [
        limit.map(|n| ("limit", n.to_string())),
        cursor.map(|c| ("cursor", c)),
        include_cluster_pods.then(|| ("includeClusterPods", "true".to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
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
    mounts: Option<Mounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ssh: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_jupyter: Option<bool>,
}

impl From<&Create> for PodCreate {
    fn from(new: &Create) -> Self {
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
        let (gpu, cpu) = match compute {
            Compute::Gpu(gpu) => (Some(gpu.into()), None),
            Compute::Cpu { flavor_id, vcpu_count } => (None, Some(CpuBody { id: flavor_id, vcpu_count })),
        };
        Self {
            name,
            container: container.into(),
            template_id,
            gpu,
            cpu,
            mounts: mount.map(Mounts::from),
            cloud,
            data_center_ids,
            global_networking,
            start_ssh,
            start_jupyter,
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
    mounts: Option<Mounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_networking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
}

impl From<&Update> for PodUpdate {
    fn from(change: &Update) -> Self {
        let Update { name, container, mount, locked, global_networking, template_id } = change.clone();
        Self {
            name,
            container: container.into(),
            mounts: mount.map(Mounts::from),
            locked,
            global_networking,
            template_id,
        }
    }
}

/// Body of `podAction`.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_ram_per_gpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_vcpu_count_per_gpu: Option<u32>,
}

impl From<Gpu> for GpuBody {
    fn from(gpu: Gpu) -> Self {
        let Gpu {
            type_id,
            count,
            allowed_cuda_versions,
            min_cuda_version,
            min_ram_per_gpu,
            min_vcpu_per_gpu,
        } = gpu;
        Self {
            id: type_id,
            count,
            allowed_cuda_versions,
            min_cuda_version,
            min_ram_per_gpu,
            min_vcpu_count_per_gpu: min_vcpu_per_gpu,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CpuBody {
    id: String,
    vcpu_count: u32,
}
