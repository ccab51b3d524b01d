//! The Serverless runtime, what stands for `https://api.runpod.ai/v2`: jobs are asked for, watched and ended here.
//!
//! Handlers read the request, ask the world and spell the answer, as those of REST do. Two of them may keep whoever
//! asks waiting; how long is the [`Hold`]'s to know.

pub(crate) mod balancer;
mod hold;
mod queue;

use std::iter;

use axum::body::{Body, Bytes};
use futures_util::stream;
use http::StatusCode;

use crate::call::{Call, Handler, Routes};
use crate::door::Cut;
use crate::rates::Left;
use crate::refusal::Refusal;
use crate::world::Visit;
use crate::world::jobs::told::Parts;

pub(crate) use hold::Hold;

/// Where it is found on this host.
pub(crate) const ROOT: &str = "/serverless/v2";

const ROUTES: Routes = queue::ROUTES;

/// The function that answers this operation.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    ROUTES.iter().find(|(id, _)| *id == operation).map(|(_, handler)| *handler)
}

/// Bytes that the request of an operation may have, where the runtime has a limit of its own.
pub(crate) fn limit(operation: &str) -> Option<usize> {
    match operation {
        "runJob" => Some(10 << 20),
        "runJobSync" => Some(20 << 20),
        _ => None,
    }
}

/// Requests to one endpoint in ten seconds (observed of the runtime's documentation in 2026); operations that are not
/// listed have no window.
const QUOTAS: &[(&str, u64)] = &[
    ("runJobSync", 2000),
    ("runJob", 1000),
    ("getJobStatus", 2000),
    ("streamJob", 2000),
    ("cancelJob", 100),
    ("purgeQueue", 2),
    ("listJobs", 10),
];

/// Counts a request to an endpoint; answers the window when this request is one too many.
pub(crate) fn count(visit: &mut Visit<'_>, operation: &str, params: &[(String, String)]) -> Option<Left> {
    let (name, quota) = *QUOTAS.iter().find(|(id, _)| *id == operation)?;
    let (_, endpoint) = params.iter().find(|(name, _)| name == "endpointId")?;
    let now = visit.now;
    let window = visit.jobs(endpoint).ok()?.calls.entry(name).or_default();
    Some(window.count(("10 s", quota, 10), now)).filter(|left| left.over)
}

/// What is said of a path that leads to nothing.
pub(crate) fn nowhere(path: &str) -> Refusal {
    let text = "the sandbox does not imitate /openai/*; send the request as the `input` of a job";
    match path.split('/').nth(2) {
        Some("openai") => Refusal::new(StatusCode::NOT_FOUND, text),
        _ => Refusal::no_such_path(),
    }
}

/// A body whose middle is made while it is sent.
pub(crate) fn body(Parts { before, made, after }: Parts) -> Body {
    let pieces = iter::once(before).chain(made.pieces()).chain([after]);
    Body::from_stream(stream::iter(pieces.map(Ok::<Bytes, Cut>)))
}
