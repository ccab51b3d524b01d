//! Codex: command line, editor extension and application share one file.

use std::path::Path;

use serde_json::{Value, json};

use crate::install::client::{Client, Goal, LOOPBACK, Reach, Reference, Seat, Wanted, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::machine::Machine;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "codex",
    name: "Codex",
    signals: |machine| there([machine.program("codex", &[]), Some(folder(machine))]),
    seats: |machine| vec![seat(&folder(machine))],
    project: Some(|project| seat(&project.join(".codex"))),
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Own,
    next: "start a new session",
    sign_in: "run `codex mcp login {name}`",
};

fn folder(machine: &Machine) -> std::path::PathBuf {
    machine.named("CODEX_HOME").unwrap_or_else(|| machine.home(".codex"))
}

fn seat(folder: &Path) -> Seat {
    Seat::new(folder.join("config.toml"), Dialect::Toml, &["mcp_servers"], entry)
}

/// It ignores `headers` without a word; its own keys name the variable or hold the header.
fn entry(wanted: &Wanted<'_>) -> Value {
    match (wanted.goal, wanted.bare_variable()) {
        (Goal::Local { .. }, None) => shape::plain(wanted),
        (Goal::Local { .. }, Some(name)) => shape::with(shape::plain(wanted), json!({"env_vars": [name]})),
        (Goal::Hosted { url }, Some(name)) => json!({"url": url, "bearer_token_env_var": name}),
        (Goal::Hosted { url }, None) => match wanted.authorization() {
            Some(header) => json!({"url": url, "http_headers": {"Authorization": header}}),
            None => json!({"url": url}),
        },
    }
}
