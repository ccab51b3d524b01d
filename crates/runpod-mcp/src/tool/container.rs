//! Container and storage arguments that Pods, endpoints, templates and clusters share.

use std::collections::BTreeMap;

use runpod_api::{Change, Container, Env, Mount};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::args::{ClearableId, IdArg};
use crate::error::ToolError;
use crate::reply::redact;

/// Environment variables as arguments.
pub(crate) type Vars = BTreeMap<String, String>;

/// What runs, and with what.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContainerArgs {
    /// Container image with its tag.
    pub(crate) image_name: Option<String>,
    /// Start command as one shell string.
    pub(crate) args: Option<String>,
    /// Entrypoint in place of the image's.
    pub(crate) entrypoint: Option<Vec<String>>,
    /// Command in place of the image's.
    pub(crate) cmd: Option<Vec<String>>,
    /// Ephemeral disk in GB.
    #[schemars(range(min = 1))]
    pub(crate) container_disk_in_gb: Option<u32>,
    /// Exposed ports such as 8888/http.
    pub(crate) ports: Option<Vec<String>>,
    /// Environment variables.
    pub(crate) env: Option<Vars>,
}

impl ContainerArgs {
    /// The container of something new.
    ///
    /// # Errors
    /// `bad_argument` for a placeholder in `env`: there is no stored value yet.
    pub(crate) fn into_new(self, registry: Option<ClearableId>) -> Result<Container, ToolError> {
        let env = new_env(self.env.clone())?;
        Ok(self.with(env, registry))
    }

    /// Whether a change needs what is stored, because `env` holds a placeholder.
    pub(crate) fn keeps_secrets(&self) -> bool {
        keeps_secrets(self.env.as_ref())
    }

    /// The container of a change. `stored` is the resource as the API shows it, if it was read.
    ///
    /// # Errors
    /// `bad_argument` for a placeholder without a stored value.
    pub(crate) fn into_change(
        self,
        registry: Option<ClearableId>,
        stored: Option<&RawValue>,
    ) -> Result<Container, ToolError> {
        let env = changed_env(self.env.clone(), stored)?;
        Ok(self.with(env, registry))
    }

    fn with(self, env: Option<Env>, registry: Option<ClearableId>) -> Container {
        Container {
            image: self.image_name,
            args: self.args,
            entrypoint: self.entrypoint,
            cmd: self.cmd,
            disk_gb: self.container_disk_in_gb,
            env,
            ports: self.ports,
            registry: registry.map(ClearableId::into_change),
        }
    }
}

/// `env` of something new.
///
/// # Errors
/// `bad_argument` for a placeholder.
pub(crate) fn new_env(vars: Option<Vars>) -> Result<Option<Env>, ToolError> {
    vars.as_ref().map_or(Ok(()), redact::refuse_in_create)?;
    Ok(vars.map(Env))
}

/// Whether `env` holds a placeholder, so that the stored values are needed.
pub(crate) fn keeps_secrets(vars: Option<&Vars>) -> bool {
    vars.is_some_and(redact::has_placeholder)
}

/// `env` of a change, with the stored values in place of placeholders.
///
/// # Errors
/// `bad_argument` for a placeholder without a stored value.
pub(crate) fn changed_env(vars: Option<Vars>, stored: Option<&RawValue>) -> Result<Option<Env>, ToolError> {
    let Some(mut vars) = vars else { return Ok(None) };
    let stored: Value = stored.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    redact::restore(&mut vars, &stored)?;
    Ok(Some(Env(vars)))
}

/// Storage that outlives a restart.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MountArgs {
    /// GB of a volume that survives restarts; needs volumeMountPath.
    #[schemars(range(min = 1))]
    pub(crate) volume_in_gb: Option<u32>,
    /// Absolute path of the volume or network volume.
    pub(crate) volume_mount_path: Option<String>,
    /// From list-network-volumes, instead of volumeInGb.
    pub(crate) network_volume_id: Option<IdArg>,
}

impl MountArgs {
    /// The mount, complete or not: what each version of the API makes of half a mount is for the client to say.
    ///
    /// # Errors
    /// `bad_argument` for both kinds at once.
    pub(crate) fn into_mount(self) -> Result<Option<Mount>, ToolError> {
        let Self { volume_in_gb, volume_mount_path: path, network_volume_id } = self;
        match (volume_in_gb, network_volume_id) {
            (Some(_), Some(_)) => Err(ToolError::bad_argument(
                "`volumeInGb` and `networkVolumeId` exclude each other: give one kind of storage",
            )),
            (None, Some(id)) => Ok(Some(Mount::Network { volume_id: id.0.to_string(), path })),
            (None, None) if path.is_none() => Ok(None),
            (size_gb, None) => Ok(Some(Mount::Persistent { size_gb, path })),
        }
    }
}

impl ClearableId {
    /// The id, or a clearance.
    pub(crate) fn into_change(self) -> Change<String> {
        match self.0 {
            Some(id) => Change::Set(id.to_string()),
            None => Change::Clear,
        }
    }
}
