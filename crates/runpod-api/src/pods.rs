//! Pods: rented machines with one container each.

mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::container::{Container, Mount};
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::wire::{Request, Wire};

/// The fields of a Pod that callers act on.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Pod {
    /// Pod id.
    pub id: String,
    /// `PROVISIONING`, `STARTING`, `RUNNING`, `EXITED`, `ERROR`, `TERMINATED`.
    #[serde(default)]
    pub status: String,
}

/// Which Pods to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Rows per page, 1 to 1000.
    pub limit: Option<u32>,
    /// Cursor of the page, from [`Listing::next_cursor`].
    pub cursor: Option<String>,
    /// Also the members of Instant Clusters.
    pub include_cluster_pods: bool,
}

/// GPUs to rent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
    /// GPU type id.
    pub type_id: String,
    /// How many. Always sent: without it the scheduler finds no machine (observed 2026-08).
    pub count: u32,
    /// Host CUDA versions accepted, `major.minor`.
    pub allowed_cuda_versions: Option<Vec<String>>,
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
        Self {
            type_id: type_id.to_owned(),
            count: 1,
            allowed_cuda_versions: None,
            min_cuda_version: None,
            min_ram_per_gpu: None,
            min_vcpu_per_gpu: None,
        }
    }
}

/// What a Pod computes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compute {
    /// GPUs.
    Gpu(Gpu),
    /// CPUs only: flavour id and vCPU count (a power of two).
    Cpu {
        /// CPU flavour id such as `cpu5c`.
        flavor_id: String,
        /// vCPUs.
        vcpu_count: u32,
    },
}

/// A Pod to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name shown in the console.
    pub name: String,
    /// Template whose settings are copied; fields given here win.
    pub template_id: Option<String>,
    /// Machine.
    pub compute: Compute,
    /// Container; `image` may be left out when a template is named.
    pub container: Container,
    /// Storage that outlives a restart.
    pub mount: Option<Mount>,
    /// `SECURE` or `COMMUNITY`.
    pub cloud: Option<String>,
    /// Data centres accepted; empty means any.
    pub data_center_ids: Vec<String>,
    /// Private network between Pods.
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
            name: name.to_owned(),
            template_id: None,
            compute: Compute::Gpu(gpu),
            container: Container { image: Some(image.to_owned()), ..Container::default() },
            mount: None,
            cloud: None,
            data_center_ids: Vec::new(),
            global_networking: None,
            start_ssh: None,
            start_jupyter: None,
        }
    }
}

/// What to change on a Pod. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
    /// Container fields.
    pub container: Container,
    /// Size or path of the mount; its kind cannot change.
    pub mount: Option<Mount>,
    /// Protect from stop and reset.
    pub locked: Option<bool>,
    /// Private network; applies at the next start.
    pub global_networking: Option<bool>,
    /// Template whose settings are copied once.
    pub template_id: Option<String>,
}

/// What to do to a Pod.
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
    /// One page of Pods, newest first (operation `listPods`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn list(&self, query: &Query) -> Outcome<Listing> {
        let answer = self.0.send(&v2::LIST, Request::query(v2::list_query(query))).await?;
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
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Pod>> {
        let body = v2::PodCreate::from(new);
        Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)
    }

    /// Changes a Pod (operation `updatePod`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Pod>> {
        let body = v2::PodUpdate::from(change);
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
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE, Request::to(&[id.into()])).await.map(drop)
    }
}
