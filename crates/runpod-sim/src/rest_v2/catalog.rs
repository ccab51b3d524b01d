//! `/v2/catalog/gpus`, `/v2/catalog/cpus`, `/v2/catalog/datacenters`.

mod asked;

use serde::Serialize;

use super::{Call, Routes};
use crate::answer::Answer;
use crate::refusal::Refusal;
use crate::world::Denied;
use crate::world::catalog::cpus::{self, FLAVORS, Flavor};
use crate::world::catalog::gpus::{self, GPUS, Gpu, Maker};
use crate::world::catalog::offers::{self, GpuQuestion, Left};
use crate::world::catalog::sites::{self, SITES, Site};
use crate::world::catalog::stock::{Cloud, Level, Stock};

pub(super) const ROUTES: Routes = &[
    ("listGpuTypes", list_gpus),
    ("getGpuType", get_gpu),
    ("listCpuTypes", list_cpus),
    ("getCpuType", get_cpu),
    ("listDataCenters", list_sites),
    ("getDataCenter", get_site),
];

fn list_gpus(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (question, stock) = (asked::gpus(call)?, stock(call));
    let here = |gpu: &&Gpu| question.as_ref().is_none_or(|question| question.is_there(gpu, &stock));
    let shown = GPUS.iter().filter(here);
    Answer::ok(&Gpus { gpus: shown.map(|gpu| spell_gpu(gpu, question.as_ref(), &stock)).collect() })
}

fn get_gpu(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (question, id) = (asked::gpus(call)?, call.param("id")?);
    let gpu = gpus::gpu(id).filter(|gpu| gpu.maker != Maker::Unknown);
    let gpu = gpu.ok_or_else(|| Denied::missing("GPU type", id))?;
    Answer::ok(&spell_gpu(gpu, question.as_ref(), &stock(call)))
}

fn list_cpus(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (vcpus, stock) = (asked::cpus(call)?, stock(call));
    Answer::ok(&Cpus { cpus: FLAVORS.iter().map(|flavor| spell_cpu(flavor, vcpus, &stock)).collect() })
}

fn get_cpu(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (vcpus, id) = (asked::cpus(call)?, call.param("id")?);
    let flavor = cpus::flavor(id).ok_or_else(|| Denied::missing("CPU type", id))?;
    Answer::ok(&spell_cpu(flavor, vcpus, &stock(call)))
}

fn list_sites(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (wanted, included) = (asked::sites(call), asked::site_stock(call));
    let shown = SITES.iter().filter(|site| wanted.fits(site));
    let stock = stock(call);
    Answer::ok(&Sites { data_centers: shown.map(|site| spell_site(site, included, &stock)).collect() })
}

fn get_site(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (included, id) = (asked::site_stock(call), call.param("id")?);
    let site = sites::site(id).ok_or_else(|| Denied::missing("data center", id))?;
    Answer::ok(&spell_site(site, included, &stock(call)))
}

fn stock<'a>(call: &'a Call<'_>) -> Stock<'a> {
    Stock::new(call.visit.ground, call.visit.now)
}

#[derive(Serialize)]
struct Gpus {
    gpus: Vec<SpeltGpu>,
}

#[derive(Serialize)]
struct Cpus {
    cpus: Vec<SpeltCpu>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sites {
    data_centers: Vec<SpeltSite>,
}

/// `GpuType` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltGpu {
    id: &'static str,
    name: &'static str,
    pool: Option<&'static str>,
    manufacturer: &'static str,
    memory: u32,
    secure: bool,
    community: bool,
    price: GpuPrice,
    max_count: MaxCount,
    #[serde(flatten)]
    left: Option<SpeltLeft>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cuda_versions: Option<Vec<SpeltCuda>>,
}

#[derive(Serialize)]
struct GpuPrice {
    secure: f64,
    community: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    serverless: Option<f64>,
}

#[derive(Serialize)]
struct MaxCount {
    secure: u32,
    community: u32,
}

/// `CudaVersionAvailability` of the contract.
#[derive(Serialize)]
struct SpeltCuda {
    version: String,
    available: bool,
}

/// `CpuType` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltCpu {
    id: &'static str,
    name: &'static str,
    group: &'static str,
    vcpu: Bounds,
    ram_gb_per_vcpu: u32,
    price: CpuPrice,
    #[serde(flatten)]
    left: Option<SpeltLeft>,
}

