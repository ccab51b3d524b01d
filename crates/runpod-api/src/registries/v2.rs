//! Registry credentials and delegations as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Delegate};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::secret::SecretText;

pub(super) static LIST: Op = Op::v2("listRegistries", Method::GET, "/registries");
pub(super) static GET: Op = Op::v2("getRegistry", Method::GET, "/registries/{id}");
pub(super) static CREATE: Op = Op::v2("createRegistry", Method::POST, "/registries");
pub(super) static DELETE: Op = Op::v2("deleteRegistry", Method::DELETE, "/registries/{id}");
pub(super) static DELEGATIONS: Op = Op::v2("listDelegations", Method::GET, "/registries/delegations");
pub(super) static DELEGATE: Op = Op::v2("createDelegation", Method::POST, "/registries/delegations");
pub(super) static REVOKE: Op = Op::v2("revokeDelegation", Method::DELETE, "/registries/delegations/{id}");

/// Body of `createRegistry`.
#[derive(Debug, Serialize)]
pub(super) struct RegistryCreate {
    name: String,
    username: String,
    #[serde(serialize_with = "SecretText::expose")]
    password: SecretText,
}

impl TryFrom<&Create> for RegistryCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        let Create { name, username, password } = new.clone();
        check::length("name", &name, 191)?;
        check::length("username", &username, 191)?;
        check::length("password", password.reveal(), 16_384)?;
        Ok(Self { name, username, password })
    }
}

/// Body of `createDelegation`. A name that is not given is left out: null is refused.
#[derive(Debug, Serialize)]
pub(super) struct DelegationCreate {
    resource: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl TryFrom<&Delegate> for DelegationCreate {
    type Error = Error;

    fn try_from(new: &Delegate) -> Outcome<Self> {
        let Delegate { resource, name } = new.clone();
        check::filled("resource", &resource)?;
        Ok(Self { resource, name })
    }
}
