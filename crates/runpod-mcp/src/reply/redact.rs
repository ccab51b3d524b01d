//! Environment values that look secret: kept out of replies, and kept in place when a reply is written back.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::ToolError;

/// What stands in place of a secret. A write that contains it keeps the stored value.
pub(crate) const PLACEHOLDER: &str = "[redacted]";

/// Shorter values are flags and numbers, not secrets.
const SHORTEST: usize = 8;

const KEY_WORDS: [&str; 5] = ["KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL"];
/// What those who give out keys begin them with.
const VALUE_STARTS: [&str; 25] = [
    "hf_",
    "sk-",
    "sk_live_",
    "rk_live_",
    "rpa_",
    "AKIA",
    "ASIA",
    "AIza",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "glpat-",
    "gsk_",
    "nvapi-",
    "r8_",
    "npm_",
    "pypi-",
    "dckr_pat_",
    "Bearer ",
    "Basic ",
];

/// Redacts every `env` below a value, and what a release says of a changed one: `{field: "template.env", old, new}`.
pub(crate) fn env(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let told = map
                .get("field")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .split('.')
                .any(|part| part == "env");
            for (name, member) in map.iter_mut() {
                match name.as_str() {
                    "env" => vars(member),
                    "old" | "new" if told => changed(member),
                    _ => env(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(env),
        _ => (),
    }
}

/// A map, or the list of `{key, value}` that templates of the Hub have.
fn vars(value: &mut Value) {
    match value {
        Value::Object(vars) => redact_map(vars),
        Value::Array(vars) => vars.iter_mut().for_each(redact_pair),
        _ => (),
    }
}

/// What variables were or became: the same, either of them as text, or the value of one, which has no name beside it
/// to be judged by and is hidden.
fn changed(value: &mut Value) {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(mut spelled @ (Value::Object(_) | Value::Array(_))) => {
                vars(&mut spelled);
                *text = spelled.to_string();
            }
            _ if text.chars().count() < SHORTEST => (),
            _ => PLACEHOLDER.clone_into(text),
        },
        other => vars(other),
    }
}

fn redact_map(vars: &mut Map<String, Value>) {
    for (name, value) in vars {
        if value.as_str().is_some_and(|text| looks_secret(name, text)) {
            *value = PLACEHOLDER.into();
        }
    }
}

fn redact_pair(pair: &mut Value) {
    let text = |field: &str| pair.get(field).and_then(Value::as_str);
    if let (Some(name), Some(value)) = (text("key"), text("value"))
        && looks_secret(name, value)
        && let Some(slot) = pair.get_mut("value")
    {
        *slot = PLACEHOLDER.into();
    }
}

/// Refuses a placeholder where nothing is stored yet.
///
/// # Errors
/// `bad_argument` naming the variables.
pub(crate) fn refuse_in_create(vars: &BTreeMap<String, String>) -> Result<(), ToolError> {
    refuse(vars, |_| true, "a new resource has no stored value to keep; give the real one")
}

/// Whether a write contains a placeholder, so that the stored values are needed.
pub(crate) fn has_placeholder(vars: &BTreeMap<String, String>) -> bool {
    vars.values().any(|value| value.contains(PLACEHOLDER))
}

/// Puts the stored values back where a write has the placeholder. `stored` is the resource as the API shows it.
///
/// # Errors
/// `bad_argument` for a placeholder without a stored value, or inside a longer value.
pub(crate) fn restore(vars: &mut BTreeMap<String, String>, stored: &Value) -> Result<(), ToolError> {
    let stored = stored.get("env");
    for (name, value) in vars.iter_mut().filter(|(_, value)| *value == PLACEHOLDER) {
        if let Some(kept) = stored.and_then(|env| env.get(name)).and_then(Value::as_str) {
            kept.clone_into(value);
        }
    }
    refuse(vars, |value| value.contains(PLACEHOLDER), "no value is stored under that name; give the real one")
}

