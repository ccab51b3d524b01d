//! Container registries: stored credentials, and delegations that let Runpod pull from Amazon ECR without any.

mod v1;
mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::secret::SecretText;
use crate::version::{Resource, Version};
use crate::view::lenient;
use crate::wire::{Request, Wire};

/// A stored credential. The API never gives user or password back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Registry {
    /// Credential id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
}

/// A credential to be stored. It cannot be changed later, only deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Name, 1 to 191 characters.
    pub name: String,
    /// User, 1 to 191 characters.
    pub username: String,
    /// Password or token, 1 to 16,384 characters.
    pub password: SecretText,
}

/// A delegation: Runpod may pull from one ECR repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delegation {
    /// Delegation id.
    pub id: String,
    /// Name, if it has one.
    #[serde(default)]
    pub name: Option<String>,
    /// Repository in ECR.
    #[serde(default, deserialize_with = "lenient")]
    pub repository: String,
    /// Address to use in image references.
    #[serde(default)]
    pub docker_registry_uri: Option<String>,
}

/// A delegation to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegate {
    /// ARN of the ECR repository.
    pub resource: String,
    /// Name.
    pub name: Option<String>,
}

/// Calls on registry credentials and delegations.
#[derive(Clone, Copy, Debug)]
pub struct Registries<'a>(pub(crate) &'a Wire);

impl Registries<'_> {
    /// All credentials; the API does not page them (operation `listRegistries`; rows read as [`Registry`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn list(&self) -> Outcome<Listing> {
        match self.0.version(Resource::Registries).await {
            Version::V1 => Listing::read_bare(self.0.send(&v1::LIST, Request::to(&[])).await?),
            Version::V2 => Listing::read(self.0.send(&v2::LIST, Request::to(&[])).await?, "registries"),
        }
    }

    /// One credential (operation `getRegistry`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn get(&self, id: &Id) -> Outcome<Mapped<Registry>> {
        let op = self.0.either(Resource::Registries, &v1::GET, &v2::GET).await;
        Mapped::read(&self.0.send(op, Request::to(&[id.into()])).await?)
    }

    /// Stores a credential (operation `createRegistry`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn create(&self, new: &Create) -> Outcome<Mapped<Registry>> {
        let answer = match self.0.version(Resource::Registries).await {
            Version::V1 => {
                let body = v1::RegistryCreate::try_from(new)?;
                self.0.send(&v1::CREATE, Request::body(&[], &body)).await?
            }
            Version::V2 => {
                let body = v2::RegistryCreate::try_from(new)?;
                self.0.send(&v2::CREATE, Request::body(&[], &body)).await?
            }
        };
        Mapped::read(&answer)
    }

    /// Deletes a credential (operation `deleteRegistry`). Templates lose the reference without a word.
    ///
    /// # Errors
    /// See [`crate::Error`]; 400 while a Pod uses it.
    pub async fn delete(&self, id: &Id) -> Outcome<()> {
        let op = self.0.either(Resource::Registries, &v1::DELETE, &v2::DELETE).await;
        self.0.send(op, Request::to(&[id.into()])).await.map(drop)
    }

    /// All delegations; the API does not page them (operation `listDelegations`; rows read as [`Delegation`]).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::WrongVersion`] on REST v1.
    pub async fn delegations(&self) -> Outcome<Listing> {
        self.0.only_v2(Resource::Registries, "listing delegations", None).await?;
        Listing::read(self.0.send(&v2::DELEGATIONS, Request::to(&[])).await?, "delegations")
    }

    /// Makes a delegation (operation `createDelegation`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::WrongVersion`] on REST v1.
    pub async fn delegate(&self, new: &Delegate) -> Outcome<Mapped<Delegation>> {
        self.0.only_v2(Resource::Registries, "making a delegation", None).await?;
        let body = v2::DelegationCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::DELEGATE, Request::body(&[], &body)).await?)
    }

    /// Revokes a delegation (operation `revokeDelegation`). What runs goes on, new pulls fail.
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none, [`crate::Error::WrongVersion`] on REST v1.
    pub async fn revoke(&self, id: &Id) -> Outcome<()> {
        self.0.only_v2(Resource::Registries, "revoking a delegation", None).await?;
        self.0.send(&v2::REVOKE, Request::to(&[id.into()])).await.map(drop)
    }
}
