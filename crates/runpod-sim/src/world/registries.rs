//! Credentials for private container registries.

use crate::world::{Denied, Visit};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registry {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) name: String,
}

impl Visit<'_> {
    pub(crate) fn registry(&self, id: &str) -> Result<&Registry, Denied> {
        self.account.registries.get(id).ok_or_else(|| Denied::missing("registry", id))
    }
}
