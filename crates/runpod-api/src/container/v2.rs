//! Container settings and mounts as REST v2 spells them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Change, Container, Mount};

/// Container fields as every v2 body spells them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cmd: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Vec<String>>,
    /// Outer `None` is "not said", inner `None` is `null`, which clears.
    #[serde(skip_serializing_if = "Option::is_none")]
    registry: Option<Option<String>>,
}

impl From<Container> for ContainerBody {
    fn from(container: Container) -> Self {
        let Container { image, args, entrypoint, cmd, disk_gb, env, ports, registry } = container;
        let registry = registry.map(Change::into_nullable);
        Self { image, args, entrypoint, cmd, disk: disk_gb, env, ports, registry }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Mounts {
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<PersistentMount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<[NetworkMount; 1]>,
}

#[derive(Debug, Serialize)]
struct PersistentMount {
    size: u32,
    path: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NetworkMount {
    volume_id: String,
    path: String,
}

impl From<Mount> for Mounts {
    fn from(mount: Mount) -> Self {
        match mount {
            Mount::Persistent { size_gb, path } => {
                Self { persistent: Some(PersistentMount { size: size_gb, path }), network: None }
            }
            Mount::Network { volume_id, path } => {
                Self { persistent: None, network: Some([NetworkMount { volume_id, path }]) }
            }
        }
    }
}
