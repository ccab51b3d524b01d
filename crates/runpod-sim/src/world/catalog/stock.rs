//! How much of each type is left where: a function of the seed, the place and the hour.
//!
//! Invented, but steady: the same world shows the same stock, it changes every few hours of the twin's time, and
//! types that are in plenty are never gone from the large data centres, so that an example works at any time.

use std::fmt;

use serde::{Serialize, Serializer};

use super::cpus::Flavor;
use super::gpus::{Gpu, Offer, Supply};
use super::sites::Site;
use crate::clock::Time;
use crate::faults::glob;
use crate::ids::{draw, fate};
use crate::world::Ground;

/// How easily something is to be had, `AvailabilityLevel` in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Low,
    Medium,
    High,
}

impl Level {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Level::None => "NONE",
            Level::Low => "LOW",
            Level::Medium => "MEDIUM",
            Level::High => "HIGH",
        }
    }
}

/// Where a machine belongs to, `Cloud` in the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Cloud {
    #[default]
    Secure,
    Community,
}

impl Cloud {
    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Cloud::Secure => "SECURE",
            Cloud::Community => "COMMUNITY",
        }
    }

    pub(crate) fn offer(self, gpu: &Gpu) -> Offer {
        match self {
            Cloud::Secure => gpu.secure,
            Cloud::Community => gpu.community,
        }
    }
}

/// A CUDA version, compared as numbers: 12.11 is above 12.2.
pub(crate) type Cuda = (u32, u32);

/// What a host may run, oldest first.
pub(crate) const CUDA: [Cuda; 12] = [
    (11, 8),
    (12, 0),
    (12, 1),
    (12, 2),
    (12, 3),
    (12, 4),
    (12, 5),
    (12, 6),
    (12, 7),
    (12, 8),
    (12, 9),
    (13, 0),
];

/// A CUDA version as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version(pub(crate) Cuda);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self((major, minor)) = self;
        write!(f, "{major}.{minor}")
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads `12.8`, and as a floor also `12`.
pub(crate) fn cuda(text: &str) -> Option<Cuda> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Data centres that always have what is in plenty.
const LARGE: &[&str] = &["EU-RO-1", "US-KS-2", "US-CA-2", "US-IL-1"];

/// The stock at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stock<'g> {
    ground: &'g Ground,
    now: Time,
}

impl<'g> Stock<'g> {
    pub(crate) fn new(ground: &'g Ground, now: Time) -> Self {
        Self { ground, now }
    }

    /// How easily machines with so many GPUs of a type are had at a place.
    pub(crate) fn of_gpu(&self, gpu: &Gpu, cloud: Cloud, (site, count): (&Site, u32)) -> Level {
        let most = cloud.offer(gpu).most;
        // The cheap questions first: who waits for a machine asks often.
        let hopeless = for_machine(gpu.supply.at_best(), count, most) == Level::None;
        if hopeless || self.is_sold_out(gpu.id) || !self.stands_at(gpu, cloud, site) {
            return Level::None;
        }
        for_machine(self.tide(gpu, cloud, site), count, most)
    }

    /// How easily machines of a flavour are had at a place.
    pub(crate) fn of_cpu(&self, flavor: &Flavor, (site, vcpus): (&Site, u32)) -> Level {
        let absent = fate(self.ground.seed, &[flavor.id, site.id]).is_multiple_of(3) && !is_large(site);
        if vcpus > flavor.vcpus.1 || absent {
            return Level::None;
        }
        let level = self.wave(&[flavor.id, site.id]);
        if is_large(site) {
            Level::High
        } else if vcpus > 16 {
            level.min(Level::Low)
        } else {
            level
        }
    }

    /// The CUDA versions that hosts with this type at this place run, lowest first.
    pub(crate) fn cuda_at(&self, gpu: &Gpu, site: &Site) -> Vec<Cuda> {
        let (large, own) = (is_large(site), fate(self.ground.seed, &["cuda", gpu.id, site.id]));
        let runs = |version: &&Cuda| {
            let (major, minor) = **version;
            // Large places have all current drivers; the others two in three of the current, few of the old.
            let odds = if **version >= (12, 4) { 66 } else { 15 };
            let here = draw(own, u64::from(major * 100 + minor)) % 100 < odds;
            gpu.driven_by(**version) && (here || large && **version >= (12, 4))
        };
        CUDA.iter().filter(runs).copied().collect()
    }

    /// Whether machines with this type stand there at all.
    pub(crate) fn stands_at(&self, gpu: &Gpu, cloud: Cloud, site: &Site) -> bool {
        if cloud.offer(gpu).most == 0 {
            return false;
        }
        let always = gpu.supply == Supply::Plenty && cloud == Cloud::Secure && is_large(site);
        always || fate(self.ground.seed, &["stands", gpu.id, cloud.word(), site.id]) % 100 < 35
    }

