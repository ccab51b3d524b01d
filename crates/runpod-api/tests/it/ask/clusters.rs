use runpod_api::Client;
use runpod_api::clusters::{Compute, Create, Kind, Update};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let clusters = client.clusters();
    match operation {
        "listClusters" => nothing(clusters.list().await),
        "getCluster" => notes(clusters.get(&input.id("clusterId")).await),
        "createCluster" => notes(clusters.create(&create(input)).await),
        "updateCluster" => {
            let id = input.id("clusterId");
            notes(clusters.update(&id, &Update { name: input.take("name") }).await)
        }
        "deleteCluster" => nothing(clusters.delete(&input.id("clusterId")).await),
        "listClusterPods" => nothing(clusters.pods(&input.id("clusterId")).await),
        other => panic!("{other} is no operation on clusters"),
    }
}

fn create(mut input: Input) -> Create {
    let new = Create {
        name: input.take("name"),
        kind: input.word("type").unwrap_or(Kind::Application),
        compute: Compute {
            gpu_type_id: input.take("gpuTypeId"),
            gpu_count_per_pod: input.take("gpuCountPerPod"),
            pod_count: input.take("podCount"),
        },
        container: input.container(),
        template_id: input.take("templateId"),
        mount: input.mount(),
        data_center_ids: input.list("dataCenterIds"),
        start_ssh: input.take("startSsh"),
        start_jupyter: input.take("startJupyter"),
    };
    input.end();
    new
}
