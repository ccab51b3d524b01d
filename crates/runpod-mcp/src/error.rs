//! Why a tool call failed, worded for a model: what happened, and the exact next call that helps.

use std::borrow::Cow;
use std::time::Duration;

use runpod_api::Error;
use serde_json::{Map, Value, json};

/// The code of what is no failure: in a dry run a change was written down and not sent.
pub(crate) const SKETCHED: &str = "sketched";

/// The code of what is no failure either: a change was accepted, and nothing readable was said about it.
pub(crate) const WORDLESS: &str = "wordless";

/// A failed tool call. Becomes a tool result with `isError`, never a protocol error.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolError {
    /// Stable word for programs: `bad_argument`, `not_found`, `rate_limited`, ...
    pub code: &'static str,
    /// One sentence, without a full stop.
    pub message: String,
    /// HTTP status, or 400 for a local refusal and 501 for what this REST version lacks.
    pub status: Option<u16>,
    /// What to do next.
    pub hint: Option<Cow<'static, str>>,
    /// Further facts, such as the accepted arguments.
    pub facts: Vec<(&'static str, Value)>,
}

impl ToolError {
    /// An error with a code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: None, hint: None, facts: Vec::new() }
    }

    /// The arguments were refused before any request.
    pub fn bad_argument(message: impl Into<String>) -> Self {
        Self::new("bad_argument", message).status(400)
    }

    /// The same with a status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with one more fact.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// The JSON a client gets: `error`, `code`, `status?`, `hint?`, then further facts.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("error".into(), json!(self.message));
        out.insert("code".into(), json!(self.code));
        if let Some(status) = self.status {
            out.insert("status".into(), json!(status));
        }
        if let Some(hint) = &self.hint {
            out.insert("hint".into(), json!(hint));
        }
        out.extend(self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Value::Object(out)
    }
}

impl From<Error> for ToolError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NoKey => Self::no_key(),
            Error::Sketched { .. } => Self::new(SKETCHED, message),
            Error::Refused { status, problems, .. } => {
                let refused =
                    Self::new(refusal_code(status), message).status(status).hint(refusal_hint(status));
                if problems.is_empty() { refused } else { refused.fact("problems", problems) }
            }
            Error::Denied { .. } => Self::new("rejected", message),
            Error::TooFast { said, after, sure, hint, .. } => {
                let slow = Self::new("rate_limited", format!("Runpod answered 429: {said}")).status(429).hint(hint);
                slow.after(after, sure)
            }
            Error::Argument { field, why } => Self::bad_argument(format!("`{field}` {why}")),
            Error::Unmappable { switch: Some(_), .. } | Error::WrongVersion { .. } => {
                Self::new("wrong_version", message).status(501)
            }
            Error::Unmappable { .. } => Self::bad_argument(message),
            // What was tried last decides what helps; the message tells the whole way.
            Error::Fallback { then, .. } => Self { message, ..Self::from(*then) },
            Error::Wordless { status, notes, .. } => Self::new(WORDLESS, message)
                .status(status)
                .fact("_notes", notes.into_iter().map(|note| note.0.into_owned()).collect::<Vec<_>>()),
            Error::Shape { .. } => Self::new("unexpected_answer", message).hint(
                "Runpod or a proxy in between answered something else than documented; \
                 retry once, then report it",
            ),
            Error::TooLarge { .. } => Self::new("answer_too_large", message)
                .hint("ask for less: a smaller `limit`, a narrower filter"),
            Error::Timeout { write, sent, .. } => {
                Self::new("timeout", message).status(504).hint(unsure(write && sent))
            }
            Error::Connection { write, sent, .. } => {
                Self::new("connection_failed", message).hint(unsure(write && sent))
            }
            Error::Untrusted { .. } => Self::new("untrusted_certificate", message).hint(
                "a proxy in between shows its own certificate: ask the user to start this server with \
                 SSL_CERT_FILE naming a PEM file of the certificates to trust",
            ),
            Error::Redirected { .. } => Self::new("redirected", message)
                .hint("tell the user: one of the RUNPOD_*_URL settings of this server names an outdated or a wrong host"),
            Error::Setting { .. } => Self::new("bad_setting", message)
                .hint("tell the user: this server was started with a setting that cannot be used"),
            _ => Self::new("failed", message),
        }
    }
}

