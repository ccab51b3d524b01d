//! Network volumes: storage of a data centre that outlives every Pod.

mod v1;
mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::version::{Resource, Version};
use crate::view::lenient;
use crate::wire::{Request, Wire};
use crate::word::Tier;

/// The fields of a network volume that callers act on, whichever version said them. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Said")]
pub struct Volume {
    /// Network volume id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Size in GB.
    pub size: Option<u32>,
    /// Data centre it lives in.
    pub data_center: String,
    /// `STANDARD` or `HIGH_PERFORMANCE`; REST v2 only.
    pub tier: Option<String>,
}

/// A network volume as either version says it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: String,
    size: Option<u32>,
    data_center: Option<String>,
    data_center_id: Option<String>,
    #[serde(rename = "type")]
    tier: Option<String>,
}

impl From<Said> for Volume {
    fn from(said: Said) -> Self {
        let Said { id, name, size, data_center, data_center_id, tier } = said;
        Self { id, name, size, data_center: data_center.or(data_center_id).unwrap_or_default(), tier }
    }
}

/// A network volume to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name.
    pub name: String,
    /// Size in GB, 10 to 4096; on REST v1 up to 4000.
    pub size_gb: u32,
    /// Data centre; cannot change later.
    pub data_center_id: String,
    /// Speed class; the data centre's own unless said, cannot change later. REST v2 only.
    pub tier: Option<Tier>,
}

/// What to change on a network volume. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// New name.
    pub name: Option<String>,
    /// New size in GB, 10 to 4096. It only grows; the API answers 400 to a smaller one.
    pub size_gb: Option<u32>,
}

/// Calls on network volumes.
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a>(pub(crate) &'a Wire);

impl Volumes<'_> {
    /// All network volumes; the API does not page them (operation `listNetworkVolumes`; rows read as [`Volume`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn list(&self) -> Outcome<Listing> {
        match self.version().await {
            Version::V1 => Listing::read_bare(self.0.send(&v1::LIST, Request::to(&[])).await?),
            Version::V2 => Listing::read(self.0.send(&v2::LIST, Request::to(&[])).await?, "networkVolumes"),
        }
    }

    /// One network volume (operation `getNetworkVolume`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Volume>> {
        let op = self.0.either(Resource::NetworkVolumes, &v1::GET, &v2::GET).await;
        Mapped::read(&self.0.send(op, Request::to(&[id.into()])).await?)
    }

    /// Creates a network volume (operation `createNetworkVolume`). Not repeated on failure: it is billed at once.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Volume>> {
        let answer = match self.version().await {
            Version::V1 => {
                let body = v1::VolumeCreate::try_from(new)?;
                self.0.send(&v1::CREATE, Request::body(&[], &body)).await?
            }
            Version::V2 => {
                let body = v2::VolumeCreate::try_from(new)?;
                self.0.send(&v2::CREATE, Request::body(&[], &body)).await?
            }
        };
        Mapped::read(&answer)
    }

    /// Renames or grows a network volume (operation `updateNetworkVolume`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change.
    pub async fn update(&self, id: &Id, change: &Update) -> Outcome<Mapped<Volume>> {
        let answer = match self.version().await {
            Version::V1 => {
                let body = v1::VolumeUpdate::try_from(change)?;
                self.0.send(&v1::UPDATE, Request::body(&[id.into()], &body)).await?
            }
            Version::V2 => {
                let body = v2::VolumeUpdate::try_from(change)?;
                self.0.send(&v2::UPDATE, Request::body(&[id.into()], &body)).await?
            }
        };
        Mapped::read(&answer)
    }

    /// Deletes a network volume and all it holds (operation `deleteNetworkVolume`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        let op = self.0.either(Resource::NetworkVolumes, &v1::DELETE, &v2::DELETE).await;
        self.0.send(op, Request::to(&[id.into()])).await.map(drop)
    }

    async fn version(&self) -> Version {
        self.0.version(Resource::NetworkVolumes).await
    }
}
