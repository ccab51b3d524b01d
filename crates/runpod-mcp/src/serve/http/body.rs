//! Reading a body: so many bytes, so much time, and no slower than a certain pace.

use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use tokio::time::Instant;

use super::refusal::Refusal;
use super::settings::Limits;

/// Refuses a body that says beforehand that it is too large.
///
/// # Errors
/// 413.
pub(super) fn announced(headers: &HeaderMap, limits: &Limits) -> Result<(), Refusal> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match said.and_then(|length| length.parse::<u64>().ok()) {
        Some(length) if length > u64::try_from(limits.body).unwrap_or(u64::MAX) => Err(too_large(limits)),
        _ => Ok(()),
    }
}

/// The whole body.
///
/// # Errors
/// 413 when it is too large, 408 when it is too slow, 400 when it breaks off.
pub(super) async fn read(mut body: Body, limits: &Limits) -> Result<Bytes, Refusal> {
    let began = Instant::now();
    let mut whole = Whole::default();
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
        let until = began + limits.body_time + pace(whole.length(), limits);
        let Ok(frame) = tokio::time::timeout_at(until, frame).await else { return Err(too_slow()) };
        let Some(frame) = frame else { return Ok(whole.done()) };
        let frame = frame.map_err(|_| Refusal::bad_request("the body broke off"))?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.length() + piece.len() > limits.body {
            return Err(too_large(limits));
        }
        whole.take(piece);
    }
}

/// How much longer somebody may take who has sent so much.
fn pace(received: usize, limits: &Limits) -> Duration {
    let rate = f64::from(limits.body_rate.max(1));
    // More than any body has.
    Duration::from_secs_f64(f64::from(u32::try_from(received).unwrap_or(u32::MAX)) / rate)
}

/// What has arrived. Nearly every body is one piece, which is passed on as it came.
#[derive(Debug, Default)]
struct Whole {
    first: Bytes,
    rest: BytesMut,
}

impl Whole {
    fn length(&self) -> usize {
        self.first.len() + self.rest.len()
    }

    fn take(&mut self, piece: Bytes) {
        if self.length() == 0 {
            self.first = piece;
            return;
        }
        if self.rest.is_empty() {
            self.rest.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.rest.extend_from_slice(&piece);
    }

    fn done(self) -> Bytes {
        if self.rest.is_empty() { self.first } else { self.rest.freeze() }
    }
}

fn too_large(limits: &Limits) -> Refusal {
    let message = format!("a message is at most {} bytes", limits.body);
    Refusal::of_http(StatusCode::PAYLOAD_TOO_LARGE, message)
}

fn too_slow() -> Refusal {
    Refusal::of_http(StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive: send it again")
}