fn refuse(
    vars: &BTreeMap<String, String>,
    bad: impl Fn(&str) -> bool,
    why: &'static str,
) -> Result<(), ToolError> {
    let named = vars.iter().filter(|(_, value)| value.contains(PLACEHOLDER) && bad(value));
    let names: Vec<_> = named.map(|(name, _)| format!("`env.{name}`")).collect();
    match names.as_slice() {
        [] => Ok(()),
        names => Err(ToolError::bad_argument(format!("{} is {PLACEHOLDER}", names.join(", "))).hint(why)),
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
        || is_jwt(value)
        || has_userinfo(value)
        || looks_random(value)
}

/// `{{ RUNPOD_SECRET_name }}` names a secret and is not one.
fn is_reference(value: &str) -> bool {
    let inner = value.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inner.is_some_and(|name| name.trim().starts_with("RUNPOD_SECRET_"))
}

/// A signed token: JSON in base64, and two more parts.
fn is_jwt(value: &str) -> bool {
    value.starts_with("eyJ") && value.split('.').count() == 3
}

/// `scheme://user:password@host`.
fn has_userinfo(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

/// A long word of mixed letters and digits with more than 4.2 bits per character, which hex digests and UUIDs do
/// not have, nor names, paths and versions.
fn looks_random(value: &str) -> bool {
    const LEAST: usize = 24;
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'=' | b'_' | b'-');
    let has = |class: fn(&u8) -> bool| value.bytes().any(|b| class(&b));
    value.len() >= LEAST
        && value.bytes().all(word)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && entropy(value.as_bytes()) > 4.2
}

/// Shannon entropy in bits per byte.
#[expect(clippy::cast_precision_loss, reason = "lengths of environment values")]
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = BTreeMap::<u8, usize>::new();
    bytes.iter().for_each(|b| *counts.entry(*b).or_default() += 1);
    let total = bytes.len() as f64;
    counts.values().map(|n| *n as f64 / total).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_and_everything_else_stays() {
        let secret = [
            ("HF_HUB", "hf_AbCdEfGhIjKl"),
            ("OPENAI_API_KEY", "whatever1"),
            ("DB_PASSWORD", "correct horse"),
            ("MY_TOKEN", "12345678"),
            ("X", "sk-proj-abcdefgh"),
            ("AWS", "AKIAIOSFODNN7EXAMPLE"),
            ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
            ("DSN", "postgres://app:hunter22@db.example/app"),
            ("BLOB", "q7Zr4TnX0vLw9KdP2sYb6HmJ"),
            ("SESSION", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2ln"),
            ("R", "r8_AbCdEfGh"),
        ];
        let plain = [
            ("MODEL", "meta-llama/Llama-3.1-8B-Instruct"),
            ("PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample me@host"),
            ("API_KEY", "{{ RUNPOD_SECRET_openai }}"),
            ("USE_TOKEN", "true"),
            ("SHORT_TOKEN", "1234567"),
            ("COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
            ("URL", "https://example.com/path?x=1"),
            ("IMAGE", "runpod/pytorch:2.8.0-py3.11-cuda12.8.1"),
            ("FILE", "Meta-Llama-3.1-8B-Instruct.Q4_K_M.gguf"),
        ];
        for (name, value) in secret {
            assert!(looks_secret(name, value), "{name}");
        }
        for (name, value) in plain {
            assert!(!looks_secret(name, value), "{name}");
        }
    }

    #[test]
    fn nested_and_listed_env_is_redacted() {
        let mut value = json!({"pods": [{"env": {"A_KEY": "longenough", "B": "x"}}],
            "template": {"env": [{"key": "TOKEN", "value": "longenough"}]}, "name": "KEY longenough"});
        env(&mut value);
        assert_eq!(
            value,
            json!({"pods": [{"env": {"A_KEY": PLACEHOLDER, "B": "x"}}],
                "template": {"env": [{"key": "TOKEN", "value": PLACEHOLDER}]}, "name": "KEY longenough"})
        );
    }

    #[test]
    fn what_a_release_says_of_env_is_redacted_in_every_spelling() {
        for (field, told, shown) in [
            (
                "template.env",
                json!({"A_KEY": "longenough", "B": "x"}),
                json!({"A_KEY": PLACEHOLDER, "B": "x"}),
            ),
            (
                "env",
                json!([{"key": "TOKEN", "value": "longenough"}]),
                json!([{"key": "TOKEN", "value": PLACEHOLDER}]),
            ),
            ("env", json!(r#"{"TOKEN":"longenough"}"#), json!(r#"{"TOKEN":"[redacted]"}"#)),
            ("template.env.TOKEN", json!("longenough"), json!(PLACEHOLDER)),
            ("template.imageName", json!("longenough"), json!("longenough")),
        ] {
            let mut release = json!({"diff": [{"field": field, "old": null, "new": told}]});
            env(&mut release);
            assert_eq!(release["diff"][0]["new"], shown, "{field}");
        }
    }

    #[test]
    fn a_placeholder_keeps_the_stored_value_or_is_refused() {
        let stored = json!({"env": {"A": "stored-secret"}});
        let mut vars = BTreeMap::from([("A".into(), PLACEHOLDER.into()), ("B".into(), "new".into())]);
        assert_eq!(restore(&mut vars, &stored), Ok(()));
        assert_eq!(vars["A"], "stored-secret");

        let mut unknown = BTreeMap::from([("C".to_owned(), PLACEHOLDER.to_owned())]);
        assert!(restore(&mut unknown, &stored).is_err_and(|e| e.message.contains("env.C")));
        assert!(refuse_in_create(&unknown).is_err());
        let mut inside = BTreeMap::from([("A".to_owned(), format!("Bearer {PLACEHOLDER}"))]);
        assert!(restore(&mut inside, &stored).is_err());
    }
}
