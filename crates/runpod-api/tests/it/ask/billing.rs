use runpod_api::Client;
use runpod_api::billing::{Query, Scope};

use super::{Said, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let scope = match operation {
        "listBilling" => Scope::All,
        "listPodBilling" => Scope::Pods(input.maybe_id("podId")),
        "listServerlessBilling" => Scope::Serverless(input.maybe_id("endpointId")),
        "listEndpointBilling" => Scope::PublicEndpoints,
        "listNetworkVolumeBilling" => Scope::NetworkVolumes(input.maybe_id("networkVolumeId")),
        "listClusterBilling" => Scope::Clusters(input.maybe_id("clusterId")),
        other => panic!("{other} is no operation on the bill"),
    };
    let query = Query {
        scope,
        start_time: input.take("startTime"),
        end_time: input.take("endTime"),
        bucket: input.word("bucketSize"),
        last_n: input.take("lastN"),
    };
    input.end();
    nothing(client.billing().read(&query).await)
}
