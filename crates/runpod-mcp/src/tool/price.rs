//! What machines cost, looked up in the catalogue for a dry run. Disks and volumes are not in it: the catalogue has
//! no prices for them.

use runpod_api::catalog::{CpuQuery, GpuQuery, GpuType};
use runpod_api::{Cloud, Error, Id};

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
    let Some(GpuType { price, .. }) = gpu_type(cx, type_id).await? else { return Ok(None) };
    let each = match cloud {
        Some(Cloud::Community) => price.community,
        _ => price.secure,
    };
    Ok(each.map(|usd| Price { per_hour: usd * f64::from(count), of: WHOLE }))
}

/// One row of the catalogue. REST v1 has no way to read a single one, so there it is looked for among all.
async fn gpu_type(cx: &Cx, id: &str) -> Result<Option<GpuType>, ToolError> {
    let (catalog, query) = (cx.client.catalog(), GpuQuery::default());
    match catalog.gpu(id, &query).await {
        Err(Error::WrongVersion { .. }) => {
            let types: Vec<GpuType> = catalog.gpus(&query).await?.views()?;
            Ok(types.into_iter().find(|gpu| gpu.id == id))
        }
        read => Ok(Some(read?.view)),
    }
}

/// Of so many vCPUs of a CPU type; none under REST v1, which has no list of their prices.
pub(crate) async fn of_vcpus(cx: &Cx, flavor: &str, count: u32) -> Result<Option<Price>, ToolError> {
    let Ok(flavor) = Id::parse(flavor) else { return Ok(None) };
    let price = match cx.client.catalog().cpu(&flavor, &CpuQuery::default()).await {
        Err(Error::WrongVersion { .. }) => return Ok(None),
        read => read?.view.price,
    };
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
