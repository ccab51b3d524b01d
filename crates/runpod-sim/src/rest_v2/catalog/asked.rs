//! What the catalogue's query parameters ask for, and which of them go together.

use crate::refusal::Refusal;
use crate::rest_v2::Call;
use crate::world::catalog::offers::{GpuQuestion, Product};
use crate::world::catalog::sites::Site;
use crate::world::catalog::stock::{Cloud, cuda};
use crate::world::pods::cuda_wish;

/// Parameters that mean nothing without `include=AVAILABILITY`.
const NEED_INCLUDE: &[&str] =
    &["count", "cloud", "countryCodes", "cudaVersions", "minCudaVersion", "vcpuCount"];

/// Whether availability is asked for; a mixture that says nothing is 400.
fn included(call: &Call<'_>) -> Result<bool, Refusal> {
    let include = !call.asked_list("include").is_empty();
    let product = !call.asked_list("product").is_empty();
    if include != product {
        let (has, lacks) = if include { ("include", "product") } else { ("product", "include") };
        return Err(Refusal::bad_request(format!("`{has}` needs `{lacks}`")));
    }
    match NEED_INCLUDE.iter().find(|name| !include && call.asked(name).is_some()) {
        Some(name) => {
            Err(Refusal::bad_request(format!("`{name}` needs `include=AVAILABILITY` and `product`")))
        }
        None => Ok(include),
    }
}

/// The question about GPUs, when availability is asked for.
pub(super) fn gpus(call: &Call<'_>) -> Result<Option<GpuQuestion>, Refusal> {
    if !included(call)? {
        return Ok(None);
    }
    let versions = call.asked_list("cudaVersions");
    let floor = call.asked("minCudaVersion");
    let mut wish = cuda_wish(Some(&versions), None)?;
    wish.floor = floor.as_deref().and_then(cuda);
    if !versions.is_empty() && floor.is_some() {
        return Err(Refusal::bad_request("`cudaVersions` and `minCudaVersion` exclude each other; send one"));
    }
    let cloud = call.asked("cloud").map(|word| match word.as_str() {
        "COMMUNITY" => Cloud::Community,
        _ => Cloud::Secure,
    });
    Ok(Some(GpuQuestion {
        products: call.asked_list("product").iter().filter_map(|word| Product::read(word)).collect(),
        count: call.asked("count").and_then(|count| count.parse().ok()).unwrap_or(1),
        cloud,
        countries: call.asked_list("countryCodes"),
        cuda: wish,
    }))
}

/// How many virtual CPUs are asked about, when availability is asked for.
pub(super) fn cpus(call: &Call<'_>) -> Result<Option<u32>, Refusal> {
    let count = || call.asked("vcpuCount").and_then(|count| count.parse().ok()).unwrap_or(2);
    Ok(included(call)?.then(count))
}

/// Which stock of a data centre is asked for.
#[derive(Clone, Copy)]
pub(super) struct SiteStock {
    pub(super) gpus: bool,
    pub(super) cpus: bool,
}

pub(super) fn site_stock(call: &Call<'_>) -> SiteStock {
    let include = call.asked_list("include");
    let has = |word: &str| include.iter().any(|asked| asked == word);
    SiteStock { gpus: has("GPU_AVAILABILITY"), cpus: has("CPU_AVAILABILITY") }
}

/// Which data centres are asked for: one of these regions, all of these tiers, all of these certificates.
pub(super) struct SiteFilter {
    regions: Vec<String>,
    tiers: Vec<String>,
    compliance: Vec<String>,
    global: Option<bool>,
}

pub(super) fn sites(call: &Call<'_>) -> SiteFilter {
    SiteFilter {
        regions: call.asked_list("regions"),
        tiers: call.asked_list("networkVolumeTypes"),
        compliance: call.asked_list("compliance"),
        global: call.asked("globalNetwork").map(|word| word == "true"),
    }
}

impl SiteFilter {
    pub(super) fn fits(&self, site: &Site) -> bool {
        let tiered = |word: &String| site.tiers.iter().any(|tier| tier.word() == word);
        (self.regions.is_empty() || self.regions.iter().any(|region| region == site.region))
            && self.tiers.iter().all(tiered)
            && self.compliance.iter().all(|word| site.compliance.contains(&word.as_str()))
            && self.global.is_none_or(|global| global == site.global_network)
    }
}
