//! What a Pod shows only while it runs: load, mapped ports, ways in.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::clock::Time;
use crate::ids::{draw, fate};
use crate::world::pods::{Machine, Pod, Status};

/// `PodRuntime` of the contract.
#[derive(Serialize)]
pub(super) struct Runtime<'a> {
    /// Seconds.
    uptime: i64,
    gpus: Vec<Load>,
    cpu: Load,
    memory: Load,
    ports: Vec<Port<'a>>,
}

/// Percent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Load {
    util: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_util: Option<u64>,
}

/// `PodRuntimePort` of the contract. HTTP goes through a proxy and has no public port.
#[derive(Serialize)]
struct Port<'a> {
    private: u16,
    public: Option<u64>,
    r#type: &'a str,
    ip: Option<&'static str>,
}

/// `PodSsh` of the contract.
#[derive(Serialize)]
pub(super) struct Ssh<'a> {
    proxy: Option<Door<'a>>,
    direct: Option<Door<'a>>,
}

/// `PodSshEndpoint` of the contract.
#[derive(Serialize)]
struct Door<'a> {
    host: &'static str,
    port: u64,
    username: &'a str,
    command: Command<'a>,
}

/// What one types to get in.
struct Command<'a> {
    user: &'a str,
    host: &'static str,
    /// Where it is not the usual one.
    port: Option<u64>,
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ["ssh ", self.user, "@", self.host].into_iter().try_for_each(|part| f.write_str(part))?;
        self.port.map_or(Ok(()), |port| write!(f, " -p {port}"))
    }
}

impl Serialize for Command<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// `PodGlobalNetworking` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Networking {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_dns: Option<String>,
}

/// What a load is of.
#[derive(Clone, Copy)]
enum Of {
    Gpu,
    GpuMemory,
    Cpu,
    Memory,
}

/// What runs; nothing when nothing does.
pub(super) fn runtime(pod: &Pod, now: Time) -> Option<Runtime<'_>> {
    let since = pod.started_at(now).filter(|_| pod.status(now) == Status::Running)?;
    // The load changes every ten seconds and is the same for whoever looks in between.
    let own = draw(fate(0, &[&pod.id]), now.timestamp().unsigned_abs() / 10);
    let load = |what: Of, which: u32| draw(own, (u64::from(which) << 2) | what as u64) % 101;
    let gpus = match pod.lease.machine {
        Machine::Gpu { count, .. } => count,
        Machine::Cpu { .. } => 0,
    };
    let gpu = |n| Load { util: load(Of::Gpu, n), memory_util: Some(load(Of::GpuMemory, n)) };
    Some(Runtime {
        uptime: (now - since).num_seconds(),
        gpus: (0..gpus).map(gpu).collect(),
        cpu: Load { util: load(Of::Cpu, 0), memory_util: None },
        memory: Load { util: load(Of::Memory, 0), memory_util: None },
        ports: pod.lease.container.ports.iter().filter_map(|port| mapped(pod, port, now)).collect(),
    })
}

/// The ways in: the proxy once there is a machine, the direct one while 22/tcp is mapped.
pub(super) fn ssh<'a>(pod: &'a Pod, runtime: Option<&Runtime<'_>>, now: Time) -> Ssh<'a> {
    let (user, host) = (&pod.host, "ssh.runpod.io");
    let proxy = pod.is_placed(now).then(|| Door {
        host,
        port: 22,
        username: user,
        command: Command { user, host, port: None },
    });
    let direct = runtime.and_then(Runtime::shell).map(|(host, port)| Door {
        command: Command { user: "root", host, port: Some(port) },
        host,
        port,
        username: "root",
    });
    Ssh { proxy, direct }
}

impl Runtime<'_> {
    /// Where 22/tcp is mapped to.
    fn shell(&self) -> Option<(&'static str, u64)> {
        let port = self.ports.iter().find(|port| port.private == 22 && port.r#type == "tcp")?;
        port.ip.zip(port.public)
    }
}

/// Where SSH answers directly, as `host:port`, while it does.
pub(in crate::rest_v2) fn ssh_address(pod: &Pod, now: Time) -> Option<String> {
    let runtime = runtime(pod, now);
    ssh(pod, runtime.as_ref(), now).direct.map(|door| format!("{}:{}", door.host, door.port))
}

/// The address in the global network, while the Pod is in it and runs.
pub(super) fn networking(pod: &Pod, now: Time) -> Networking {
    let in_it = pod.networked && pod.status(now) == Status::Running;
    let address = || {
        let luck = fate(1, &[&pod.id]);
        format!("10.{}.{}.{}", luck % 254, (luck >> 8) % 254, (luck >> 16) % 253 + 1)
    };
    Networking {
        enabled: pod.lease.networking,
        ip: in_it.then(address),
        internal_dns: in_it.then(|| format!("{}.runpod.internal", pod.id)),
    }
}

fn mapped<'a>(pod: &Pod, port: &'a str, now: Time) -> Option<Port<'a>> {
    let (number, kind) = port.split_once('/')?;
    let private = number.parse().ok()?;
    let (ip, public) = pod.public_port(port, now).unzip();
    Some(Port { private, public, r#type: kind, ip })
}
