//! Registry credentials as REST v1 spells them. It knows no delegations.

use http::Method;
use serde::Serialize;

use super::Create;
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::secret::SecretText;

pub(super) static LIST: Op = Op::v1("ListContainerRegistryAuths", Method::GET, "/containerregistryauth");
pub(super) static GET: Op = Op::v1("GetContainerRegistryAuth", Method::GET, "/containerregistryauth/{id}");
pub(super) static CREATE: Op = Op::v1("CreateContainerRegistryAuth", Method::POST, "/containerregistryauth");
pub(super) static DELETE: Op =
    Op::v1("DeleteContainerRegistryAuth", Method::DELETE, "/containerregistryauth/{id}");

/// Body of `CreateContainerRegistryAuth`. The lengths are those of v2: both write to the same store.
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
