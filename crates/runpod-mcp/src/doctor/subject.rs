//! What a client's entry leads to, whatever words the client has for it.

use std::path::Path;

use reqwest::Client;
use serde_json::Value;

use super::entry::{self, Entry};
use super::{Check, hosted};
use crate::remote::Address;

/// An entry, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A program that the client starts.
    Program(Entry),
    /// A server that the client calls, or our bridge for it.
    Server {
        /// Whose entry it is.
        client: String,
        /// Where the server is.
        at: Address,
        /// The bridge, where there is one.
        bridge: Option<String>,
    },
    /// Something else.
    Unclear {
        /// Whose entry it is.
        client: String,
    },
}

impl Subject {
    /// What an entry means; `args` and `env` go by several names.
    #[must_use]
    pub fn of(client: &str, entry: &Value) -> Self {
        let client = client.to_owned();
        let entry = entry.get("transport").filter(|inner| inner.is_object()).unwrap_or(entry);
        let url = ["url", "serverUrl", "httpUrl", "uri"].iter().find_map(|key| entry.get(key)?.as_str());
        if let Some(at) = url.and_then(|url| Address::parse(url).ok()) {
            return Self::Server { client, at, bridge: None };
        }
        let words = ["command", "cmd", "args"].iter().filter_map(|key| entry.get(key)).flat_map(words);
        let mut words = words.collect::<Vec<_>>().into_iter();
        let Some(command) = words.next() else { return Self::Unclear { client } };
        let args: Vec<String> = words.collect();
        match bridged(&args) {
            Some(at) => Self::Server { client, at, bridge: Some(command) },
            None => Self::Program(Entry { client, command: command.into(), args, env: env(entry) }),
        }
    }

    /// Looks at it: starts a program, calls a server. Nobody is asked to sign in.
    pub async fn check(&self, http: &Client) -> Vec<Check> {
        match self {
            Self::Program(entry) => vec![entry::check(entry).await],
            Self::Server { client, at, bridge } => {
                let missing =
                    bridge.as_ref().filter(|path| Path::new(path).is_absolute() && !Path::new(path).exists());
                let mut checks: Vec<_> = missing.map(|path| gone(client, path)).into_iter().collect();
                checks.extend(hosted::check(http, at).await);
                checks
            }
            Self::Unclear { client } => {
                let remedy = "run `runpod-mcp add` again to replace it";
                vec![Check::warn(
                    format!("entry of {client}"),
                    "names neither a program nor an address",
                    remedy,
                )]
            }
        }
    }
}

fn gone(client: &str, path: &str) -> Check {
    let finding = format!("{path} is not there");
    Check::fail(
        format!("entry of {client}"),
        finding,
        "run `runpod-mcp add` again: the program was moved or removed",
    )
}

/// A word, or several.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(words) => words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// The server behind our bridge.
fn bridged(args: &[String]) -> Option<Address> {
    let behind = args.iter().skip_while(|arg| *arg != "bridge").skip(1);
    behind.filter(|arg| !arg.starts_with('-')).find_map(|arg| Address::parse(arg).ok())
}

/// What an entry adds to the environment. What the client would fill in, only the client knows.
fn env(entry: &Value) -> Vec<(String, String)> {
    let maps = ["env", "environment", "envs"].iter().filter_map(|key| entry.get(key)?.as_object());
    let pairs = maps.flatten().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    pairs.filter(|(_, value)| !value.contains(['$', '{'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn program(entry: &Value) -> (String, Vec<String>, Vec<(String, String)>) {
        let Subject::Program(entry) = Subject::of("x", entry) else { panic!("{entry}") };
        (entry.command.display().to_string(), entry.args, entry.env)
    }

    #[test]
    fn programs_are_found_in_the_words_of_every_client() {
        let expected = ("/b".to_owned(), vec!["serve".to_owned()], vec![("A".to_owned(), "1".to_owned())]);
        for entry in [
            json!({"command": "/b", "args": ["serve"], "env": {"A": "1"}}),
            json!({"type": "local", "command": ["/b", "serve"], "environment": {"A": "1"}}),
            json!({"type": "stdio", "cmd": "/b", "args": ["serve"], "envs": {"A": "1"}}),
            json!({"transport": {"type": "stdio", "command": "/b", "args": ["serve"], "env": {"A": "1"}}}),
        ] {
            assert_eq!(program(&entry), expected, "{entry}");
        }
        let filled_in = json!({"command": "/b", "env": {"A": "${A}", "B": "{env:B}", "C": "c"}});
        assert_eq!(program(&filled_in).2, [("C".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn servers_are_found_behind_addresses_and_behind_our_bridge() {
        let at = Address::parse("https://mcp.example/").unwrap();
        let server = |entry: &Value| match Subject::of("x", entry) {
            Subject::Server { at, bridge, .. } => (at, bridge),
            other => panic!("{other:?}"),
        };
        for key in ["url", "serverUrl", "httpUrl", "uri"] {
            assert_eq!(server(&json!({key: "https://mcp.example/"})), (at.clone(), None));
        }
        let bridge = json!({"command": "/b", "args": ["bridge", "--no-sign-in", "https://mcp.example/"]});
        assert_eq!(server(&bridge), (at, Some("/b".to_owned())));
        assert_eq!(Subject::of("x", &json!({"a": 1})), Subject::Unclear { client: "x".to_owned() });
    }

    #[test]
    fn a_key_in_an_entry_shows_itself_to_nobody() {
        let entry = json!({"command": "/b", "args": ["CANARY"], "env": {"RUNPOD_API_KEY": "CANARY"}});
        assert!(!format!("{:?}", Subject::of("x", &entry)).contains("CANARY"));
    }
}
