//! The APIs that have a contract, REST v1, REST v2 and the Serverless runtime: where each is found, by which contract,
//! and how it says no.
//!
//! All are doors to the same world, and every request takes the same way through the door whichever it is.

use http::request::Parts;
use http::{StatusCode, header};
use serde_json::json;

use crate::call::Handler;
use crate::contract::{self, Contract, Operation};
use crate::refusal::Refusal;
use crate::{door, rest_v1, rest_v2, runtime};

/// A version of the REST API, or the Serverless runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    V1,
    V2,
    Runtime,
}

impl Dialect {
    /// The version that a path belongs to, and the path as that version's contract writes it.
    pub(crate) fn of(path: &str) -> (Self, &str) {
        let below =
            |root: &str| path.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        match (below("/v1"), below(runtime::ROOT)) {
            (Some(rest), _) => (Dialect::V1, rest),
            (_, Some(rest)) => (Dialect::Runtime, rest),
            _ => (Dialect::V2, path),
        }
    }

    pub(crate) fn contract(self) -> &'static Contract {
        match self {
            Dialect::V1 => contract::v1(),
            Dialect::V2 => contract::v2(),
            Dialect::Runtime => contract::serverless(),
        }
    }

    /// The function that answers this operation.
    pub(crate) fn handler(self, operation: &str) -> Option<Handler> {
        match self {
            Dialect::V1 => rest_v1::handler(operation),
            Dialect::V2 => rest_v2::handler(operation),
            Dialect::Runtime => runtime::handler(operation),
        }
    }

    /// What is said of a path that leads to no operation.
    pub(crate) fn nowhere(self, path: &str) -> Refusal {
        match path.strip_prefix(runtime::ROOT).filter(|_| self == Dialect::Runtime) {
            Some(path) => runtime::nowhere(path),
            None => Refusal::no_such_path(),
        }
    }

    /// The key that a request shows. The runtime also takes it bare.
    pub(crate) fn key(self, head: &Parts) -> Option<&str> {
        let bare = || head.headers.get(header::AUTHORIZATION)?.to_str().ok();
        door::bearer(head).or_else(|| bare().filter(|_| self == Dialect::Runtime))
    }

    /// Whether requests count towards the rate windows of the account. Of v1 no windows are known; the runtime has its
    /// own for each endpoint.
    pub(crate) fn counts(self) -> bool {
        self == Dialect::V2
    }

    /// Which answers carry rate headers (contract v2): not those of clusters, and not a few others.
    pub(crate) fn shows_rates(self, operation: Option<&str>, status: StatusCode) -> bool {
        let operation = operation.unwrap_or_default();
        let silent = match status {
            StatusCode::UNAUTHORIZED | StatusCode::PAYLOAD_TOO_LARGE => true,
            StatusCode::CONFLICT => matches!(operation, "updatePod" | "deletePod" | "createSecret"),
            _ => false,
        };
        self.counts() && (!silent && !operation.contains("Cluster") || operation == "listClusterBilling")
    }

    /// A refusal with the status that this version has for it. The contract of v1 knows 400 for everything
    /// that an operation refuses, and where something is read also 404; the runtime knows 400, 401, 404 and 429.
    pub(crate) fn refuse(self, refusal: Refusal, operation: Option<&Operation>) -> Refusal {
        let declared = operation.is_some_and(|op| op.answer(refusal.status.as_u16()).is_some());
        let folded = match refusal.status {
            StatusCode::NOT_FOUND => operation.is_some(),
            StatusCode::PAYMENT_REQUIRED
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY => true,
            _ => false,
        };
        let status =
            if self != Dialect::V2 && folded && !declared { StatusCode::BAD_REQUEST } else { refusal.status };
        Refusal { status, ..refusal }
    }

    /// The media type of refusals.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Dialect::V1 | Dialect::Runtime => "application/json",
            Dialect::V2 => "application/problem+json",
        }
    }

    /// The body of a refusal. v1 says everything in one `message`.
    pub(crate) fn spell(self, refusal: &Refusal) -> Vec<u8> {
        match self {
            Dialect::V1 => json!({ "message": refusal.text() }).to_string().into_bytes(),
            Dialect::V2 => refusal.problem(),
            Dialect::Runtime => json!({ "error": refusal.text() }).to_string().into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_v1_only_below_v1() {
        assert_eq!(Dialect::of("/v1/pods/p"), (Dialect::V1, "/pods/p"));
        assert_eq!(Dialect::of("/v1"), (Dialect::V1, ""));
        assert_eq!(Dialect::of("/serverless/v2/e/run"), (Dialect::Runtime, "/e/run"));
        for path in ["/serverless/v3/e/run", "/v2/pods", "/v10/pods", "/pods", "/"] {
            assert_eq!(Dialect::of(path), (Dialect::V2, path));
        }
    }

    #[test]
    fn v1_says_everything_in_one_message() {
        let refusal = Refusal::unfit(vec!["$.name: got number, want string".into(), "$.x: no".into()]);
        assert_eq!(
            String::from_utf8(Dialect::V1.spell(&refusal)).unwrap(),
            r#"{"message":"request does not match the schema of the operation: $.name: got number, want string; $.x: no"}"#
        );
        assert_eq!(Dialect::V1.refuse(refusal, None).status, StatusCode::BAD_REQUEST);
    }
}
