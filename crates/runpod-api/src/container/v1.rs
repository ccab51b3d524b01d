//! Container settings and mounts as REST v1 spells them: flat, for Pods and templates alike.

use serde::Serialize;

use super::{Change, Container, Env, Mount};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::version::{Resource, Switch};

/// Container fields as v1 bodies spell them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    image_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    docker_entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    docker_start_cmd: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_disk_in_gb: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Env>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_registry_auth_id: Option<String>,
}

impl ContainerBody {
    /// The body of something new. Pulling anonymously is what v1 does unless told, so it is said by saying nothing;
    /// but over a template that has a credential nothing can be said.
    pub(crate) fn of_new(
        mut container: Container,
        template_id: Option<&str>,
        resource: Resource,
    ) -> Outcome<Self> {
        container.has_image(template_id)?;
        if template_id.is_none() && container.registry == Some(Change::Clear) {
            container.registry = None;
        }
        Self::of(container, resource)
    }

    /// The body of a change.
    pub(crate) fn of(container: Container, resource: Resource) -> Outcome<Self> {
        // No `..`: a new field of `Container` is placed here or refused here.
        let Container { image, args, entrypoint, cmd, disk_gb, env, ports, registry } = container;
        let homeless = |field, why| Error::Unmappable { field, why, switch: Some(Switch::to_v2(resource)) };
        if args.is_some() {
            return Err(homeless(
                "args",
                "REST v1 takes the start command in words, as dockerEntrypoint and dockerStartCmd",
            ));
        }
        check::at_least("containerDiskInGb", disk_gb, 1)?;
        let credential = match registry {
            None => None,
            Some(Change::Set(id)) => {
                check::filled("containerRegistryAuthId", &id)?;
                Some(id)
            }
            Some(Change::Clear) => {
                return Err(homeless(
                    "containerRegistryAuthId",
                    "REST v1 can set a credential but not remove one",
                ));
            }
        };
        Ok(Self {
            image_name: image,
            docker_entrypoint: entrypoint,
            docker_start_cmd: cmd,
            container_disk_in_gb: disk_gb,
            env,
            ports,
            container_registry_auth_id: credential,
        })
    }
}

/// Storage as v1 bodies spell it. Either half may be left out: v1 knows a size (20 GB) and a path (`/workspace`).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MountBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_in_gb: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_volume_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_mount_path: Option<String>,
}

impl MountBody {
    /// Storage of a new Pod.
    pub(crate) fn of_new(mount: Option<Mount>) -> Outcome<Self> {
        Ok(match mount {
            None => Self::default(),
            Some(Mount::Persistent { size_gb, path }) => {
                Self { volume_in_gb: size_gb, network_volume_id: None, volume_mount_path: path }
            }
            Some(Mount::Network { volume_id, path }) => {
                check::filled("networkVolumeId", &volume_id)?;
                Self { volume_in_gb: None, network_volume_id: Some(volume_id), volume_mount_path: path }
            }
        })
    }

    /// Storage where there is no place for a network volume: templates, and Pods that exist. `why` says so.
    pub(crate) fn of_own(mount: Option<Mount>, why: &'static str, switch: Option<Switch>) -> Outcome<Self> {
        match mount {
            Some(Mount::Network { .. }) => Err(Error::Unmappable { field: "networkVolumeId", why, switch }),
            own => Self::of_new(own),
        }
    }
}
