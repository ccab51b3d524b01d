//! Network volumes: storage in one data centre that outlives the Pods and workers that mount it.
//!
//! A volume stays in its data centre and keeps its kind; it may grow and be renamed.

use serde::Deserialize;

use crate::world::catalog::sites::{self, Site, Tier};
use crate::world::meter::{Charge, Detail, Payer, Usage};
use crate::world::{Denied, Visit, prices};

/// The fewest gigabytes of a network volume.
const LEAST: u32 = 10;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Volume {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: String,
    /// Gigabytes.
    pub(crate) size: u32,
    pub(crate) site: &'static Site,
    pub(crate) tier: Tier,
}

/// `CreateNetworkVolumeRequest` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewVolume {
    pub(crate) name: String,
    pub(crate) size: u32,
    pub(crate) data_center: String,
    #[serde(rename = "type")]
    pub(crate) tier: Option<Tier>,
}

/// `UpdateNetworkVolumeRequest` of the contract.
#[derive(Debug, Deserialize)]
pub(crate) struct VolumeChange {
    name: Option<String>,
    size: Option<u32>,
}

impl Visit<'_> {
    /// The volumes, the newest first.
    pub(crate) fn volumes(&self) -> Vec<&Volume> {
        let mut all: Vec<_> = self.account.volumes.values().collect();
        all.sort_by_key(|volume| std::cmp::Reverse(volume.born));
        all
    }

    pub(crate) fn volume(&self, id: &str) -> Result<&Volume, Denied> {
        self.account.volumes.get(id).ok_or_else(|| Denied::missing("network volume", id))
    }

    pub(crate) fn create_volume(&mut self, new: NewVolume) -> Result<&Volume, Denied> {
        let site = sites::site(&new.data_center)
            .ok_or_else(|| Denied::contradiction(format!("no data center `{}`", new.data_center)))?;
        let tier = tier_at(site, new.tier)?;
        if new.size < LEAST {
            let size = new.size;
            return Err(Denied::contradiction(format!(
                "a network volume has at least {LEAST} GB, not {size}"
            )));
        }
        let id = self.ground.ids.short(10);
        let born = self.ground.next_birth();
        let volume = Volume { id: id.clone(), born, name: new.name, size: new.size, site, tier };
        self.meter_volume(&volume);
        Ok(self.account.volumes.entry(id).or_insert(volume))
    }

    pub(crate) fn update_volume(&mut self, id: &str, change: VolumeChange) -> Result<&Volume, Denied> {
        let mut volume = self.volume(id)?.clone();
        if let Some(size) = change.size.filter(|size| *size != volume.size) {
            grow(&mut volume, size)?;
            self.account.meter.stop(Payer::NetworkVolume, id, self.now);
            self.meter_volume(&volume);
        }
        volume.name = change.name.unwrap_or(volume.name);
        self.account.volumes.insert(id.to_owned(), volume);
        self.volume(id)
    }

    pub(crate) fn delete_volume(&mut self, id: &str) -> Result<(), Denied> {
        self.volume(id)?;
        self.account.volumes.remove(id);
        self.account.meter.stop(Payer::NetworkVolume, id, self.now);
        Ok(())
    }

    fn meter_volume(&mut self, volume: &Volume) {
        let charge = match volume.tier {
            Tier::Standard => Charge::StandardStorage,
            Tier::HighPerformance => Charge::HighPerformanceStorage,
        };
        let rate = prices::network_volume(volume.size, volume.tier);
        let (payer, id) = (Payer::NetworkVolume, volume.id.clone());
        let detail = Detail { site: Some(volume.site.id), gigabytes: volume.size, ..Detail::default() };
        self.account.meter.record(Usage { payer, id, charge, rate, from: self.now, to: None, detail });
    }
}

/// The kind that a volume gets there.
fn tier_at(site: &Site, asked: Option<Tier>) -> Result<Tier, Denied> {
    let refuse = |why: String| Denied::contradiction(format!("data center `{}` {why}", site.id));
    match asked {
        Some(tier) if site.tiers.contains(&tier) => Ok(tier),
        Some(tier) => Err(refuse(format!("has no {} network volumes", tier.word()))),
        None => site.tiers.first().copied().ok_or_else(|| refuse("has no network volumes".into())),
    }
}

fn grow(volume: &mut Volume, size: u32) -> Result<(), Denied> {
    if size < volume.size {
        let now = volume.size;
        return Err(Denied::contradiction(format!("a volume cannot shrink: it has {now} GB, {size} asked")));
    }
    volume.size = size;
    Ok(())
}
