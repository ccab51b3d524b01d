//! Cline: the extension, in every editor that has it, and the command line.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::install::client::{Client, Goal, LOOPBACK, Reach, Reference, Seat, Wanted, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::machine::{Machine, join};
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "cline",
    name: "Cline",
    signals: |machine| there(extensions(machine).into_iter().chain([machine.home(".cline")]).map(Some)),
    seats: |machine| {
        let found = extensions(machine).into_iter().filter(|folder| folder.is_dir());
        let mut all: Vec<_> =
            found.map(|folder| seat(join(&folder, "settings/cline_mcp_settings.json"))).collect();
        let own = machine.named("CLINE_DIR").unwrap_or_else(|| machine.home(".cline"));
        let named = machine.named("CLINE_MCP_SETTINGS_PATH");
        if all.is_empty() || named.is_some() || own.is_dir() {
            all.push(seat(named.unwrap_or_else(|| join(&own, "data/settings/cline_mcp_settings.json"))));
        }
        all
    },
    project: None,
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::None,
    next: "nothing: the extension watches its file; the command line reads it in the next session",
    sign_in: "sign in when Cline asks",
};

/// Where the extension keeps its files in each editor.
fn extensions(machine: &Machine) -> Vec<PathBuf> {
    let editors = ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"];
    let folder = |editor| machine.settings(&format!("{editor}/User/globalStorage/saoudrizwan.claude-dev"));
    editors.into_iter().map(folder).collect()
}

fn seat(file: PathBuf) -> Seat {
    Seat::new(file, Dialect::Json, &["mcpServers"], entry)
}

/// Without a type, an address is taken for the old transport.
fn entry(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        Goal::Local { .. } => shape::with(shape::plain(wanted), json!({"disabled": false})),
        Goal::Hosted { .. } => shape::first("type", "streamableHttp".into(), shape::plain(wanted)),
    }
}
