use runpod_api::Client;
use runpod_api::catalog::{CpuQuery, DataCenterQuery, GpuQuery, Stock};

use super::{Said, notes, nothing};
use crate::input::Input;

pub(super) async fn ask(client: &Client, operation: &str, mut input: Input) -> Said {
    let catalog = client.catalog();
    match operation {
        "listGpuTypes" => nothing(catalog.gpus(&gpu_query(input)).await),
        "getGpuType" => {
            let id: String = input.take("gpuTypeId");
            notes(catalog.gpu(&id, &gpu_query(input)).await)
        }
        "listCpuTypes" => nothing(catalog.cpus(&cpu_query(input)).await),
        "getCpuType" => {
            let id = input.id("cpuTypeId");
            notes(catalog.cpu(&id, &cpu_query(input)).await)
        }
        "listDataCenters" => nothing(catalog.data_centers(&data_center_query(input)).await),
        "getDataCenter" => {
            let id = input.id("dataCenterId");
            notes(catalog.data_center(&id, stock(&mut input)).await)
        }
        other => panic!("{other} is no operation on the catalogue"),
    }
}

fn gpu_query(mut input: Input) -> GpuQuery {
    let query = GpuQuery {
        availability: input.word("product"),
        count: input.take("gpuCount"),
        cloud: input.word("cloudType"),
        country_codes: input.list("countryCodes"),
        cuda_versions: input.list("cudaVersions"),
        min_cuda_version: input.take("minCudaVersion"),
    };
    input.end();
    query
}

fn cpu_query(mut input: Input) -> CpuQuery {
    let query = CpuQuery { availability: input.word("product"), vcpu_count: input.take("vcpuCount") };
    input.end();
    query
}

fn stock(input: &mut Input) -> Stock {
    let on = |said: Option<bool>| said.unwrap_or_default();
    Stock { gpus: on(input.take("gpuStock")), cpus: on(input.take("cpuStock")) }
}

fn data_center_query(mut input: Input) -> DataCenterQuery {
    let query = DataCenterQuery {
        stock: stock(&mut input),
        regions: input.words("regions"),
        volume_tiers: input.words("networkVolumeTypes"),
        compliance: input.words("compliance"),
        global_network: input.take("globalNetwork"),
    };
    input.end();
    query
}
