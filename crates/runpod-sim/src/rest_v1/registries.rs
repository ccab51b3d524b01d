//! `/v1/containerregistryauth`.

use serde::Serialize;

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::refusal::Refusal;
use crate::world::registries::Registry;

pub(super) const ROUTES: Routes = &[
    ("ListContainerRegistryAuths", list),
    ("GetContainerRegistryAuth", get),
    ("CreateContainerRegistryAuth", create),
    ("DeleteContainerRegistryAuth", delete),
];

const ID: &str = "containerRegistryAuthId";

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let registries: Vec<_> = call.visit.registries().into_iter().map(spell).collect();
    Answer::ok(&registries)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::ok(&spell(call.visit.registry(call.param(ID)?)?))
}

/// User name and password go no further than the door.
fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new = call.read()?;
    Answer::ok(&spell(call.visit.create_registry(new)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.delete_registry(id)?;
    Ok(Answer::empty())
}

/// `ContainerRegistryAuth` of the contract.
#[derive(Serialize)]
struct Spelt<'a> {
    id: &'a str,
    name: &'a str,
}

fn spell(registry: &Registry) -> Spelt<'_> {
    Spelt { id: &registry.id, name: &registry.name }
}
