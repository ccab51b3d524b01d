//! What an endpoint is set to, and the rules that a setting must keep.

use serde::{Deserialize, Serialize};

use crate::world::catalog::gpus::Gpu;
use crate::world::catalog::sites::{self, Site};
use crate::world::catalog::{cpus, gpus};
use crate::world::container::{Container, ContainerChange};
use crate::world::endpoints::Kind;
use crate::world::pods::cuda_wish;
use crate::world::{Denied, Visit};

/// Everything about an endpoint that can change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    pub(crate) name: String,
    pub(crate) container: Container,
    pub(crate) compute: Compute,
    pub(crate) scaling: Scaling,
    pub(crate) workers: Workers,
    /// Milliseconds that a job may take.
    pub(crate) timeout: u64,
    pub(crate) flashboot: FlashBoot,
    /// Where workers may be; nowhere named means anywhere.
    pub(crate) sites: Vec<&'static Site>,
    pub(crate) volumes: Vec<Attached>,
}

/// What workers run on. The family is fixed for life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compute {
    Gpu(GpuWish),
    /// Any of these.
    Cpu(Vec<CpuWish>),
}

/// Which GPUs will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GpuWish {
    /// The first is tried first.
    pub(crate) pools: Vec<String>,
    /// GPU type ids of the pools that will not do.
    pub(crate) excluded: Vec<String>,
    /// GPUs per worker.
    pub(crate) count: u32,
    pub(crate) cuda: CudaRule,
}

/// Which CUDA versions of a host will do, in the words of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CudaRule {
    /// One of these; none listed means any.
    pub(crate) allowed: Vec<String>,
    /// This one or a newer one.
    pub(crate) floor: Option<String>,
}

/// `CreateCpuConfig` of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CpuWish {
    /// A flavour, such as `cpu5c`.
    pub(crate) id: String,
    pub(crate) vcpu_count: u32,
}

/// `EndpointScaling` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(crate) enum Scaling {
    /// Another worker when a job has waited for so many seconds.
    QueueDelay { queue_delay: f64 },
    /// Another worker for every so many requests.
    RequestCount { request_count: u32 },
}

/// How many workers there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Workers {
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// Seconds without work after which a worker beyond the minimum goes.
    pub(crate) idle_timeout: u32,
}

/// `FlashBoot` of the contract: whether workers keep a snapshot to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FlashBoot {
    #[default]
    Off,
    Flashboot,
    PriorityFlashboot,
}

/// A network volume that workers mount, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attached {
    pub(crate) id: String,
    pub(crate) site: &'static Site,
}

/// `UpdateEndpointRequest` of the contract, and all of `CreateEndpointRequest` but the type.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointChange {
    pub(crate) name: Option<String>,
    pub(crate) template_id: Option<String>,
    #[serde(flatten)]
    pub(crate) container: ContainerChange,
    pub(crate) gpu: Option<GpuChange>,
    pub(crate) cpu: Option<Vec<CpuWish>>,
    pub(crate) scaling: Option<Scaling>,
    pub(crate) workers: Option<WorkersChange>,
    pub(crate) timeout: Option<u64>,
    pub(crate) flashboot: Option<FlashBoot>,
    pub(crate) data_center_ids: Option<Vec<String>>,
    pub(crate) network_volumes: Option<Vec<String>>,
    /// Whether the endpoint follows the template from now on, instead of only being like it.
    #[serde(skip)]
    pub(crate) keeps_template: bool,
}

/// `UpdateEndpointGpuConfig` of the contract.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuChange {
    pub(crate) pools: Option<Vec<String>>,
    pub(crate) excluded_types: Option<Vec<String>>,
    pub(crate) count: Option<u32>,
    pub(crate) allowed_cuda_versions: Option<Vec<String>>,
    /// The empty string takes the floor away.
    pub(crate) min_cuda_version: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkersChange {
    pub(crate) min: Option<u32>,
    pub(crate) max: Option<u32>,
    pub(crate) idle_timeout: Option<u32>,
    /// Whether an idle timeout may be said also where nothing goes by it, as REST v1 has it.
    #[serde(skip)]
    pub(crate) timed_anyway: bool,
}

impl EndpointChange {
    /// Nothing but being as this template is.
    pub(crate) fn following(template: &str) -> Self {
        Self { template_id: Some(template.to_owned()), keeps_template: true, ..Self::default() }
    }

    /// The template that the endpoint follows from now on.
    pub(crate) fn link(&self) -> Option<String> {
        self.template_id.clone().filter(|_| self.keeps_template)
    }
}

impl Config {
    /// The configuration of a new endpoint.
    pub(crate) fn of(visit: &Visit<'_>, kind: Kind, new: EndpointChange) -> Result<Self, Denied> {
        let compute = match (&new.gpu, &new.cpu) {
            (Some(_), None) => Compute::Gpu(GpuWish::default()),
            (None, Some(_)) => Compute::Cpu(Vec::new()),
            _ => return Err(Denied::contradiction("exactly one of `gpu` and `cpu` must be given")),
        };
        let blank = Self {
            name: String::new(),
            container: Container::default(),
            compute,
            scaling: Scaling::QueueDelay { queue_delay: 4.0 },
            workers: Workers { min: 0, max: 3, idle_timeout: 10 },
            timeout: 300_000,
            flashboot: FlashBoot::default(),
            sites: Vec::new(),
            volumes: Vec::new(),
        };
        blank.changed(visit, kind, new)
    }

