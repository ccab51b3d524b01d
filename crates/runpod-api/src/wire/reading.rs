//! An answer whose body is read piece by piece.
//!
//! Nothing is kept: a piece is handed out as the socket gave it. Each is waited for until the deadline of the
//! reading, and no more bytes are handed out than its terms allow. Dropping it ends the exchange and gives the turn
//! back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::errand::{Errand, Opened};
use crate::client::Outcome;
use crate::error::Error;

/// On which terms an answer is read.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// Longest time for head and body together; the deadline of the call may be sooner.
    pub(crate) time: Duration,
    /// Most bytes of body, after decoding.
    pub(crate) most: u64,
    /// Ask for a stream of events instead of JSON.
    pub(crate) events: bool,
    /// Ask for what comes after the event of this id.
    pub(crate) after_event: Option<String>,
}

impl Terms {
    /// JSON, within this time, of at most so many bytes.
    pub(crate) fn json(time: Duration, most: u64) -> Self {
        Self { time, most, events: false, after_event: None }
    }

    /// Events from here on, or after the one that is named, within this time, of at most so many bytes.
    pub(crate) fn events(time: Duration, most: u64, after_event: Option<String>) -> Self {
        Self { time, most, events: true, after_event }
    }
}

/// An open answer.
#[derive(Debug)]
pub(crate) struct Reading {
    errand: Arc<Errand>,
    opened: Opened,
    most: u64,
    taken: u64,
}

impl Reading {
    /// Refuses what says beforehand that it is too long.
    pub(super) fn new(errand: Arc<Errand>, opened: Opened, most: u64) -> Outcome<Self> {
        let reading = Self { errand, opened, most, taken: 0 };
        match reading.opened.response.content_length() {
            Some(length) if length > most => Err(reading.too_large()),
            _ => Ok(reading),
        }
    }

    /// HTTP status, a 2xx.
    pub(crate) fn status(&self) -> u16 {
        self.opened.response.status().as_u16()
    }

    /// Media type without its parameters, in small letters; empty where none is said.
    pub(crate) fn media_type(&self) -> String {
        let said = self.opened.response.headers().get(CONTENT_TYPE);
        let said = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
        said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The next piece, never empty; `None` at the end that the sender meant. May be dropped while it waits: no byte
    /// is lost by that.
    ///
    /// # Errors
    /// [`Error::Timeout`] when the time is over, [`Error::Connection`] when the body breaks off before its end,
    /// [`Error::TooLarge`] for the piece that goes over the limit.
    pub(crate) async fn chunk(&mut self) -> Outcome<Option<Bytes>> {
        loop {
            let next = self.errand.chunk(&mut self.opened.response);
            let Some(piece) = self.errand.in_time(next).await? else { return Ok(None) };
            self.taken += piece.len() as u64;
            if self.taken > self.most {
                return Err(self.too_large());
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// The error for a body that is not what the operation promises.
    pub(crate) fn shape(&self, why: String) -> Error {
        Error::Shape { operation: self.errand.parcel.op.id, status: self.status(), why }
    }

    fn too_large(&self) -> Error {
        let limit = usize::try_from(self.most).unwrap_or(usize::MAX);
        Error::TooLarge { operation: self.errand.parcel.op.id, limit }
    }
}
