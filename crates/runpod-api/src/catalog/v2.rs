//! The catalogue as REST v2 spells it.
//!
//! `include=AVAILABILITY` and `product` go together or not at all; anything else is 400 (observed 2026-08).

use http::Method;

use super::query::{CpuQuery, DataCenterQuery, GpuQuery, Product, Stock, needs_availability};
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
    query.check()?;
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
    if availability.is_none() {
        needs_availability("vcpuCount", vcpu_count.is_some())?;
    }
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
