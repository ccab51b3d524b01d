//! The values that labels may have.

use super::family::OTHER;

/// Methods of MCP that a request may name, and the routes that are none.
pub(super) const METHODS: &[&str] = &[
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "tasks/get",
    "tasks/update",
    "tasks/cancel",
    "tasks/list",
    "tasks/result",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "logging/setLevel",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "subscriptions/listen",
    "completion/complete",
    "healthz",
    "readyz",
    "metrics",
    "well-known",
    "register",
    "authorize",
    "token",
    "callback",
];

/// Statuses that this server answers.
pub(super) const STATUSES: &[&str] = &[
    "200", "202", "204", "302", "303", "400", "401", "403", "404", "405", "406", "408", "413", "415", "429",
    "431", "500", "502", "503", "504",
];

/// A status as a value of its label.
pub(super) fn status(status: u16) -> &'static str {
    STATUSES.iter().find(|word| word.parse() == Ok(status)).copied().unwrap_or(OTHER)
}

/// How a tool call may end: the codes of `ToolError`, and `ok`.
pub(super) const OUTCOMES: &[&str] = &[
    "ok",
    "answer_too_large",
    "bad_argument",
    "bad_setting",
    "cancelled",
    "conflict",
    "connection_failed",
    "failed",
    "file_exists",
    "file_refused",
    "forbidden",
    "insufficient_balance",
    "internal",
    "key_rejected",
    "no_capacity",
    "no_files_dir",
    "no_key",
    "no_output",
    "not_allowed",
    "not_deployable",
    "not_found",
    "rate_limited",
    "redirected",
    "refused",
    "rejected",
    "request_too_large",
    "timeout",
    "unexpected_answer",
    "unknown_tool",
    "untrusted_certificate",
    "upstream_error",
    "wrong_version",
];

/// Classes of operations: the API, and whether it changes something.
pub(super) const CLASSES: &[&str] = &[
    "rest_v2_read",
    "rest_v2_write",
    "rest_v1_read",
    "rest_v1_write",
    "serverless_read",
    "serverless_write",
    "graphql_read",
    "graphql_write",
    "graphql_public_read",
    "sign_in_write",
    CREDENTIAL,
];

/// The class of the questions whether a credential is good.
pub(super) const CREDENTIAL: &str = "credential_check";

pub(super) fn class(api: &str, changes: bool) -> &'static str {
    let kind = if changes { "write" } else { "read" };
    let fits = |class: &&&str| class.strip_prefix(api).and_then(|rest| rest.strip_prefix('_')) == Some(kind);
    CLASSES.iter().find(fits).copied().unwrap_or(OTHER)
}

/// How an exchange may end.
pub(super) const ENDINGS: &[&str] = &["2xx", "3xx", "401", "4xx", "429", "5xx", "none"];

pub(super) fn ending(status: Option<u16>) -> &'static str {
    match status {
        None => "none",
        Some(200..300) => "2xx",
        Some(300..400) => "3xx",
        Some(401) => "401",
        Some(429) => "429",
        Some(400..500) => "4xx",
        Some(500..600) => "5xx",
        Some(_) => OTHER,
    }
}

/// What came of looking at a credential before a request was let in, or why nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preflight {
    /// Runpod was asked, and knows it.
    Valid,
    /// Runpod was asked, and does not know it.
    Invalid,
    /// Runpod was asked, and what it answered says nothing.
    Unknown,
    /// Known to be good from an earlier look.
    CachedValid,
    /// Known to be bad from an earlier look.
    CachedInvalid,
    /// Too many bad ones came from this address; nobody was asked.
    Refused,
    /// `MCP_SKIP_CREDENTIAL_CHECK`.
    SkippedBySetting,
    /// Only some of Runpod's addresses were moved.
    SkippedByHosts,
    /// Not a POST.
    SkippedNotPost,
    /// Not JSON.
    SkippedNotJson,
    /// Not a message of MCP.
    SkippedNotMcp,
}

impl Preflight {
    pub(super) const WORDS: &'static [&'static str] = &[
        "valid",
        "invalid",
        "unknown",
        "cached_valid",
        "cached_invalid",
        "refused",
        "skip_env_var",
        "skip_env_mismatch",
        "skip_not_post",
        "skip_not_json",
        "skip_not_mcp_body",
    ];

    /// How it is written in figures and logs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::CachedValid => "cached_valid",
            Self::CachedInvalid => "cached_invalid",
            Self::Refused => "refused",
            Self::SkippedBySetting => "skip_env_var",
            Self::SkippedByHosts => "skip_env_mismatch",
            Self::SkippedNotPost => "skip_not_post",
            Self::SkippedNotJson => "skip_not_json",
            Self::SkippedNotMcp => "skip_not_mcp_body",
        }
    }
}
