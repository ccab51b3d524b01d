//! Environment values that look secret, kept out of replies (reference: threat T71 of our threat table).

use serde_json::{Map, Value};

/// What stands in place of a secret. A write that contains it keeps the stored value.
pub(crate) const PLACEHOLDER: &str = "[redacted]";

/// Shorter values are flags and numbers, not secrets.
const SHORTEST: usize = 8;

const KEY_WORDS: [&str; 8] = ["KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL", "AUTH", "PRIVATE", "COOKIE"];
const VALUE_STARTS: [&str; 12] = [
    "hf_",
    "sk-",
    "rpa_",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "glpat-",
    "Bearer ",
];

/// Redacts every `env` map below a value.
pub(crate) fn env(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, member) in map.iter_mut() {
                match (name.as_str(), member) {
                    ("env", Value::Object(vars)) => redact_map(vars),
                    (_, member) => env(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(env),
        _ => (),
    }
}

fn redact_map(vars: &mut Map<String, Value>) {
    for (name, value) in vars {
        if value.as_str().is_some_and(|text| looks_secret(name, text)) {
            *value = PLACEHOLDER.into();
        }
    }
}

/// Whether an environment variable looks like a credential, by its name or its value.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    if name == "PUBLIC_KEY" || value.chars().count() < SHORTEST || is_reference(value) {
        return false;
    }
    let name = name.to_ascii_uppercase();
    KEY_WORDS.iter().any(|word| name.contains(word))
        || VALUE_STARTS.iter().any(|start| value.starts_with(start))
        || value.contains("-----BEGIN")
        || has_userinfo(value)
}

/// `{{ RUNPOD_SECRET_name }}` names a secret and is not one.
fn is_reference(value: &str) -> bool {
    let inner = value.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|name| name.trim().starts_with("RUNPOD_SECRET_"))
}

/// `scheme://user:password@host`.
fn has_userinfo(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}
