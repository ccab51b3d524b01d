//! Availability as the catalogue answers it: a question about a product, and what is left for it where.

use super::cpus::Flavor;
use super::gpus::Gpu;
use super::sites::{SITES, Site};
use super::stock::{CUDA, Cloud, Cuda, Level, Stock};
use crate::world::pods::CudaWish;

/// What a machine is wanted for, `Product` in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Pod,
    Cluster,
    Serverless,
}

impl Product {
    /// Reads what the contract spells.
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word {
            "POD" => Some(Product::Pod),
            "CLUSTER" => Some(Product::Cluster),
            "SERVERLESS" => Some(Product::Serverless),
            _ => None,
        }
    }

    fn takes(self, gpu: &Gpu, cloud: Cloud, site: &Site) -> bool {
        match self {
            Product::Pod => true,
            Product::Cluster => cloud == Cloud::Secure && gpu.clusters() && site.global_network,
            Product::Serverless => cloud == Cloud::Secure && gpu.serverless.is_some(),
        }
    }
}

/// A question about GPUs.
#[derive(Clone, Debug)]
pub(crate) struct GpuQuestion {
    /// Any of these will do.
    pub(crate) products: Vec<Product>,
    /// GPUs in one machine.
    pub(crate) count: u32,
    /// Either cloud when none is named.
    pub(crate) cloud: Option<Cloud>,
    /// Country codes; empty means everywhere.
    pub(crate) countries: Vec<String>,
    pub(crate) cuda: CudaWish,
}

/// What is left of something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    /// The best level of all places.
    pub(crate) level: Level,
    /// Where there is any.
    pub(crate) places: Vec<(&'static Site, Level)>,
    /// Which CUDA versions are on a host that is free; nothing where CUDA does not exist.
    pub(crate) cuda: Vec<(Cuda, bool)>,
}

impl GpuQuestion {
    /// What is left of a type for this question.
    pub(crate) fn left(&self, gpu: &'static Gpu, stock: &Stock<'_>) -> Left {
        let free: Vec<_> = self.sites().map(|site| (site, self.level(gpu, site, stock))).collect();
        let versions = CUDA.iter().filter(|version| gpu.driven_by(**version));
        let cuda = versions.map(|version| {
            let runs = |site| stock.cuda_at(gpu, site).contains(version);
            (*version, free.iter().any(|(site, level)| *level > Level::None && runs(site)))
        });
        let cuda = cuda.collect();
        let wanted = |site: &Site| {
            self.cuda.is_any()
                || stock.cuda_at(gpu, site).into_iter().any(|version| self.cuda.grants(version))
        };
        Left::of(free.into_iter().filter(|(site, _)| wanted(site)).collect(), cuda)
    }

    /// Whether a type stands anywhere in the countries asked for.
    pub(crate) fn is_there(&self, gpu: &Gpu, stock: &Stock<'_>) -> bool {
        let clouds = [Cloud::Secure, Cloud::Community];
        self.countries.is_empty()
            || self.sites().any(|site| clouds.iter().any(|cloud| stock.stands_at(gpu, *cloud, site)))
    }

    fn level(&self, gpu: &Gpu, site: &Site, stock: &Stock<'_>) -> Level {
        let clouds = [Cloud::Secure, Cloud::Community];
        let clouds = clouds.into_iter().filter(|cloud| self.cloud.is_none_or(|wanted| wanted == *cloud));
        let taken =
            clouds.filter(|cloud| self.products.iter().any(|product| product.takes(gpu, *cloud, site)));
        taken.map(|cloud| stock.of_gpu(gpu, cloud, (site, self.count))).max().unwrap_or(Level::None)
    }

    fn sites(&self) -> impl Iterator<Item = &'static Site> {
        let wanted = |site: &&Site| {
            self.countries.is_empty() || self.countries.iter().any(|code| code == site.country)
        };
        SITES.iter().filter(wanted)
    }
}

/// What is left of a flavour for machines with so many virtual CPUs.
pub(crate) fn cpus_left(flavor: &'static Flavor, vcpus: u32, stock: &Stock<'_>) -> Left {
    Left::of(SITES.iter().map(|site| (site, stock.of_cpu(flavor, (site, vcpus)))).collect(), Vec::new())
}

impl Left {
    fn of(mut places: Vec<(&'static Site, Level)>, cuda: Vec<(Cuda, bool)>) -> Self {
        places.retain(|(_, level)| *level > Level::None);
        let level = places.iter().map(|(_, level)| *level).max().unwrap_or(Level::None);
        Self { level, places, cuda }
    }
}
