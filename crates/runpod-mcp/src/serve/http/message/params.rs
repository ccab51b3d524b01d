//! The parameters of a request, as far as somebody here has to know them.

use std::borrow::Cow;

use http::StatusCode;
use rmcp::model::{ClientCapabilities, ErrorCode, Implementation, InitializeRequestParams, ProgressToken};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Refusal;
use super::envelope::string;
use crate::serve::jsonrpc::present;

/// The members that any of the requests has which are answered here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow, default, deserialize_with = "present", rename = "_meta")]
    meta: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    uri: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    task_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cursor: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    protocol_version: Option<&'a RawValue>,
}

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Params<'a> {
    raw: Option<&'a RawValue>,
    pub(super) meta: Meta<'a>,
    pub(super) name: Option<&'a RawValue>,
    pub(super) uri: Option<&'a RawValue>,
    pub(super) arguments: Option<&'a RawValue>,
    pub(super) task_id: Option<&'a RawValue>,
    pub(super) cursor: Option<&'a RawValue>,
    pub(super) protocol_version: Option<&'a RawValue>,
}

/// What a request says beside its parameters.
#[derive(Debug, Default, Deserialize)]
pub(in crate::serve::http) struct Meta<'a> {
    #[serde(
        borrow,
        default,
        deserialize_with = "present",
        rename = "io.modelcontextprotocol/protocolVersion"
    )]
    version: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientInfo")]
    client: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "progressToken")]
    progress: Option<&'a RawValue>,
    #[serde(borrow, default)]
    traceparent: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tracestate: Option<&'a RawValue>,
}

impl<'a> Params<'a> {
    /// Reads the parameters of a request of this method.
    ///
    /// # Errors
    /// -32602 when they are no object, or say something twice.
    pub(super) fn read(method: &str, raw: Option<&'a RawValue>) -> Result<Self, Refusal> {
        let wrong = |why: &str| misfit(method, why);
        let members = match raw.map(RawValue::get) {
            None | Some("null") => Members::default(),
            Some(text) if text.starts_with('{') => {
                serde_json::from_str(text).map_err(|_| wrong("a member stands twice"))?
            }
            Some(_) => return Err(wrong("they must be an object")),
        };
        let meta = match members.meta.map(RawValue::get) {
            None | Some("null") => Meta::default(),
            Some(text) => serde_json::from_str(text)
                .ok()
                .filter(|_| text.starts_with('{'))
                .ok_or_else(|| wrong("`_meta` must be an object with each member once"))?,
        };
        let Members { name, uri, arguments, task_id, cursor, protocol_version, .. } = members;
        Ok(Self { raw, meta, name, uri, arguments, task_id, cursor, protocol_version })
    }

    /// A member that must be a text.
    ///
    /// # Errors
    /// -32602 when it is none.
    pub(super) fn text(
        &self,
        method: &str,
        member: &str,
        raw: Option<&'a RawValue>,
    ) -> Result<Cow<'a, str>, Refusal> {
        let text = raw.and_then(string);
        text.ok_or_else(|| misfit(method, &format!("`{member}`, a text, is missing")))
    }

    /// The arguments of a call.
    ///
    /// # Errors
    /// -32602 when they are no object.
    pub(super) fn object(&self) -> Result<Option<&'a RawValue>, Refusal> {
        match self.arguments {
            Some(raw) if raw.get().starts_with('{') => Ok(Some(raw)),
            None => Ok(None),
            Some(raw) if raw.get() == "null" => Ok(None),
            Some(_) => Err(misfit("tools/call", "`arguments` must be an object")),
        }
    }

    /// The revision that a client would like, after a look at everything that `initialize` must say.
    ///
    /// # Errors
    /// -32602 when something is missing.
    pub(super) fn hello(&self) -> Result<Cow<'a, str>, Refusal> {
        let whole = self.raw.map_or("null", RawValue::get);
        if serde_json::from_str::<InitializeRequestParams>(whole).is_err() {
            return Err(misfit("initialize", "wanted are protocolVersion, capabilities and clientInfo"));
        }
        self.text("initialize", "protocolVersion", self.protocol_version)
    }
}

impl<'a> Meta<'a> {
    /// The revision that the request speaks, if it says so.
    ///
    /// # Errors
    /// -32602 when that is no text.
    pub(super) fn version(&self) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.version.map(|raw| (raw.get(), string(raw))) {
            None | Some(("null", _)) => Ok(None),
            Some((_, Some(version))) => Ok(Some(version)),
            Some((_, None)) => Err(super::incomplete(self)),
        }
    }

    /// What a request of a revision without handshake must say and this one does not.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let version = self.version.and_then(string).is_none();
        let lacks = [
            (version, "io.modelcontextprotocol/protocolVersion"),
            (self.capabilities().is_none(), "io.modelcontextprotocol/clientCapabilities"),
        ];
        lacks.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, name)| name).collect()
    }

    fn capabilities(&self) -> Option<ClientCapabilities> {
        serde_json::from_str(self.capabilities?.get()).ok()
    }

    /// Whether the client takes a task for an answer.
    pub(in crate::serve::http) fn takes_tasks(&self) -> bool {
        self.capabilities().is_some_and(|client| client.supports_tasks())
    }

    /// What the client calls itself.
    pub(in crate::serve::http) fn client(&self) -> Option<Implementation> {
        serde_json::from_str(self.client?.get()).ok()
    }

    /// What to put on notifications of progress, if the client wants some.
    pub(in crate::serve::http) fn progress(&self) -> Option<ProgressToken> {
        serde_json::from_str(self.progress?.get()).ok()
    }

    /// W3C trace context: `traceparent` and `tracestate`.
    pub(in crate::serve::http) fn trace(&self) -> [Option<Cow<'a, str>>; 2] {
        [self.traceparent, self.tracestate].map(|raw| raw.and_then(string))
    }
}

/// For parameters that do not fit.
pub(super) fn misfit(method: &str, why: &str) -> Refusal {
    let message = format!("the params of {} do not fit: {why}", quoted(method));
    Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::INVALID_PARAMS, message)
}

/// At most 60 characters, escaped.
pub(in crate::serve::http) fn quoted(method: &str) -> String {
    format!("{:?}", method.chars().take(60).collect::<String>())
}
