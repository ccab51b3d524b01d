use runpod_api::Client;
use runpod_api::pods::{Action, Compute, Create, Filter, Gpu, Include, Query, Update};

use super::{LOG_TIME, Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let pods = client.pods();
    match operation {
        "listPods" => {
            let query = Query {
                page: input.page(),
                include_cluster_pods: input.flag("includeClusterPods"),
                filter: Filter {
                    family: input.word("computeType"),
                    gpu_type_ids: input.list("gpuTypeId"),
                    data_center_ids: input.list("dataCenterId"),
                    name: input.take("name"),
                },
                include: include(&mut input),
            };
            input.end();
            nothing(pods.list(&query).await)
        }
        "getPod" => notes(pods.get_with(&input.id("podId"), include(&mut input)).await),
        "createPod" => notes(pods.create(&create(input)).await),
        "updatePod" => {
            let id = input.id("podId");
            notes(pods.update(&id, &update(input)).await)
        }
        "podAction" => {
            let action = match input.take::<String>("action").as_str() {
                "start" => Action::Start,
                "stop" => Action::Stop,
                _ => Action::Restart,
            };
            nothing(pods.act(&input.id("podId"), action).await)
        }
        "deletePod" => nothing(pods.delete(&input.id("podId")).await),
        "getPodLogs" => nothing(pods.logs(&input.id("podId"), &input.log(), LOG_TIME).await),
        other => panic!("{other} is no operation on Pods"),
    }
}

fn include(input: &mut Input) -> Include {
    Include { machine: input.flag("includeMachine"), network_volume: input.flag("includeNetworkVolume") }
}

fn create(mut input: Input) -> Create {
    let new = Create {
        name: input.take("name"),
        template_id: input.take("templateId"),
        compute: compute(&mut input),
        container: input.container(),
        mount: input.mount(),
        cloud: input.word("cloudType"),
        data_center_ids: input.list("dataCenterIds"),
        global_networking: input.take("globalNetworking"),
        start_ssh: input.take("startSsh"),
        start_jupyter: input.take("startJupyter"),
    };
    input.end();
    new
}

fn compute(input: &mut Input) -> Compute {
    if input.has("vcpuCount") {
        return Compute::Cpu { flavor_id: input.take("cpuFlavorId"), vcpu_count: input.take("vcpuCount") };
    }
    Compute::Gpu(Gpu {
        type_ids: input.list("gpuTypeIds"),
        count: input.take::<Option<_>>("gpuCount").unwrap_or(1),
        allowed_cuda_versions: input.list("allowedCudaVersions"),
        min_cuda_version: input.take("minCudaVersion"),
        min_ram_per_gpu: input.take("minRamPerGpu"),
        min_vcpu_per_gpu: input.take("minVcpuCountPerGpu"),
    })
}

fn update(mut input: Input) -> Update {
    let change = Update {
        name: input.take("name"),
        container: input.container(),
        mount: input.mount(),
        locked: input.take("locked"),
        global_networking: input.take("globalNetworking"),
        template_id: input.take("templateId"),
    };
    input.end();
    change
}
