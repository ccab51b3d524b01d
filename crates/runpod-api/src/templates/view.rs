//! What is read of a template, in either version.

use serde::Deserialize;

use crate::container::{Env, Mounts};
use crate::view::{self, lenient};

/// The fields of a template that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Said")]
pub struct Template {
    /// Template id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Image reference.
    pub image: String,
    /// Start command in the stored form; REST v2 only.
    pub args: String,
    /// Entrypoint words.
    pub entrypoint: Vec<String>,
    /// Command words.
    pub cmd: Vec<String>,
    /// Ephemeral disk in GB.
    pub disk_gb: Option<u32>,
    /// Environment variables.
    pub env: Env,
    /// Ports, such as `22/tcp`.
    pub ports: Vec<String>,
    /// Storage that outlives a restart.
    pub mounts: Mounts,
    /// Registry credential, if there is one.
    pub registry: Option<String>,
    /// For Serverless endpoints, not for Pods.
    pub serverless: bool,
    /// `CPU`, `NVIDIA` or `AMD`.
    pub category: Option<String>,
}

/// A template as either version says it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    image: Option<String>,
    image_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    args: String,
    entrypoint: Option<Vec<String>>,
    docker_entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    docker_start_cmd: Option<Vec<String>>,
    disk: Option<u32>,
    container_disk_in_gb: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    env: Env,
    #[serde(default, deserialize_with = "lenient")]
    ports: Vec<String>,
    mounts: Option<Mounts>,
    volume_in_gb: Option<u32>,
    volume_mount_path: Option<String>,
    registry: Option<String>,
    container_registry_auth_id: Option<String>,
    serverless: Option<bool>,
    is_serverless: Option<bool>,
    category: Option<String>,
}

impl From<Said> for Template {
    fn from(said: Said) -> Self {
        let flat = view::own_volume(said.volume_in_gb, said.volume_mount_path.as_deref());
        let credential = said.registry.or(said.container_registry_auth_id);
        Self {
            id: said.id,
            name: said.name,
            image: said.image.or(said.image_name).unwrap_or_default(),
            args: said.args,
            entrypoint: said.entrypoint.or(said.docker_entrypoint).unwrap_or_default(),
            cmd: said.cmd.or(said.docker_start_cmd).unwrap_or_default(),
            disk_gb: said.disk.or(said.container_disk_in_gb),
            env: said.env,
            ports: said.ports,
            mounts: said.mounts.unwrap_or(Mounts { persistent: flat, network: Vec::new() }),
            registry: credential.filter(|id| !id.is_empty()),
            serverless: said.serverless.or(said.is_serverless).unwrap_or_default(),
            category: said.category,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_read_as_the_same_template() {
        let v2 = r#"{"id":"t","name":"n","image":"i","args":"","entrypoint":["e"],"cmd":["c"],"disk":20,
            "env":{"A":"1"},"ports":["22/tcp"],"mounts":{"persistent":{"size":20,"path":"/workspace"}},
            "registry":"r","serverless":true,"public":false,"category":"CPU"}"#;
        let v1 = r#"{"id":"t","name":"n","imageName":"i","dockerEntrypoint":["e"],"dockerStartCmd":["c"],
            "containerDiskInGb":20,"env":{"A":"1"},"ports":["22/tcp"],"volumeInGb":20,
            "volumeMountPath":"/workspace","containerRegistryAuthId":"r","isServerless":true,"category":"CPU","readme":"x"}"#;
        let read = |text| serde_json::from_str::<Template>(text).expect("a template");
        assert_eq!(read(v2), read(v1));
    }

    #[test]
    fn only_the_id_is_required() {
        let nulls =
            r#"{"id":"t","name":null,"image":null,"env":null,"mounts":null,"registry":"","volumeInGb":0}"#;
        let nulls: Template = serde_json::from_str(nulls).expect("null is absent");
        assert_eq!(serde_json::from_str::<Template>(r#"{"id":"t"}"#).expect("an id is enough"), nulls);
        assert!(serde_json::from_str::<Template>("{}").is_err());
    }
}
