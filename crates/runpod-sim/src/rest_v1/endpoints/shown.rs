//! An endpoint as v1 shows it.

use serde::Serialize;

use crate::call::Call;
use crate::clock::stamp;
use crate::rest_v1::{pods, sayable, templates, words};
use crate::world::Visit;
use crate::world::catalog::cpus;
use crate::world::container::Env;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::config::{Compute, Config, CpuWish, Scaling};

const SHAPE: &str = "Endpoint";

/// What is shown only when asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extras {
    template: bool,
    workers: bool,
}

impl Extras {
    pub(super) fn read(call: &Call<'_>) -> Self {
        Self { template: call.is_on("includeTemplate"), workers: call.is_on("includeWorkers") }
    }
}

/// `Endpoint` of the contract. Of an endpoint made on v2 it shows what v1 has a word for: no load balancing,
/// no flash boot, no data centre or CUDA version that its lists lack.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    user_id: &'a str,
    created_at: String,
    version: u32,
    compute_type: &'static str,
    env: &'a Env,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_type_ids: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_cuda_versions: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<&'a str>,
    /// Flavour, virtual CPUs and gigabytes: `cpu3c-2-4`.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_ids: Option<Vec<String>>,
    data_center_ids: Vec<&'a str>,
    execution_timeout_ms: u64,
    idle_timeout: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_volume_id: Option<&'a str>,
    network_volume_ids: Vec<&'a str>,
    scaler_type: &'static str,
    scaler_value: u32,
    workers_min: u32,
    workers_max: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<templates::Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<Vec<pods::Spelt<'a>>>,
}

pub(super) fn spell<'a>(endpoint: &'a Endpoint, visit: &'a Visit<'_>, extras: Extras) -> Spelt<'a> {
    let config = &endpoint.config;
    let (scaler_type, scaler_value) = scaler(config.scaling);
    let machines = Machines::of(&config.compute);
    let volumes: Vec<_> = config.volumes.iter().map(|volume| volume.id.as_str()).collect();
    let workers = endpoint.fleet.workers.iter();
    let workers =
        workers.map(|worker| pods::spell_worker(endpoint, worker, (visit, pods::Extras::default())));
    Spelt {
        id: &endpoint.id,
        name: &config.name,
        user_id: &visit.account.id,
        created_at: stamp(endpoint.created),
        version: endpoint.version(),
        compute_type: machines.family,
        env: &config.container.env,
        gpu_count: machines.count,
        gpu_type_ids: machines.types,
        allowed_cuda_versions: machines.cuda,
        min_cuda_version: machines.floor,
        instance_ids: machines.instances,
        data_center_ids: sites(config),
        execution_timeout_ms: config.timeout,
        idle_timeout: config.workers.idle_timeout,
        network_volume_id: volumes.first().copied(),
        network_volume_ids: volumes,
        scaler_type,
        scaler_value,
        workers_min: config.workers.min,
        workers_max: config.workers.max,
        template_id: endpoint.template.as_deref(),
        template: extras.template.then(|| template(endpoint, visit)),
        workers: extras.workers.then(|| workers.collect()),
    }
}

/// What an endpoint runs on, in the words of v1.
#[derive(Default)]
struct Machines<'a> {
    family: &'static str,
    count: Option<u32>,
    types: Option<Vec<&'a str>>,
    cuda: Vec<&'a str>,
    floor: Option<&'a str>,
    instances: Option<Vec<String>>,
}

impl<'a> Machines<'a> {
    fn of(compute: &'a Compute) -> Self {
        match compute {
            Compute::Gpu(wish) => Self {
                family: "GPU",
                count: Some(wish.count),
                types: Some(sayable(SHAPE, "gpuTypeIds", wish.types().map(|gpu| gpu.id))),
                cuda: sayable(SHAPE, "allowedCudaVersions", wish.cuda.allowed.iter().map(String::as_str)),
                floor: sayable(SHAPE, "minCudaVersion", wish.cuda.floor.as_deref().into_iter()).pop(),
                instances: None,
            },
            Compute::Cpu(wishes) => Self {
                family: "CPU",
                instances: Some(wishes.iter().map(instance).collect()),
                ..Self::default()
            },
        }
    }
}

fn instance(wish: &CpuWish) -> String {
    let CpuWish { id, vcpu_count } = wish;
    let memory = cpus::flavor(id).map_or(0, |flavor| flavor.ram_per_vcpu * vcpu_count);
    format!("{id}-{vcpu_count}-{memory}")
}

/// v1 lists every data centre where v2 lists none and means any.
fn sites(config: &Config) -> Vec<&str> {
    if config.sites.is_empty() {
        return words(SHAPE, "dataCenterIds");
    }
    sayable(SHAPE, "dataCenterIds", config.sites.iter().map(|site| site.id))
}

/// Whole seconds; a delay between two of them is rounded up.
fn scaler(scaling: Scaling) -> (&'static str, u32) {
    match scaling {
        Scaling::RequestCount { request_count } => ("REQUEST_COUNT", request_count),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, as it should"
        )]
        Scaling::QueueDelay { queue_delay } => ("QUEUE_DELAY", queue_delay.ceil() as u32),
    }
}

fn template<'a>(endpoint: &'a Endpoint, visit: &'a Visit<'_>) -> templates::Spelt<'a> {
    let held = endpoint.template.as_deref().and_then(|id| visit.template(id).ok());
    held.map_or_else(
        || templates::spell_nameless(&endpoint.config.container),
        |template| templates::spell(template, visit),
    )
}
