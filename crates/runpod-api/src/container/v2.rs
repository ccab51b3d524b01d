//! Container settings and mounts as REST v2 spells them.

use serde::Serialize;

use super::{Change, Container, Env, Mount};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;

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
    env: Option<Env>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Vec<String>>,
    /// Outer `None` is "not said", inner `None` is `null`, which clears.
    #[serde(skip_serializing_if = "Option::is_none")]
    registry: Option<Option<String>>,
}

impl ContainerBody {
    /// The body of something new: an image of its own unless a template brings one.
    pub(crate) fn of_new(container: Container, template_id: Option<&str>) -> Outcome<Self> {
        container.has_image(template_id)?;
        Self::try_from(container)
    }
}

impl TryFrom<Container> for ContainerBody {
    type Error = Error;

    fn try_from(container: Container) -> Outcome<Self> {
        let Container { image, args, entrypoint, cmd, disk_gb, env, ports, registry } = container;
        check::at_least("containerDiskInGb", disk_gb, 1)?;
        if let Some(Change::Set(id)) = &registry {
            check::filled("containerRegistryAuthId", id)?;
        }
        let registry = registry.map(Change::into_nullable);
        Ok(Self { image, args, entrypoint, cmd, disk: disk_gb, env, ports, registry })
    }
}

/// `mounts` of a body: one persistent volume or one network volume, always complete.
#[derive(Debug, Serialize)]
pub(crate) struct MountsBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent: Option<PersistentBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<[NetworkBody; 1]>,
}

#[derive(Debug, Serialize)]
struct PersistentBody {
    size: u32,
    path: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NetworkBody {
    volume_id: String,
    path: String,
}

impl TryFrom<Mount> for MountsBody {
    type Error = Error;

    fn try_from(mount: Mount) -> Outcome<Self> {
        match mount {
            Mount::Persistent { size_gb, path } => Self::persistent(size_gb, path),
            Mount::Network { volume_id, path } => {
                let path = path.ok_or(PATH_MISSING)?;
                check::filled("networkVolumeId", &volume_id)?;
                Ok(Self { persistent: None, network: Some([NetworkBody { volume_id, path }]) })
            }
        }
    }
}

impl MountsBody {
    fn persistent(size_gb: Option<u32>, path: Option<String>) -> Outcome<Self> {
        let path = path.ok_or(PATH_MISSING)?;
        let size = size_gb.ok_or(Error::Unmappable {
            field: "volumeMountPath",
            why: "REST v2 takes a volume only as a whole; give its size too",
            switch: None,
        })?;
        check::at_least("volumeInGb", Some(size), 10)?;
        Ok(Self { persistent: Some(PersistentBody { size, path }), network: None })
    }

    /// `mounts` of a template, which knows no network volume.
    pub(crate) fn of_template(mount: Mount) -> Outcome<Self> {
        match mount {
            Mount::Persistent { size_gb, path } => Self::persistent(size_gb, path),
            Mount::Network { .. } => Err(Error::Unmappable {
                field: "networkVolumeId",
                why: "a template holds no network volume; attach it to the Pod instead",
                switch: None,
            }),
        }
    }
}

/// v1 assumes `/workspace`; v2 has no default.
const PATH_MISSING: Error = Error::Unmappable {
    field: "volumeMountPath",
    why: "REST v2 knows no default path; give one such as /workspace",
    switch: None,
};
