//! A successful answer, fully read and not yet interpreted.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::{Error, said};
use crate::op::Op;

/// Status and body of a 2xx answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) op: &'static Op,
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A 2xx answer that could be Runpod's.
    ///
    /// # Errors
    /// [`Error::Shape`] for a web page: a captive portal says 200 to everything, also to a DELETE.
    pub(crate) fn new(op: &'static Op, status: u16, body: Bytes) -> Result<Self, Error> {
        if said::is_html(&body) {
            return Err(shape(op.id, status, "it is an HTML page, not JSON".to_owned()));
        }
        Ok(Self { op, status, body })
    }

    /// The answer to a DELETE of which an earlier try worked.
    pub(crate) fn deleted(op: &'static Op) -> Self {
        Self { op, status: 204, body: Bytes::new() }
    }

    /// Whether there is no body, or nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// An answer of which only a part counts. `text` is a slice of the body.
    pub(crate) fn part(&self, text: &str) -> Self {
        Self { op: self.op, status: self.status, body: self.body.slice_ref(text.as_bytes()) }
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::Shape`] when it is not JSON of that type: a truncated text, an empty body, a foreign object.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        if self.is_empty() {
            return Err(shape(self.op.id, self.status, "it is empty, JSON was expected".to_owned()));
        }
        serde_json::from_slice(&self.body).map_err(|e| self.shape(&e))
    }

    /// The body as an object: a list would be read as its members, in the order in which we happen to name them.
    ///
    /// # Errors
    /// As [`Answer::json`], and for a list.
    pub(crate) fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        match self.body.trim_ascii_start() {
            [b'[', ..] => {
                Err(shape(self.op.id, self.status, "it is a list, an object was expected".to_owned()))
            }
            _ => self.json(),
        }
    }

    /// Why the body says nothing about what was done, if it does not: it is empty, an empty object, null or no JSON.
    pub(crate) fn wordless(&self) -> Option<String> {
        let nothing = match serde_json::from_slice::<&RawValue>(&self.body) {
            _ if self.is_empty() => "it is empty",
            Err(cause) => return Some(misfit(&cause)),
            Ok(raw) if raw.get() == "null" => "it is null",
            Ok(raw) if raw.get().bytes().filter(|b| !b.is_ascii_whitespace()).eq(*b"{}") => {
                "it is an empty object"
            }
            Ok(_) => return None,
        };
        Some(nothing.to_owned())
    }

    /// The error for a body of another shape. Names the operation and the place, never the content.
    pub(crate) fn shape(&self, cause: &serde_json::Error) -> Error {
        shape(self.op.id, self.status, misfit(cause))
    }

    /// The error for a list without its array.
    pub(crate) fn missing(&self, key: &str) -> Error {
        shape(self.op.id, self.status, format!("there is no array `{key}`"))
    }
}

fn shape(operation: &'static str, status: u16, why: String) -> Error {
    Error::Shape { operation, status, why }
}

/// What was expected and where. The parser's own message of a wrong type quotes the value, which may be a secret.
pub(crate) fn misfit(cause: &serde_json::Error) -> String {
    let place = format!("at line {} column {}", cause.line(), cause.column());
    let message = cause.to_string();
    match cause.classify() {
        Category::Eof => format!("the JSON ends early {place}"),
        Category::Syntax | Category::Io => format!("it is not JSON {place}"),
        Category::Data if message.starts_with("missing field `") => message,
        Category::Data => match message.rsplit_once(", expected ") {
            Some((_, expected)) => {
                let expected = expected.split(" at line ").next().unwrap_or_default();
                format!("expected {expected} {place}")
            }
            None => format!("a value does not fit {place}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    static GET: Op = Op::v2("getPod", Method::GET, "/pods/{id}");

    #[derive(Debug, Deserialize)]
    struct View {
        #[expect(dead_code, reason = "only read")]
        id: String,
        #[expect(dead_code, reason = "only read")]
        count: u32,
    }

    fn why(body: &str) -> String {
        match Answer::new(&GET, 200, Bytes::copy_from_slice(body.as_bytes())).and_then(|a| a.json::<View>()) {
            Err(Error::Shape { why, .. }) => why,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_list_is_no_object_even_if_its_elements_would_fit_the_members() {
        let answer = Answer::new(&GET, 200, Bytes::from_static(br#" ["CANARY", 1]"#)).unwrap();
        assert!(answer.json::<View>().is_ok());
        let error = answer.object::<View>().unwrap_err().to_string();
        assert!(
            error.contains("it is a list, an object was expected") && !error.contains("CANARY"),
            "{error}"
        );
    }

    #[test]
    fn a_foreign_body_is_named_by_place_and_not_by_content() {
        for (body, words) in [
            ("", "it is empty, JSON was expected"),
            ("  \n", "it is empty, JSON was expected"),
            ("<html>rpa_CANARY</html>", "it is an HTML page, not JSON"),
            ("rpa_CANARY", "it is not JSON at line 1 column 1"),
            (r#"{"id":"CANARY","cou"#, "the JSON ends early at line 1 column 19"),
            (r#"{"id":"CANARY"}"#, "missing field `count` at line 1 column 15"),
            (r#"{"id":"x","count":"CANARY, expected CANARY"}"#, "expected u32 at line 1 column 43"),
            (r#"["x", "CANARY"]"#, "expected u32 at line 1 column 14"),
        ] {
            let why = why(body);
            assert!(why.starts_with(words), "{body}: {why}");
            assert!(!why.contains("CANARY"), "{why}");
        }
    }

    proptest! {
        #[test]
        fn no_secret_in_a_misplaced_value_is_repeated(secret in "[A-Za-z0-9, `:]{8,40}") {
            let body = serde_json::json!({ "id": "x", "count": format!("{secret}, expected {secret}") }).to_string();
            prop_assert!(!why(&body).contains(&secret));
        }
    }
}
