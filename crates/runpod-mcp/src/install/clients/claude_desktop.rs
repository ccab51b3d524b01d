//! Claude Desktop. Its file knows programs only; on Windows the packaged application reads a file of its own.

use std::path::{Path, PathBuf};

use crate::install::client::{Client, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::machine::{Machine, System, join};
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "claude-desktop",
    name: "Claude Desktop",
    signals: |machine| {
        let folders = folders(machine).into_iter().map(Some);
        there(folders.chain([machine.bundle("Claude")]))
    },
    seats: |machine| folders(machine).iter().map(|folder| seat(folder)).collect(),
    project: None,
    shadows: no_shadows,
    reach: Reach::Stdio,
    reference: Reference::None,
    next: "quit Claude Desktop completely and start it again",
    sign_in: "or use it without a file: Settings, Connectors, Add custom connector, and give the address",
};

/// The folder of the packaged application where there is one, and the ordinary one where that is or where nothing is.
fn folders(machine: &Machine) -> Vec<PathBuf> {
    let ordinary = machine.settings("Claude");
    if machine.system() != System::Windows {
        return vec![ordinary];
    }
    let packages = machine.folders_in(&machine.local_appdata("Packages"));
    let is_claude = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Claude_"))
    };
    let packaged = packages.into_iter().filter(is_claude);
    let mut all: Vec<_> = packaged.map(|folder| join(&folder, "LocalCache/Roaming/Claude")).collect();
    if all.is_empty() || ordinary.is_dir() {
        all.push(ordinary);
    }
    all
}

fn seat(folder: &Path) -> Seat {
    Seat::new(folder.join("claude_desktop_config.json"), Dialect::Json, &["mcpServers"], shape::plain)
}
