//! The catalogue where REST v1 is spoken, which has none: GraphQL's, which lists GPU types and data centres and no more.
//!
//! It is public, so no key goes there. What it cannot answer is refused by name; only REST v2 can.

use super::query::{DataCenterQuery, GpuQuery, Product, Stock};
use crate::capacity::{PriceInput, Variables};
use crate::client::Outcome;
use crate::error::Error;
use crate::graphql::{DATA_CENTERS, GPU_TYPES, GPU_TYPES_WITH_STOCK, Nothing};
use crate::listing::Listing;
use crate::version::{Resource, Switch};
use crate::wire::Wire;
use crate::word::Cloud;

pub(super) async fn gpus(wire: &Wire, query: &GpuQuery) -> Outcome<Listing> {
    let answer = match stock(query)? {
        Some(input) => GPU_TYPES_WITH_STOCK.ask(wire, &Variables { input }).await?,
        None => GPU_TYPES.ask(wire, &Nothing {}).await?,
    };
    Listing::read(answer, "gpuTypes")
}

pub(super) async fn data_centers(wire: &Wire, query: &DataCenterQuery) -> Outcome<Listing> {
    let DataCenterQuery { stock, regions, volume_tiers, compliance, global_network } = query;
    let lack =
        |field, given| lack(Resource::DataCenters, field, given, "GraphQL knows ids and locations only");
    let Stock { gpus, cpus } = *stock;
    lack("include", gpus || cpus)?;
    lack("regions", !regions.is_empty())?;
    lack("networkVolumeTypes", !volume_tiers.is_empty())?;
    lack("compliance", !compliance.is_empty())?;
    lack("globalNetwork", global_network.is_some())?;
    Listing::read(DATA_CENTERS.ask(wire, &Nothing {}).await?, "dataCenters")
}

/// The stock that is asked for, if any is.
fn stock(query: &GpuQuery) -> Outcome<Option<PriceInput<'_>>> {
    query.check()?;
    // No `..`: a new filter is placed here or refused here.
    let GpuQuery { availability, count, cloud, country_codes, cuda_versions, min_cuda_version } = query;
    let lack = |field, given, why| lack(Resource::Gpus, field, given, why);
    let Some(product) = availability else { return Ok(None) };
    lack("product", *product != Product::Pod, "GraphQL knows the stock of Pods only")?;
    lack(
        "cloudType",
        *cloud == Some(Cloud::Community),
        "GraphQL knows the stock of SECURE or of both clouds",
    )?;
    lack("countryCodes", !country_codes.is_empty(), "GraphQL knows the stock of all countries together")?;
    lack("minCudaVersion", min_cuda_version.is_some(), "GraphQL takes an exact set; give cudaVersions")?;
    Ok(Some(PriceInput {
        gpu_count: count.unwrap_or(1),
        secure_cloud: cloud.map(|_| true),
        allowed_cuda_versions: cuda_versions.iter().map(String::as_str).collect(),
    }))
}

fn lack(resource: Resource, field: &'static str, given: bool, why: &'static str) -> Outcome<()> {
    let switch = Some(Switch::to_v2(resource));
    if given { Err(Error::Unmappable { field, why, switch }) } else { Ok(()) }
}
