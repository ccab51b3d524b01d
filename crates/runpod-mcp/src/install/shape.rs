//! The shapes of entries that more than one client takes, and what of an old entry stays in a new one.

use serde_json::{Map, Value, json};

use super::client::{Goal, VARIABLE, Wanted};

/// `{command, args, env}` or `{url, headers}`: what most clients take.
pub(super) fn plain(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        Goal::Local { .. } => Value::Object(program(wanted, "env")),
        Goal::Hosted { url } => Value::Object(address(wanted, "url", url)),
    }
}

/// The same with the kind of transport before it.
pub(super) fn typed(wanted: &Wanted<'_>) -> Value {
    let kind = match wanted.goal {
        Goal::Local { .. } => "stdio",
        Goal::Hosted { .. } => "http",
    };
    first("type", kind.into(), plain(wanted))
}

/// The same with an address under another key.
pub(super) fn with_server_url(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        Goal::Local { .. } => plain(wanted),
        Goal::Hosted { url } => Value::Object(address(wanted, "serverUrl", url)),
    }
}

/// A program and what it is told, with the key in its variables if it is to be there.
pub(super) fn program(wanted: &Wanted<'_>, variables: &str) -> Map<String, Value> {
    let mut entry = Map::new();
    if let Goal::Local { command, args } = wanted.goal {
        entry.insert("command".to_owned(), command.into());
        entry.insert("args".to_owned(), json!(args));
    }
    if let Some(key) = wanted.variable() {
        entry.insert(variables.to_owned(), json!({VARIABLE: key}));
    }
    entry
}

/// An address, with the key in a header if it is to be there.
pub(super) fn address(wanted: &Wanted<'_>, key: &str, url: &str) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert(key.to_owned(), url.into());
    if let Some(authorization) = wanted.authorization() {
        entry.insert("headers".to_owned(), json!({"Authorization": authorization}));
    }
    entry
}

/// An entry with this key before the others.
pub(super) fn first(key: &str, value: Value, entry: Value) -> Value {
    let mut all = Map::new();
    all.insert(key.to_owned(), value);
    if let Value::Object(entry) = entry {
        all.extend(entry);
    }
    Value::Object(all)
}

/// An entry with these keys behind the others.
pub(super) fn with(entry: Value, more: Value) -> Value {
    match (entry, more) {
        (Value::Object(mut entry), Value::Object(more)) => {
            entry.extend(more);
            Value::Object(entry)
        }
        (entry, _) => entry,
    }
}

/// Keys that say what is reached and how. They are ours; whatever else stands in an entry is the user's.
const OURS: [&str; 22] = [
    "args",
    "bearer_token_env_var",
    "cmd",
    "command",
    "env",
    "env_http_headers",
    "env_keys",
    "env_vars",
    "environment",
    "envs",
    "headers",
    "httpUrl",
    "http_headers",
    "name",
    "requestOptions",
    "serverUrl",
    "source",
    "transport",
    "type",
    "uri",
    "url",
    "auth",
];

/// Maps of variables, in which other variables than ours are the user's.
const VARIABLES: [&str; 3] = ["env", "environment", "envs"];

/// A new entry with what the user had added to the old one: `disabled`, `autoApprove`, a time limit, other variables.
pub(super) fn keeping(new: Value, old: Option<&Value>) -> Value {
    let (Value::Object(mut new), Some(Value::Object(old))) = (new.clone(), old) else { return new };
    let is_program = new.contains_key("command") || new.contains_key("cmd");
    for (key, value) in old {
        let ours = OURS.contains(&key.as_str());
        if !ours {
            new.insert(key.clone(), value.clone());
        } else if is_program && VARIABLES.contains(&key.as_str()) {
            keep_variables(&mut new, key, value);
        }
    }
    Value::Object(new)
}

fn keep_variables(new: &mut Map<String, Value>, key: &str, old: &Value) {
    let others: Map<_, _> = old
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != VARIABLE)
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    if others.is_empty() {
        return;
    }
    if let Value::Object(variables) = new.entry(key).or_insert_with(|| json!({})) {
        variables.extend(others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_added_stays_and_what_was_reached_before_goes() {
        let old = json!({"command": "npx", "args": ["-y", "x"], "env": {"RUNPOD_API_KEY": "rpa_old", "MORE": "1"},
            "disabled": true, "autoApprove": ["list-pods"]});
        let local = keeping(json!({"command": "/bin/runpod-mcp", "args": ["serve"]}), Some(&old));
        assert_eq!(
            local,
            json!({"command": "/bin/runpod-mcp", "args": ["serve"], "env": {"MORE": "1"}, "disabled": true,
                "autoApprove": ["list-pods"]})
        );
        let hosted = keeping(json!({"url": "https://a/"}), Some(&old));
        assert_eq!(hosted, json!({"url": "https://a/", "disabled": true, "autoApprove": ["list-pods"]}));
        assert_eq!(keeping(json!({"url": "u"}), Some(&json!("x"))), json!({"url": "u"}));
    }
}
