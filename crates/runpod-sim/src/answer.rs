//! What a handler answers: a status and a body that is written once.

use axum::body::Bytes;
use http::StatusCode;
use serde::Serialize;

use crate::refusal::Refusal;

/// A success, ready for the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
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
        Self { status: StatusCode::NO_CONTENT, body: Bytes::new() }
    }

    fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        let body =
            serde_json::to_vec(body).map_err(|e| Refusal::broken(format!("unspeakable answer: {e}")))?;
        Ok(Self { status, body: body.into() })
    }
}
