//! Instant Clusters as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Compute, Create, Update};
use crate::check;
use crate::client::Outcome;
use crate::container::v2::{ContainerBody, MountsBody};
use crate::error::Error;
use crate::op::Op;
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listClusters", Method::GET, "/clusters");
pub(super) static GET: Op = Op::v2("getCluster", Method::GET, "/clusters/{id}");
pub(super) static CREATE: Op = Op::v2("createCluster", Method::POST, "/clusters");
pub(super) static UPDATE: Op = Op::v2("updateCluster", Method::PATCH, "/clusters/{id}");
pub(super) static DELETE: Op = Op::v2("deleteCluster", Method::DELETE, "/clusters/{id}");
pub(super) static PODS: Op = Op::v2("listClusterPods", Method::GET, "/clusters/{id}/pods");

/// Body of `createCluster`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClusterCreate {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    compute: ComputeBody,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mounts: Option<MountsBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ssh: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_jupyter: Option<bool>,
}

impl TryFrom<&Create> for ClusterCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        // No `..`: a new field of `Create` is placed here or refused here.
        let Create {
            name,
            kind,
            compute,
            container,
            template_id,
            mount,
            data_center_ids,
            start_ssh,
            start_jupyter,
        } = new.clone();
        check::filled("name", &name)?;
        if container.registry.is_some() {
            return Err(Error::Unmappable {
                field: "containerRegistryAuthId",
                why: "a cluster takes no registry credential; use a template that has one",
                switch: None,
            });
        }
        Ok(Self {
            name,
            kind: kind.as_str(),
            compute: compute.try_into()?,
            container: ContainerBody::of_new(container, template_id.as_deref())?,
            template_id,
            mounts: mount.map(MountsBody::try_from).transpose()?,
            data_center_ids,
            start_ssh,
            start_jupyter,
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ComputeBody {
    gpu_type_id: String,
    gpu_count_per_pod: u32,
    pod_count: u32,
}

impl TryFrom<Compute> for ComputeBody {
    type Error = Error;

    fn try_from(compute: Compute) -> Outcome<Self> {
        let Compute { gpu_type_id, gpu_count_per_pod, pod_count } = compute;
        check::filled("gpuTypeId", &gpu_type_id)?;
        check::at_least("gpuCountPerPod", Some(gpu_count_per_pod), 1)?;
        check::within("podCount", Some(pod_count), 2..=250)?;
        Ok(Self { gpu_type_id, gpu_count_per_pod, pod_count })
    }
}

/// Body of `updateCluster`.
#[derive(Debug, Serialize)]
pub(super) struct ClusterUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl TryFrom<&Update> for ClusterUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(change, "name")?;
        let Update { name } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        Ok(Self { name })
    }
}
