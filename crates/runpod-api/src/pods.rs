//! Pods: rented machines with one container each.

mod fallback;
mod v1;
mod v2;
mod view;

pub use view::{Brief as PodBrief, Cpu as PodCpu, Gpu as PodGpu, Pod, Port, Runtime, Ssh, SshEndpoint};

use std::time::Duration;

use crate::client::Outcome;
use crate::container::{Container, Mount};
use crate::id::Id;
use crate::listing::Listing;
use crate::logs::{self, Log};
use crate::mapped::Mapped;
use crate::query::Page;
use crate::version::{Resource, Version};
use crate::wire::{Request, Wire};
use crate::word::{Cloud, Word};

/// Which Pods to list, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Part of the list, newest first.
    pub page: Page,
    /// Also the members of Instant Clusters. Without it a page may hold fewer rows than its limit: members are
    /// left out after the page was cut. REST v2 only.
    pub include_cluster_pods: bool,
    /// Only some of them; REST v1 only. Rows of REST v2 are filtered by whoever reads them.
    pub filter: Filter,
    /// With more of what belongs to them; REST v1 only.
    pub include: Include,
}

/// Which Pods REST v1 lists. What is empty lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// With GPUs, or without.
    pub family: Option<Family>,
    /// With GPUs of one of these types.
    pub gpu_type_ids: Vec<String>,
    /// In one of these data centres.
    pub data_center_ids: Vec<String>,
    /// With this name.
    pub name: Option<String>,
}

/// What REST v1 shows of a Pod beside itself. REST v2 always shows what it knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    /// The machine it runs on.
    pub machine: bool,
    /// The network volume that is attached to it.
    pub network_volume: bool,
}

/// What kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// With GPUs.
    Gpu,
    /// With CPUs only.
    Cpu,
}

impl Word for Family {
    const ALL: &'static [Self] = &[Self::Gpu, Self::Cpu];

    fn as_str(self) -> &'static str {
        match self {
            Self::Gpu => "GPU",
            Self::Cpu => "CPU",
        }
    }
}

/// GPUs to rent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// GPU type ids, best first. REST v2 takes one: the first is sent and a note names the others. REST v1 takes all
    /// and chooses by stock.
    pub type_ids: Vec<String>,
    /// How many, at least 1. Always sent: without it the scheduler finds no machine (observed 2026-08).
    pub count: u32,
    /// Host CUDA versions accepted, `major.minor`; empty means any. Not beside a lowest version.
    pub allowed_cuda_versions: Vec<String>,
    /// Lowest host CUDA version, `major.minor`. REST v2 only.
    pub min_cuda_version: Option<String>,
    /// Least system memory per GPU, GB.
    pub min_ram_per_gpu: Option<u32>,
    /// Least vCPUs per GPU.
    pub min_vcpu_per_gpu: Option<u32>,
}

impl Gpu {
    /// One GPU of a type.
    #[must_use]
    pub fn new(type_id: &str) -> Self {
        Self::any_of(vec![type_id.to_owned()])
    }

    /// One GPU of any of these types, best first.
    #[must_use]
    pub fn any_of(type_ids: Vec<String>) -> Self {
        Self {
            type_ids,
            count: 1,
            allowed_cuda_versions: Vec::new(),
            min_cuda_version: None,
            min_ram_per_gpu: None,
            min_vcpu_per_gpu: None,
        }
    }
}

/// What a Pod computes with. Stated, never inferred from what is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// GPUs.
    Gpu(Gpu),
    /// CPUs only. REST v2 gives such a Pod no volume of its own.
    Cpu {
        /// CPU flavour id such as `cpu5c`. REST v1 chooses one in stock unless told; REST v2 must be told.
        flavor_id: Option<String>,
        /// vCPUs, a power of two from 2.
        vcpu_count: u32,
    },
}

