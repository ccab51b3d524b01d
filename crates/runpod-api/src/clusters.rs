//! Instant Clusters: GPU Pods that are rented, networked and ended together.

mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::container::{Container, Mount};
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::view::lenient;
use crate::wire::{Request, Wire};
use crate::word::Word;

/// The fields of a cluster that callers act on. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Cluster id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// `APPLICATION`, `TRAINING`, `SLURM` or `RAY`.
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub kind: String,
    /// Machines.
    #[serde(default)]
    pub compute: Option<ComputeView>,
    /// How the members are.
    #[serde(default, deserialize_with = "lenient")]
    pub pods: Members,
}

/// Machines of a cluster, as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputeView {
    /// GPU type id.
    #[serde(default, deserialize_with = "lenient")]
    pub gpu_type_id: String,
    /// GPUs in each Pod.
    #[serde(default, deserialize_with = "lenient")]
    pub gpu_count_per_pod: u32,
    /// Pods.
    #[serde(default, deserialize_with = "lenient")]
    pub pod_count: u32,
}

/// How the members of a cluster are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    /// All of them.
    #[serde(default, deserialize_with = "lenient")]
    pub total: u32,
    /// Number per Pod status.
    #[serde(default, deserialize_with = "lenient")]
    pub by_status: std::collections::BTreeMap<String, u32>,
}

/// What a cluster is prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Application,
    /// Distributed training.
    Training,
    /// Slurm.
    Slurm,
    /// Ray.
    Ray,
}

impl Word for Kind {
    const ALL: &'static [Self] = &[Self::Application, Self::Training, Self::Slurm, Self::Ray];

    fn as_str(self) -> &'static str {
        match self {
            Self::Application => "APPLICATION",
            Self::Training => "TRAINING",
            Self::Slurm => "SLURM",
            Self::Ray => "RAY",
        }
    }
}

/// Machines of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compute {
    /// GPU type id.
    pub gpu_type_id: String,
    /// GPUs in each Pod, at least 1.
    pub gpu_count_per_pod: u32,
    /// Pods, 2 to 250.
    pub pod_count: u32,
}

/// A cluster to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name.
    pub name: String,
    /// What it is prepared for.
    pub kind: Kind,
    /// Machines.
    pub compute: Compute,
    /// Container of every member; registry credentials have no place here.
    pub container: Container,
    /// Template, which stays linked. It excludes image, command, disk, environment, ports and storage (400).
    pub template_id: Option<String>,
    /// Storage of every member.
    pub mount: Option<Mount>,
    /// Data centres accepted; empty means any.
    pub data_center_ids: Vec<String>,
    /// Inject the account's SSH keys.
    pub start_ssh: Option<bool>,
    /// Start Jupyter.
    pub start_jupyter: Option<bool>,
}

impl Create {
    /// A cluster of this image with defaults everywhere else.
    #[must_use]
    pub fn image(name: &str, image: &str, kind: Kind, compute: Compute) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            compute,
            container: Container::image(image),
            template_id: None,
            mount: None,
            data_center_ids: Vec::new(),
            start_ssh: None,
            start_jupyter: None,
        }
    }
}

/// What to change on a cluster: its name, nothing else can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
}

/// Calls on Instant Clusters.
#[derive(Clone, Copy, Debug)]
pub struct Clusters<'a>(pub(crate) &'a Wire);

impl Clusters<'_> {
    /// All clusters; the API does not page them (operation `listClusters`; rows read as [`Cluster`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn list(&self) -> Outcome<Listing> {
        Listing::read(self.0.send(&v2::LIST, Request::to(&[])).await?, "clusters")
    }

    /// One cluster (operation `getCluster`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Cluster>> {
        Mapped::read(&self.0.send(&v2::GET, Request::to(&[id.into()])).await?)
    }

    /// Creates a cluster (operation `createCluster`). Not repeated on failure: the machines may already be running.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Cluster>> {
        let body = v2::ClusterCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::CREATE, Request::body(&[], &body)).await?)
    }

    /// Renames a cluster (operation `updateCluster`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Cluster>> {
        let body = v2::ClusterUpdate::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?)
    }

    /// Deletes a cluster with all its Pods (operation `deleteCluster`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE, Request::to(&[id.into()])).await.map(drop)
    }

    /// The Pods of a cluster, all at once (operation `listClusterPods`; rows read as [`crate::pods::Pod`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn pods(&self, id: &Id) -> Outcome<Listing> {
        Listing::read(self.0.send(&v2::PODS, Request::to(&[id.into()])).await?, "pods")
    }
}
