//! The CPU type of a Pod or worker when the caller leaves the choice to us.

use runpod_api::Error;
use runpod_api::catalog::{CpuQuery, CpuType, Product};

use super::Cx;
use crate::error::ToolError;

/// vCPUs when the call does not say.
pub(crate) const VCPUS: u32 = 2;

/// The first CPU type of the catalogue that is in stock and comes with so many vCPUs. None where there is no catalogue
/// to choose from: REST v1 has none, and chooses itself.
///
/// # Errors
/// `no_capacity` when nothing is in stock.
pub(crate) async fn in_stock(
    cx: &Cx,
    product: Product,
    vcpu_count: u32,
) -> Result<Option<String>, ToolError> {
    let query = CpuQuery { availability: Some(product), vcpu_count: Some(vcpu_count) };
    let listing = match cx.client.catalog().cpus(&query).await {
        Err(Error::WrongVersion { .. }) => return Ok(None),
        listed => listed?,
    };
    let flavors: Vec<CpuType> = listing.views()?;
    flavors.into_iter().find(|cpu| has(cpu, vcpu_count)).map(|cpu| Some(cpu.id)).ok_or_else(|| {
        ToolError::new("no_capacity", format!("no CPU type with {vcpu_count} vCPUs is in stock"))
            .status(400)
            .hint("try another vcpuCount, or see list-cpu-types")
    })
}

/// What to tell about the choice.
pub(crate) fn chosen(flavor_id: Option<&str>, vcpu_count: u32) -> String {
    match flavor_id {
        Some(id) => {
            format!("no CPU type was named: {id} with {vcpu_count} vCPUs was chosen, the first in stock")
        }
        None => format!("no CPU type was named: Runpod chose among those with {vcpu_count} vCPUs"),
    }
}

/// Checks a number of vCPUs.
///
/// # Errors
/// `bad_argument` for what is no power of two.
pub(crate) fn power_of_two(vcpus: u32) -> Result<u32, ToolError> {
    match vcpus.is_power_of_two() {
        true => Ok(vcpus),
        false => Err(ToolError::bad_argument(format!(
            "`vcpuCount` must be a power of two such as 2, 4 or 8, got {vcpus}"
        ))),
    }
}

fn has(cpu: &CpuType, vcpu_count: u32) -> bool {
    let (least, most) = (cpu.vcpu.min.unwrap_or(0), cpu.vcpu.max.unwrap_or(u32::MAX));
    cpu.availability.as_deref() != Some("NONE") && (least..=most).contains(&vcpu_count)
}
