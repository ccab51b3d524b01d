//! What is mounted into a container: a disk of its own, or a network volume.

use serde::{Deserialize, Serialize};

use crate::world::Denied;

/// A volume that belongs to one Pod and survives its restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Persistent {
    /// Gigabytes.
    pub(crate) size: u32,
    pub(crate) path: String,
}

/// A network volume and where it is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NetworkMount {
    pub(crate) volume_id: String,
    pub(crate) path: String,
}

/// What a Pod has mounted: at most one of the two kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mount {
    #[default]
    Nothing,
    Persistent(Persistent),
    Network(NetworkMount),
}

/// `Mounts` of the contract, as requests write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Mounts {
    #[serde(default)]
    pub(crate) persistent: Option<Persistent>,
    #[serde(default)]
    pub(crate) network: Option<Vec<NetworkMount>>,
}

impl Persistent {
    /// The fewest gigabytes that the contract has for one.
    const LEAST: u32 = 10;

    /// This, if it is large enough to be one.
    pub(crate) fn large_enough(self) -> Result<Self, Denied> {
        if self.size >= Self::LEAST {
            return Ok(self);
        }
        let (least, size) = (Self::LEAST, self.size);
        Err(Denied::contradiction(format!("a volume has at least {least} GB, not {size}")))
    }
}

impl Mount {
    /// Gigabytes of a disk of its own.
    pub(crate) fn gigabytes(&self) -> u32 {
        match self {
            Mount::Persistent(mount) => mount.size,
            Mount::Nothing | Mount::Network(_) => 0,
        }
    }

    /// The network volume that is mounted.
    pub(crate) fn volume(&self) -> Option<&str> {
        match self {
            Mount::Network(mount) => Some(&mount.volume_id),
            Mount::Nothing | Mount::Persistent(_) => None,
        }
    }
}
