//! Goose. Its extensions are in YAML, and it keeps keys in a keyring of its own.

use serde_json::{Value, json};

use crate::install::client::{
    Client, Goal, LOOPBACK, Reach, Reference, Seat, VARIABLE, Wanted, no_shadows, there,
};
use crate::install::edit::Dialect;
use crate::install::machine::{Machine, System};

pub(super) const CLIENT: Client = Client {
    id: "goose",
    name: "Goose",
    signals: |machine| {
        there([machine.program("goose", &[".local/bin"]), Some(file(machine)), machine.bundle("Goose")])
    },
    seats: |machine| vec![Seat::new(file(machine), Dialect::Yaml, &["extensions"], entry)],
    project: None,
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Own,
    next: "start a new session",
    sign_in: "start a new session and sign in when Goose asks",
};

fn file(machine: &Machine) -> std::path::PathBuf {
    match machine.system() {
        System::Windows => machine.appdata("Block/goose/config/config.yaml"),
        System::Linux | System::MacOs => machine.home(".config/goose/config.yaml"),
    }
}

fn entry(wanted: &Wanted<'_>) -> Value {
    let keys: Vec<_> = wanted.bare_variable().into_iter().collect();
    match wanted.goal {
        Goal::Local { command, args } => {
            let envs = wanted.variable().map_or(json!({}), |key| json!({VARIABLE: key}));
            json!({"enabled": true, "type": "stdio", "name": wanted.name, "description": "Runpod", "cmd": command,
                "args": args, "envs": envs, "env_keys": keys, "timeout": 300})
        }
        Goal::Hosted { url } => {
            let header = |key: String| json!({"Authorization": key});
            let bare = wanted.bare_variable().map(|name| format!("Bearer ${{{name}}}"));
            let headers = wanted.authorization().or(bare).map_or(json!({}), header);
            json!({"enabled": true, "type": "streamable_http", "name": wanted.name, "description": "Runpod", "uri": url,
                "envs": {}, "env_keys": keys, "headers": headers, "timeout": 300})
        }
    }
}
