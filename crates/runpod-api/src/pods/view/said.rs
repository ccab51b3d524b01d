//! A Pod as either version says it, made one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Brief, Cpu, Gpu, Pod, Port, Runtime, Ssh, SshEndpoint};
use crate::container::{Env, Mounts, NetworkMount};
use crate::view::{self, lenient, lent};

/// First what both say, then what one of them says in its own way.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    #[serde(default, deserialize_with = "lenient")]
    image: String,
    gpu: Option<GpuSaid>,
    #[serde(default, deserialize_with = "lenient")]
    env: Env,
    #[serde(default, deserialize_with = "lenient")]
    ports: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    locked: bool,

    status: Option<String>,
    cpu: Option<Cpu>,
    cost: Option<f64>,
    data_center_id: Option<String>,
    mounts: Option<Mounts>,
    ssh: Option<Ssh>,
    runtime: Option<Runtime>,

    desired_status: Option<String>,
    cpu_flavor_id: Option<String>,
    vcpu_count: Option<f64>,
    cost_per_hr: Option<Amount>,
    machine: Option<MachineSaid>,
    volume_in_gb: Option<u32>,
    volume_mount_path: Option<String>,
    network_volume: Option<VolumeSaid>,
    network_volume_id: Option<String>,
    public_ip: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    port_mappings: BTreeMap<u16, u16>,
}

/// What [`Brief`] keeps of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BriefSaid<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "lent")]
    name: Option<Cow<'a, str>>,
    gpu: Option<GpuSaid>,

    #[serde(borrow, default, deserialize_with = "lent")]
    status: Option<Cow<'a, str>>,
    cpu: Option<Cpu>,
    cost: Option<f64>,
    #[serde(borrow, default, deserialize_with = "lent")]
    data_center_id: Option<Cow<'a, str>>,

    #[serde(borrow, default, deserialize_with = "lent")]
    desired_status: Option<Cow<'a, str>>,
    cpu_flavor_id: Option<String>,
    vcpu_count: Option<f64>,
    cost_per_hr: Option<Amount>,
    machine: Option<MachineSaid>,
}

/// A CPU Pod of v1 may have GPUs without a type: none.
#[derive(Deserialize)]
struct GpuSaid {
    id: Option<String>,
    count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MachineSaid {
    data_center_id: Option<String>,
}

#[derive(Deserialize)]
struct VolumeSaid {
    id: Option<String>,
}

/// v1 declares a number and shows a text in its example.
#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Number(f64),
    Text(String),
}

impl Amount {
    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

impl From<Said> for Pod {
    fn from(said: Said) -> Self {
        let ip = said.public_ip.filter(|ip| !ip.is_empty());
        let mapped = mapped(ip.as_deref(), &said.port_mappings);
        let direct = ip.as_deref().zip(said.port_mappings.get(&22)).map(|(ip, port)| direct(ip, *port));
        let flat = Mounts {
            persistent: view::own_volume(said.volume_in_gb, said.volume_mount_path.as_deref()),
            network: network(said.network_volume_id, said.network_volume, said.volume_mount_path),
        };
        let Brief { id, name, status, gpu, cpu, cost, data_center_id } = Brief::from(BriefSaid {
            id: said.id.into(),
            name: Some(said.name.into()),
            gpu: said.gpu,
            status: said.status.map(Cow::from),
            cpu: said.cpu,
            cost: said.cost,
            data_center_id: said.data_center_id.map(Cow::from),
            desired_status: said.desired_status.map(Cow::from),
            cpu_flavor_id: said.cpu_flavor_id,
            vcpu_count: said.vcpu_count,
            cost_per_hr: said.cost_per_hr,
            machine: said.machine,
        });
        Self {
            id: id.into_owned(),
            name: name.into_owned(),
            status: status.into_owned(),
            gpu,
            cpu,
            cost,
            data_center_id: data_center_id.map(Cow::into_owned),
            image: said.image,
            env: said.env,
            ports: said.ports,
            mounts: said.mounts.unwrap_or(flat),
            locked: said.locked,
            ssh: said.ssh.unwrap_or(Ssh { proxy: None, direct }),
            runtime: said.runtime.or(mapped),
        }
    }
}

impl<'a> From<BriefSaid<'a>> for Brief<'a> {
    fn from(said: BriefSaid<'a>) -> Self {
        let flavor = said.cpu_flavor_id.filter(|id| !id.is_empty());
        Self {
            id: said.id,
            name: said.name.unwrap_or_default(),
            status: said.status.or(said.desired_status).unwrap_or_default(),
            gpu: said.gpu.and_then(gpu),
            cpu: said.cpu.or(flavor.map(|id| Cpu { id, vcpu_count: whole(said.vcpu_count) })),
            cost: said.cost.or(said.cost_per_hr.and_then(Amount::number)),
            data_center_id: said
                .data_center_id
                .or(said.machine.and_then(|it| it.data_center_id).map(Cow::from)),
        }
    }
}

fn gpu(said: GpuSaid) -> Option<Gpu> {
    let id = said.id.filter(|id| !id.is_empty())?;
    Some(Gpu { id, count: said.count.unwrap_or(1) })
}

/// vCPUs, which v1 declares as a number of any kind.
fn whole(count: Option<f64>) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of vCPUs; what is out of range becomes the nearest that is not"
    )]
    let whole = count.unwrap_or_default() as u32;
    whole
}

fn network(id: Option<String>, volume: Option<VolumeSaid>, path: Option<String>) -> Vec<NetworkMount> {
    let id = volume.and_then(|volume| volume.id).or(id).filter(|id| !id.is_empty());
    id.map(|volume_id| NetworkMount { volume_id, path: path.unwrap_or_default() }).into_iter().collect()
}

fn mapped(ip: Option<&str>, mappings: &BTreeMap<u16, u16>) -> Option<Runtime> {
    let port = |(private, public): (&u16, &u16)| Port {
        private: Some(*private),
        public: Some(*public),
        protocol: "tcp".to_owned(),
        ip: ip.map(str::to_owned),
    };
    (!mappings.is_empty()).then(|| Runtime { uptime: None, ports: mappings.iter().map(port).collect() })
}

fn direct(ip: &str, port: u16) -> SshEndpoint {
    SshEndpoint {
        host: ip.to_owned(),
        port,
        username: "root".to_owned(),
        command: format!("ssh root@{ip} -p {port}"),
    }
}