impl ToolError {
    /// The error of a question that carried no key: what was said about keys is not about the caller's.
    #[must_use]
    pub fn keyless(error: Error) -> Self {
        let mut told = Self::from(error);
        if told.status == Some(401) {
            told.code = "refused";
            told.hint = Some(
                "no key was sent and none is needed: the public GraphQL address may be a wrong one".into(),
            );
        }
        told
    }

    /// There is no key; names every way to give one.
    #[must_use]
    pub fn no_key() -> Self {
        Self::new("no_key", "no Runpod API key is set").status(401).hint(
            "run `runpod-mcp login` once, or set RUNPOD_API_KEY in the environment of this server and restart it, \
             or keep a key in runpodctl's ~/.runpod/config.toml; `--sandbox` needs no key",
        )
    }

    /// The same for a call that may have changed something: when no readable answer came, whether it did is unknown.
    #[must_use]
    pub fn of_a_write(self) -> Self {
        match self.code {
            "unexpected_answer" | "answer_too_large" | "upstream_error" => self.hint(unsure(true)),
            _ => self,
        }
    }

    /// The same with how long to stay away, or at least so long.
    fn after(self, wait: Option<Duration>, sure: bool) -> Self {
        match (wait, sure) {
            (Some(wait), true) => self.fact("retryAfterSeconds", wait.as_secs()),
            (Some(wait), false) => self.fact("retryAfterSecondsAtLeast", wait.as_secs()),
            (None, _) => self,
        }
    }
}

fn refusal_code(status: u16) -> &'static str {
    match status {
        400 | 422 => "rejected",
        401 => "key_rejected",
        402 => "insufficient_balance",
        403 => "forbidden",
        404 => "not_found",
        405 => "not_allowed",
        409 => "conflict",
        413 => "request_too_large",
        500.. => "upstream_error",
        _ => "refused",
    }
}

/// What helps after a refusal, as far as its status tells: a tool that knows better says so instead.
fn refusal_hint(status: u16) -> &'static str {
    match status {
        400 | 422 => {
            "Runpod did not take these values: change what `error` and `problems` name, then call again"
        }
        401 => {
            "the key is missing, wrong or revoked: give the server a valid RUNPOD_API_KEY or sign in again"
        }
        402 => "the account balance is too low: ask the user to add credit in the console, do not retry",
        403 => "the key lacks the permission for this: ask the user for a key with more access",
        404 => "check the id with the matching list tool",
        409 => "the resource is in another state than this needs: read it again before retrying",
        413 => "send a smaller request: shorten env or args",
        405 | 501 => "this host does not offer the operation: do not retry, tell the user",
        500.. => "a failure on Runpod's side: retry once, then tell the user",
        _ => "do not repeat the same call: change what `error` names, or tell the user",
    }
}

fn unsure(write: bool) -> &'static str {
    match write {
        true => "the change may have happened all the same: list or get the resource before trying again",
        false => "nothing was changed; the same call can be repeated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(sent: bool, write: bool) -> ToolError {
        Error::Connection { operation: "createPod", why: "reset".into(), sent, write }.into()
    }

    #[test]
    fn only_a_write_that_was_sent_leaves_doubt() {
        let hint = |error: ToolError| error.hint.unwrap_or_default();
        assert!(hint(connection(true, true)).contains("may have happened"));
        assert!(hint(connection(false, true)).contains("can be repeated"));
        assert!(hint(connection(true, false)).contains("can be repeated"));
        let odd = Error::Shape { operation: "createPod", status: 201, why: "expected an object".into() };
        assert!(hint(ToolError::from(odd).of_a_write()).contains("may have happened"));
    }

    #[test]
    fn a_wait_that_is_not_sure_is_called_at_least() {
        let error = |sure| {
            let after = Some(Duration::from_secs(9));
            let (said, hint) = ("slow".to_owned(), "wait".to_owned());
            ToolError::from(Error::TooFast { operation: "listPods", said, after, sure, hint }).to_json()
        };
        assert_eq!(error(true)["retryAfterSeconds"], 9);
        assert_eq!(error(false)["retryAfterSecondsAtLeast"], 9);
    }
}
