//! Secrets, which Pods and workers get through `{{ RUNPOD_SECRET_name }}` in their environment.
//!
//! A value goes in and never comes out; the twin does not keep it. Names are compared without regard to case.

use serde::Deserialize;

use crate::clock::Time;
use crate::world::{Denied, Visit};

/// A value has fewer bytes than this; the contract's own bound counts characters.
const VALUE_BYTES: usize = 16_777_216;

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Time,
    /// When its value was last set.
    pub(crate) valued: Time,
}

/// `CreateSecretRequest` of the contract.
#[derive(Deserialize)]
pub(crate) struct NewSecret {
    name: String,
    value: String,
    description: Option<String>,
}

/// `UpdateSecretRequest` of the contract.
#[derive(Deserialize)]
pub(crate) struct SecretChange {
    value: Option<String>,
    description: Option<String>,
}

impl Visit<'_> {
    /// The secrets, the newest first; only those of this name when one is given.
    pub(crate) fn secrets(&self, name: Option<&str>) -> Vec<&Secret> {
        let fits = |secret: &&Secret| name.is_none_or(|name| same(&secret.name, name));
        let mut all: Vec<_> = self.account.secrets.values().filter(fits).collect();
        all.sort_by_key(|secret| std::cmp::Reverse(secret.born));
        all
    }

    pub(crate) fn secret(&self, id: &str) -> Result<&Secret, Denied> {
        self.account.secrets.get(id).ok_or_else(|| Denied::missing("secret", id))
    }

    pub(crate) fn create_secret(&mut self, new: NewSecret) -> Result<&Secret, Denied> {
        let NewSecret { name, value, description } = new;
        if name.get(..6).is_some_and(|start| same(start, "RUNPOD")) {
            return Err(Denied::contradiction("names that begin with RUNPOD are reserved"));
        }
        storable(&value)?;
        if !self.secrets(Some(&name)).is_empty() {
            return Err(Denied::conflict(format!("there is a secret named `{name}` already")));
        }
        let id = format!("cl{}", self.ground.ids.short(23));
        let (born, created) = (self.ground.next_birth(), self.now);
        let secret = Secret { id: id.clone(), born, name, description, created, valued: created };
        Ok(self.account.secrets.entry(id).or_insert(secret))
    }

    pub(crate) fn update_secret(&mut self, id: &str, change: SecretChange) -> Result<&Secret, Denied> {
        let SecretChange { value, description } = change;
        value.as_deref().map_or(Ok(()), storable)?;
        let secret = self.account.secrets.get_mut(id).ok_or_else(|| Denied::missing("secret", id))?;
        secret.valued = value.map_or(secret.valued, |_| self.now);
        secret.description = description.or(secret.description.take());
        Ok(secret)
    }

    pub(crate) fn delete_secret(&mut self, id: &str) -> Result<(), Denied> {
        self.account.secrets.remove(id).map(drop).ok_or_else(|| Denied::missing("secret", id))
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn storable(value: &str) -> Result<(), Denied> {
    if value.len() < VALUE_BYTES {
        return Ok(());
    }
    Err(Denied::contradiction(format!("a secret's value must have fewer than {VALUE_BYTES} bytes")))
}
