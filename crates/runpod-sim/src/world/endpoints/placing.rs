//! Where a worker finds a machine, and what that costs.

use crate::clock::Time;
use crate::world::catalog::cpus;
use crate::world::catalog::gpus::Gpu;
use crate::world::catalog::sites::{SITES, Site};
use crate::world::catalog::stock::{Cloud, Level, Stock};
use crate::world::endpoints::config::{Compute, Config, GpuWish};
use crate::world::endpoints::fleet::{Order, Worker};
use crate::world::meter::{Charge, Detail, Entry, Meter, Payer, Usage};
use crate::world::pods::{Machine, cuda_wish};
use crate::world::{Ground, prices};

/// A machine for one worker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) site: &'static Site,
    pub(crate) machine: Machine,
}

/// The machine that a worker of this configuration gets at this instant, if any: the first type that is had
/// anywhere, where most of it is.
pub(crate) fn find(ground: &Ground, config: &Config, now: Time) -> Option<Place> {
    let stock = Stock::new(ground, now);
    let grounds = config.grounds();
    let sites: Vec<_> = SITES.iter().filter(|site| grounds.is_empty() || grounds.contains(site)).collect();
    match &config.compute {
        Compute::Gpu(wish) => {
            let mut offered = wish.types().filter(|gpu| gpu.serverless.is_some());
            offered.find_map(|gpu| find_gpu(&stock, (wish, gpu), &sites))
        }
        Compute::Cpu(wishes) => wishes.iter().find_map(|wish| {
            let (flavor, vcpus) = (cpus::flavor(&wish.id)?, wish.vcpu_count);
            let site = best(&sites, |site| stock.of_cpu(flavor, (site, vcpus)))?;
            Some(Place { site, machine: Machine::Cpu { flavor, vcpus } })
        }),
    }
}

fn find_gpu(
    stock: &Stock<'_>,
    (wish, gpu): (&GpuWish, &'static Gpu),
    sites: &[&'static Site],
) -> Option<Place> {
    let GpuWish { count, cuda, .. } = wish;
    // A rule that contradicts itself was refused when it was said.
    let rule = cuda_wish(Some(&cuda.allowed), cuda.floor.as_deref()).ok()?;
    let site = best(sites, |site| {
        let drives =
            rule.is_any() || stock.cuda_at(gpu, site).into_iter().any(|version| rule.grants(version));
        if drives { stock.of_gpu(gpu, Cloud::Secure, (site, *count)) } else { Level::None }
    })?;
    Some(Place { site, machine: Machine::Gpu { gpu, count: *count } })
}

/// The first place that has most.
fn best(sites: &[&'static Site], level: impl Fn(&Site) -> Level) -> Option<&'static Site> {
    let offers = sites.iter().map(|site| (level(site), *site)).filter(|(level, _)| *level > Level::None);
    offers.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, site)| site)
}

impl Place {
    /// US dollars per hour for the machine.
    pub(crate) fn rate(&self) -> f64 {
        match self.machine {
            Machine::Gpu { gpu, count } => gpu.serverless.unwrap_or_default() * f64::from(count),
            Machine::Cpu { flavor, vcpus } => flavor.serverless * f64::from(vcpus),
        }
    }

    /// Lets the meter run for a worker here.
    pub(crate) fn meter(
        &self,
        order: &Order<'_>,
        worker: &Worker,
        (meter, from): (&mut Meter, Time),
    ) -> Vec<Entry> {
        let (charge, gpu) = match self.machine {
            Machine::Gpu { gpu, .. } => (Charge::Gpu, Some(gpu.id)),
            Machine::Cpu { .. } => (Charge::Cpu, None),
        };
        let disk = order.config.container.disk;
        let mut record = |charge, gigabytes, rate| {
            let (payer, id) = (Payer::Serverless, order.endpoint.to_owned());
            let (worker, image) = (worker.id.clone(), worker.image.clone());
            let detail = Detail { gpu, site: Some(self.site.id), worker, image, gigabytes };
            meter.record(Usage { payer, id, charge, rate, from, to: None, detail })
        };
        vec![record(charge, 0, self.rate()), record(Charge::Disk, disk, prices::disk(disk))]
    }
}