    /// Whether a script took this type away.
    fn is_sold_out(&self, gpu: &str) -> bool {
        self.ground.trouble.sold_out.iter().any(|pattern| glob(pattern, gpu))
    }

    fn tide(&self, gpu: &Gpu, cloud: Cloud, site: &Site) -> Level {
        let level = self.wave(&[gpu.id, cloud.word(), site.id]);
        match gpu.supply {
            Supply::Plenty if is_large(site) => Level::High,
            Supply::Plenty => level,
            // One step less than the wave says; what is nowhere stays nowhere.
            Supply::Scarce if level == Level::High => Level::Medium,
            Supply::Scarce if level == Level::Medium => Level::Low,
            Supply::Scarce | Supply::Never => Level::None,
        }
    }

    /// A level that changes every two to eight hours.
    fn wave(&self, parts: &[&str]) -> Level {
        let own = fate(self.ground.seed, parts);
        let period = 7200 + i64::try_from(own % 21_600).unwrap_or(0);
        let turn = (self.now.timestamp() + i64::try_from(own % 7200).unwrap_or(0)) / period;
        match draw(own, turn.unsigned_abs()) % 10 {
            0..2 => Level::None,
            2..4 => Level::Low,
            4..7 => Level::Medium,
            _ => Level::High,
        }
    }
}

/// How easily one gets so many in one machine, when this is how easily one gets any.
fn for_machine(level: Level, count: u32, most: u32) -> Level {
    match level {
        _ if count > most => Level::None,
        Level::High if count * 2 <= most => Level::High,
        Level::High => Level::Medium,
        Level::Medium if count * 2 <= most => Level::Medium,
        Level::Low if count == 1 => Level::Low,
        Level::None | Level::Low | Level::Medium => Level::None,
    }
}

impl Supply {
    /// The most that there ever is.
    fn at_best(self) -> Level {
        match self {
            Supply::Plenty => Level::High,
            Supply::Scarce => Level::Medium,
            Supply::Never => Level::None,
        }
    }
}

fn is_large(site: &Site) -> bool {
    LARGE.contains(&site.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;
    use crate::world::catalog::gpus::GPUS;
    use crate::world::catalog::sites::SITES;
    use chrono::TimeDelta;

    fn places() -> impl Iterator<Item = (&'static Gpu, &'static Site)> {
        GPUS.iter().flat_map(|gpu| SITES.iter().map(move |site| (gpu, site)))
    }

    #[test]
    fn what_is_in_plenty_is_never_gone_from_a_large_place() {
        let world = World::new(1);
        for hours in 0..200 {
            let stock = Stock::new(&world.ground, Time::UNIX_EPOCH + TimeDelta::hours(hours));
            for (gpu, site) in places().filter(|(gpu, site)| gpu.supply == Supply::Plenty && is_large(site)) {
                assert!(stock.of_gpu(gpu, Cloud::Secure, (site, 1)) > Level::None, "{} {}", gpu.id, site.id);
                assert!(stock.cuda_at(gpu, site).contains(&(12, 8)), "{} {}", gpu.id, site.id);
            }
        }
    }

    #[test]
    fn stock_changes_within_a_day_but_not_within_a_minute() {
        let world = World::new(1);
        let seen = |at: Time| -> Vec<Level> {
            let stock = Stock::new(&world.ground, at);
            places().map(|(gpu, site)| stock.of_gpu(gpu, Cloud::Secure, (site, 1))).collect()
        };
        let start = Time::UNIX_EPOCH + TimeDelta::days(20_000);
        let changed = |later: TimeDelta| {
            seen(start).iter().zip(seen(start + later)).filter(|(before, after)| **before != *after).count()
        };
        assert!(changed(TimeDelta::minutes(1)) < 10);
        assert!(changed(TimeDelta::days(1)) > 50);
    }

    #[test]
    fn more_gpus_in_one_machine_are_never_easier_to_get() {
        let world = World::new(3);
        let stock = Stock::new(&world.ground, Time::UNIX_EPOCH);
        for (gpu, site) in places() {
            let levels: Vec<_> =
                (1..=12).map(|count| stock.of_gpu(gpu, Cloud::Community, (site, count))).collect();
            assert!(levels.is_sorted_by(|less, more| more <= less), "{} {}: {levels:?}", gpu.id, site.id);
        }
    }

    #[test]
    fn cuda_versions_are_numbers() {
        assert!(cuda("12.11") > cuda("12.2"));
        assert_eq!(cuda("12"), Some((12, 0)));
    }
}
