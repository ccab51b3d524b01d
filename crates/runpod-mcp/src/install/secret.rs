//! Which texts of a configuration are secret, so that a difference can be shown without them.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::reply::redact::looks_secret;

/// What stands for a secret wherever one would be shown.
pub const SHOWN: &str = "(redacted)";

/// Below these keys, every text is taken for a secret: they belong to other servers, about which nothing is known.
const HOLDERS: [&str; 7] =
    ["env", "envs", "environment", "headers", "http_headers", "requestOptions", "requestInit"];

/// Shorter texts are flags and numbers, and hiding them would garble what is shown.
const SHORTEST: usize = 6;

/// The secret texts in an entry, or in a whole file.
#[must_use]
pub fn secrets(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, "", false, &mut found);
    found
}

/// Whether a value holds a secret.
#[must_use]
pub fn has_secret(value: &Value) -> bool {
    !secrets(value).is_empty()
}

fn collect(value: &Value, name: &str, held: bool, out: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_reference(text) => (),
        Value::String(text) => {
            if (held && text.chars().count() >= SHORTEST) || looks_secret(name, text) {
                out.insert(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, held, out)),
        Value::Object(map) => {
            for (name, value) in map {
                collect(value, name, held || HOLDERS.contains(&name.as_str()), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}

/// `${NAME}`, `$NAME`, `${input:name}` and `SOME_NAME` tell where a secret is, not what it is.
fn is_reference(text: &str) -> bool {
    let in_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if text.contains('_') && text.chars().all(in_name) {
        return true;
    }
    let bare = text.strip_prefix("Bearer ").unwrap_or(text);
    let name =
        bare.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| bare.strip_prefix('$'));
    name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-')))
}

/// A text without these secrets, in whatever way they are spelled in it, and without anything that is shaped like a key.
#[must_use]
pub fn without(text: &str, secrets: &BTreeSet<String>) -> String {
    let mut text = text.to_owned();
    let mut longest_first: Vec<_> = secrets.iter().collect();
    longest_first.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in longest_first {
        let quoted = Value::from(secret.as_str()).to_string();
        let escaped = quoted.trim_matches('"');
        text = text.replace(escaped, SHOWN).replace(secret.as_str(), SHOWN);
    }
    match Regex::new(r"rpa_\w+") {
        Ok(keys) => keys.replace_all(&text, "rpa_…(redacted)").into_owned(),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_secret_and_references_to_them_are_not() {
        let entry = json!({"command": "/usr/bin/runpod-mcp", "args": ["serve"],
            "env": {"RUNPOD_API_KEY": "rpa_1234567890", "A": "${RUNPOD_API_KEY}", "B": "1"},
            "bearer_token_env_var": "RUNPOD_API_KEY",
            "headers": {"Authorization": "Bearer ${env:RUNPOD_API_KEY}", "X": "another secret"}});
        let found: Vec<_> = secrets(&entry).into_iter().collect();
        assert_eq!(found, ["another secret", "rpa_1234567890"]);
        assert!(!has_secret(&json!({"url": "https://mcp.getrunpod.io/"})));
    }

    #[test]
    fn a_secret_is_hidden_in_every_spelling() {
        let secrets = secrets(&json!({"env": {"K": "a\"b\\c-é"}}));
        assert_eq!(without(r#"x "a\"b\\c-é" y"#, &secrets), r#"x "(redacted)" y"#);
        assert_eq!(without(r#"x 'a"b\c-é' y"#, &secrets), "x '(redacted)' y");
        assert_eq!(without("# rpa_OLD_123 is old", &secrets), "# rpa_…(redacted) is old");
    }
}
