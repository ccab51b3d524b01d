//! Gemini CLI. A trailing comma or a byte order mark in its file stops it altogether.

use std::path::{Path, PathBuf};

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, Wanted, there};
use crate::install::edit::Dialect;
use crate::install::shape;
use serde_json::Value;

pub(super) const CLIENT: Client = Client {
    id: "gemini-cli",
    name: "Gemini CLI",
    signals: |machine| there([machine.program("gemini", &[]), Some(machine.home(".gemini/settings.json"))]),
    seats: |machine| {
        let home = machine.named("GEMINI_CLI_HOME").unwrap_or_else(|| machine.home(""));
        vec![seat(home.join(".gemini").join("settings.json"))]
    },
    project: Some(project),
    shadows: |machine| vec![project(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Dollar,
    next: "start it again; in a folder that is not trusted it shows no servers",
    sign_in: "start it again and type /mcp auth",
};

fn project(folder: &Path) -> Seat {
    seat(folder.join(".gemini").join("settings.json"))
}

fn seat(file: PathBuf) -> Seat {
    Seat::new(file, Dialect::JsonWithComments, &["mcpServers"], entry)
}

fn entry(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        crate::install::client::Goal::Local { .. } => shape::plain(wanted),
        crate::install::client::Goal::Hosted { .. } => shape::typed(wanted),
    }
}
