//! A successful answer, fully read and not yet interpreted.

use bytes::Bytes;
use serde::Deserialize;

use crate::error::Error;
use crate::op::Op;

/// Status and body of a 2xx answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) op: &'static Op,
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Shape`] when it is not JSON of that type: HTML from a proxy, a truncated text, an empty body.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|e| self.shape(&e))
    }

    /// The error for a body of another shape. Names the operation and the place, never the content.
    pub(crate) fn shape(&self, cause: &serde_json::Error) -> Error {
        Error::Shape { operation: self.op.id, status: self.status, why: cause.to_string() }
    }

    /// The error for a list without its array.
    pub(crate) fn missing(&self, key: &str) -> Error {
        Error::Shape { operation: self.op.id, status: self.status, why: format!("there is no array `{key}`") }
    }
}
