//! Clusters: Pods with GPUs side by side in one data centre, on a network of their own.
//!
//! The cluster is rented, changed and ended as one, and it alone pays; its members are Pods that nothing else
//! may change. A cluster runs from the moment it is made until it is deleted.

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::world::catalog::gpus::{self, Gpu};
use crate::world::catalog::offers::{GpuQuestion, Product};
use crate::world::catalog::sites::{self, Site};
use crate::world::catalog::stock::{Cloud, Cuda, Level, Stock};
use crate::world::container::{Container, ContainerChange};
use crate::world::meter::{Charge, Detail, Payer, Usage};
use crate::world::mounts::{Mount, Mounts};
use crate::world::pods::{CudaWish, Lease, Machine, Membership, Pod};
use crate::world::templates::Template;
use crate::world::{Denied, Visit, prices};

/// What members run when neither an image nor a template is named.
const IMAGE: &str = "runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04";

/// Pods side by side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) created: Time,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) gpu: &'static Gpu,
    /// GPUs of each member.
    pub(crate) count: u32,
    pub(crate) site: &'static Site,
    pub(crate) network: Network,
    /// The template that it was made from; unlike Pods and endpoints, a cluster remembers.
    pub(crate) template: Option<String>,
    /// Ids of the member Pods by rank.
    pub(crate) members: Vec<String>,
}

/// `ClusterType` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Kind {
    Application,
    Training,
    Slurm,
    Ray,
}

/// The network of one cluster: a /24, in which the member of rank 0 has the address .2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    /// The second and the third number of its addresses; the first is 10.
    block: (u8, u8),
    /// Tells apart the networks that share a cable.
    pub(crate) vxlan: u32,
}

/// `CreateClusterRequest` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCluster {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    compute: Compute,
    #[serde(flatten)]
    container: ContainerChange,
    #[serde(default)]
    data_center_ids: Vec<String>,
    mounts: Option<Mounts>,
    start_ssh: Option<bool>,
    start_jupyter: Option<bool>,
    template_id: Option<String>,
}

/// `ClusterCompute` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compute {
    gpu_type_id: String,
    gpu_count_per_pod: u32,
    pod_count: u32,
}

