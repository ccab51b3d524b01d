//! Serverless endpoints as REST v1 spells them: what runs comes from a template, GPUs are chosen by type.

mod machine;

use http::Method;
use serde::Serialize;

use self::machine::MachineBody;
use super::input::{Create, Flashboot, Kind, Scaling, Update, Workers};
use super::{Include, Query};
use crate::check;
use crate::client::Outcome;
use crate::container::Container;
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::version::{Resource, Switch};

pub(super) static LIST: Op = Op::v1("ListEndpoints", Method::GET, "/endpoints");
pub(super) static GET: Op = Op::v1("GetEndpoint", Method::GET, "/endpoints/{id}");
pub(super) static CREATE: Op = Op::v1("CreateEndpoint", Method::POST, "/endpoints");
pub(super) static UPDATE: Op = Op::v1("UpdateEndpoint", Method::PATCH, "/endpoints/{id}");
pub(super) static DELETE: Op = Op::v1("DeleteEndpoint", Method::DELETE, "/endpoints/{id}");

/// Longest name, in characters.
const NAME: usize = 191;

pub(super) fn list_query(query: &Query) -> Outcome<Vec<(&'static str, String)>> {
    let Query { page, include } = query;
    page.whole()?;
    Ok(get_query(*include))
}

pub(super) fn get_query(include: Include) -> Vec<(&'static str, String)> {
    let Include { template, workers } = include;
    Pairs::default().flag("includeTemplate", template).flag("includeWorkers", workers).into_vec()
}

/// Body of `CreateEndpoint`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointCreate {
    name: String,
    template_id: String,
    #[serde(flatten)]
    machine: MachineBody,
    #[serde(flatten)]
    scale: ScaleBody,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_center_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    network_volume_ids: Vec<String>,
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
        check::length("name", &name, NAME)?;
        let Some(template_id) = template_id else {
            return check::refuse(
                "templateId",
                "is missing; REST v1 makes an endpoint from a template. To give imageName and gpuPoolIds instead, \
                 set RUNPOD_REST_VERSION_ENDPOINTS=v2",
            );
        };
        check::filled("templateId", &template_id)?;
        bare(container)?;
        absent("endpointType", kind == Kind::LoadBalancer, "REST v1 makes endpoints with a queue only")?;
        Ok(Self {
            name,
            template_id,
            machine: compute.try_into()?,
            scale: ScaleBody::of(scaling, workers, execution_timeout_ms, flashboot)?,
            data_center_ids,
            network_volume_ids,
        })
    }
}

/// Body of `UpdateEndpoint`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    #[serde(flatten)]
    machine: MachineBody,
    #[serde(flatten)]
    scale: ScaleBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_volume_ids: Option<Vec<String>>,
}

impl TryFrom<&Update> for EndpointUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(
            change,
            "name, templateId, scalerType, scalerValue, workersMin, workersMax, idleTimeout, gpuTypeIds, gpuCount, \
             allowedCudaVersions, minCudaVersion, cpuFlavorIds, vcpuCount, dataCenterIds, networkVolumeIds, \
             executionTimeoutMs, flashboot",
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
        name.as_deref().map_or(Ok(()), |name| check::length("name", name, NAME))?;
        template_id.as_deref().map_or(Ok(()), |id| check::filled("templateId", id))?;
        bare(container)?;
        Ok(Self {
            name,
            template_id,
            machine: MachineBody::of_change(gpu, cpu)?,
            scale: ScaleBody::of(scaling, workers, execution_timeout_ms, flashboot)?,
            data_center_ids,
            network_volume_ids,
        })
    }
}

/// How many workers run, how long, and what their number follows.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ScaleBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    scaler_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scaler_value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers_min: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers_max: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_timeout: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_timeout_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flashboot: Option<bool>,
}

impl ScaleBody {
    fn of(
        scaling: Option<Scaling>,
        workers: Workers,
        execution_timeout_ms: Option<u32>,
        flashboot: Option<Flashboot>,
    ) -> Outcome<Self> {
        let Workers { min, max, idle_timeout_s } = workers;
        check::within("idleTimeout", idle_timeout_s, 1..=3600)?;
        let scaler = scaling.map(scaler).transpose()?;
        absent("flashboot", flashboot == Some(Flashboot::Priority), "REST v1 knows it on or off only")?;
        Ok(Self {
            scaler_type: scaler.map(|(kind, _)| kind),
            scaler_value: scaler.map(|(_, value)| value),
            workers_min: min,
            workers_max: max,
            idle_timeout: idle_timeout_s,
            execution_timeout_ms,
            flashboot: flashboot.map(|flashboot| flashboot != Flashboot::Off),
        })
    }
}

/// Name and target of a scaler; v1 takes whole targets only.
fn scaler(scaling: Scaling) -> Outcome<(&'static str, u32)> {
    match scaling.checked()? {
        Scaling::RequestCount(requests) => Ok(("REQUEST_COUNT", requests)),
        Scaling::QueueDelay(seconds) => match Scaling::request_count(seconds) {
            Ok(Scaling::RequestCount(seconds)) => Ok(("QUEUE_DELAY", seconds)),
            _ => Err(homeless("scalerValue", "REST v1 takes a whole number of seconds, at least 1")),
        },
    }
}

/// A container says nothing: on v1 the template says it all.
fn bare(container: Container) -> Outcome<()> {
    // No `..`: a new field of `Container` is refused here too.
    let Container { image, args, entrypoint, cmd, disk_gb, env, ports, registry } = container;
    let why = "on REST v1 it comes from the template; change that";
    absent("imageName", image.is_some(), why)?;
    absent("args", args.is_some(), why)?;
    absent("entrypoint", entrypoint.is_some(), why)?;
    absent("cmd", cmd.is_some(), why)?;
    absent("containerDiskInGb", disk_gb.is_some(), why)?;
    absent("env", env.is_some(), why)?;
    absent("ports", ports.is_some(), why)?;
    absent("containerRegistryAuthId", registry.is_some(), why)
}

fn absent(field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    if given { Err(homeless(field, why)) } else { Ok(()) }
}

fn homeless(field: &'static str, why: &'static str) -> Error {
    Error::Unmappable { field, why, switch: Some(Switch::to_v2(Resource::Endpoints)) }
}
