//! Why a request to the authorization server failed, in the words of RFC 6749.
//!
//! Texts are fixed: nothing that a caller or a backend said is repeated in them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::pages;

/// A refusal, ready to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    /// The word for programs.
    pub(super) code: &'static str,
    /// A sentence for people.
    pub(super) text: &'static str,
    /// When to come again, in seconds.
    pub(super) retry_after: Option<u64>,
}

impl Fault {
    pub(super) const fn new(status: StatusCode, code: &'static str, text: &'static str) -> Self {
        Self { status, code, text, retry_after: None }
    }

    pub(super) const fn invalid_request(text: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", text)
    }

    pub(super) const fn invalid_grant(text: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", text)
    }

    pub(super) const fn invalid_client(text: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_client", text)
    }

    pub(super) const fn invalid_target() -> Self {
        let text = "resource must be an address of this server, as its protected-resource metadata gives it";
        Self::new(StatusCode::BAD_REQUEST, "invalid_target", text)
    }

    /// Something behind this server failed; what, is in its log.
    pub(super) const fn unavailable(text: &'static str) -> Self {
        let fault = Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text);
        Self { retry_after: Some(5), ..fault }
    }

    /// This server itself is at fault.
    pub(super) const fn server_error(text: &'static str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", text)
    }

    /// Too many requests.
    pub(super) const fn too_many(seconds: u64) -> Self {
        let text = "too many requests; come again after the seconds of Retry-After";
        let fault = Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", text);
        Self { retry_after: Some(seconds), ..fault }
    }

    /// The same with another status.
    pub(super) const fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The refusal for whoever reads it: a page for a browser, JSON for a program.
    pub(super) fn told(self, reader: pages::Reader) -> Response {
        let mut response = match reader {
            pages::Reader::Person => pages::refusal(self.status, self.text),
            pages::Reader::Program => {
                pages::json(self.status, &json!({ "error": self.code, "error_description": self.text }))
            }
        };
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.told(pages::Reader::Program)
    }
}
