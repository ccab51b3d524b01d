use runpod_api::Client;
use runpod_api::endpoints::{
    Compute, Cpu, Create, Gpu, GpuChange, Include, Query, Scaling, Update, WorkerOf, Workers,
};

use super::{LOG_TIME, Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let endpoints = client.endpoints();
    match operation {
        "listEndpoints" => {
            let query = Query { page: input.page(), include: include(&mut input) };
            input.end();
            nothing(endpoints.list(&query).await)
        }
        "createEndpoint" => notes(endpoints.create(&create(input)).await),
        "getEndpoint" => notes(endpoints.get_with(&input.id("endpointId"), include(&mut input)).await),
        "updateEndpoint" => {
            let id = input.id("endpointId");
            notes(endpoints.update(&id, &update(input)).await)
        }
        "deleteEndpoint" => nothing(endpoints.delete(&input.id("endpointId")).await),
        "listEndpointWorkers" => nothing(endpoints.workers(&input.id("endpointId")).await),
        "listEndpointReleases" => nothing(endpoints.releases(&input.id("endpointId"), &input.page()).await),
        "listEndpointBuilds" => nothing(endpoints.builds(&input.id("endpointId"), &input.page()).await),
        "getEndpointBuild" => notes(endpoints.build(&input.id("endpointId"), &input.id("buildId")).await),
        "getWorkerLogs" => {
            let (endpoint, worker) = (input.id("endpointId"), input.id("workerId"));
            let of = WorkerOf { endpoint: &endpoint, worker: &worker };
            nothing(endpoints.worker_logs(of, &input.log(), LOG_TIME).await)
        }
        other => panic!("{other} is no operation on endpoints"),
    }
}

fn include(input: &mut Input) -> Include {
    Include { template: input.flag("includeTemplate"), workers: input.flag("includeWorkers") }
}

fn create(mut input: Input) -> Create {
    let new = Create {
        name: input.take("name"),
        kind: input.word("endpointType").unwrap_or_default(),
        compute: compute(&mut input),
        container: input.container(),
        template_id: input.take("templateId"),
        scaling: scaling(&mut input),
        workers: workers(&mut input),
        data_center_ids: input.list("dataCenterIds"),
        network_volume_ids: input.list("networkVolumeIds"),
        execution_timeout_ms: input.take("executionTimeoutMs"),
        flashboot: input.word("flashboot"),
    };
    input.end();
    new
}

fn compute(input: &mut Input) -> Compute {
    if let Some(cpus) = cpus(input) {
        return Compute::Cpu(cpus);
    }
    Compute::Gpu(Gpu {
        pool_ids: input.list("gpuPoolIds"),
        excluded_type_ids: input.list("excludeGpuTypeIds"),
        type_ids: input.list("gpuTypeIds"),
        count: input.take("gpuCount"),
        allowed_cuda_versions: input.list("allowedCudaVersions"),
        min_cuda_version: input.take("minCudaVersion"),
    })
}

/// `[["cpu5c", 4]]`
fn cpus(input: &mut Input) -> Option<Vec<Cpu>> {
    let pairs: Option<Vec<(String, u32)>> = input.take("cpus");
    let cpu = |(flavor_id, vcpu_count)| Cpu { flavor_id, vcpu_count };
    pairs.map(|pairs| pairs.into_iter().map(cpu).collect())
}

fn scaling(input: &mut Input) -> Option<Scaling> {
    let (kind, value): (Option<String>, Option<f64>) = (input.take("scalerType"), input.take("scalerValue"));
    match kind.as_deref() {
        None => None,
        Some("QUEUE_DELAY") => Some(Scaling::QueueDelay(value.unwrap_or(4.0))),
        Some(_) => Some(Scaling::RequestCount(value.unwrap_or(4.0) as u32)),
    }
}

fn workers(input: &mut Input) -> Workers {
    Workers {
        min: input.take("workersMin"),
        max: input.take("workersMax"),
        idle_timeout_s: input.take("idleTimeout"),
    }
}

fn update(mut input: Input) -> Update {
    let change = Update {
        name: input.take("name"),
        container: input.container(),
        template_id: input.take("templateId"),
        scaling: scaling(&mut input),
        workers: workers(&mut input),
        gpu: GpuChange {
            pool_ids: input.take("gpuPoolIds"),
            excluded_type_ids: input.take("excludeGpuTypeIds"),
            type_ids: input.take("gpuTypeIds"),
            count: input.take("gpuCount"),
            allowed_cuda_versions: input.take("allowedCudaVersions"),
            min_cuda_version: input.change("minCudaVersion"),
        },
        cpu: cpus(&mut input),
        data_center_ids: input.take("dataCenterIds"),
        network_volume_ids: input.take("networkVolumeIds"),
        execution_timeout_ms: input.take("executionTimeoutMs"),
        flashboot: input.word("flashboot"),
    };
    input.end();
    change
}
