//! What is read of a Pod.

use serde::Deserialize;

use crate::container::{Env, Mounts};
use crate::view::lenient;

/// The fields of a Pod that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pod {
    /// Pod id.
    pub id: String,
    /// Name shown in the console.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// `PROVISIONING`, `STARTING`, `RUNNING`, `EXITED`, `ERROR` or `TERMINATED`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// Image reference.
    #[serde(default, deserialize_with = "lenient")]
    pub image: String,
    /// GPUs, unless it is a CPU Pod.
    #[serde(default)]
    pub gpu: Option<Gpu>,
    /// CPUs, when it is a CPU Pod.
    #[serde(default)]
    pub cpu: Option<Cpu>,
    /// USD per hour now; 0 when it is stopped.
    #[serde(default)]
    pub cost: Option<f64>,
    /// Data centre, once a machine is assigned.
    #[serde(default)]
    pub data_center_id: Option<String>,
    /// Environment variables.
    #[serde(default, deserialize_with = "lenient")]
    pub env: Env,
    /// Ports asked for, such as `22/tcp`.
    #[serde(default, deserialize_with = "lenient")]
    pub ports: Vec<String>,
    /// Storage that outlives a restart.
    #[serde(default, deserialize_with = "lenient")]
    pub mounts: Mounts,
    /// Whether stop and reset are blocked.
    #[serde(default, deserialize_with = "lenient")]
    pub locked: bool,
    /// How to log in.
    #[serde(default, deserialize_with = "lenient")]
    pub ssh: Ssh,
    /// What runs, while it runs.
    #[serde(default)]
    pub runtime: Option<Runtime>,
}

/// GPUs of a Pod.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Gpu {
    /// GPU type id.
    pub id: String,
    /// How many.
    #[serde(default = "one")]
    pub count: u32,
}

fn one() -> u32 {
    1
}

/// CPUs of a Pod.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cpu {
    /// CPU flavour id.
    pub id: String,
    /// vCPUs.
    #[serde(default)]
    pub vcpu_count: u32,
}

/// The two ways into a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Ssh {
    /// Through Runpod's proxy, once a machine is assigned.
    #[serde(default)]
    pub proxy: Option<SshEndpoint>,
    /// Straight to the machine, while it runs with `22/tcp` mapped.
    #[serde(default)]
    pub direct: Option<SshEndpoint>,
}

/// One way into a Pod.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SshEndpoint {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User name.
    pub username: String,
    /// The whole command line.
    pub command: String,
}

/// What a running Pod reports of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Runtime {
    /// Seconds since the container started.
    #[serde(default)]
    pub uptime: Option<u64>,
    /// Ports that are mapped.
    #[serde(default, deserialize_with = "lenient")]
    pub ports: Vec<Port>,
}

/// A mapped port.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Port {
    /// Port in the container.
    #[serde(default)]
    pub private: Option<u16>,
    /// Port outside.
    #[serde(default)]
    pub public: Option<u16>,
    /// `http`, `tcp` or `udp`.
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub protocol: String,
    /// Address outside.
    #[serde(default)]
    pub ip: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_id_is_required() {
        let bare: Pod = serde_json::from_str(r#"{"id":"p"}"#).expect("an id is enough");
        let nulls = r#"{"id":"p","name":null,"status":null,"gpu":null,"env":null,"mounts":{"network":null},
            "ssh":{"proxy":null,"direct":null},"runtime":null,"new":{"field":1}}"#;
        let nulls: Pod = serde_json::from_str(nulls).expect("null is absent");
        assert_eq!(bare, nulls);
        assert!(serde_json::from_str::<Pod>("{}").is_err());
    }
}
