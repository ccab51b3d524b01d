//! What a new Pod may ask for, and what of it goes together.

use serde::Deserialize;

use super::place::{CudaWish, GpuWish, Whereabouts};
use super::{Lease, Machine, Pod, REQUEST};
use crate::world::catalog::stock::{Cloud, Cuda, Level, cuda};
use crate::world::catalog::{cpus, gpus, sites};
use crate::world::container::{Container, ContainerChange};
use crate::world::mounts::{Mount, Mounts};
use crate::world::templates::Template;
use crate::world::{Denied, Visit};

/// `CreatePodRequest` of the contract, and what only other doors can ask for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPod {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) container: ContainerChange,
    #[serde(default)]
    pub(crate) cloud: Cloud,
    pub(crate) gpu: Option<GpuAsked>,
    pub(crate) cpu: Option<CpuAsked>,
    #[serde(default)]
    pub(crate) data_center_ids: Vec<String>,
    #[serde(default)]
    pub(crate) global_networking: bool,
    #[serde(default)]
    pub(crate) mounts: Mounts,
    pub(crate) start_ssh: Option<bool>,
    pub(crate) start_jupyter: Option<bool>,
    pub(crate) template_id: Option<String>,
    #[serde(skip)]
    pub(crate) rather: Rather,
    /// Whether the Pod is linked to its template, instead of only being like it.
    #[serde(skip)]
    pub(crate) keeps_template: bool,
    #[serde(skip)]
    pub(crate) locked: bool,
    #[serde(skip)]
    pub(crate) interruptible: bool,
}

/// What will do as well, and what is liked best: REST v1 takes lists where v2 takes one.
#[derive(Debug, Default)]
pub(crate) struct Rather {
    /// Ids of types of the same family that will do beside the one asked for.
    pub(crate) types: Vec<String>,
    pub(crate) type_order: Order,
    pub(crate) site_order: Order,
    /// ISO 3166 codes of the only countries that will do; none means any.
    pub(crate) countries: Vec<String>,
}

/// Which of several is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// The one of which there is most.
    #[default]
    Availability,
    /// The first of which there is any.
    Custom,
}

/// `CreateGpuConfig` of the contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuAsked {
    pub(crate) id: String,
    #[serde(default = "one")]
    pub(crate) count: u32,
    pub(crate) allowed_cuda_versions: Option<Vec<String>>,
    pub(crate) min_cuda_version: Option<String>,
    #[serde(default)]
    pub(crate) min_ram_per_gpu: u32,
    #[serde(default)]
    pub(crate) min_vcpu_count_per_gpu: u32,
}

/// `CreateCpuConfig` of the contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CpuAsked {
    pub(crate) id: String,
    pub(crate) vcpu_count: u32,
}

/// What the machine must be, read and checked.
enum Wish {
    Gpu(GpuWish),
    Cpu(&'static cpus::Flavor, u32),
}

/// A machine that is there to be rented.
struct Offer {
    level: Level,
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
        let wishes = new.wishes(template.as_ref())?;
        let mount = self.mount_asked(&new, template.as_ref())?;
        let places: Vec<_> =
            wishes.iter().map(|wish| self.whereabouts(&new, wish, &mount)).collect::<Result<_, _>>()?;
        let container = self.container_asked(&mut new, template.as_ref())?;
        self.can_pay()?;
        let offer = self.find_any(wishes.into_iter().zip(&places), &new.rather)?;
        let Offer { machine, site, cuda, .. } = offer;
        let (name, networking, cluster) = (new.name, new.global_networking, None);
        let (cloud, interruptible) = (new.cloud, new.interruptible);
        let template = template.filter(|_| new.keeps_template).map(|template| template.id);
        let lease = Lease {
            name,
            container,
            mount,
            machine,
            cloud,
            site,
            cuda,
            networking,
            template,
            interruptible,
            cluster,
        };
        let id = self.rent(lease).id.clone();
        if let Some(pod) = self.account.pods.get_mut(&id) {
            pod.locked = new.locked;
        }
        self.pod(&id)
    }

