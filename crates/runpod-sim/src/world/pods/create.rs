//! What a new Pod may ask for, and what of it goes together.

use serde::Deserialize;

use super::place::{CudaWish, GpuWish, Whereabouts};
use super::{Lease, Machine, Pod, REQUEST};
use crate::world::catalog::stock::{Cloud, Cuda, cuda};
use crate::world::catalog::{cpus, gpus, sites};
use crate::world::container::{Container, ContainerChange};
use crate::world::mounts::{Mount, Mounts};
use crate::world::templates::Template;
use crate::world::{Denied, Visit};

/// `CreatePodRequest` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPod {
    name: String,
    #[serde(flatten)]
    container: ContainerChange,
    #[serde(default)]
    cloud: Cloud,
    gpu: Option<GpuAsked>,
    cpu: Option<CpuAsked>,
    #[serde(default)]
    data_center_ids: Vec<String>,
    #[serde(default)]
    global_networking: bool,
    #[serde(default)]
    mounts: Mounts,
    start_ssh: Option<bool>,
    start_jupyter: Option<bool>,
    template_id: Option<String>,
}

/// `CreateGpuConfig` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GpuAsked {
    id: String,
    #[serde(default = "one")]
    count: u32,
    allowed_cuda_versions: Option<Vec<String>>,
    min_cuda_version: Option<String>,
    #[serde(default)]
    min_ram_per_gpu: u32,
    #[serde(default)]
    min_vcpu_count_per_gpu: u32,
}

/// `CreateCpuConfig` of the contract.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CpuAsked {
    id: String,
    vcpu_count: u32,
}

/// What the machine must be, read and checked.
enum Wish {
    Gpu(GpuWish),
    Cpu(&'static cpus::Flavor, u32),
}

/// A machine that fits, and where it stands.
struct Found {
    machine: Machine,
    site: &'static sites::Site,
    cuda: Option<Cuda>,
}

fn one() -> u32 {
    1
}

impl Visit<'_> {
    pub(crate) fn create_pod(&mut self, mut new: NewPod) -> Result<&Pod, Denied> {
        let template =
            new.template_id.as_deref().map(|id| self.template_for(id, false)).transpose()?.cloned();
        let wish = new.wish(template.as_ref())?;
        let mount = self.mount_asked(&new, &wish, template.as_ref())?;
        let at = self.whereabouts(&new, &wish, &mount)?;
        let container = self.container_asked(&mut new, template.as_ref())?;
        self.can_pay()?;
        let Found { machine, site, cuda } = self.find(&wish, &at)?;
        let (name, networking, cluster) = (new.name, new.global_networking, None);
        let lease =
            Lease { name, container, mount, machine, cloud: at.cloud, site, cuda, networking, cluster };
        Ok(self.rent(lease))
    }

    fn find(&self, wish: &Wish, at: &Whereabouts) -> Result<Found, Denied> {
        match wish {
            Wish::Gpu(wish) => {
                let (site, cuda) = self.place_gpus(wish, at)?;
                Ok(Found { machine: Machine::Gpu { gpu: wish.gpu, count: wish.count }, site, cuda })
            }
            Wish::Cpu(flavor, vcpus) => {
                let site = self.place_cpu((flavor, *vcpus), at)?;
                Ok(Found { machine: Machine::Cpu { flavor, vcpus: *vcpus }, site, cuda: None })
            }
        }
    }

    /// The template's container under the body's, with what the switches put into the environment.
    fn container_asked(
        &mut self,
        new: &mut NewPod,
        template: Option<&Template>,
    ) -> Result<Container, Denied> {
        let asked = std::mem::take(&mut new.container);
        let base = template.map_or_else(Container::default, |template| template.container.clone());
        let mut container = Container::from_template(&base, asked)?;
        if container.weight() > REQUEST {
            return Err(Denied::TooLarge { limit: REQUEST });
        }
        self.check_registry(&container)?;
        let switched =
            |asked: Option<bool>, by: fn(&Template) -> bool| asked.unwrap_or(template.is_some_and(by));
        let ssh = switched(new.start_ssh, |template| template.start_ssh);
        let jupyter = switched(new.start_jupyter, |template| template.start_jupyter);
        self.switch_on(&mut container, (ssh, jupyter));
        Ok(container)
    }

    /// Puts into the environment what an SSH server and a notebook start with. Without a key of the account
    /// there is no SSH server.
    pub(crate) fn switch_on(&mut self, container: &mut Container, (ssh, jupyter): (bool, bool)) {
        if ssh && !self.account.ssh_keys.is_empty() {
            let keys = self.account.ssh_keys.join("\n");
            container.env.entry("PUBLIC_KEY".to_owned()).or_insert(keys);
        }
        if jupyter {
            let password = self.ground.ids.short(20);
            container.env.entry("JUPYTER_PASSWORD".to_owned()).or_insert(password);
        }
    }