#[derive(Serialize)]
struct Bounds {
    min: u32,
    max: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CpuPrice {
    secure_per_vcpu: f64,
    serverless_per_vcpu: f64,
}

/// What `include=AVAILABILITY` adds. Without any place, `dataCenters` is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltLeft {
    availability: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data_centers: Vec<SpeltLevel>,
}

/// `DataCenterAvailability` and `CatalogResourceAvailability` of the contract.
#[derive(Serialize)]
struct SpeltLevel {
    id: &'static str,
    name: &'static str,
    availability: &'static str,
}

/// `DataCenter` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpeltSite {
    id: &'static str,
    name: &'static str,
    region: &'static str,
    global_network: bool,
    network_volume_types: Vec<&'static str>,
    compliance: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_availability: Option<Vec<SpeltLevel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_availability: Option<Vec<SpeltLevel>>,
}

fn spell_gpu(gpu: &'static Gpu, question: Option<&GpuQuestion>, stock: &Stock<'_>) -> SpeltGpu {
    let left = question.map(|question| question.left(gpu, stock));
    let cuda = left.as_ref().map(|left| &left.cuda).filter(|_| gpu.maker == Maker::Nvidia);
    let spell_cuda = |((major, minor), available): &((u32, u32), bool)| SpeltCuda {
        version: format!("{major}.{minor}"),
        available: *available,
    };
    SpeltGpu {
        id: gpu.id,
        name: gpu.name,
        pool: gpu.pool,
        manufacturer: gpu.maker.word(),
        memory: gpu.memory,
        secure: gpu.secure.most > 0,
        community: gpu.community.most > 0,
        price: GpuPrice {
            secure: gpu.secure.price,
            community: gpu.community.price,
            serverless: gpu.serverless.filter(|_| gpu.pool.is_some()),
        },
        max_count: MaxCount { secure: gpu.secure.most, community: gpu.community.most },
        cuda_versions: cuda.map(|cuda| cuda.iter().map(spell_cuda).collect()),
        left: left.map(|left| spell_left(&left)),
    }
}

fn spell_cpu(flavor: &'static Flavor, vcpus: Option<u32>, stock: &Stock<'_>) -> SpeltCpu {
    let (min, max) = flavor.vcpus;
    SpeltCpu {
        id: flavor.id,
        name: flavor.name,
        group: flavor.group,
        vcpu: Bounds { min, max },
        ram_gb_per_vcpu: flavor.ram_per_vcpu,
        price: CpuPrice { secure_per_vcpu: flavor.secure, serverless_per_vcpu: flavor.serverless },
        left: vcpus.map(|vcpus| spell_left(&offers::cpus_left(flavor, vcpus, stock))),
    }
}

fn spell_left(left: &Left) -> SpeltLeft {
    let place = |(site, level): &(&'static Site, Level)| spell_level((site.id, site.name), *level);
    SpeltLeft { availability: left.level.word(), data_centers: left.places.iter().map(place).collect() }
}

fn spell_site(site: &'static Site, included: asked::SiteStock, stock: &Stock<'_>) -> SpeltSite {
    let clouds = [Cloud::Secure, Cloud::Community];
    let gpu_level = |gpu: &Gpu| clouds.map(|cloud| stock.of_gpu(gpu, cloud, (site, 1))).into_iter().max();
    let stands = |gpu: &&Gpu| clouds.iter().any(|cloud| stock.stands_at(gpu, *cloud, site));
    let gpus = || {
        let here = GPUS.iter().filter(stands);
        here.map(|gpu| spell_level((gpu.id, gpu.name), gpu_level(gpu).unwrap_or(Level::None))).collect()
    };
    let cpus = || {
        let level = |flavor: &'static Flavor| stock.of_cpu(flavor, (site, flavor.vcpus.0));
        FLAVORS.iter().map(|flavor| spell_level((flavor.id, flavor.name), level(flavor))).collect()
    };
    SpeltSite {
        id: site.id,
        name: site.name,
        region: site.region,
        global_network: site.global_network,
        network_volume_types: site.tiers.iter().map(|tier| tier.word()).collect(),
        compliance: site.compliance,
        gpu_availability: included.gpus.then(gpus),
        cpu_availability: included.cpus.then(cpus),
    }
}

fn spell_level((id, name): (&'static str, &'static str), level: Level) -> SpeltLevel {
    SpeltLevel { id, name, availability: level.word() }
}
