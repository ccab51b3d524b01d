//! opencode. It reads the first of two names, and its newer layout nests the servers one deeper.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::install::client::{
    Client, Goal, LOOPBACK, Reach, Reference, Seat, VARIABLE, Wanted, no_shadows, there,
};
use crate::install::edit::{Dialect, everything};
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "opencode",
    name: "opencode",
    signals: |machine| {
        there([machine.program("opencode", &[".opencode/bin"]), Some(machine.xdg("opencode"))])
    },
    seats: |machine| vec![seat(&machine.xdg("opencode"), "opencode.jsonc")],
    project: Some(|folder| seat(folder, "opencode.json")),
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Brace,
    next: "start it again",
    sign_in: "run `opencode mcp auth {name}`",
};

fn seat(folder: &Path, new: &str) -> Seat {
    let names = ["opencode.json", "opencode.jsonc"].map(|name| folder.join(name));
    let file = names.into_iter().find(|file| file.is_file()).unwrap_or_else(|| folder.join(new));
    let map: &[&str] = if is_nested(&file) { &["mcp", "servers"] } else { &["mcp"] };
    Seat::new(file, Dialect::Jsonc, map, entry)
}

/// Whether the servers of a file are in `mcp.servers`, and that is not a server of that name.
fn is_nested(file: &PathBuf) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let servers = everything(&text, Dialect::Jsonc).and_then(|all| all.get("mcp")?.get("servers").cloned());
    servers.is_some_and(|servers| servers.is_object() && servers.get("type").is_none())
}

fn entry(wanted: &Wanted<'_>) -> Value {
    let Goal::Local { command, args } = wanted.goal else {
        return shape::with(
            shape::first("type", "remote".into(), shape::plain(wanted)),
            json!({"enabled": true}),
        );
    };
    let words: Vec<_> = [command].into_iter().chain(args.iter().map(String::as_str)).collect();
    let mut entry = Map::new();
    entry.insert("type".to_owned(), "local".into());
    entry.insert("command".to_owned(), json!(words));
    if let Some(key) = wanted.variable() {
        entry.insert("environment".to_owned(), json!({VARIABLE: key}));
    }
    entry.insert("enabled".to_owned(), true.into());
    Value::Object(entry)
}
