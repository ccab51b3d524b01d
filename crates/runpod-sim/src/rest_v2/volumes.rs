//! `/v2/network-volumes`.

use serde::Serialize;

use super::{Call, Routes};
use crate::answer::Answer;
use crate::refusal::Refusal;
use crate::world::volumes::Volume;

pub(super) const ROUTES: Routes = &[
    ("listNetworkVolumes", list),
    ("getNetworkVolume", get),
    ("createNetworkVolume", create),
    ("updateNetworkVolume", update),
    ("deleteNetworkVolume", delete),
];

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let network_volumes: Vec<_> = call.visit.volumes().into_iter().map(spell).collect();
    Answer::ok(&List { network_volumes })
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.volume(call.param("id")?)?))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::created(&spell(call.visit.create_volume(new)?))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change) = (call.param("id")?, call.read()?);
    Answer::ok(&spell(call.visit.update_volume(id, change)?))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param("id")?;
    call.visit.delete_volume(id)?;
    Ok(Answer::empty())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    network_volumes: Vec<Spelt<'a>>,
}

/// `NetworkVolume` of the contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
    size: u32,
    data_center: &'a str,
    r#type: &'a str,
}

fn spell(volume: &Volume) -> Spelt<'_> {
    let Volume { id, born: _, name, size, site, tier } = volume;
    Spelt { id, name, size: *size, data_center: site.id, r#type: tier.word() }
}
