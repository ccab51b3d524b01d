//! Serverless endpoints as REST v2 spells them.

mod machine;

use http::Method;
use serde::Serialize;

use self::machine::{CpuBody, GpuBody, GpuChangeBody, cpus};
use super::input::{Compute, Create, Kind, Scaling, Update, Workers};
use super::{Include, Query};
use crate::check;
use crate::client::Outcome;
use crate::container::v2::ContainerBody;
use crate::error::Error;
use crate::op::Op;
use crate::query::{LARGE, Page, Pairs, SMALL};
use crate::version::{Resource, Switch};
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listEndpoints", Method::GET, "/serverless");
pub(super) static GET: Op = Op::v2("getEndpoint", Method::GET, "/serverless/{id}");
pub(super) static CREATE: Op = Op::v2("createEndpoint", Method::POST, "/serverless");
pub(super) static UPDATE: Op = Op::v2("updateEndpoint", Method::PATCH, "/serverless/{id}");
pub(super) static DELETE: Op = Op::v2("deleteEndpoint", Method::DELETE, "/serverless/{id}");
pub(super) static WORKERS: Op = Op::v2("listEndpointWorkers", Method::GET, "/serverless/{id}/workers");
pub(super) static RELEASES: Op = Op::v2("listEndpointReleases", Method::GET, "/serverless/{id}/releases");
pub(super) static BUILDS: Op = Op::v2("listEndpointBuilds", Method::GET, "/serverless/{id}/builds");
pub(super) static BUILD: Op = Op::v2("getEndpointBuild", Method::GET, "/serverless/{id}/builds/{buildId}");

pub(super) fn page_query(page: &Page) -> Outcome<Vec<(&'static str, String)>> {
    Pairs::default().page(page, LARGE).map(Pairs::into_vec)
}

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include } = query;
    get_query(*include)?;
    page_query(page)
}

/// Nothing, for REST v2 shows what it knows without being asked.
pub(super) fn get_query(include: Include) -> Outcome<Vec<(&'static str, String)>> {
    let Include { template, workers } = include;
    absent("includeTemplate", template, "REST v2 shows the settings in the endpoint itself; leave it out")?;
    absent("includeWorkers", workers, "REST v2 lists workers apart; list the workers of the endpoint")?;
    Ok(Vec::new())
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    let switch = Some(Switch::to_v1(Resource::Endpoints));
    if given { Err(Error::Unmappable { field, why, switch }) } else { Ok(()) }
}

pub(super) fn builds_query(page: &Page) -> Outcome<Vec<(&'static str, String)>> {
    Pairs::default().page(page, SMALL).map(Pairs::into_vec)
}

/// Body of `createEndpoint`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointCreate {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<GpuBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Vec<CpuBody>>,
    scaling: ScalingBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<WorkersBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    network_volumes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flashboot: Option<&'static str>,
}

impl TryFrom<&Create> for EndpointCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        // No `..`: a new field of `Create` is placed here or refused here.
        let Create {
            name,
            kind,
            compute,
            container,
            template_id,
            scaling,
            workers,
            data_center_ids,
            network_volume_ids,
            execution_timeout_ms,
            flashboot,
        } = new.clone();
        check::filled("name", &name)?;
        let scaling = scaling.unwrap_or_else(|| Scaling::default_for(kind));
        scales(kind, scaling, &workers)?;
        let (gpu, cpu) = match compute {
            Compute::Gpu(gpu) => (Some(GpuBody::try_from(gpu)?), None),
            Compute::Cpu(choices) => (None, Some(cpus(choices)?)),
        };
        Ok(Self {
            name,
            kind: kind.as_str(),
            container: ContainerBody::of_new(container, template_id.as_deref())?,
            template_id,
            gpu,
            cpu,
            scaling: scaling.checked()?.into(),
            workers: WorkersBody::of(workers)?,
            data_center_ids,
            network_volumes: network_volume_ids,
            timeout: execution_timeout_ms,
            flashboot: flashboot.map(Word::as_str),
        })
    }
}

/// Which scaler goes with which kind; the API refuses the rest with 400 or 422 after the fact.
fn scales(kind: Kind, scaling: Scaling, workers: &Workers) -> Outcome<()> {
    match (kind, scaling) {
        (Kind::LoadBalancer, Scaling::QueueDelay(_)) => check::refuse(
            "scalerType",
            "must be REQUEST_COUNT for a LOAD_BALANCER endpoint, which has no queue",
        ),
        (Kind::Queue, Scaling::RequestCount(_)) if workers.idle_timeout_s.is_some() => check::refuse(
            "idleTimeout",
            "has no meaning for a QUEUE endpoint that scales by REQUEST_COUNT; leave it out",
        ),
        _ => Ok(()),
    }
}

/// Body of `updateEndpoint`. There is no `type`: the API refuses it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<GpuChangeBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Vec<CpuBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scaling: Option<ScalingBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<WorkersBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_volumes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flashboot: Option<&'static str>,
}

impl TryFrom<&Update> for EndpointUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(
            change,
            "name, imageName, args, entrypoint, cmd, containerDiskInGb, env, ports, containerRegistryAuthId, \
             templateId, scalerType, scalerValue, workersMin, workersMax, idleTimeout, gpuPoolIds, \
             excludeGpuTypeIds, gpuCount, allowedCudaVersions, minCudaVersion, cpuFlavorIds, dataCenterIds, \
             networkVolumeIds, executionTimeoutMs, flashboot",
        )?;
        let Update {
            name,
            container,
            template_id,
            scaling,
            workers,
            gpu,
            cpu,
            data_center_ids,
            network_volume_ids,
            execution_timeout_ms,
            flashboot,
        } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        Ok(Self {
            name,
            container: container.try_into()?,
            template_id,
            gpu: GpuChangeBody::of(gpu)?,
            cpu: cpu.map(cpus).transpose()?,
            scaling: scaling.map(Scaling::checked).transpose()?.map(ScalingBody::from),
            workers: WorkersBody::of(workers)?,
            data_center_ids,
            network_volumes: network_volume_ids,
            timeout: execution_timeout_ms,
            flashboot: flashboot.map(Word::as_str),
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum ScalingBody {
    #[serde(rename_all = "camelCase")]
    QueueDelay { queue_delay: f64 },
    #[serde(rename_all = "camelCase")]
    RequestCount { request_count: u32 },
}

impl From<Scaling> for ScalingBody {
    fn from(scaling: Scaling) -> Self {
        match scaling {
            Scaling::QueueDelay(queue_delay) => Self::QueueDelay { queue_delay },
            Scaling::RequestCount(request_count) => Self::RequestCount { request_count },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkersBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_timeout: Option<u32>,
}

impl WorkersBody {
    /// Nothing when nothing is said.
    fn of(workers: Workers) -> Outcome<Option<Self>> {
        let Workers { min, max, idle_timeout_s } = workers;
        check::within("idleTimeout", idle_timeout_s, 1..=3600)?;
        let said = workers != Workers::default();
        Ok(said.then_some(Self { min, max, idle_timeout: idle_timeout_s }))
    }
}