impl Visit<'_> {
    /// The clusters, the newest first.
    pub(crate) fn clusters(&self) -> Vec<&Cluster> {
        let mut all: Vec<_> = self.account.clusters.values().collect();
        all.sort_by_key(|cluster| std::cmp::Reverse(cluster.born));
        all
    }

    pub(crate) fn cluster(&self, id: &str) -> Result<&Cluster, Denied> {
        self.account.clusters.get(id).ok_or_else(|| Denied::missing("cluster", id))
    }

    /// The members by rank.
    pub(crate) fn members(&self, cluster: &Cluster) -> Vec<&Pod> {
        cluster.members.iter().filter_map(|id| self.account.pods.get(id)).collect()
    }

    pub(crate) fn create_cluster(&mut self, mut new: NewCluster) -> Result<&Cluster, Denied> {
        let template = self.template_of_cluster(&new)?;
        let mount = self.mount_of_members(&new, template.as_ref())?;
        let gpu = gpus::gpu(&new.compute.gpu_type_id).ok_or_else(|| {
            Denied::contradiction(format!(
                "no GPU type `{}`; the catalog has the ids",
                new.compute.gpu_type_id
            ))
        })?;
        let container = self.container_of_members(&mut new, template.as_ref())?;
        self.can_pay()?;
        let (site, cuda) = self.place_cluster(&new, gpu, &mount)?;
        let (id, luck) = (self.ground.ids.short(14), self.ground.ids.next());
        let cluster = Cluster {
            id: id.clone(),
            born: self.ground.next_birth(),
            created: self.now,
            name: new.name,
            kind: new.kind,
            gpu,
            count: new.compute.gpu_count_per_pod,
            site,
            network: Network::drawn(luck),
            template: new.template_id,
            members: Vec::new(),
        };
        let cluster = self.join((cluster, new.compute.pod_count), (container, mount), cuda);
        self.meter_cluster(&cluster);
        Ok(self.account.clusters.entry(id).or_insert(cluster))
    }

    pub(crate) fn rename_cluster(&mut self, id: &str, name: String) -> Result<&Cluster, Denied> {
        let cluster = self.account.clusters.get_mut(id).ok_or_else(|| Denied::missing("cluster", id))?;
        cluster.name = name;
        Ok(cluster)
    }

    /// Its members go with it.
    pub(crate) fn delete_cluster(&mut self, id: &str) -> Result<(), Denied> {
        let members = self.cluster(id)?.members.clone();
        members.iter().for_each(|pod| self.remove_pod(pod));
        self.account.clusters.remove(id);
        self.account.meter.stop(Payer::Cluster, id, self.now);
        Ok(())
    }

    /// A template says everything about the container itself; nothing may stand beside it.
    fn template_of_cluster(&self, new: &NewCluster) -> Result<Option<Template>, Denied> {
        let Some(id) = &new.template_id else { return Ok(None) };
        if !new.container.is_empty() || new.mounts.is_some() {
            let text = "`templateId` excludes image, args, entrypoint, cmd, disk, env, ports and mounts";
            return Err(Denied::contradiction(text));
        }
        self.template_for(id, false).cloned().map(Some)
    }

    fn mount_of_members(&self, new: &NewCluster, template: Option<&Template>) -> Result<Mount, Denied> {
        let mounts = new.mounts.clone().unwrap_or_default();
        let network = mounts.network.and_then(|mounts| mounts.into_iter().next());
        match (mounts.persistent, network) {
            (Some(_), Some(_)) => Err(Denied::contradiction(
                "`mounts.persistent` and `mounts.network` exclude each other; send one",
            )),
            (Some(mount), None) => Ok(Mount::Persistent(mount)),
            (None, Some(mount)) => {
                let site = self.volume(&mount.volume_id)?.site.id;
                if new.data_center_ids.is_empty() || new.data_center_ids.iter().any(|id| id == site) {
                    return Ok(Mount::Network(mount));
                }
                let text =
                    format!("network volume `{}` is in `{site}`; the cluster must be there", mount.volume_id);
                Err(Denied::contradiction(text))
            }
            (None, None) => {
                let mount = template.and_then(|template| template.persistent.clone());
                Ok(mount.map_or(Mount::Nothing, Mount::Persistent))
            }
        }
    }

    fn container_of_members(
        &mut self,
        new: &mut NewCluster,
        template: Option<&Template>,
    ) -> Result<Container, Denied> {
        let plain = || Container { image: IMAGE.to_owned(), ..Container::default() };
        let mut container = template.map_or_else(plain, |template| template.container.clone());
        container.apply(std::mem::take(&mut new.container))?;
        self.check_registry(&container)?;
        let by = |switch: fn(&Template) -> bool| template.is_some_and(switch);
        let ssh = new.start_ssh.unwrap_or_else(|| by(|template| template.start_ssh));
        let jupyter = new.start_jupyter.unwrap_or_else(|| by(|template| template.start_jupyter));
        self.switch_on(&mut container, (ssh, jupyter));
        Ok(container)
    }

    /// The data centre with the most of these machines, and the newest CUDA version there.
    fn place_cluster(
        &self,
        new: &NewCluster,
        gpu: &'static Gpu,
        mount: &Mount,
    ) -> Result<(&'static Site, Option<Cuda>), Denied> {
        if let Some(unknown) = new.data_center_ids.iter().find(|id| sites::site(id).is_none()) {
            return Err(Denied::contradiction(format!("no data center `{unknown}`")));
        }
        let volume = mount.volume().map(|id| self.volume(id)).transpose()?.map(|volume| volume.site);
        let wanted = |site: &Site| match volume {
            Some(there) => there == site,
            None => new.data_center_ids.is_empty() || new.data_center_ids.iter().any(|id| id == site.id),
        };
        let Compute { gpu_count_per_pod: count, pod_count, .. } = new.compute;
        let stock = Stock::new(self.ground, self.now);
        let (products, cloud, countries) = (vec![Product::Cluster], Some(Cloud::Secure), Vec::new());
        let question = GpuQuestion { products, count, cloud, countries, cuda: CudaWish::default() };
        let left = question.left(gpu, &stock).places.into_iter();
        let fitting = left.filter(|(site, level)| wanted(site) && pod_count <= largest(*level));
        let best = fitting.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let text = || format!("a cluster of {pod_count} pods with {count} x {}", gpu.id);
        let (site, _) = best.ok_or_else(|| Denied::SoldOut(text()))?;
        Ok((site, stock.cuda_at(gpu, site).last().copied()))
    }

    /// Rents the members.
    fn join(
        &mut self,
        (mut cluster, size): (Cluster, u32),
        (container, mount): (Container, Mount),
        cuda: Option<Cuda>,
    ) -> Cluster {
        for rank in 0..size {
            let member = Membership {
                cluster: cluster.id.clone(),
                rank: Some(rank),
                role: cluster.kind.role(rank),
                ip: Some(cluster.network.address(rank)),
            };
            let lease = Lease {
                template: None,
                interruptible: false,
                name: format!("{}-{rank}", cluster.name),
                container: container.clone(),
                mount: mount.clone(),
                machine: Machine::Gpu { gpu: cluster.gpu, count: cluster.count },
                cloud: Cloud::Secure,
                site: cluster.site,
                cuda,
                networking: false,
                cluster: Some(member),
            };
            let id = self.rent(lease).id.clone();
            cluster.members.push(id);
        }
        cluster
    }

    fn meter_cluster(&mut self, cluster: &Cluster) {
        let (mut gpus, mut disk) = (0.0, 0.0);
        for pod in self.members(cluster) {
            gpus += pod.lease.machine.rate(pod.lease.cloud);
            disk += prices::disk(pod.lease.container.disk + pod.lease.mount.gigabytes());
        }
        let cards = f64::from(cluster.count) * cluster.members.len() as f64;
        let rates =
            [(Charge::Gpu, gpus), (Charge::Disk, disk), (Charge::Networking, prices::interconnect(cards))];
        for (charge, rate) in rates {
            let (payer, id) = (Payer::Cluster, cluster.id.clone());
            let (from, detail) = (self.now, Detail::default());
            self.account.meter.record(Usage { payer, id, charge, rate, from, to: None, detail });
        }
    }
}

/// The most members that this much stock carries.
fn largest(level: Level) -> u32 {
    match level {
        Level::None => 0,
        Level::Low => 4,
        Level::Medium => 16,
        Level::High => 250,
    }
}

impl Kind {
    /// What the member of this rank does, as the contract spells it.
    fn role(self, rank: u32) -> Option<&'static str> {
        match (self, rank) {
            (Kind::Slurm, 0) => Some("SLURM_CONTROLLER"),
            (Kind::Slurm, _) => Some("SLURM_COMPUTE"),
            (Kind::Ray, 0) => Some("RAY_HEAD"),
            (Kind::Ray, _) => Some("RAY_WORKER"),
            (Kind::Application | Kind::Training, _) => None,
        }
    }
}

impl Network {
    fn drawn(luck: u64) -> Self {
        let [second, third, high, low, ..] = luck.to_le_bytes();
        Self { block: (second, third), vxlan: 4096 + u32::from(high) * 256 + u32::from(low) }
    }

    pub(crate) fn cidr(self) -> String {
        format!("10.{}.{}.0/24", self.block.0, self.block.1)
    }

    fn address(self, rank: u32) -> String {
        format!("10.{}.{}.{}", self.block.0, self.block.1, rank + 2)
    }
}
