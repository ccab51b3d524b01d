//! What a handler answers: a status and a body.

use axum::body::{Body, Bytes};
use http::StatusCode;
use serde::Serialize;

use crate::json;
use crate::refusal::Refusal;
use crate::rest_v2::Tail;
use crate::runtime::Hold;
use crate::world::jobs::told::Parts;

/// A success, ready for the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content: Content,
}

/// A body.
#[derive(Debug)]
pub(crate) enum Content {
    /// Written.
    Whole(Bytes),
    /// Too large to be kept: written while it is sent.
    Made(Parts),
    /// Not known yet: whoever asked is kept waiting.
    Held(Hold),
    /// A log from some place on: whoever asked is to follow it.
    Log(Tail),
    /// Server-sent events, as they happen.
    Events(Body),
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: &impl Serialize) -> Result<Self, Refusal> {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with a body.
    pub(crate) fn created(body: &impl Serialize) -> Result<Self, Refusal> {
        Self::json(StatusCode::CREATED, body)
    }

    /// 204.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, content: Content::Whole(Bytes::new()) }
    }

    /// 200 with a body that is made while it is sent.
    pub(crate) fn made(parts: Parts) -> Self {
        Self { status: StatusCode::OK, content: Content::Made(parts) }
    }

    /// Whatever it will be, once there is something to say.
    pub(crate) fn held(hold: Hold) -> Self {
        Self { status: StatusCode::OK, content: Content::Held(hold) }
    }

    /// 200 with a log that is to be followed.
    pub(crate) fn log(tail: Tail) -> Self {
        Self { status: StatusCode::OK, content: Content::Log(tail) }
    }

    /// 200 with events.
    pub(crate) fn events(body: Body) -> Self {
        Self { status: StatusCode::OK, content: Content::Events(body) }
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        let body = json::write(body).map_err(|e| Refusal::broken(format!("unspeakable answer: {e}")))?;
        Ok(Self { status, content: Content::Whole(body.into()) })
    }
}
