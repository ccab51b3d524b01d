//! Why a call gave no answer. A variant for each thing a caller would do differently.
//!
//! No variant holds the key, an address with credentials or the content of an answer other than the words of an
//! error, and those only after [`said`] has cut and cleaned them.

pub(crate) mod said;

use std::time::Duration;

/// Why a call to Runpod gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no key, and the host wants one.
    #[error("no Runpod API key is set")]
    NoKey,
    /// A setting of the client is unusable. Nothing was sent.
    #[error("the setting `{setting}` {why}")]
    Setting {
        /// Name of the field of [`Settings`](crate::Settings).
        setting: &'static str,
        /// What is wrong and what is accepted, without the value.
        why: String,
    },
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
    /// Runpod pointed elsewhere. Not followed: nobody there may be sent the key.
    #[error("Runpod answered {status}, which points to {to}; redirects are not followed")]
    Redirected {
        /// Contract operation id.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// Host that was pointed to, without path or query.
        to: String,
    },
    /// Too many requests.
    #[error("Runpod asked us to slow down: {hint}")]
    TooFast {
        /// Contract operation id.
        operation: &'static str,
        /// The longest wait that could be read, in whole seconds.
        after: Option<Duration>,
        /// Whether `after` is all of it; `false` means at least that long.
        sure: bool,
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
        /// What was expected and where, by line and column; never the content.
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
    /// No answer in time.
    #[error("no answer to {operation} within {seconds:.1} s{doubt}",
            seconds = after.as_secs_f64(), doubt = doubt(*sent, *write))]
    Timeout {
        /// Contract operation id.
        operation: &'static str,
        /// How long was waited.
        after: Duration,
        /// Whether Runpod may have acted on it: request bytes left, and nobody vouched that they were not read.
        sent: bool,
        /// Whether the request, once sent, could have changed something: then its effect is unknown.
        write: bool,
    },
    /// The connection failed or broke.
    #[error("the connection for {operation} failed: {why}{doubt}", doubt = doubt(*sent, *write))]
    Connection {
        /// Contract operation id.
        operation: &'static str,
        /// Cause chain in one line, without credentials.
        why: String,
        /// Whether Runpod may have acted on it: request bytes left, and nobody vouched that they were not read.
        sent: bool,
        /// Whether the request, once sent, could have changed something: then its effect is unknown.
        write: bool,
    },
    /// The host showed a certificate that is not trusted. Nothing was sent.
    #[error("the certificate shown for {operation} is not trusted: {why}")]
    Untrusted {
        /// Contract operation id.
        operation: &'static str,
        /// What is wrong with the certificate.
        why: String,
    },
}

/// What the end of a call without an answer leaves open.
fn doubt(sent: bool, write: bool) -> &'static str {
    match (sent, write) {
        (true, true) => "; whether it took effect is unknown",
        (true, false) => "",
        (false, _) => "; nothing was sent",
    }
}

impl Error {
    /// The HTTP status this error carries, if Runpod gave one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::Redirected { status, .. } => Some(*status),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unanswered_write_is_in_doubt_only_if_it_was_sent() {
        let timeout = |sent, write| {
            let after = Duration::from_secs(30);
            Error::Timeout { operation: "createPod", after, sent, write }.to_string()
        };
        assert_eq!(
            timeout(true, true),
            "no answer to createPod within 30.0 s; whether it took effect is unknown"
        );
        assert_eq!(timeout(false, true), "no answer to createPod within 30.0 s; nothing was sent");
        assert_eq!(timeout(true, false), "no answer to createPod within 30.0 s");
    }
}
