//! Why a call gave no answer. A variant for each thing a caller would do differently.
//!
//! No variant holds the key, an address with credentials or the content of an answer other than the words of an
//! error, and those only after [`said`] has cut and cleaned them.

pub(crate) mod said;

use std::time::Duration;

use crate::mapped::Note;
use crate::version::Switch;

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
    /// The call was only to be sketched ([`Call::sketching`](crate::Call::sketching)); nothing was sent.
    #[error("{operation} was written down and not sent")]
    Sketched {
        /// Contract operation id.
        operation: &'static str,
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
    /// A GraphQL question was answered with errors inside a good answer.
    #[error("Runpod did not do {operation}: {said}")]
    Denied {
        /// `graphql:` and the field that was asked for.
        operation: &'static str,
        /// The messages, at most 2 KiB.
        said: String,
    },
    /// Too many requests.
    #[error("Runpod asked us to slow down: {hint}")]
    TooFast {
        /// Contract operation id.
        operation: &'static str,
        /// What Runpod said, at most 2 KiB; with luck it names the quota that is used up.
        said: String,
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
    /// The argument has no place in this version of the API. Nothing was sent.
    #[error("`{field}` cannot be sent: {why}{switch}", switch = switching(switch.as_ref()))]
    Unmappable {
        /// Neutral name of the field.
        field: &'static str,
        /// Why there is no place for it, and what to use instead.
        why: &'static str,
        /// The routing under which there would be a place, if there is one.
        switch: Option<Switch>,
    },
    /// The operation does not exist in the version that its resource speaks. Nothing was sent.
    #[error("{what} exists on REST {version} only{instead}; set {switch}", version = switch.to,
            instead = instead.map(|way| format!("; instead, {way}")).unwrap_or_default())]
    WrongVersion {
        /// What was asked for, in words: `restarting a Pod`.
        what: &'static str,
        /// Another way to the same end, if there is one.
        instead: Option<&'static str>,
        /// The routing under which it exists.
        switch: Switch,
    },
    /// The host does not know what was asked of it, and the other way that was tried failed too.
    #[error("{refused}; {tried} instead failed: {then}")]
    Fallback {
        /// What was tried then, in words: `creating it on REST v1`.
        tried: &'static str,
        /// What the host said first.
        refused: Box<Error>,
        /// How the other way ended.
        then: Box<Error>,
    },
    /// A change was accepted, and the answer says nothing about it: it is empty, holds nothing or is not JSON. The
    /// change was made; sent again it might be made twice.
    #[error("{operation} was accepted ({status}), but the answer says nothing about it: {why}")]
    Wordless {
        /// Contract operation id.
        operation: &'static str,
        /// HTTP status, 2xx.
        status: u16,
        /// What came in place of a resource; never the content.
        why: String,
        /// What the caller should know about the request that was sent.
        notes: Vec<Note>,
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
    /// What was read could not be put where it was to go.
    #[error("what {operation} answers could not be kept: {why}")]
    Sink {
        /// Operation id.
        operation: &'static str,
        /// The operating system's words.
        why: String,
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

/// The advice of an argument that another routing would accept.
fn switching(switch: Option<&Switch>) -> String {
    switch.map(|switch| format!("; set {switch}")).unwrap_or_default()
}

impl Error {
    /// The HTTP status this error carries, if Runpod gave one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::Redirected { status, .. } => Some(*status),
            Self::TooFast { .. } => Some(429),
            Self::Fallback { then, .. } => then.status(),
            _ => None,
        }
    }

    /// Whether the thing that was asked for does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the request certainly changed nothing: none of it was sent, or Runpod said no before it did anything.
    #[must_use]
    pub fn changed_nothing(&self) -> bool {
        match self {
            Self::NoKey
            | Self::Setting { .. }
            | Self::Sketched { .. }
            | Self::TooFast { .. }
            | Self::Argument { .. }
            | Self::Unmappable { .. }
            | Self::WrongVersion { .. }
            | Self::Untrusted { .. } => true,
            // Whoever gave up on a slow request may have read a part of it.
            Self::Refused { status, .. } => (400..500).contains(status) && *status != 408,
            Self::Timeout { sent, .. } | Self::Connection { sent, .. } => !sent,
            Self::Fallback { refused, then, .. } => refused.changed_nothing() && then.changed_nothing(),
            Self::Redirected { .. }
            | Self::Denied { .. }
            | Self::Wordless { .. }
            | Self::Shape { .. }
            | Self::TooLarge { .. }
            | Self::Sink { .. } => false,
        }
    }

    /// Whether this refuses a property of the body as unknown, as a host does that has not learnt it yet (observed
    /// 2026-08: `$: additional properties 'cpu' not allowed`).
    pub(crate) fn knows_no(&self, property: &str) -> bool {
        let Self::Refused { status: 422, said, problems, .. } = self else { return false };
        let said = problems.is_empty().then_some(said);
        let names = |text: &String| {
            text.contains("additional propert")
                && text.contains(&format!("'{property}'"))
                && !text.starts_with("$.")
        };
        problems.iter().chain(said).any(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_knows_no_cpu_says_so_at_the_root_of_the_body() {
        let refused = |status, problems: &[&str]| Error::Refused {
            operation: "createPod",
            status,
            said: "Unprocessable Entity: additional properties 'said' not allowed".into(),
            problems: problems.iter().map(|p| (*p).to_owned()).collect(),
        };
        let root = "$: additional properties 'cpu', 'templateId' not allowed";
        assert!(refused(422, &["$.name: too short", root]).knows_no("cpu"));
        assert!(refused(422, &[root]).knows_no("templateId") && refused(422, &[]).knows_no("said"));
        assert!(!refused(422, &[root]).knows_no("image") && !refused(422, &[root]).knows_no("said"));
        assert!(!refused(422, &["$.gpu: additional properties 'cpu' not allowed"]).knows_no("cpu"));
        assert!(!refused(422, &["$.cpu: 'cpu' is not one of the flavours"]).knows_no("cpu"));
        assert!(!refused(400, &[root]).knows_no("cpu"));
    }

    #[test]
    fn a_wrong_version_names_the_variable_to_change() {
        let switch = Switch::to_v2(crate::version::Resource::Pods);
        let wrong =
            Error::WrongVersion { what: "restarting a Pod", instead: Some("stop it, then start it"), switch };
        assert_eq!(
            wrong.to_string(),
            "restarting a Pod exists on REST v2 only; instead, stop it, then start it; \
             set RUNPOD_REST_VERSION_PODS=v2"
        );
        let homeless = Error::Unmappable { field: "startSsh", why: "why", switch: Some(switch) };
        assert_eq!(homeless.to_string(), "`startSsh` cannot be sent: why; set RUNPOD_REST_VERSION_PODS=v2");
    }

    #[test]
    fn only_a_clear_no_changed_nothing() {
        let refused = |status| {
            let (said, problems) = (String::new(), Vec::new());
            Error::Refused { operation: "runJob", status, said, problems }.changed_nothing()
        };
        assert!([400, 401, 402, 404, 409, 413, 422].into_iter().all(refused));
        assert!(![408, 500, 502, 503, 504].into_iter().any(refused));
        let broken = |sent| {
            let why = String::new();
            Error::Connection { operation: "runJob", why, sent, write: true }.changed_nothing()
        };
        assert!(broken(false) && !broken(true));
        let (why, notes) = (String::new(), Vec::new());
        assert!(!Error::Wordless { operation: "runJob", status: 200, why, notes }.changed_nothing());
    }

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
