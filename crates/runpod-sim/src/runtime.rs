//! The Serverless runtime, what stands for `https://api.runpod.ai/v2`: jobs are asked for, watched and ended here.
//!
//! Handlers read the request, ask the world and spell the answer, as those of REST do. Two of them may keep whoever
//! asks waiting; how long is the [`Hold`]'s to know.

mod hold;
mod queue;

use std::iter;

use axum::body::{Body, Bytes};
use futures_util::stream;

use crate::call::{Call, Handler, Routes};
use crate::door::Cut;
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

/// A body whose middle is made while it is sent.
pub(crate) fn body(Parts { before, made, after }: Parts) -> Body {
    let pieces = iter::once(before).chain(made.pieces()).chain([after]);
    Body::from_stream(stream::iter(pieces.map(Ok::<Bytes, Cut>)))
}
