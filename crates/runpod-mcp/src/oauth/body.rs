//! Bodies of requests: small, and read as what they say they are.

use axum::body::{Body, Bytes};
use http::{HeaderMap, StatusCode, header};

use super::fault::Fault;

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// The whole body.
pub(super) async fn read(body: Body) -> Result<Bytes, Fault> {
    let too_large =
        Fault::invalid_request("the body may have 16 KiB").with_status(StatusCode::PAYLOAD_TOO_LARGE);
    axum::body::to_bytes(body, LARGEST).await.map_err(|_| too_large)
}

/// The media type without its parameters, in lower case.
pub(super) fn essence(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
