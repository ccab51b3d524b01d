//! Network volumes as REST v2 spells them.

use http::Method;
use serde::Serialize;

use super::{Create, Update};
use crate::check;
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Op;
use crate::word::Word;

pub(super) static LIST: Op = Op::v2("listNetworkVolumes", Method::GET, "/network-volumes");
pub(super) static GET: Op = Op::v2("getNetworkVolume", Method::GET, "/network-volumes/{id}");
pub(super) static CREATE: Op = Op::v2("createNetworkVolume", Method::POST, "/network-volumes");
pub(super) static UPDATE: Op = Op::v2("updateNetworkVolume", Method::PATCH, "/network-volumes/{id}");
pub(super) static DELETE: Op = Op::v2("deleteNetworkVolume", Method::DELETE, "/network-volumes/{id}");

/// Body of `createNetworkVolume`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeCreate {
    name: String,
    size: u32,
    data_center: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
}

impl TryFrom<&Create> for VolumeCreate {
    type Error = Error;

    fn try_from(new: &Create) -> Outcome<Self> {
        let Create { name, size_gb, data_center_id, tier } = new.clone();
        check::filled("name", &name)?;
        check::within("size", Some(size_gb), 10..=4096)?;
        check::filled("dataCenterId", &data_center_id)?;
        Ok(Self { name, size: size_gb, data_center: data_center_id, tier: tier.map(Word::as_str) })
    }
}

/// Body of `updateNetworkVolume`.
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
        check::within("size", size_gb, 10..=4096)?;
        Ok(Self { name, size: size_gb })
    }
}
