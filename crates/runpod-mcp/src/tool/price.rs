//! What machines cost, looked up in the catalogue for a dry run. Disks and volumes are not in it: the catalogue has
//! no prices for them.

use runpod_api::catalog::{CpuQuery, GpuQuery, GpuType};
use runpod_api::{Cloud, Id};

use super::Cx;
use crate::error::ToolError;

/// USD per hour, and of what.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// USD per hour.
    pub per_hour: f64,
    /// What is in it, in a few words.
    pub of: &'static str,
}

const WHOLE: &str = "the machines while they run; disks and volumes cost extra";
const WORKER: &str = "one running worker on the dearest of its GPU types; disks cost extra";

/// Of so many GPUs of a type. None when the catalogue has no price for it.
pub(crate) async fn of_gpus(
    cx: &Cx,
    type_id: &str,
    count: u32,
    cloud: Option<Cloud>,
) -> Result<Option<Price>, ToolError> {
    let price = cx.client.catalog().gpu(type_id, &GpuQuery::default()).await?.view.price;
    let each = match cloud {
        Some(Cloud::Community) => price.community,
        _ => price.secure,
    };
    Ok(each.map(|usd| Price { per_hour: usd * f64::from(count), of: WHOLE }))
}

/// Of so many vCPUs of a CPU type.
pub(crate) async fn of_vcpus(cx: &Cx, flavor: &str, count: u32) -> Result<Option<Price>, ToolError> {
    let Ok(flavor) = Id::parse(flavor) else { return Ok(None) };
    let price = cx.client.catalog().cpu(&flavor, &CpuQuery::default()).await?.view.price;
    Ok(price.secure_per_vcpu.map(|usd| Price { per_hour: usd * f64::from(count), of: WHOLE }))
}

/// Of one Serverless worker with so many GPUs from these pools.
pub(crate) async fn of_worker(cx: &Cx, pools: &[String], count: u32) -> Result<Option<Price>, ToolError> {
    let listing = cx.client.catalog().gpus(&GpuQuery::default()).await?;
    let types: Vec<GpuType> = listing.views()?;
    let of_pools = types.iter().filter(|gpu| gpu.pool.as_ref().is_some_and(|pool| pools.contains(pool)));
    let dearest = of_pools.filter_map(|gpu| gpu.price.serverless).reduce(f64::max);
    Ok(dearest.map(|usd| Price { per_hour: usd * f64::from(count), of: WORKER }))
}
