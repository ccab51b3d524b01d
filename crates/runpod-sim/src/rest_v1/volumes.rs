//! `/v1/networkvolumes`. The kind of a volume cannot be said here.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::refusal::Refusal;
use crate::world::volumes::{NewVolume, Volume};

pub(super) const ROUTES: Routes = &[
    ("ListNetworkVolumes", list),
    ("GetNetworkVolume", get),
    ("CreateNetworkVolume", create),
    ("UpdateNetworkVolume", update),
    ("DeleteNetworkVolume", delete),
];

const ID: &str = "networkVolumeId";

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let volumes: Vec<_> = call.visit.volumes().into_iter().map(spell).collect();
    Answer::ok(&volumes)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.volume(call.param(ID)?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let Asked { name, size, data_center_id } = call.read()?;
    let new = NewVolume { name, size, data_center: data_center_id, tier: None };
    Answer::ok(&spell(call.visit.create_volume(new)?))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change) = (call.param(ID)?, call.read()?);
    Answer::ok(&spell(call.visit.update_volume(id, change)?))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.delete_volume(id)?;
    Ok(Answer::empty())
}

/// `NetworkVolumeCreateInput` of the contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    name: String,
    size: u32,
    data_center_id: String,
}

/// `NetworkVolume` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    size: u32,
    data_center_id: &'a str,
}

pub(super) fn spell(volume: &Volume) -> Spelt<'_> {
    Spelt { id: &volume.id, name: &volume.name, size: volume.size, data_center_id: volume.site.id }
}