    /// A machine for one of these wishes, which are of one family and never none.
    fn find_any<'a>(
        &self,
        wishes: impl Iterator<Item = (Wish, &'a Whereabouts)>,
        rather: &Rather,
    ) -> Result<Offer, Denied> {
        let (mut best, mut refusal) = (None::<Offer>, None);
        for (wish, at) in wishes {
            match self.find(&wish, at, rather.site_order) {
                Ok(offer) if rather.type_order == Order::Custom => return Ok(offer),
                Ok(offer) if best.as_ref().is_none_or(|best| offer.level > best.level) => best = Some(offer),
                Ok(_) => {}
                Err(denied) => refusal = refusal.or(Some(denied)),
            }
        }
        best.ok_or_else(|| refusal.unwrap_or_else(|| Denied::SoldOut("any of these types".to_owned())))
    }

    /// A machine for this wish: where most of it is, or in the first place that has it.
    fn find(&self, wish: &Wish, at: &Whereabouts, order: Order) -> Result<Offer, Denied> {
        if order == Order::Availability || at.sites.is_empty() {
            return self.find_at(wish, at);
        }
        let single = |site: &String| Whereabouts { sites: vec![site.clone()], ..at.clone() };
        let mut offers = at.sites.iter().filter_map(|site| self.find_at(wish, &single(site)).ok());
        offers.next().map_or_else(|| self.find_at(wish, at), Ok)
    }

    fn find_at(&self, wish: &Wish, at: &Whereabouts) -> Result<Offer, Denied> {
        match *wish {
            Wish::Gpu(ref wish) => {
                let (level, (site, cuda)) = self.place_gpus(wish, at)?;
                Ok(Offer { level, machine: Machine::Gpu { gpu: wish.gpu, count: wish.count }, site, cuda })
            }
            Wish::Cpu(flavor, vcpus) => {
                let (level, site) = self.place_cpu((flavor, vcpus), at)?;
                Ok(Offer { level, machine: Machine::Cpu { flavor, vcpus }, site, cuda: None })
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

    fn mount_asked(&self, new: &NewPod, template: Option<&Template>) -> Result<Mount, Denied> {
        let network = new.mounts.network.as_ref().and_then(|mounts| mounts.first());
        match (&new.mounts.persistent, network) {
            (Some(_), Some(_)) => Err(Denied::contradiction(
                "`mounts.persistent` and `mounts.network` exclude each other; send one",
            )),
            (Some(_), None) if new.cpu.is_some() => {
                Err(Denied::contradiction("a CPU pod cannot have `mounts.persistent`"))
            }
            (Some(mount), None) => Ok(Mount::Persistent(mount.clone().large_enough()?)),
            (None, Some(mount)) => {
                self.volume(&mount.volume_id)?;
                Ok(Mount::Network(mount.clone()))
            }
            (None, None) if new.cpu.is_some() => Ok(Mount::Nothing),
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
        if !new.rather.countries.is_empty() {
            at.sites = within(&at.sites, &new.rather.countries)?;
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

/// Those of these data centres, or of all when none are named, that are in one of the countries.
fn within(ids: &[String], countries: &[String]) -> Result<Vec<String>, Denied> {
    let wanted = |id: &str| ids.is_empty() || ids.iter().any(|named| named == id);
    let inside = |country: &str| countries.iter().any(|code| code.eq_ignore_ascii_case(country));
    let all = sites::SITES.iter().filter(|site| wanted(site.id) && inside(site.country));
    let found: Vec<_> = all.map(|site| site.id.to_owned()).collect();
    let codes = countries.join(", ");
    if found.is_empty() { Err(Denied::SoldOut(format!("no such data center in {codes}"))) } else { Ok(found) }
}

impl NewPod {
    /// The machine asked for, then those that will do as well.
    fn wishes(&self, template: Option<&Template>) -> Result<Vec<Wish>, Denied> {
        let others = self.rather.types.iter().cloned();
        match (&self.gpu, &self.cpu) {
            (Some(gpu), None) => {
                let all = [gpu.clone()].into_iter().chain(others.map(|id| GpuAsked { id, ..gpu.clone() }));
                all.map(|gpu| gpu.wish(template).map(Wish::Gpu)).collect()
            }
            (None, Some(cpu)) => {
                let all = [cpu.clone()].into_iter().chain(others.map(|id| CpuAsked { id, ..*cpu }));
                all.map(|cpu| cpu.wish()).collect()
            }
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