/// A Pod to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name shown in the console. REST v2 wants one; a CPU Pod and a Pod from a template get a default name and a
    /// note. REST v1 has a default of its own, and takes at most 191 characters.
    pub name: Option<String>,
    /// Template whose settings are copied; fields given here win, `env` is merged by name.
    pub template_id: Option<String>,
    /// Machine.
    pub compute: Compute,
    /// Container; `image` may be left out when a template is named.
    pub container: Container,
    /// Storage that outlives a restart.
    pub mount: Option<Mount>,
    /// Kind of host; [`Cloud::Secure`] unless said.
    pub cloud: Option<Cloud>,
    /// Data centres accepted; empty means any.
    pub data_center_ids: Vec<String>,
    /// Private network between Pods; needs an NVIDIA GPU and a data centre that has it.
    pub global_networking: Option<bool>,
    /// Inject the account's SSH keys. REST v2 only.
    pub start_ssh: Option<bool>,
    /// Start Jupyter. REST v2 only.
    pub start_jupyter: Option<bool>,
}

impl Create {
    /// A GPU Pod with defaults everywhere else.
    #[must_use]
    pub fn gpu(name: &str, image: &str, gpu: Gpu) -> Self {
        Self {
            name: Some(name.to_owned()),
            container: Container::image(image),
            ..Self::on(Compute::Gpu(gpu))
        }
    }

    /// A Pod with this machine and nothing else said.
    #[must_use]
    pub fn on(compute: Compute) -> Self {
        Self {
            name: None,
            template_id: None,
            compute,
            container: Container::default(),
            mount: None,
            cloud: None,
            data_center_ids: Vec::new(),
            global_networking: None,
            start_ssh: None,
            start_jupyter: None,
        }
    }
}

/// What to change on a Pod. `None` leaves a field as it is. Machine, cloud and data centre never change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
    /// Container fields.
    pub container: Container,
    /// Size or path of the mount; its kind and its network volume cannot change.
    pub mount: Option<Mount>,
    /// Protect from stop and reset.
    pub locked: Option<bool>,
    /// Private network; applies at the next start.
    pub global_networking: Option<bool>,
    /// Template whose settings are copied once. REST v2 only.
    pub template_id: Option<String>,
}

/// What to do to a Pod. Ending it is [`Pods::delete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start a stopped Pod; billing resumes.
    Start,
    /// Stop compute; the volume stays and is billed.
    Stop,
    /// Restart the container. REST v2 only.
    Restart,
}

/// How an action ended well.
#[derive(Clone, Debug)]
pub enum Acted {
    /// The Pod as it is now.
    Pod(Box<Mapped<Pod>>),
    /// Done, and nothing more was said: REST v1 answers without a body. Read the Pod to see it.
    Done,
}

/// Calls on Pods.
#[derive(Clone, Copy, Debug)]
pub struct Pods<'a>(pub(crate) &'a Wire);

