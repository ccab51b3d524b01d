//! What the headers of a request say about its body. Proxies route by them, so they have to be true.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use rmcp::model::{ErrorCode, ProtocolVersion};
use serde_json::value::RawValue;

use super::envelope::string;
use super::params::Params;
use super::{Era, Refusal, unknown_version};

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The headers that repeat something of the body.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    version: Option<&'a str>,
    method: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Reads them.
    ///
    /// # Errors
    /// -32020 when one stands twice or is not plain text.
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, Refusal> {
        let one = |name: &'static str| only(headers, name);
        Ok(Self { version: one(VERSION)?, method: one(METHOD)?, name: one(NAME)? })
    }

    pub(super) fn is_modern(&self) -> bool {
        self.version.is_some_and(|version| Era::of(version) == Era::Modern)
    }

    /// Compares with a notification.
    ///
    /// # Errors
    /// -32020 when they differ, -32022 for an unknown revision.
    pub(super) fn of_notification(&self, method: &str) -> Result<(), Refusal> {
        self.known()?;
        self.method_is(method, self.is_modern())
    }

    /// Compares with `initialize`, which asks for this revision.
    ///
    /// # Errors
    /// As [`Said::of_notification`].
    pub(super) fn of_hello(&self, wanted: &str) -> Result<(), Refusal> {
        self.known()?;
        if self.is_modern() && self.version != Some(wanted) {
            return Err(differs(VERSION, "params.protocolVersion"));
        }
        self.method_is("initialize", false)
    }

    /// Compares with a request that says in its `_meta` that it speaks this revision.
    ///
    /// # Errors
    /// As [`Said::of_notification`].
    pub(super) fn of_request(
        &self,
        method: &str,
        params: &Params<'_>,
        named: Option<&str>,
    ) -> Result<(), Refusal> {
        if named.is_none() {
            self.known()?;
        }
        self.method_is(method, self.is_modern())?;
        self.name_is(method, params)?;
        match (self.version, named) {
            (None, Some(_)) => Err(missing(VERSION)),
            (Some(said), Some(named)) if said != named => Err(differs(VERSION, "_meta")),
            _ => Ok(()),
        }
    }

    fn known(&self) -> Result<(), Refusal> {
        let is_known = |version: &str| ProtocolVersion::KNOWN_VERSIONS.iter().any(|v| v.as_str() == version);
        match self.version {
            Some(version) if !is_known(version) => Err(unknown_version(version)),
            _ => Ok(()),
        }
    }

    fn method_is(&self, method: &str, wanted: bool) -> Result<(), Refusal> {
        match self.method {
            Some(said) if said != method => Err(differs(METHOD, "method")),
            None if wanted => Err(missing(METHOD)),
            _ => Ok(()),
        }
    }

    fn name_is(&self, method: &str, params: &Params<'_>) -> Result<(), Refusal> {
        let Some((member, raw)) = named(method, params) else { return Ok(()) };
        // Whatever is no text is complained about where the parameters are read.
        let Some(name) = raw.and_then(string) else { return Ok(()) };
        match self.name.map(decoded) {
            Some(Some(said)) if said == name => Ok(()),
            Some(Some(_)) => Err(differs(NAME, member)),
            Some(None) => Err(mismatch(format!("{NAME} is not valid base64"))),
            None if self.is_modern() => Err(missing(NAME)),
            None => Ok(()),
        }
    }
}

/// The parameter that `Mcp-Name` repeats.
fn named<'a>(method: &str, params: &Params<'a>) -> Option<(&'static str, Option<&'a RawValue>)> {
    match method {
        "tools/call" | "prompts/get" => Some(("params.name", params.name)),
        "resources/read" => Some(("params.uri", params.uri)),
        "tasks/get" | "tasks/update" | "tasks/cancel" => Some(("params.taskId", params.task_id)),
        _ => None,
    }
}

/// A value as it is meant: what a header cannot carry comes as `=?base64?…?=`.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        None => Some(Cow::Borrowed(value)),
        Some(coded) => String::from_utf8(STANDARD.decode(coded).ok()?).ok().map(Cow::Owned),
    }
}

/// The value of a header that may stand once.
fn only<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(mismatch(format!("{name} stands more than once"))),
        (Some(value), None) => {
            value.to_str().map(Some).map_err(|_| mismatch(format!("{name} is not plain text")))
        }
    }
}

fn missing(header: &str) -> Refusal {
    mismatch(format!("the header {header} is missing"))
}

fn differs(header: &str, member: &str) -> Refusal {
    mismatch(format!("the header {header} is not what {member} says"))
}

fn mismatch(message: String) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::HEADER_MISMATCH, message)
}
