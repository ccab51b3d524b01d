//! What is read of a Pod, in either version.

mod said;

use std::borrow::Cow;

use serde::Deserialize;

use crate::container::{Env, Mounts};
use crate::view::lenient;

use said::{BriefSaid, Said};

/// The fields of a Pod that callers act on, whichever version said them. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Said")]
pub struct Pod {
    /// Pod id.
    pub id: String,
    /// Name shown in the console.
    pub name: String,
    /// `PROVISIONING`, `STARTING`, `RUNNING`, `EXITED`, `ERROR` or `TERMINATED`. REST v1 says what is wanted
    /// (`RUNNING`, `EXITED`, `TERMINATED`), not how far it is.
    pub status: String,
    /// Image reference.
    pub image: String,
    /// GPUs, unless it is a CPU Pod.
    pub gpu: Option<Gpu>,
    /// CPUs, when it is a CPU Pod.
    pub cpu: Option<Cpu>,
    /// USD per hour now; 0 when it is stopped, on REST v2.
    pub cost: Option<f64>,
    /// Data centre, once a machine is assigned. REST v1 says it with the machine only.
    pub data_center_id: Option<String>,
    /// Environment variables.
    pub env: Env,
    /// Ports asked for, such as `22/tcp`.
    pub ports: Vec<String>,
    /// Storage that outlives a restart.
    pub mounts: Mounts,
    /// Whether stop and reset are blocked.
    pub locked: bool,
    /// How to log in. REST v1 says where port 22 is, and of the proxy nothing.
    pub ssh: Ssh,
    /// What runs, while it runs.
    pub runtime: Option<Runtime>,
}

/// What a list shows of a [`Pod`]; each field means what it means there. Its texts lie in the list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "BriefSaid<'a>")]
pub struct Brief<'a> {
    /// Pod id.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// Name shown in the console.
    pub name: Cow<'a, str>,
    /// How far it is, or on REST v1 what is wanted.
    pub status: Cow<'a, str>,
    /// GPUs, unless it is a CPU Pod.
    pub gpu: Option<Gpu>,
    /// CPUs, when it is a CPU Pod.
    pub cpu: Option<Cpu>,
    /// USD per hour now.
    pub cost: Option<f64>,
    /// Data centre, once a machine is assigned.
    pub data_center_id: Option<Cow<'a, str>>,
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

    #[test]
    fn a_pod_of_v1_reads_like_one_of_v2() {
        let v1 = r#"{"id":"p","name":"n","desiredStatus":"RUNNING","image":"i","costPerHr":"0.74",
            "gpu":{"id":"NVIDIA L4","count":2,"displayName":"L4","securePrice":0.43},"vcpuCount":24,"memoryInGb":62,
            "machine":{"dataCenterId":"EU-RO-1","secureCloud":true},"machineId":"m","env":{"A":"1"},
            "ports":["8888/http","22/tcp"],"volumeInGb":20,"volumeMountPath":"/workspace","locked":true,
            "publicIp":"100.65.0.119","portMappings":{"22":10341}}"#;
        let pod: Pod = serde_json::from_str(v1).expect("a Pod");
        let v2 = r#"{"id":"p","name":"n","status":"RUNNING","image":"i","cost":0.74,
            "gpu":{"id":"NVIDIA L4","count":2,"vcpuCount":24,"memory":62},"dataCenterId":"EU-RO-1","env":{"A":"1"},
            "ports":["8888/http","22/tcp"],"mounts":{"persistent":{"size":20,"path":"/workspace"}},"locked":true,
            "ssh":{"proxy":null,"direct":{"host":"100.65.0.119","port":10341,"username":"root",
            "command":"ssh root@100.65.0.119 -p 10341"}},
            "runtime":{"ports":[{"private":22,"public":10341,"type":"tcp","ip":"100.65.0.119"}]}}"#;
        assert_eq!(pod, serde_json::from_str(v2).expect("a Pod"));
    }

    #[test]
    fn a_stopped_cpu_pod_of_v1_has_neither_gpu_nor_address() {
        let v1 = r#"{"id":"p","desiredStatus":"EXITED","costPerHr":0.08,"cpuFlavorId":"cpu5c","vcpuCount":2,
            "gpu":{"count":0},"publicIp":"","portMappings":null,"volumeInGb":0,"volumeMountPath":"/data",
            "networkVolume":{"id":"agv6w2qcg7","size":50}}"#;
        let pod: Pod = serde_json::from_str(v1).expect("a Pod");
        assert_eq!((pod.status.as_str(), pod.cost), ("EXITED", Some(0.08)));
        assert_eq!(pod.cpu, Some(Cpu { id: "cpu5c".into(), vcpu_count: 2 }));
        assert!(pod.gpu.is_none() && pod.runtime.is_none() && pod.ssh == Ssh::default());
        assert!(pod.mounts.persistent.is_none());
        assert_eq!(
            pod.mounts.network.iter().map(|m| m.volume_id.as_str()).collect::<Vec<_>>(),
            ["agv6w2qcg7"]
        );
    }
}
