//! The versions of the REST API: where each is found, by which contract, and how it says no.
//!
//! Both are doors to the same world, and every request takes the same way through the door whichever it is.

use http::StatusCode;
use serde_json::json;

use crate::call::Handler;
use crate::contract::{self, Contract, Operation};
use crate::refusal::Refusal;
use crate::{rest_v1, rest_v2};

/// A version of the REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    V1,
    V2,
}

impl Dialect {
    /// The version that a path belongs to, and the path as that version's contract writes it.
    pub(crate) fn of(path: &str) -> (Self, &str) {
        match path.strip_prefix("/v1") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => (Dialect::V1, rest),
            _ => (Dialect::V2, path),
        }
    }

    pub(crate) fn contract(self) -> &'static Contract {
        match self {
            Dialect::V1 => contract::v1(),
            Dialect::V2 => contract::v2(),
        }
    }

    /// The function that answers this operation.
    pub(crate) fn handler(self, operation: &str) -> Option<Handler> {
        match self {
            Dialect::V1 => rest_v1::handler(operation),
            Dialect::V2 => rest_v2::handler(operation),
        }
    }

    /// Whether requests count towards the rate windows. Of v1 no windows are known.
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
    /// that an operation refuses, and where something is read also 404.
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
            if self == Dialect::V1 && folded && !declared { StatusCode::BAD_REQUEST } else { refusal.status };
        Refusal { status, ..refusal }
    }

    /// The media type of refusals.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Dialect::V1 => "application/json",
            Dialect::V2 => "application/problem+json",
        }
    }

    /// The body of a refusal. v1 says everything in one `message`.
    pub(crate) fn spell(self, refusal: &Refusal) -> Vec<u8> {
        match self {
            Dialect::V1 => json!({ "message": refusal.text() }).to_string().into_bytes(),
            Dialect::V2 => refusal.problem(),
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
        for path in ["/v2/pods", "/v10/pods", "/pods", "/"] {
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
