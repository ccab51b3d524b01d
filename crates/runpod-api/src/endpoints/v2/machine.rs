//! What the workers compute with, as REST v2 spells it.

use serde::Serialize;

use crate::check;
use crate::client::Outcome;
use crate::container::Change;
use crate::endpoints::input::{Cpu, Gpu, GpuChange};
use crate::error::Error;
use crate::version::{Resource, Switch};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GpuBody {
    pools: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excluded_types: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_cuda_versions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
}

impl TryFrom<Gpu> for GpuBody {
    type Error = Error;

    fn try_from(gpu: Gpu) -> Outcome<Self> {
        let Gpu { pool_ids, excluded_type_ids, type_ids, count, allowed_cuda_versions, min_cuda_version } =
            gpu;
        by_pool(!type_ids.is_empty())?;
        selection(Some(&pool_ids), Some(&excluded_type_ids))?;
        check::at_least("gpuCount", count, 1)?;
        check::cuda_choice(Some(&allowed_cuda_versions), min_cuda_version.as_deref())?;
        Ok(Self {
            pools: pool_ids,
            excluded_types: excluded_type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GpuChangeBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pools: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_cuda_versions: Option<Vec<String>>,
    /// `""` clears.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_cuda_version: Option<String>,
}

impl GpuChangeBody {
    /// Nothing when nothing is said: a count or a CUDA version may go alone.
    pub(super) fn of(change: GpuChange) -> Outcome<Option<Self>> {
        if change == GpuChange::default() {
            return Ok(None);
        }
        let GpuChange {
            pool_ids,
            excluded_type_ids,
            type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version,
        } = change;
        by_pool(type_ids.is_some())?;
        selection(pool_ids.as_deref(), excluded_type_ids.as_deref())?;
        check::at_least("gpuCount", count, 1)?;
        let min_cuda_version = min_cuda_version.map(Change::into_nullable);
        check::cuda_choice(
            allowed_cuda_versions.as_deref(),
            min_cuda_version.as_ref().and_then(Option::as_deref),
        )?;
        Ok(Some(Self {
            pools: pool_ids,
            excluded_types: excluded_type_ids,
            count,
            allowed_cuda_versions,
            min_cuda_version: min_cuda_version.map(Option::unwrap_or_default),
        }))
    }
}

fn by_pool(types_given: bool) -> Outcome<()> {
    if !types_given {
        return Ok(());
    }
    Err(Error::Unmappable {
        field: "gpuTypeIds",
        why: "REST v2 selects endpoint GPUs by pool; give gpuPoolIds, and excludeGpuTypeIds for types you do not want",
        switch: Some(Switch::to_v1(Resource::Endpoints)),
    })
}

/// Pools and exclusions replace each other's whole selection, so exclusions never go alone.
fn selection(pools: Option<&[String]>, excluded: Option<&[String]>) -> Outcome<()> {
    match pools {
        Some(pools) if pools.is_empty() || pools.iter().any(|pool| pool.trim().is_empty()) => {
            check::refuse("gpuPoolIds", "must name at least one GPU pool, such as AMPERE_80")
        }
        None if excluded.is_some() => {
            check::refuse("excludeGpuTypeIds", "goes only with gpuPoolIds; give the pools again")
        }
        _ => excludable(excluded.unwrap_or_default()),
    }
}

fn excludable(types: &[String]) -> Outcome<()> {
    let fine = |id: &String| id.trim_start().starts_with(char::is_alphanumeric);
    if !types.iter().all(fine) {
        return check::refuse("excludeGpuTypeIds", "must hold GPU type ids, without a leading `-`");
    }
    check::distinct("excludeGpuTypeIds", types)
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CpuBody {
    id: String,
    vcpu_count: u32,
}

pub(super) fn cpus(choices: Vec<Cpu>) -> Outcome<Vec<CpuBody>> {
    let body = |Cpu { flavor_id, vcpu_count }| {
        check::filled("cpuFlavorIds", &flavor_id)?;
        check::at_least("vcpuCount", Some(vcpu_count), 2)?;
        Ok(CpuBody { id: flavor_id, vcpu_count })
    };
    let bodies: Vec<CpuBody> = choices.into_iter().map(body).collect::<Outcome<_>>()?;
    if bodies.is_empty() {
        return check::refuse("cpuFlavorIds", "must name at least one CPU flavour");
    }
    check::distinct("cpuFlavorIds", &bodies)?;
    Ok(bodies)
}
