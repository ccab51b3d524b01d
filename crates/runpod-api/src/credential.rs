//! Whether Runpod knows a key.
//!
//! A hosted server must answer 401 to a key that is dead, and to no other: a client that hears 401 signs in again and
//! has another key made. So only what can mean nothing else counts against a key; whatever else happens says nothing.

use serde::Deserialize;
use serde_json::Value;

use crate::client::Client;
use crate::secret::ApiKey;
use crate::wire::Plain;

/// What Runpod says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It belongs to an account.
    Valid,
    /// Runpod refuses it, or takes its bearer for a stranger.
    Invalid,
    /// Nothing that can be relied on: trouble on the way, a limit, a key that may not ask this.
    Unknown,
}

/// The question, to the letter.
const QUESTION: &str = r#"{"query":"query { myself { id } }"}"#;

impl Client {
    /// Asks the GraphQL host for the account whether it knows this key: once, for at most four seconds, without what
    /// makes a caller known, and whatever else is under way. Its exchange is told to nobody.
    pub async fn standing(&self, key: &ApiKey) -> Standing {
        match self.wire().ask_plainly(key, QUESTION).await {
            Ok(Plain { status, body }) => Standing::of(status, &body),
            Err(_) => Standing::Unknown,
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    errors: Option<Value>,
}

impl Standing {
    fn of(status: u16, body: &[u8]) -> Self {
        match status {
            401 => Self::Invalid,
            200..300 => serde_json::from_slice(body).map_or(Self::Unknown, |answer| Self::said(&answer)),
            _ => Self::Unknown,
        }
    }

    fn said(Envelope { data, errors }: &Envelope) -> Self {
        let myself = data.as_ref().and_then(|data| data.get("myself"));
        let complains = !matches!(errors, None | Some(Value::Null)) && !is_empty_list(errors.as_ref());
        match myself {
            Some(someone) if someone.get("id").is_some_and(is_something) => Self::Valid,
            Some(Value::Null) if !complains => Self::Invalid,
            _ => Self::Unknown,
        }
    }
}

fn is_empty_list(value: Option<&Value>) -> bool {
    value.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// Whether an id is one.
fn is_something(id: &Value) -> bool {
    match id {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t05_only_what_can_mean_nothing_else_counts_against_a_key() {
        use Standing::{Invalid, Unknown, Valid};
        let good = r#"{"data":{"myself":{"id":"user_1"}}}"#;
        for (status, body, standing) in [
            (401, good, Invalid),
            (400, good, Unknown),
            (403, "{}", Unknown),
            (429, "", Unknown),
            (500, "", Unknown),
            (502, "<html>", Unknown),
            (302, "", Unknown),
            (199, good, Unknown),
            (200, good, Valid),
            (201, r#"{"data":{"myself":{"id":7}}}"#, Valid),
            (200, r#"{"data":{"myself":{"id":"u"}},"errors":[{"message":"x"}]}"#, Valid),
            (200, r#"{"data":{"myself":null},"errors":[{"message":"x"}]}"#, Unknown),
            (200, r#"{"data":null,"errors":[{"message":"x"}]}"#, Unknown),
            (200, r#"{"data":{"myself":null},"errors":"x"}"#, Unknown),
            (200, r#"{"data":{"myself":null}}"#, Invalid),
            (200, r#"{"data":{"myself":null},"errors":[]}"#, Invalid),
            (200, r#"{"data":{"myself":null},"errors":null}"#, Invalid),
            (200, r#"{"data":{"myself":{"id":""}}}"#, Unknown),
            (200, r#"{"data":{"myself":{"id":0}}}"#, Unknown),
            (200, r#"{"data":{"myself":{"id":null}}}"#, Unknown),
            (200, r#"{"data":{"myself":{}}}"#, Unknown),
            (200, r#"{"data":{"myself":[]}}"#, Unknown),
            (200, r#"{"data":{}}"#, Unknown),
            (200, r#"{"data":null}"#, Unknown),
            (200, "{}", Unknown),
            (200, "[]", Unknown),
            (200, "null", Unknown),
            (200, "", Unknown),
            (200, "<html>", Unknown),
            (204, "", Unknown),
        ] {
            assert_eq!(Standing::of(status, body.as_bytes()), standing, "{status} {body}");
        }
    }
}
