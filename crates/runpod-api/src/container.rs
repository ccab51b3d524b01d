//! Container settings that Pods, endpoints and templates share.

pub(crate) mod v2;

use std::collections::BTreeMap;

/// Set a field, or clear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    /// The new value.
    Set(T),
    /// No value any more.
    Clear,
}

impl<T> Change<T> {
    /// `Some` for a value, `None` for a clearance: how a nullable wire field is written.
    pub(crate) fn into_nullable(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}

/// What runs and with what. `None` leaves a field out of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Image reference.
    pub image: Option<String>,
    /// Start command as one string; `""` clears it.
    pub args: Option<String>,
    /// Entrypoint words; empty clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Command words; empty clears it.
    pub cmd: Option<Vec<String>>,
    /// Ephemeral disk in GB, at least 1.
    pub disk_gb: Option<u32>,
    /// Environment variables.
    pub env: Option<BTreeMap<String, String>>,
    /// `8888/http`, `22/tcp`.
    pub ports: Option<Vec<String>>,
    /// Registry credential by id.
    pub registry: Option<Change<String>>,
}

/// Storage of a Pod that outlives a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// A volume of the machine: size in GB (at least 10) and absolute path.
    Persistent {
        /// GB.
        size_gb: u32,
        /// Absolute path in the container.
        path: String,
    },
    /// A network volume by id.
    Network {
        /// Network volume id.
        volume_id: String,
        /// Absolute path in the container.
        path: String,
    },
}
