//! Why a call gave no answer. A variant for each thing a caller would do differently.

use std::time::Duration;

/// Why a call to Runpod gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no key, and the host wants one.
    #[error("no Runpod API key is set")]
    NoKey,
    /// Runpod answered, and the answer was no.
    #[error("Runpod answered {status}: {said}")]
    Refused {
        /// Contract operation id.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// What Runpod said (title and detail of problem+json, or the text), at most 2 KiB.
        said: String,
        /// The single findings of a 422, in Runpod's words.
        problems: Vec<String>,
    },
    /// Too many requests.
    #[error("Runpod asked us to slow down: {hint}")]
    TooFast {
        /// Contract operation id.
        operation: &'static str,
        /// How long to wait, when Runpod said so in a way that can be read.
        after: Option<Duration>,
        /// The same for a reader: quota, wait, and how sure it is.
        hint: String,
    },
    /// The argument was refused before anything was sent.
    #[error("`{field}` {why}")]
    Argument {
        /// Neutral name of the field.
        field: &'static str,
        /// What is wrong and what is accepted.
        why: String,
    },
    /// The argument has no place in this version of the API.
    #[error("`{field}` cannot be sent: {why}")]
    Unmappable {
        /// Neutral name of the field.
        field: &'static str,
        /// Why there is no place for it, and what to use instead.
        why: &'static str,
    },
    /// A 2xx answer that is not what the contract promises.
    #[error("the answer to {operation} ({status}) has an unexpected shape: {why}")]
    Shape {
        /// Contract operation id.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// Parser message with line and column; never the content.
        why: String,
    },
    /// The answer is larger than this client reads.
    #[error("the answer to {operation} is larger than {limit} bytes")]
    TooLarge {
        /// Contract operation id.
        operation: &'static str,
        /// The cap, in bytes after decoding.
        limit: usize,
    },
    /// No answer in time. Whether a write happened is unknown.
    #[error("no answer to {operation} within {seconds:.1} s", seconds = after.as_secs_f64())]
    Timeout {
        /// Contract operation id.
        operation: &'static str,
        /// How long was waited.
        after: Duration,
        /// Whether the request could have changed something.
        write: bool,
    },
    /// The connection failed or broke. Whether a write happened is unknown unless `sent` is false.
    #[error("the connection for {operation} failed: {why}")]
    Connection {
        /// Contract operation id.
        operation: &'static str,
        /// Cause chain in one line, without credentials.
        why: String,
        /// Whether request bytes may have reached Runpod.
        sent: bool,
        /// Whether the request could have changed something.
        write: bool,
    },
}

impl Error {
    /// The HTTP status this error carries, if Runpod gave one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::TooFast { .. } => Some(429),
            _ => None,
        }
    }

    /// Whether the thing that was asked for does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.status() == Some(404)
    }
}
