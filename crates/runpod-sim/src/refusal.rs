//! Refusals, with the statuses and in the words of REST v2: `application/problem+json` with title, status,
//! detail and errors.
//!
//! What was wrong is decided elsewhere (the door, the world), and other versions say it in their own way
//! ([`Dialect`](crate::dialect::Dialect)); here is only how it is said.

use http::{Method, StatusCode};
use serde::Serialize;

use crate::world::Denied;

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    pub(crate) errors: Vec<String>,
    /// The methods that this path knows, for a 405.
    pub(crate) allow: Option<String>,
    /// Seconds until another try makes sense, for a 429.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), allow: None, retry_after: None }
    }

    /// 400: the body fits its schema and still asks for something that does not go together.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401, in the words that the API uses for a missing and for a wrong key alike.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "missing bearer token")
    }

    /// 404 for a path that the API does not have.
    pub(crate) fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested path was not found.")
    }

    /// 405, naming the methods that would work.
    pub(crate) fn wrong_method(allow: &[Method]) -> Self {
        let allow = allow.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("this path answers to {allow}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
    }

    /// 413: more bytes than the operation takes.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("request body exceeds the limit of {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// 422: the request breaks the contract; one line for each place.
    pub(crate) fn unfit(errors: Vec<String>) -> Self {
        let detail = "request does not match the schema of the operation";
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// 429: the named window is used up.
    pub(crate) fn too_fast(window: &str, seconds: u64) -> Self {
        let detail = format!("rate limit exceeded for the {window} window");
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// 500: the twin itself failed; a test that sees this found a bug here.
    pub(crate) fn broken(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// What was wrong, and every place, in one line.
    pub(crate) fn text(&self) -> String {
        let Self { detail, errors, .. } = self;
        if errors.is_empty() { detail.clone() } else { format!("{detail}: {}", errors.join("; ")) }
    }

    /// The body on the wire of REST v2.
    pub(crate) fn problem(&self) -> Vec<u8> {
        let problem = Problem {
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        // Strings and numbers only: there is nothing here that could fail to be written.
        serde_json::to_vec(&problem).unwrap_or_default()
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        let status = match &denied {
            Denied::Missing { .. } => StatusCode::NOT_FOUND,
            Denied::Contradiction(_) | Denied::SoldOut(_) => StatusCode::BAD_REQUEST,
            Denied::Unfit(_) => return Self::unfit(vec![denied.to_string()]),
            Denied::TooLarge { limit } => return Self::too_large(*limit),
            Denied::Conflict(_) => StatusCode::CONFLICT,
            Denied::OutOfMoney => StatusCode::PAYMENT_REQUIRED,
        };
        Self::new(status, denied.to_string())
    }
}

#[derive(Serialize)]
struct Problem<'a> {
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    errors: &'a [String],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(refusal: &Refusal) -> String {
        String::from_utf8(refusal.problem()).unwrap()
    }

    #[test]
    fn a_missing_key_is_refused_in_the_words_of_the_api() {
        assert_eq!(
            text(&Refusal::unauthorized()),
            r#"{"title":"Unauthorized","status":401,"detail":"missing bearer token"}"#
        );
    }

    #[test]
    fn a_broken_contract_lists_its_places() {
        let refusal = Refusal::unfit(vec!["$: got string, want object".into()]);
        assert!(text(&refusal).ends_with(r#""errors":["$: got string, want object"]}"#));
    }
}
