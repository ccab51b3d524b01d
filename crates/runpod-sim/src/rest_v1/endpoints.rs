//! `/v1/endpoints`. Endpoints that are made here have a queue and follow a template.

mod asked;
mod shown;

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::refusal::Refusal;

use shown::Extras;

pub(super) const ROUTES: Routes = &[
    ("ListEndpoints", list),
    ("GetEndpoint", get),
    ("CreateEndpoint", create),
    ("UpdateEndpoint", update),
    ("DeleteEndpoint", delete),
];

const ID: &str = "endpointId";

/// The newest first, all at once.
fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (visit, extras) = (&call.visit, Extras::read(call));
    let mut endpoints = visit.endpoints();
    endpoints.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.born));
    let shown: Vec<_> = endpoints.into_iter().map(|endpoint| shown::spell(endpoint, visit, extras)).collect();
    Answer::ok(&shown)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    answer(call, call.param(ID)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new: asked::New = call.read()?;
    let new = new.read(&call.visit)?;
    let id = call.visit.create_endpoint(new)?.id.clone();
    answer(call, &id)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change): (_, asked::Change) = (call.param(ID)?, call.read()?);
    let change = change.read(Some(&call.visit.endpoint(id)?.config))?;
    call.visit.update_endpoint(id, change)?;
    answer(call, id)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.delete_endpoint(id)?;
    Ok(Answer::empty())
}

fn answer(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    Answer::ok(&shown::spell(call.visit.endpoint(id)?, &call.visit, Extras::read(call)))
}
