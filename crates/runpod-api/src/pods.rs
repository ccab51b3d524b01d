//! Pods: rented machines with one container each.

mod v2;
mod view;

pub use view::{Cpu as PodCpu, Gpu as PodGpu, Pod, Port, Runtime, Ssh, SshEndpoint};

use crate::client::Outcome;
use crate::container::{Container, Mount};
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::query::Page;
use crate::wire::{Request, Wire};
use crate::word::Cloud;

/// Which Pods to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Part of the list, newest first.
    pub page: Page,
    /// Also the members of Instant Clusters. Without it a page may hold fewer rows than its limit: members are
    /// left out after the page was cut.
    pub include_cluster_pods: bool,
}

/// GPUs to rent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// GPU type ids, best first. REST v2 takes one: the first is sent and a note names the others.
    pub type_ids: Vec<String>,
    /// How many, at least 1. Always sent: without it the scheduler finds no machine (observed 2026-08).
    pub count: u32,
    /// Host CUDA versions accepted, `major.minor`; empty means any. Not beside a lowest version.
    pub allowed_cuda_versions: Vec<String>,
    /// Lowest host CUDA version, `major.minor`.
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
        /// CPU flavour id such as `cpu5c`.
        flavor_id: String,
        /// vCPUs, a power of two from 2.
        vcpu_count: u32,
    },
}

/// A Pod to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name shown in the console. REST v2 wants one; a CPU Pod and a Pod from a template get a default name and a
    /// note.
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
    /// Inject the account's SSH keys.
    pub start_ssh: Option<bool>,
    /// Start Jupyter.
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
    /// Template whose settings are copied once.
    pub template_id: Option<String>,
}

/// What to do to a Pod. Ending it is [`Pods::delete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start a stopped Pod; billing resumes.
    Start,
    /// Stop compute; the volume stays and is billed.
    Stop,
    /// Restart the container.
    Restart,
}

/// Calls on Pods.
#[derive(Clone, Copy, Debug)]
pub struct Pods<'a>(pub(crate) &'a Wire);

impl Pods<'_> {
    /// One page of Pods, newest first (operation `listPods`; rows read as [`Pod`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; 422 for a cursor that is not of this list.
    pub async fn list(&self, query: &Query) -> Outcome<Listing> {
        let answer = self.0.send(&v2::LIST, Request::query(v2::list_query(query)?)).await?;
        Listing::read(&answer, "pods")
    }

    /// One Pod (operation `getPod`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Pod>> {
        Mapped::read(&self.0.send(&v2::GET, Request::to(&[id.into()])).await?)
    }

    /// Creates a Pod (operation `createPod`). Not repeated on failure: the machine may already be running.
    ///
    /// # Errors
    /// See [`crate::Error`]; 400 also when no machine is free, 402 when the balance is too low.
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Pod>> {
        let (body, notes) = v2::PodCreate::of(new)?;
        let made = Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)?;
        Ok(made.with_notes(notes))
    }

    /// Changes a Pod (operation `updatePod`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change, 409 for a cluster member.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Pod>> {
        let body = v2::PodUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// Starts, stops or restarts a Pod (operation `podAction`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 409 when the action does not fit the status.
    pub async fn act(&self, id: &Id, action: Action) -> Outcome<Mapped<Pod>> {
        let body = v2::PodAction::from(action);
        Mapped::read(&self.0.send(&v2::ACTION, Request::body(&[id.into()], &body)).await?)
    }

    /// Deletes a Pod with its volume; a network volume is only detached (operation `deletePod`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none, 409 for a cluster member.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE, Request::to(&[id.into()])).await.map(drop)
    }
}