impl Pods<'_> {
    /// One page of Pods, newest first (operation `listPods`; rows read as [`Pod`]). REST v1 does not page: it sends all.
    ///
    /// # Errors
    /// See [`crate::Error`]; 422 for a cursor that is not of this list, [`crate::Error::Unmappable`] for a filter that
    /// the version does not have.
    pub async fn list(&self, query: &Query) -> Outcome<Listing> {
        match self.version().await {
            Version::V1 => {
                let request = Request::query(v1::list_query(query)?);
                Listing::read_bare(self.0.send(&v1::LIST, request).await?)
            }
            Version::V2 => {
                let request = Request::query(v2::list_query(query)?);
                Listing::read(self.0.send(&v2::LIST, request).await?, "pods")
            }
        }
    }

    /// One Pod (operation `getPod`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Pod>> {
        self.get_with(id, Include::default()).await
    }

    /// One Pod, with more of what belongs to it (operation `getPod`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Unmappable`] on REST v2.
    pub async fn get_with(&self, id: &Id, include: Include) -> Outcome<Mapped<Pod>> {
        let (op, query) = match self.version().await {
            Version::V1 => (&v1::GET, v1::get_query(include)),
            Version::V2 => (&v2::GET, v2::get_query(include)?),
        };
        let request = Request { parts: &[id.into()], query, body: None::<&()> };
        Mapped::read(&self.0.send(op, request).await?)
    }

    /// Creates a Pod (operation `createPod`). Not repeated on failure: the machine may already be running.
    ///
    /// A v2 host that does not know CPU Pods yet is asked on REST v1 instead, which [`Mapped::served_by`] says; for
    /// one that does not know `templateId` the template is read and copied into the request. Both leave a note.
    ///
    /// # Errors
    /// See [`crate::Error`]; 400 also when no machine is free, 402 when the balance is too low,
    /// [`crate::Error::Fallback`] when the other way failed too.
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Pod>> {
        match self.version().await {
            Version::V1 => self.create_on_v1(new).await,
            Version::V2 => match self.create_on_v2(new).await {
                Err(refused) => self.create_otherwise(new, refused).await,
                made => made,
            },
        }
    }

    async fn create_on_v1(&self, new: &Create) -> Outcome<Mapped<Pod>> {
        let body = v1::PodCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v1::CREATE, Request::body(&[], &body)).await?)
    }

    async fn create_on_v2(&self, new: &Create) -> Outcome<Mapped<Pod>> {
        let (body, notes) = v2::PodCreate::of(new)?;
        Mapped::read_with(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?, notes)
    }

    /// Changes a Pod (operation `updatePod`).
    ///
    /// For a v2 host that does not know `templateId` yet the template is read and copied into the request, with a note.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change, 409 for a cluster member.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Pod>> {
        if self.version().await == Version::V1 {
            let body = v1::PodUpdate::try_from(change)?;
            return Mapped::read(&self.0.send(&v1::UPDATE, Request::body(&[id.into()], &body)).await?);
        }
        match self.update_on_v2(id, change).await {
            Err(refused) => self.update_spread(id, change, refused).await,
            changed => changed,
        }
    }

    async fn update_on_v2(&self, id: &Id, change: &Update) -> Outcome<Mapped<Pod>> {
        let body = v2::PodUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// Starts, stops or restarts a Pod (operation `podAction`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 409 when the action does not fit the status, [`crate::Error::WrongVersion`] for a restart
    /// on REST v1.
    pub async fn act(&self, id: &Id, action: Action) -> Outcome<Acted> {
        let answer = match self.version().await {
            Version::V1 => self.0.send(v1::action(action)?, Request::to(&[id.into()])).await?,
            Version::V2 => {
                let body = v2::PodAction::from(action);
                let answer = self.0.send(&v2::ACTION, Request::body(&[id.into()], &body)).await?;
                return Mapped::read(&answer).map(Box::new).map(Acted::Pod);
            }
        };
        match answer.is_empty() {
            true => Ok(Acted::Done),
            false => Mapped::read(&answer).map(Box::new).map(Acted::Pod),
        }
    }

    /// Deletes a Pod with its volume; a network volume is only detached (operation `deletePod`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none, 409 for a cluster member.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        let op = self.0.either(Resource::Pods, &v1::DELETE, &v2::DELETE).await;
        self.0.send(op, Request::to(&[id.into()])).await.map(drop)
    }

    /// The log of a Pod, to be read for at most this long (operation `getPodLogs`). A stopped Pod has what it wrote
    /// before; a Pod that has not started yet has what Runpod did for it.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Timeout`] when the host sends no head in that time, 404 when there is no
    /// such Pod, [`crate::Error::WrongVersion`] on REST v1.
    pub async fn logs(&self, id: &Id, query: &logs::Query, time: Duration) -> Outcome<Log> {
        self.0.only_v2(Resource::Pods, "the log of a Pod", None).await?;
        Log::open(self.0, &logs::POD, &[id.into()], (query, time)).await
    }

    async fn version(&self) -> Version {
        self.0.version(Resource::Pods).await
    }
}