    /// This configuration with a change.
    pub(crate) fn with(&self, visit: &Visit<'_>, kind: Kind, change: EndpointChange) -> Result<Self, Denied> {
        let refusal = match (&self.compute, &change.gpu, &change.cpu) {
            (_, Some(_), Some(_)) => "`gpu` and `cpu` exclude each other",
            (Compute::Gpu(_), _, Some(_)) => "this endpoint runs on GPUs and cannot move to CPUs",
            (Compute::Cpu(_), Some(_), _) => "this endpoint runs on CPUs and cannot move to GPUs",
            _ => return self.clone().changed(visit, kind, change),
        };
        Err(Denied::contradiction(refusal))
    }

    fn changed(self, visit: &Visit<'_>, kind: Kind, change: EndpointChange) -> Result<Self, Denied> {
        let EndpointChange {
            name,
            template_id,
            container,
            gpu,
            cpu,
            scaling,
            workers,
            timeout,
            flashboot,
            data_center_ids: sites,
            network_volumes: volumes,
            keeps_template,
        } = change;
        // An empty template id is no template.
        let template_id = template_id.filter(|id| !id.is_empty());
        let template = template_id.map(|id| visit.template_for(&id, true)).transpose()?;
        let container = match template {
            Some(template) => Container::from_template(&template.container, container)?,
            None => {
                let mut own = self.container;
                own.apply(container)?;
                own
            }
        };
        visit.check_registry(&container)?;
        // What is only like its template takes over its CUDA versions too; what follows one has its own.
        let copied = template.filter(|_| !keeps_template);
        let cuda = copied.map(|template| template.allowed_cuda_versions.as_slice());
        let scaling = scaling.unwrap_or(self.scaling);
        let config = Self {
            name: name.unwrap_or(self.name),
            container,
            compute: self.compute.changed((gpu, cpu), cuda)?,
            scaling,
            workers: self.workers.changed(workers.unwrap_or_default(), scaling.allowed_for(kind)?)?,
            timeout: timeout.unwrap_or(self.timeout),
            flashboot: flashboot.unwrap_or(self.flashboot),
            sites: sites.map_or(Ok(self.sites), |ids| ids.iter().map(|id| known_site(id)).collect())?,
            volumes: volumes.map_or(Ok(self.volumes), |ids| attach(visit, ids))?,
        };
        config.reachable()
    }

    /// Where a worker may be; none named means anywhere.
    pub(crate) fn grounds(&self) -> Vec<&'static Site> {
        if self.volumes.is_empty() {
            self.sites.clone()
        } else {
            self.volumes.iter().map(|one| one.site).collect()
        }
    }

    /// Volumes lie where workers may be, or no worker could ever mount them.
    fn reachable(self) -> Result<Self, Denied> {
        let stray = |one: &&Attached| !self.sites.is_empty() && !self.sites.contains(&one.site);
        if let Some(Attached { id, site }) = self.volumes.iter().find(stray) {
            let text = format!("network volume `{id}` is in {}, which is not among `dataCenterIds`", site.id);
            return Err(Denied::contradiction(text));
        }
        Ok(self)
    }
}

impl Scaling {
    /// A load balancer has no queue whose delay could be measured. Tells whether the endpoint lets workers
    /// go by an idle timeout of its own: a queue that scales by requests does not.
    fn allowed_for(self, kind: Kind) -> Result<bool, Denied> {
        match (kind, self) {
            (Kind::LoadBalancer, Self::QueueDelay { .. }) => {
                Err(Denied::contradiction("a LOAD_BALANCER endpoint scales by REQUEST_COUNT only"))
            }
            _ => Ok(self.has_idle_timeout(kind)),
        }
    }

    /// Whether `workers.idleTimeout` means anything here.
    pub(crate) fn has_idle_timeout(self, kind: Kind) -> bool {
        !matches!((kind, self), (Kind::Queue, Self::RequestCount { .. }))
    }
}

impl Workers {
    fn changed(self, change: WorkersChange, timed: bool) -> Result<Self, Denied> {
        let WorkersChange { min, max, idle_timeout, timed_anyway } = change;
        if idle_timeout.is_some() && !timed && !timed_anyway {
            let text =
                "`workers.idleTimeout` has no meaning for a QUEUE endpoint that scales by REQUEST_COUNT";
            return Err(Denied::contradiction(text));
        }
        let (min, max) = (min.unwrap_or(self.min), max.unwrap_or(self.max));
        if min > max {
            return Err(Denied::contradiction(format!(
                "`workers.min` is {min} and `workers.max` only {max}"
            )));
        }
        Ok(Self { min, max, idle_timeout: idle_timeout.unwrap_or(self.idle_timeout) })
    }
}

