//! Container settings and storage that Pods, endpoints, templates and clusters share.

pub(crate) mod v1;
pub(crate) mod v2;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check;
use crate::client::Outcome;
use crate::view::lenient;

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

/// Environment variables. `Debug` shows the names only: values are often keys and tokens.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Env(pub BTreeMap<String, String>);

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")?;
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// What runs and with what. `None` leaves a field out of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Image reference.
    pub image: Option<String>,
    /// Start command in the stored form: a shell string, or a JSON object with `entrypoint` and `cmd`; `""` clears it.
    pub args: Option<String>,
    /// Entrypoint words; empty clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Command words; empty clears it.
    pub cmd: Option<Vec<String>>,
    /// Ephemeral disk in GB, at least 1.
    pub disk_gb: Option<u32>,
    /// Environment variables. On an update the whole set is replaced.
    pub env: Option<Env>,
    /// `8888/http`, `22/tcp`. On an update the whole list is replaced.
    pub ports: Option<Vec<String>>,
    /// Registry credential by id; clearing it pulls anonymously.
    pub registry: Option<Change<String>>,
}

impl Container {
    /// A container of this image and nothing else.
    #[must_use]
    pub fn image(image: &str) -> Self {
        Self { image: Some(image.to_owned()), ..Self::default() }
    }

    /// Something new has an image of its own unless a template brings one.
    pub(crate) fn has_image(&self, template_id: Option<&str>) -> Outcome<()> {
        match (self.image.as_deref(), template_id) {
            (None, None) => {
                check::refuse("imageName", "is missing; give it, or a templateId that brings one")
            }
            (Some(image), _) => check::filled("imageName", image),
            (None, Some(_)) => Ok(()),
        }?;
        template_id.map_or(Ok(()), |id| check::filled("templateId", id))
    }
}

/// Storage that outlives a restart. REST v2 wants both halves of it; a half alone is refused by name there. REST v1
/// takes a half, and gives a Pod of which nothing is said 20 GB at `/workspace`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// A volume of the machine.
    Persistent {
        /// Size in GB, at least 10.
        size_gb: Option<u32>,
        /// Absolute path in the container.
        path: Option<String>,
    },
    /// A network volume.
    Network {
        /// Network volume id.
        volume_id: String,
        /// Absolute path in the container.
        path: Option<String>,
    },
}

/// Storage as the API reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Mounts {
    /// The volume of the machine, if there is one.
    #[serde(default)]
    pub persistent: Option<PersistentMount>,
    /// Network volumes; at most one (observed 2026-08).
    #[serde(default, deserialize_with = "lenient")]
    pub network: Vec<NetworkMount>,
}

/// A volume of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PersistentMount {
    /// Size in GB.
    pub size: u32,
    /// Absolute path in the container.
    pub path: String,
}

/// A network volume that is attached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkMount {
    /// Network volume id.
    pub volume_id: String,
    /// Absolute path in the container.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_names_of_variables_and_no_values() {
        let env: Env = [("HF_TOKEN".to_owned(), "hf_secret".to_owned())].into_iter().collect();
        let container = Container { env: Some(env), ..Container::default() };
        let shown = format!("{container:?}");
        assert!(shown.contains("HF_TOKEN") && !shown.contains("hf_secret"), "{shown}");
    }
}
