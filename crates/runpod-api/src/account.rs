//! The account: SSH keys that new Pods get, and secrets that containers can be given by name.

mod v2;

use serde::Deserialize;

use crate::client::Outcome;
use crate::container::Change;
use crate::id::Id;
use crate::listing::Listing;
use crate::mapped::Mapped;
use crate::secret::SecretText;
use crate::view::lenient;
use crate::wire::{Request, Wire};

/// The public keys of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SshKeys {
    /// One OpenSSH public key each.
    pub keys: Vec<String>,
}

/// A secret without its value, which the API never gives back. Only `id` is required of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Secret {
    /// Secret id.
    pub id: String,
    /// Name; containers refer to it as `{{ RUNPOD_SECRET_<name> }}`.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
}

/// A secret to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecret {
    /// Name, at most 191 characters: a letter or `_`, then letters, digits, `_`, `.`, `-`, `/`. Names that begin with
    /// `RUNPOD` are reserved. It cannot change later.
    pub name: String,
    /// Value, 1 byte to just under 16 MiB.
    pub value: SecretText,
    /// What it is for, at most 65,535 characters.
    pub description: Option<String>,
}

/// What to change on a secret. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretUpdate {
    /// New value.
    pub value: Option<SecretText>,
    /// New description. The API applies the value first; the two are not one transaction.
    pub description: Option<Change<String>>,
}

/// Calls on the account's SSH keys and secrets.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a>(pub(crate) &'a Wire);

impl Account<'_> {
    /// The public SSH keys (operation `getSshKeys`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn ssh_keys(&self) -> Outcome<Mapped<SshKeys>> {
        Mapped::read(&self.0.send(&v2::SSH_KEYS, Request::to(&[])).await?)
    }

    /// Replaces the whole set of public SSH keys; none clears it (operation `updateSshKeys`). Pods that exist keep
    /// what they have.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] for a line that is no public key. It is not repeated: it might
    /// be a private one.
    pub async fn replace_ssh_keys(&self, keys: &[String]) -> Outcome<Mapped<SshKeys>> {
        let body = v2::SshKeysBody::try_from(keys)?;
        Mapped::read(&self.0.send(&v2::REPLACE_SSH_KEYS, Request::body(&[], &body)).await?)
    }

    /// Secrets, or those of a name whatever its letter case (operation `listSecrets`; rows read as [`Secret`]).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn secrets(&self, name: Option<&str>) -> Outcome<Listing> {
        let answer = self.0.send(&v2::SECRETS, Request::query(v2::secrets_query(name))).await?;
        Listing::read(answer, "secrets")
    }

    /// One secret without its value (operation `getSecret`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn secret(&self, id: &Id) -> Outcome<Mapped<Secret>> {
        Mapped::read(&self.0.send(&v2::SECRET, Request::to(&[id.into()])).await?)
    }

    /// Creates a secret (operation `createSecret`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 409 when there is one of this name.
    pub async fn create_secret(&self, new: &NewSecret) -> Outcome<Mapped<Secret>> {
        let body = v2::SecretCreate::try_from(new)?;
        Mapped::read(&self.0.send(&v2::CREATE_SECRET, Request::body(&[], &body)).await?)
    }

    /// Changes value or description of a secret (operation `updateSecret`).
    ///
    /// # Errors
    /// See [`crate::Error`]; [`crate::Error::Argument`] when nothing would change.
    pub async fn update_secret(&self, id: &Id, change: &SecretUpdate) -> Outcome<Mapped<Secret>> {
        let body = v2::SecretChange::try_from(change)?;
        Mapped::read(&self.0.send(&v2::UPDATE_SECRET, Request::body(&[id.into()], &body)).await?)
    }

    /// Deletes a secret (operation `deleteSecret`).
    ///
    /// # Errors
    /// See [`crate::Error`]; 404 when there is none.
    pub async fn delete_secret(&self, id: &Id) -> Outcome<()> {
        self.0.send(&v2::DELETE_SECRET, Request::to(&[id.into()])).await.map(drop)
    }
}
