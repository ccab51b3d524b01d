//! Finding a machine: which data centre has what was asked for.

use crate::world::catalog::cpus::Flavor;
use crate::world::catalog::gpus::Gpu;
use crate::world::catalog::sites::{SITES, Site};
use crate::world::catalog::stock::{Cloud, Cuda, Level, Stock};
use crate::world::{Denied, Visit};

/// Which CUDA versions of a host will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CudaWish {
    /// Empty means any.
    pub(crate) allowed: Vec<Cuda>,
    pub(crate) floor: Option<Cuda>,
}

/// Where a machine may stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whereabouts {
    pub(crate) cloud: Cloud,
    /// Ids of data centres; empty means anywhere.
    pub(crate) sites: Vec<String>,
    /// Only where there is global networking.
    pub(crate) networked: bool,
}

/// What a GPU machine must have.
#[derive(Clone, Debug)]
pub(crate) struct GpuWish {
    pub(crate) gpu: &'static Gpu,
    pub(crate) count: u32,
    pub(crate) cuda: CudaWish,
    /// Gigabytes of main memory per GPU.
    pub(crate) ram: u32,
    /// Virtual CPUs per GPU.
    pub(crate) vcpus: u32,
}

impl CudaWish {
    pub(crate) fn grants(&self, cuda: Cuda) -> bool {
        (self.allowed.is_empty() || self.allowed.contains(&cuda))
            && self.floor.is_none_or(|floor| cuda >= floor)
    }

    pub(crate) fn is_any(&self) -> bool {
        self.allowed.is_empty() && self.floor.is_none()
    }
}

impl Whereabouts {
    fn sites(&self) -> impl Iterator<Item = &'static Site> {
        let wanted = |site: &&Site| self.sites.is_empty() || self.sites.iter().any(|id| id == site.id);
        SITES.iter().filter(wanted).filter(|site| site.global_network || !self.networked)
    }
}

impl Visit<'_> {
    /// The place that has most of these machines, how many, and the newest CUDA version that will do there.
    pub(crate) fn place_gpus(
        &self,
        wish: &GpuWish,
        at: &Whereabouts,
    ) -> Result<(Level, (&'static Site, Option<Cuda>)), Denied> {
        let stock = Stock::new(self.ground, self.now);
        let sold_out =
            || Denied::SoldOut(format!("{} x {} in the {} cloud", wish.count, wish.gpu.id, at.cloud.word()));
        if wish.gpu.ram() < wish.ram || wish.gpu.vcpus() < wish.vcpus {
            return Err(sold_out());
        }
        let offers = at.sites().filter_map(|site| {
            let level = stock.of_gpu(wish.gpu, at.cloud, (site, wish.count));
            if level == Level::None {
                return None;
            }
            let cuda = stock.cuda_at(wish.gpu, site).into_iter().rfind(|cuda| wish.cuda.grants(*cuda));
            (cuda.is_some() || wish.cuda.is_any()).then_some((level, site, cuda))
        });
        best(offers.map(|(level, site, cuda)| (level, (site, cuda)))).ok_or_else(sold_out)
    }

    /// The place that has most of these machines, and how many.
    pub(crate) fn place_cpu(
        &self,
        (flavor, vcpus): (&'static Flavor, u32),
        at: &Whereabouts,
    ) -> Result<(Level, &'static Site), Denied> {
        let stock = Stock::new(self.ground, self.now);
        let offers = at.sites().map(|site| (stock.of_cpu(flavor, (site, vcpus)), site));
        best(offers.filter(|(level, _)| *level > Level::None))
            .ok_or_else(|| Denied::SoldOut(format!("{} with {vcpus} vCPUs", flavor.id)))
    }
}

/// The first among those with the highest level.
fn best<T>(offers: impl Iterator<Item = (Level, T)>) -> Option<(Level, T)> {
    offers.reduce(|best, next| if next.0 > best.0 { next } else { best })
}