impl Compute {
    /// What runs now, with a change of the same family and the CUDA versions of a template.
    fn changed(
        self,
        (gpu, cpu): (Option<GpuChange>, Option<Vec<CpuWish>>),
        template: Option<&[String]>,
    ) -> Result<Self, Denied> {
        match self {
            Self::Gpu(wish) => Ok(Self::Gpu(wish.changed(gpu.unwrap_or_default(), template)?)),
            Self::Cpu(wishes) => {
                let wishes = cpu.unwrap_or(wishes);
                wishes.iter().try_for_each(CpuWish::check)?;
                Ok(Self::Cpu(wishes))
            }
        }
    }
}

impl Default for GpuWish {
    fn default() -> Self {
        Self { pools: Vec::new(), excluded: Vec::new(), count: 1, cuda: CudaRule::default() }
    }
}

impl GpuWish {
    fn changed(self, change: GpuChange, template: Option<&[String]>) -> Result<Self, Denied> {
        let GpuChange { pools, excluded_types, count, allowed_cuda_versions, min_cuda_version } = change;
        // Exclusions belong to the pools that they were said with.
        let kept = if pools.is_some() { Vec::new() } else { self.excluded };
        let trim = |ids: Vec<String>| ids.iter().map(|id| id.trim().to_owned()).collect();
        // Either field replaces what the template says about CUDA.
        let silent = allowed_cuda_versions.is_none() && min_cuda_version.is_none();
        let before = match template {
            Some(allowed) if silent => CudaRule { allowed: allowed.to_vec(), floor: None },
            Some(_) => CudaRule::default(),
            None => self.cuda,
        };
        let floor = min_cuda_version.map(|text| Some(text).filter(|text| !text.is_empty()));
        let cuda = CudaRule {
            allowed: allowed_cuda_versions.unwrap_or(before.allowed),
            floor: floor.unwrap_or(before.floor),
        };
        cuda_wish(Some(&cuda.allowed), cuda.floor.as_deref())?;
        let wish = Self {
            pools: pools.unwrap_or(self.pools),
            excluded: excluded_types.map_or(kept, trim),
            count: count.unwrap_or(self.count),
            cuda,
        };
        wish.check()
    }

    fn check(self) -> Result<Self, Denied> {
        if let Some(name) = self.pools.iter().find(|name| gpus::pool(name).next().is_none()) {
            return Err(Denied::contradiction(format!("no GPU pool `{name}`; the catalog has the names")));
        }
        if let Some(id) = self.excluded.iter().find(|id| !self.members().any(|gpu| gpu.id == **id)) {
            let pools = self.pools.join(", ");
            return Err(Denied::contradiction(format!("GPU type `{id}` is in none of the pools {pools}")));
        }
        if self.types().next().is_none() {
            return Err(Denied::contradiction("`excludedTypes` leaves no GPU type of these pools"));
        }
        if self.types().all(|gpu| gpu.secure.most < self.count) {
            let text = format!("no machine of these pools has {} GPUs", self.count);
            return Err(Denied::contradiction(text));
        }
        Ok(self)
    }

    /// The GPU types of the pools, also the excluded ones.
    fn members(&self) -> impl Iterator<Item = &'static Gpu> {
        self.pools.iter().flat_map(|name| gpus::pool(name))
    }

    /// The GPU types that will do, the first pool's first.
    pub(crate) fn types(&self) -> impl Iterator<Item = &'static Gpu> {
        self.members().filter(|gpu| !self.excluded.iter().any(|id| id == gpu.id))
    }
}

impl CpuWish {
    /// A power of two that the flavour has.
    fn check(&self) -> Result<(), Denied> {
        let Self { id, vcpu_count } = self;
        let missing = || Denied::contradiction(format!("no CPU type `{id}`; the catalog has the ids"));
        let (least, most) = cpus::flavor(id).ok_or_else(missing)?.vcpus;
        if vcpu_count.is_power_of_two() && (least..=most).contains(vcpu_count) {
            return Ok(());
        }
        let text = format!("`vcpuCount` of {id} is a power of two from {least} to {most}, not {vcpu_count}");
        Err(Denied::contradiction(text))
    }
}

fn known_site(id: &str) -> Result<&'static Site, Denied> {
    sites::site(id).ok_or_else(|| Denied::contradiction(format!("no data center `{id}`")))
}

/// At most one volume in a data center: which one to mount there would be anybody's guess.
fn attach(visit: &Visit<'_>, ids: Vec<String>) -> Result<Vec<Attached>, Denied> {
    let mut attached: Vec<Attached> = Vec::new();
    for id in ids {
        let site = visit.volume(&id)?.site;
        if let Some(Attached { id: other, .. }) = attached.iter().find(|one| one.site == site) {
            let text = format!("network volumes `{other}` and `{id}` are both in {}", site.id);
            return Err(Denied::contradiction(text));
        }
        attached.push(Attached { id, site });
    }
    Ok(attached)
}
