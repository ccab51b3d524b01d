//! Network volumes as REST v1 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Update};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::version::{Resource, Switch};

pub(super) static LIST: Op = Op::v1("ListNetworkVolumes", Method::GET, "/networkvolumes");
pub(super) static GET: Op = Op::v1("GetNetworkVolume", Method::GET, "/networkvolumes/{id}");
pub(super) static CREATE: Op = Op::v1("CreateNetworkVolume", Method::POST, "/networkvolumes");
pub(super) static UPDATE: Op = Op::v1("UpdateNetworkVolume", Method::PATCH, "/networkvolumes/{id}");
pub(super) static DELETE: Op = Op::v1("DeleteNetworkVolume", Method::DELETE, "/networkvolumes/{id}");

/// Largest volume of v1, GB.
const LARGEST: u32 = 4000;

/// Body of `CreateNetworkVolume`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeCreate {
    name: String,
    size: u32,
    data_center_id: String,
}

impl TryFrom<&Create> for VolumeCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        let Create { name, size_gb, data_center_id, tier } = new.clone();
        check::filled("name", &name)?;
        check::within("size", Some(size_gb), 0..=LARGEST)?;
        check::filled("dataCenterId", &data_center_id)?;
        match tier {
            None => Ok(Self { name, size: size_gb, data_center_id }),
            Some(_) => Err(Error::Unmappable {
                field: "volumeType",
                why: "volumes of REST v1 have no tier to choose; leave it out",
                switch: Some(Switch::to_v2(Resource::NetworkVolumes)),
            }),
        }
    }
}

/// Body of `UpdateNetworkVolume`.
#[derive(Debug, Serialize)]
pub(super) struct VolumeUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u32>,
}

impl TryFrom<&Update> for VolumeUpdate {
    type Error = Error;

    fn try_from(change: &Update) -> Outcome<Self> {
        check::changes(change, "name, size")?;
        let Update { name, size_gb } = change.clone();
        name.as_deref().map_or(Ok(()), |name| check::filled("name", name))?;
        check::within("size", size_gb, 0..=LARGEST)?;
        Ok(Self { name, size: size_gb })
    }
}
