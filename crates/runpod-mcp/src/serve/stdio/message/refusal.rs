//! How it is said that a line is not, or not yet, a message.

use rmcp::model::{ErrorCode, RequestId};
use serde_json::json;

use super::super::LONGEST_LINE;

/// An answer to what the service never sees.
#[derive(Debug, PartialEq)]
pub(in crate::serve::stdio) struct Refusal {
    pub(super) id: Option<RequestId>,
    pub(super) code: ErrorCode,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { id: None, code, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::INVALID_REQUEST, message)
    }

    /// The same for the request of this id.
    pub(super) fn to(mut self, id: Option<RequestId>) -> Self {
        self.id = id;
        self
    }

    /// For a line that is not read to its end.
    pub(in crate::serve::stdio) fn too_long() -> Self {
        Self::invalid(format!("a message is at most {} MiB in one line", LONGEST_LINE >> 20))
    }

    /// For parameters of the wrong shape.
    pub(super) fn wrong_params(method: &str, why: &str) -> Self {
        let what = format!("the params of {} do not fit: {why}", quoted(method));
        Self::new(ErrorCode::INVALID_PARAMS, what)
    }

    /// For a request that nobody here knows.
    pub(super) fn no_method(method: &str) -> Self {
        Self::new(ErrorCode::METHOD_NOT_FOUND, format!("there is no method {} here", quoted(method)))
    }

    /// The line to send.
    pub(in crate::serve::stdio) fn to_line(&self) -> Vec<u8> {
        let error = json!({"code": self.code, "message": self.message});
        let line = match &self.id {
            Some(id) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
            None => json!({"jsonrpc": "2.0", "error": error}),
        };
        format!("{line}\n").into_bytes()
    }
}

fn quoted(method: &str) -> String {
    format!("{:?}", method.chars().take(60).collect::<String>())
}
