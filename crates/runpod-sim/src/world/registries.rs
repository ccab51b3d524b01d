//! Credentials for private container registries.
//!
//! User name and password go in and never come out, so they are not even kept.

use serde::Deserialize;

use crate::world::container::Container;
use crate::world::pods::Pod;
use crate::world::{Denied, Visit};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registry {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: String,
}

/// What is kept of `CreateRegistryRequest`.
#[derive(Debug, Deserialize)]
pub(crate) struct NewRegistry {
    name: String,
}

impl Visit<'_> {
    /// The credentials, the newest first.
    pub(crate) fn registries(&self) -> Vec<&Registry> {
        let mut all: Vec<_> = self.account.registries.values().collect();
        all.sort_by_key(|registry| std::cmp::Reverse(registry.born));
        all
    }

    pub(crate) fn registry(&self, id: &str) -> Result<&Registry, Denied> {
        self.account.registries.get(id).ok_or_else(|| Denied::missing("registry", id))
    }

    /// Refuses a container that names a credential which this account does not have.
    pub(crate) fn check_registry(&self, container: &Container) -> Result<(), Denied> {
        container.registry.as_deref().map_or(Ok(()), |id| self.registry(id).map(drop))
    }

    pub(crate) fn create_registry(&mut self, new: NewRegistry) -> &Registry {
        let id = format!("cl{}", self.ground.ids.short(23));
        let born = self.ground.next_birth();
        let registry = Registry { id: id.clone(), born, name: new.name };
        self.account.registries.entry(id).or_insert(registry)
    }

    /// One that a Pod pulls with stays; templates and endpoints that name it just lose it.
    pub(crate) fn delete_registry(&mut self, id: &str) -> Result<(), Denied> {
        self.registry(id)?;
        let pulls = |pod: &&Pod| pod.lease.container.registry.as_deref() == Some(id);
        if let Some(pod) = self.account.pods.values().find(pulls) {
            return Err(Denied::contradiction(format!("registry `{id}` is in use by pod `{}`", pod.id)));
        }
        self.account.registries.remove(id);
        let templates = self.account.templates.values_mut().map(|template| &mut template.container);
        let endpoints = self.account.endpoints.values_mut().map(|endpoint| &mut endpoint.config.container);
        for container in templates.chain(endpoints) {
            container.registry.take_if(|held| held == id);
        }
        Ok(())
    }
}
