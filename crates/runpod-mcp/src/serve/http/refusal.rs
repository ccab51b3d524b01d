//! How a request is refused: an HTTP status and a JSON-RPC error, always both.
//!
//! The error has the id of the request wherever one could be read, and no `id` where none could (as MCP says since
//! 2025-11-25). It never repeats what was sent: that may be a secret.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use rmcp::model::{ErrorCode, ErrorData};
use serde_json::Value;

use super::frames::Frames;

/// What JSON answers are sent as.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request that is not served.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// In a box, for refusals are the rare way out of many functions.
    told: Box<Told>,
}

/// What is said about it.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    error: ErrorData,
    /// As it was sent.
    id: Option<Box<str>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::of(status, ErrorData::new(code, message, None))
    }

    pub(super) fn of(status: StatusCode, error: ErrorData) -> Self {
        Self { status, told: Box::new(Told { error, id: None, headers: Vec::new() }) }
    }

    /// For what is wrong with HTTP rather than with MCP.
    pub(super) fn of_http(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, ErrorCode::INVALID_REQUEST, message)
    }

    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of_http(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::of_http(StatusCode::NOT_FOUND, message)
    }

    /// For a method that is not served here.
    pub(super) fn wrong_method(allowed: &'static str) -> Self {
        let refusal = Self::of_http(
            StatusCode::METHOD_NOT_ALLOWED,
            format!(
                "wrong HTTP method: use {allowed}; this server has no stream to open and no session to end"
            ),
        );
        refusal.with(ALLOW, HeaderValue::from_static(allowed))
    }

    /// For who has to say first who they are, or to say it again.
    pub(super) fn unauthorized(message: impl Into<Cow<'static, str>>, challenge: HeaderValue) -> Self {
        // Neither of JSON-RPC's own codes nor of MCP's: the status again.
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode(401), message).with(WWW_AUTHENTICATE, challenge)
    }

    /// For what there is no room for at the moment.
    pub(super) fn busy(status: StatusCode, message: impl Into<Cow<'static, str>>, seconds: u64) -> Self {
        let code = ErrorCode(status.as_u16().into());
        let data = serde_json::json!({"retryAfterSeconds": seconds});
        Self::of(status, ErrorData::new(code, message, Some(data))).with(RETRY_AFTER, seconds.into())
    }

    /// For a fault of this program.
    pub(super) fn internal(request_id: &str) -> Self {
        let message =
            format!("a fault of runpod-mcp, not of the request: report it with request id {request_id}");
        let data = Some(Value::from(request_id)).map(|id| serde_json::json!({"requestId": id}));
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, ErrorData::internal_error(message, data))
    }

    /// The same for the request of this id.
    pub(super) fn to(mut self, id: Option<&str>) -> Self {
        self.told.id = id.map(Box::from);
        self
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.told.headers.push((name, value));
        self
    }

    /// The error as it is sent.
    pub(super) fn body(&self) -> String {
        let error = serde_json::to_string(&self.told.error).unwrap_or_default();
        match &self.told.id {
            Some(id) => format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#),
            None => format!(r#"{{"jsonrpc":"2.0","error":{error}}}"#),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Frames::one(self.body()).into_response();
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.extend(self.told.headers);
        response
    }
}
