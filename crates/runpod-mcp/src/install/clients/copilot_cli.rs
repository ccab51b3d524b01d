//! GitHub Copilot CLI. It looks below the home whatever `XDG_CONFIG_HOME` says.

use std::path::Path;

use serde_json::{Value, json};

use crate::install::client::{Client, Goal, LOOPBACK, Reach, Reference, Seat, Wanted, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "copilot-cli",
    name: "Copilot CLI",
    signals: |machine| there([machine.program("copilot", &[]), Some(machine.home(".copilot"))]),
    seats: |machine| {
        let folder = machine.named("COPILOT_HOME").unwrap_or_else(|| machine.home(".copilot"));
        vec![Seat::new(folder.join("mcp-config.json"), Dialect::Jsonc, &["mcpServers"], entry)]
    },
    project: Some(project),
    shadows: |machine| vec![project(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::None,
    next: "start it again",
    sign_in: "start it again and sign in when it asks",
};

fn project(folder: &Path) -> Seat {
    Seat::new(folder.join(".github").join("mcp.json"), Dialect::Jsonc, &["mcpServers"], entry)
}

fn entry(wanted: &Wanted<'_>) -> Value {
    let kind = match wanted.goal {
        Goal::Local { .. } => "local",
        Goal::Hosted { .. } => "http",
    };
    shape::with(shape::first("type", kind.into(), shape::plain(wanted)), json!({"tools": ["*"]}))
}
