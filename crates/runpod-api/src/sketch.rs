//! Requests that are written down instead of sent, so that somebody can look before anything changes.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// A change as it would have gone out, but for its headers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// Contract operation id.
    pub operation: &'static str,
    /// HTTP method.
    pub method: String,
    /// Whole address. The key is never part of one.
    pub url: String,
    /// Body, if there is one; passwords and values of secrets are `[redacted]`, `env` is not.
    pub body: Option<Value>,
}

/// Where sketches are collected. Clones are the same book.
#[derive(Clone, Debug, Default)]
pub struct Sketchbook(Arc<Mutex<Vec<Sketch>>>);

impl Sketchbook {
    /// The sketches so far, in their order; the book is empty afterwards.
    #[must_use]
    pub fn take(&self) -> Vec<Sketch> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn add(&self, sketch: Sketch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sketch);
    }
}

/// Places in bodies that hold a [`SecretText`](crate::SecretText).
const SECRET_PLACES: [&str; 4] = ["/password", "/value", "/s3Config/accessId", "/s3Config/accessSecret"];

/// A body as it may be shown.
pub(crate) fn shown(body: &[u8]) -> Value {
    let mut value: Value = serde_json::from_slice(body).unwrap_or_default();
    for place in SECRET_PLACES {
        if let Some(secret) = value.pointer_mut(place) {
            *secret = "[redacted]".into();
        }
    }
    value
}
