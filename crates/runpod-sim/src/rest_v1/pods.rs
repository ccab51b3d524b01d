//! `/v1/pods`.

mod asked;
mod filter;
mod machine;
mod shown;
mod worker;

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::refusal::Refusal;
use crate::world::pods::Action;

use filter::Filter;

pub(super) use asked::Compute;
pub(super) use shown::{Extras, Spelt};
pub(super) use worker::spell as spell_worker;

pub(super) const ROUTES: Routes = &[
    ("ListPods", list),
    ("GetPod", get),
    ("CreatePod", create),
    ("UpdatePod", update),
    ("DeletePod", delete),
    ("StartPod", |call| act(call, Action::Start)),
    ("StopPod", |call| act(call, Action::Stop)),
    ("RestartPod", |call| act(call, Action::Restart)),
    // What distinguishes it, an emptied disk, is not to be seen from outside.
    ("ResetPod", |call| act(call, Action::Restart)),
];

const ID: &str = "podId";

/// The newest first, all at once. Members of clusters, of which v1 knows nothing, are not listed.
fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (filter, extras, visit) = (Filter::read(call), Extras::read(call), &call.visit);
    let mut pods: Vec<_> = visit.pods().into_iter().filter(|pod| pod.lease.cluster.is_none()).collect();
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.born));
    let mut shown: Vec<_> = pods.into_iter().map(|pod| shown::spell(pod, visit, extras)).collect();
    if call.is_on("includeWorkers") {
        let endpoints = visit.endpoints().into_iter();
        let workers =
            endpoints.flat_map(|endpoint| endpoint.fleet.workers.iter().map(move |one| (endpoint, one)));
        shown.extend(workers.map(|(endpoint, one)| worker::spell(endpoint, one, (visit, extras))));
    }
    shown.retain(|pod| filter.takes(pod));
    Answer::ok(&shown)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    answer(call, call.param(ID)?)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let new: asked::New = call.read()?;
    let id = call.visit.create_pod(new.read()?)?.id.clone();
    Answer::created(&shown::spell(call.visit.pod(&id)?, &call.visit, Extras::default()))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (id, change): (_, asked::Change) = (call.param(ID)?, call.read()?);
    let change = change.read(&call.visit.pod(id)?.lease.mount);
    call.visit.update_pod(id, change)?;
    answer(call, id)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.delete_pod(id)?;
    Ok(Answer::empty())
}

/// The contract promises no body; the service was seen to send the Pod.
fn act(call: &mut Call<'_>, action: Action) -> Result<Answer, Refusal> {
    let id = call.param(ID)?;
    call.visit.act_on_pod(id, action)?;
    answer(call, id)
}

fn answer(call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    Answer::ok(&shown::spell(call.visit.pod(id)?, &call.visit, Extras::read(call)))
}