    fn mount_asked(&self, new: &NewPod, wish: &Wish, template: Option<&Template>) -> Result<Mount, Denied> {
        let network = new.mounts.network.as_ref().and_then(|mounts| mounts.first());
        match (&new.mounts.persistent, network) {
            (Some(_), Some(_)) => Err(Denied::contradiction(
                "`mounts.persistent` and `mounts.network` exclude each other; send one",
            )),
            (Some(_), None) if matches!(wish, Wish::Cpu(..)) => {
                Err(Denied::contradiction("a CPU pod cannot have `mounts.persistent`"))
            }
            (Some(mount), None) => Ok(Mount::Persistent(mount.clone())),
            (None, Some(mount)) => {
                self.volume(&mount.volume_id)?;
                Ok(Mount::Network(mount.clone()))
            }
            (None, None) if matches!(wish, Wish::Cpu(..)) => Ok(Mount::Nothing),
            (None, None) => {
                let mount = template.and_then(|template| template.persistent.clone());
                Ok(mount.map_or(Mount::Nothing, Mount::Persistent))
            }
        }
    }

    /// Where the machine may stand, after what the volume and the network demand.
    fn whereabouts(&self, new: &NewPod, wish: &Wish, mount: &Mount) -> Result<Whereabouts, Denied> {
        let mut at = Whereabouts {
            cloud: new.cloud,
            sites: new.data_center_ids.clone(),
            networked: new.global_networking,
        };
        if let Some(unknown) = at.sites.iter().find(|id| sites::site(id).is_none()) {
            return Err(Denied::contradiction(format!("no data center `{unknown}`")));
        }
        if matches!(wish, Wish::Cpu(..)) && at.cloud == Cloud::Community {
            return Err(Denied::contradiction("CPU pods are in the SECURE cloud only"));
        }
        if at.networked && !matches!(wish, Wish::Gpu(wish) if wish.gpu.maker == gpus::Maker::Nvidia) {
            return Err(Denied::contradiction("`globalNetworking` needs an NVIDIA GPU"));
        }
        if let Some(volume) = mount.volume() {
            let site = self.volume(volume)?.site.id;
            let reachable = at.sites.is_empty() || at.sites.iter().any(|id| id == site);
            if !reachable || at.cloud == Cloud::Community {
                return Err(Denied::contradiction(format!(
                    "network volume `{volume}` is in `{site}` of the SECURE cloud; the pod must be there too"
                )));
            }
            at.sites = vec![site.to_owned()];
        }
        let networked = |id: &String| sites::site(id).is_some_and(|site| site.global_network);
        if at.networked && !at.sites.is_empty() && !at.sites.iter().any(networked) {
            return Err(Denied::contradiction("none of these data centers has global networking"));
        }
        Ok(at)
    }
}

impl NewPod {
    fn wish(&self, template: Option<&Template>) -> Result<Wish, Denied> {
        match (&self.gpu, &self.cpu) {
            (Some(gpu), None) => gpu.wish(template).map(Wish::Gpu),
            (None, Some(cpu)) => cpu.wish(),
            (Some(_), Some(_)) => Err(Denied::contradiction("`gpu` and `cpu` exclude each other; send one")),
            (None, None) => Err(Denied::contradiction("exactly one of `gpu` and `cpu` is required")),
        }
    }
}

impl GpuAsked {
    fn wish(&self, template: Option<&Template>) -> Result<GpuWish, Denied> {
        let gpu = gpus::gpu(&self.id).ok_or_else(|| {
            Denied::contradiction(format!("no GPU type `{}`; the catalog has the ids", self.id))
        })?;
        let cuda = cuda_wish(self.allowed_cuda_versions.as_deref(), self.min_cuda_version.as_deref())?;
        // Either field replaces what the template says about CUDA.
        let silent = self.allowed_cuda_versions.is_none() && self.min_cuda_version.is_none();
        let inherited = template.filter(|_| silent).map(|template| template.allowed_cuda_versions.as_slice());
        let cuda = inherited.map_or(Ok(cuda), |allowed| cuda_wish(Some(allowed), None))?;
        let (ram, vcpus) = (self.min_ram_per_gpu, self.min_vcpu_count_per_gpu);
        Ok(GpuWish { gpu, count: self.count, cuda, ram, vcpus })
    }
}

/// A list and a floor exclude each other; an empty list may come with a floor.
pub(crate) fn cuda_wish(allowed: Option<&[String]>, floor: Option<&str>) -> Result<CudaWish, Denied> {
    let allowed: Vec<_> = allowed.unwrap_or_default().iter().filter_map(|text| cuda(text)).collect();
    let floor = floor.and_then(cuda);
    if !allowed.is_empty() && floor.is_some() {
        let text = "`allowedCudaVersions` and `minCudaVersion` exclude each other; send one";
        return Err(Denied::contradiction(text));
    }
    Ok(CudaWish { allowed, floor })
}

impl CpuAsked {
    fn wish(&self) -> Result<Wish, Denied> {
        let flavor = cpus::flavor(&self.id).ok_or_else(|| {
            Denied::contradiction(format!("no CPU type `{}`; the catalog has the ids", self.id))
        })?;
        let (least, most) = flavor.vcpus;
        if !self.vcpu_count.is_power_of_two() || !(least..=most).contains(&self.vcpu_count) {
            let (id, count) = (flavor.id, self.vcpu_count);
            let text = format!("`vcpuCount` of {id} is a power of two from {least} to {most}, not {count}");
            return Err(Denied::contradiction(text));
        }
        Ok(Wish::Cpu(flavor, self.vcpu_count))
    }
}
