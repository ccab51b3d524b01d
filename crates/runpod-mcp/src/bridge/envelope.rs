//! What of a message the transport has to know.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) const PARSE_ERROR: i32 = -32700;
pub(super) const INVALID_REQUEST: i32 = -32600;
pub(super) const INTERNAL_ERROR: i32 = -32603;

/// The first revision without handshake and sessions.
const MODERN: &str = "2026-07-28";
/// Methods whose subject is repeated in a header, and the parameter that has it.
const NAMED: [(&str, Subject); 6] = [
    ("tools/call", |params| params.name),
    ("prompts/get", |params| params.name),
    ("resources/read", |params| params.uri),
    ("tasks/get", |params| params.task_id),
    ("tasks/update", |params| params.task_id),
    ("tasks/cancel", |params| params.task_id),
];

type Subject = for<'a> fn(&Params<'a>) -> Option<&'a RawValue>;

/// A message as the transport sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) kind: Kind,
    pub(super) method: String,
    /// What the request is about: the name of a tool.
    pub(super) subject: Option<String>,
    /// The revision that the message itself says it speaks, as those without handshake do.
    pub(super) version: Option<String>,
}

/// Whether somebody waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Yes; the id as it was written.
    Request {
        /// JSON text: `1` and `"1"` are two ids.
        id: String,
    },
    /// No: a notification, or an answer to a question of the server.
    Other {
        /// The id of the request that it calls off.
        cancels: Option<String>,
    },
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Params<'a> {
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    uri: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "taskId")]
    task_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "requestId")]
    request_id: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "_meta")]
    meta: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Option<String>,
}

impl Envelope {
    /// Reads a line; nothing for a blank one.
    ///
    /// # Errors
    /// A code of JSON-RPC and words, when it is no message.
    pub(super) fn read(line: &[u8]) -> Result<Option<Self>, (i32, &'static str)> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(None);
        }
        if !line.starts_with(b"{") {
            return Err(no_message(line, "every line is one JSON-RPC message: an object, and no batch"));
        }
        let outer: Result<Outer<'_>, _> = serde_json::from_slice(line);
        let outer = outer.map_err(|_| no_message(line, "the line is no JSON-RPC message"))?;
        let method = outer.method.unwrap_or_default().into_owned();
        let params = outer.params.map(RawValue::get).unwrap_or_default();
        let params: Params<'_> = serde_json::from_str(params).unwrap_or_default();
        let cancels = params.request_id.filter(|_| method == "notifications/cancelled").map(RawValue::get);
        let kind = match outer.id {
            Some(id) if !method.is_empty() => Kind::Request { id: id.get().to_owned() },
            _ => Kind::Other { cancels: cancels.map(str::to_owned) },
        };
        let meta = params.meta.map(RawValue::get).unwrap_or_default();
        let version = serde_json::from_str::<Meta>(meta).unwrap_or_default().version;
        let subject =
            NAMED.iter().find(|(named, _)| *named == method).and_then(|(_, subject)| subject(&params));
        let subject = subject.and_then(|subject| serde_json::from_str(subject.get()).ok());
        Ok(Some(Self { kind, method, subject, version }))
    }

    /// Whether it speaks a revision without handshake.
    pub(super) fn is_modern(&self) -> bool {
        self.version.as_deref().is_some_and(|version| version >= MODERN)
    }

    /// A cancellation that is none over HTTP any more: there, the closed request is the message.
    pub(super) fn is_modern_cancellation(&self) -> bool {
        self.method == "notifications/cancelled" && self.is_modern()
    }
}

/// What is no JSON is told apart from what is JSON and no message.
fn no_message(line: &[u8], why: &'static str) -> (i32, &'static str) {
    match serde_json::from_slice::<&RawValue>(line) {
        Ok(_) => (INVALID_REQUEST, why),
        Err(_) => (PARSE_ERROR, "the line is no JSON"),
    }
}

/// Whether a message answers the request of this id.
pub(super) fn answers(message: &str, id: &str) -> bool {
    let outer: Option<Outer<'_>> = serde_json::from_str(message).ok();
    outer.is_some_and(|outer| outer.method.is_none() && outer.id.map(RawValue::get) == Some(id))
}

/// An error message as a line.
pub(super) fn complaint(id: Option<&str>, code: i32, why: &str) -> Vec<u8> {
    let error = serde_json::json!({"code": code, "message": why});
    complaint_of(id, &error.to_string())
}

/// The same around an error that is written already.
pub(super) fn complaint_of(id: Option<&str>, error: &str) -> Vec<u8> {
    let id = id.map(|id| format!("\"id\":{id},")).unwrap_or_default();
    format!("{{\"jsonrpc\":\"2.0\",{id}\"error\":{error}}}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Envelope {
        Envelope::read(line.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn only_what_the_transport_needs_is_read() {
        let call = read(
            r#" {"jsonrpc":"2.0","id":"1","method":"tools/call","params":{"name":"list-pods","arguments":{"name":5}}}"#,
        );
        assert_eq!(call.kind, Kind::Request { id: "\"1\"".to_owned() });
        assert_eq!((call.subject.as_deref(), call.is_modern()), (Some("list-pods"), false));
        let modern = read(
            r#"{"id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
        );
        assert!(modern.is_modern() && modern.subject.is_none());
        let cancel = read(r#"{"method":"notifications/cancelled","params":{"requestId":7,"reason":"x"}}"#);
        assert_eq!(cancel.kind, Kind::Other { cancels: Some("7".to_owned()) });
        let answer = read(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#);
        assert_eq!(answer.kind, Kind::Other { cancels: None });
        // Odd parameters are the server's to refuse.
        let odd = read(r#"{"id":1,"method":"tools/call","params":[1,{"name":2}]}"#);
        assert_eq!((odd.kind, odd.subject), (Kind::Request { id: "1".to_owned() }, None));
    }

    #[test]
    fn what_is_no_message_is_refused_and_blank_lines_are_not() {
        assert_eq!(Envelope::read(b" \t"), Ok(None));
        let code = |line: &str| Envelope::read(line.as_bytes()).unwrap_err().0;
        for wrong in ["[]", "1", "[{\"id\":1,\"method\":\"ping\"}]", "{\"method\":5}"] {
            assert_eq!(code(wrong), INVALID_REQUEST, "{wrong}");
        }
        assert_eq!(["oops", "{", "{'a':1}"].map(code), [PARSE_ERROR; 3]);
    }

    #[test]
    fn an_answer_is_known_by_its_id_as_it_was_written() {
        assert!(answers(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "1"));
        for other in [r#"{"id":"1","result":{}}"#, r#"{"id":1,"method":"x"}"#, r#"{"result":{}}"#, "oops"] {
            assert!(!answers(other, "1"), "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_complaint_is_one_line_of_json(why in "\\PC{0,40}|[\n\r\"\\\\]{0,9}", id in any::<i64>()) {
            let line = complaint(Some(&id.to_string()), INTERNAL_ERROR, &why);
            prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
            prop_assert_eq!(&line["id"], &serde_json::json!(id));
            prop_assert_eq!(line["error"]["message"].as_str(), Some(why.as_str()));
        }
    }
}
