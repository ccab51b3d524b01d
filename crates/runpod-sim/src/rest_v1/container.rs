//! What Pods and templates have in common: image, command, disk, environment, ports, credential, volume.

use serde::{Deserialize, Serialize};

use crate::world::container::{Container, ContainerChange, Env};
use crate::world::mounts::{Mounts, Persistent};

/// Gigabytes of a volume of which only the path is said.
const VOLUME: u32 = 20;

/// Where a volume is mounted of which only the size is said.
const PATH: &str = "/workspace";

/// The ports that are open when nobody says which.
const PORTS: [&str; 2] = ["8888/http", "22/tcp"];

/// The part of a request that describes a container and its volume. What is absent or null stays as it is, or
/// is the default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    image_name: Option<String>,
    docker_entrypoint: Option<Vec<String>>,
    docker_start_cmd: Option<Vec<String>>,
    container_disk_in_gb: Option<u32>,
    env: Option<Env>,
    ports: Option<Vec<String>>,
    /// The empty text takes the credential away.
    container_registry_auth_id: Option<String>,
    volume_in_gb: Option<u32>,
    pub(super) volume_mount_path: Option<String>,
}

impl Asked {
    /// With the ports that a container has when nobody says which.
    pub(super) fn or_default_ports(self) -> Self {
        let ports = self.ports.or_else(|| Some(PORTS.map(str::to_owned).to_vec()));
        Self { ports, ..self }
    }

    /// With the volume that there is when nobody says how big one is to be.
    pub(super) fn or_default_volume(self) -> Self {
        Self { volume_in_gb: self.volume_in_gb.or(Some(VOLUME)), ..self }
    }

    /// Whether a volume of no size is asked for, which is none.
    pub(super) fn wants_no_volume(&self) -> bool {
        self.volume_in_gb == Some(0)
    }

    /// The volume asked for: what is not said about it stays as it is now.
    pub(super) fn volume(&self, now: Option<&Persistent>) -> Option<Mounts> {
        if self.wants_no_volume() || (self.volume_in_gb.is_none() && self.volume_mount_path.is_none()) {
            return None;
        }
        let size = self.volume_in_gb.or(now.map(|now| now.size)).unwrap_or(VOLUME);
        let path = self.volume_mount_path.clone().or(now.map(|now| now.path.clone()));
        let persistent = Persistent { size, path: path.unwrap_or_else(|| PATH.to_owned()) };
        Some(Mounts { persistent: Some(persistent), network: None })
    }

    /// Where a network volume is to be mounted.
    pub(super) fn path(&self) -> String {
        self.volume_mount_path.clone().unwrap_or_else(|| PATH.to_owned())
    }

    pub(super) fn change(self) -> ContainerChange {
        ContainerChange {
            image: self.image_name,
            args: None,
            entrypoint: self.docker_entrypoint,
            cmd: self.docker_start_cmd,
            disk: self.container_disk_in_gb,
            env: self.env,
            ports: self.ports,
            registry: self.container_registry_auth_id.map(Some),
        }
    }
}

/// A container in answers, to be flattened; the image has another name in each of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    docker_entrypoint: Vec<String>,
    docker_start_cmd: Vec<String>,
    container_disk_in_gb: u32,
    env: &'a Env,
    ports: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    container_registry_auth_id: Option<&'a str>,
}

impl<'a> Spelt<'a> {
    pub(super) fn of(container: &'a Container) -> Self {
        let command = container.command();
        Self {
            docker_entrypoint: command.entrypoint,
            docker_start_cmd: command.cmd,
            container_disk_in_gb: container.disk,
            env: &container.env,
            ports: &container.ports,
            container_registry_auth_id: container.registry.as_deref(),
        }
    }
}
