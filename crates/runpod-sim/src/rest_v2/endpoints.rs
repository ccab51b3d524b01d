//! `/v2/serverless`.

mod builds;
mod releases;
mod workers;

use serde::Serialize;

use super::container::SpeltContainer;
use super::{Call, Routes};
use crate::answer::Answer;
use crate::clock::stamp;
use crate::pages::{MOST, Page, Pagination};
use crate::refusal::Refusal;
use crate::runtime::balancer::health_path;
use crate::world::catalog::cpus;
use crate::world::endpoints::config::{Compute, Config, CpuWish, FlashBoot, GpuWish, Scaling};
use crate::world::endpoints::{Endpoint, Kind};

pub(super) const ROUTES: Routes = &[
    ("listEndpoints", list),
    ("getEndpoint", get),
    ("createEndpoint", create),
    ("updateEndpoint", update),
    ("deleteEndpoint", delete),
    ("listEndpointWorkers", workers::list),
    ("listEndpointReleases", releases::list),
    ("listEndpointBuilds", builds::list),
    ("getEndpointBuild", builds::get),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::read(call, MOST)?;
    let (endpoints, pagination) = page.cut(call.visit.endpoints(), |endpoint| endpoint.born);
    Answer::ok(&List { endpoints: endpoints.into_iter().map(spell).collect(), pagination })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.endpoint(call.param("id")?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::created(&spell(call.visit.create_endpoint(new)?))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change) = (call.param("id")?, call.read()?);
    Answer::ok(&spell(call.visit.update_endpoint(id, change)?))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_endpoint(id)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
struct List<'a> {
    endpoints: Vec<Spelt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// `Endpoint` of the contract. What an endpoint of the other family has is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    r#type: Kind,
    #[serde(flatten)]
    container: SpeltContainer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu: Option<SpeltGpu<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Vec<SpeltCpu<'a>>>,
    workers: SpeltWorkers,
    scaling: Scaling,
    data_center_ids: Vec<&'a str>,
    network_volumes: Vec<&'a str>,
    timeout: u64,
    flashboot: FlashBoot,
    request_urls: Urls,
    created_at: String,
}

/// `EndpointGpuConfig` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltGpu<'a> {
    pools: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    excluded_types: &'a [String],
    count: u32,
    allowed_cuda_versions: &'a [String],
    min_cuda_version: Option<&'a str>,
}

/// `CpuConfig` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltCpu<'a> {
    id: &'a str,
    vcpu_count: u32,
    /// Gigabytes.
    memory: u32,
}

/// `EndpointWorkers` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltWorkers {
    min: u32,
    max: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_timeout: Option<u32>,
}

/// `EndpointRequestUrls` of the contract: where the real service answers.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Urls {
    Queue {
        run: String,
        run_sync: String,
        status: String,
        stream: String,
        cancel: String,
        retry: String,
        purge_queue: String,
        health: String,
    },
    LoadBalancer {
        base: String,
        health: String,
    },
}

fn spell(endpoint: &Endpoint) -> Spelt<'_> {
    let Config { name, container, compute, scaling, workers, timeout, flashboot, sites, volumes } =
        &endpoint.config;
    let (gpu, cpu) = match compute {
        Compute::Gpu(wish) => (Some(spell_gpu(wish)), None),
        Compute::Cpu(wishes) => (None, Some(wishes.iter().map(spell_cpu).collect())),
    };
    let idle_timeout = scaling.has_idle_timeout(endpoint.kind).then_some(workers.idle_timeout);
    Spelt {
        id: &endpoint.id,
        name,
        r#type: endpoint.kind,
        container: SpeltContainer::of(container),
        gpu,
        cpu,
        workers: SpeltWorkers { min: workers.min, max: workers.max, idle_timeout },
        scaling: *scaling,
        data_center_ids: sites.iter().map(|site| site.id).collect(),
        network_volumes: volumes.iter().map(|one| one.id.as_str()).collect(),
        timeout: *timeout,
        flashboot: *flashboot,
        request_urls: urls(endpoint),
        created_at: stamp(endpoint.created),
    }
}

fn spell_gpu(wish: &GpuWish) -> SpeltGpu<'_> {
    let GpuWish { pools, excluded, count, cuda } = wish;
    SpeltGpu {
        pools,
        excluded_types: excluded,
        count: *count,
        allowed_cuda_versions: &cuda.allowed,
        min_cuda_version: cuda.floor.as_deref(),
    }
}

fn spell_cpu(wish: &CpuWish) -> SpeltCpu<'_> {
    let CpuWish { id, vcpu_count } = wish;
    let memory = cpus::flavor(id).map_or(1, |flavor| flavor.ram_per_vcpu * vcpu_count);
    SpeltCpu { id, vcpu_count: *vcpu_count, memory }
}

fn urls(endpoint: &Endpoint) -> Urls {
    let Endpoint { id, kind, .. } = endpoint;
    if *kind == Kind::LoadBalancer {
        let base = format!("https://{id}.api.runpod.ai");
        return Urls::LoadBalancer { health: format!("{base}{}", health_path(endpoint)), base };
    }
    let url = |path: &str| format!("https://api.runpod.ai/v2/{id}/{path}");
    Urls::Queue {
        run: url("run"),
        run_sync: url("runsync"),
        status: url("status/{job_id}"),
        stream: url("stream/{job_id}"),
        cancel: url("cancel/{job_id}"),
        retry: url("retry/{job_id}"),
        purge_queue: url("purge-queue"),
        health: url("health"),
    }
}
