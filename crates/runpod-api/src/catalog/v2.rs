//! The catalogue as REST v2 spells it.
//!
//! `include=AVAILABILITY` and `product` go together or not at all, and the stock filters go with them; anything
//! else is 400 (observed 2026-08).

use http::Method;

use super::query::{CpuQuery, DataCenterQuery, GpuQuery, Product, Stock};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::query::Pairs;
use crate::word::Word;

pub(super) static GPUS: Op = Op::v2("listGpuTypes", Method::GET, "/catalog/gpus");
pub(super) static GPU: Op = Op::v2("getGpuType", Method::GET, "/catalog/gpus/{id}");
pub(super) static CPUS: Op = Op::v2("listCpuTypes", Method::GET, "/catalog/cpus");
pub(super) static CPU: Op = Op::v2("getCpuType", Method::GET, "/catalog/cpus/{id}");
pub(super) static DATA_CENTERS: Op = Op::v2("listDataCenters", Method::GET, "/catalog/datacenters");
pub(super) static DATA_CENTER: Op = Op::v2("getDataCenter", Method::GET, "/catalog/datacenters/{id}");

type Query = Vec<(&'static str, String)>;

pub(super) fn gpu_query(query: &GpuQuery) -> Outcome<Query> {
    // No `..`: a new filter is placed here or refused here.
    let GpuQuery { availability, count, cloud, country_codes, cuda_versions, min_cuda_version } = query;
    if availability.is_none() {
        needs_availability("gpuCount", count.is_some())?;
        needs_availability("cloudType", cloud.is_some())?;
        needs_availability("countryCodes", !country_codes.is_empty())?;
        needs_availability("cudaVersions", !cuda_versions.is_empty())?;
        needs_availability("minCudaVersion", min_cuda_version.is_some())?;
    }
    check::at_least("gpuCount", *count, 1)?;
    country_codes.iter().try_for_each(|code| country(code))?;
    cuda_filter(cuda_versions, min_cuda_version.as_deref())?;
    let pairs = stocked(*availability)
        .set("count", *count)
        .set("cloud", cloud.map(Word::as_str))
        .list("countryCodes", country_codes)
        .list("cudaVersions", cuda_versions)
        .set("minCudaVersion", min_cuda_version.as_deref());
    Ok(pairs.into_vec())
}

pub(super) fn cpu_query(query: &CpuQuery) -> Outcome<Query> {
    let CpuQuery { availability, vcpu_count } = *query;
    if availability == Some(Product::Cluster) {
        return Err(Error::Unmappable {
            field: "product",
            why: "there are no CPU clusters; accepted are POD, SERVERLESS",
            switch: None,
        });
    }
    needs_availability("vcpuCount", availability.is_none() && vcpu_count.is_some())?;
    check::at_least("vcpuCount", vcpu_count, 2)?;
    Ok(stocked(availability).set("vcpuCount", vcpu_count).into_vec())
}

pub(super) fn data_center_query(query: &DataCenterQuery) -> Query {
    let DataCenterQuery { stock, regions, volume_tiers, compliance, global_network } = query;
    included(*stock)
        .words("regions", regions)
        .words("networkVolumeTypes", volume_tiers)
        .words("compliance", compliance)
        .set("globalNetwork", *global_network)
        .into_vec()
}

pub(super) fn stock_query(stock: Stock) -> Query {
    included(stock).into_vec()
}

fn included(stock: Stock) -> Pairs {
    let Stock { gpus, cpus } = stock;
    let include: Vec<&str> = [gpus.then_some("GPU_AVAILABILITY"), cpus.then_some("CPU_AVAILABILITY")]
        .into_iter()
        .flatten()
        .collect();
    Pairs::default().list("include", &include)
}

fn stocked(product: Option<Product>) -> Pairs {
    Pairs::default().set("include", product.map(|_| "AVAILABILITY")).set("product", product.map(Word::as_str))
}

fn needs_availability(field: &'static str, given: bool) -> Outcome<()> {
    if given { check::refuse(field, "narrows the stock, so it needs availability") } else { Ok(()) }
}

fn country(code: &str) -> Outcome<()> {
    match code.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(()),
        _ => check::refuse("countryCodes", "must be ISO 3166 codes of two capitals, such as US"),
    }
}

/// As in bodies, but the lowest version may be a bare major here.
fn cuda_filter(versions: &[String], floor: Option<&str>) -> Outcome<()> {
    let bare = floor.is_some_and(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    match (versions, floor) {
        ([], _) if bare => Ok(()),
        (_, floor) => check::cuda_choice(Some(versions), floor),
    }
}
