//! Claude Code. It writes its file all the time while it runs; an entry of the project or of the folder wins.

use std::path::Path;

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, there};
use crate::install::edit::Dialect;
use crate::install::machine::Machine;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "claude-code",
    name: "Claude Code",
    signals: |machine| {
        let program = machine.program("claude", &[".local/bin", ".claude/local"]);
        there([program, Some(file(machine)), Some(machine.home(".claude"))])
    },
    seats: |machine| vec![Seat::new(file(machine), Dialect::JsonAfterMark, &["mcpServers"], shape::typed)],
    project: Some(project),
    shadows: |machine| {
        let folder = machine.folder().to_string_lossy().into_owned();
        let local = ["projects", &folder, "mcpServers"];
        vec![
            Seat::new(file(machine), Dialect::JsonAfterMark, &local, shape::typed),
            project(machine.folder()),
        ]
    },
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Dollar,
    next: "start a new session, or type /mcp in a running one",
    sign_in: "type /mcp in a session, choose the server and sign in",
};

fn file(machine: &Machine) -> std::path::PathBuf {
    let folder = machine.named_from_here("CLAUDE_CONFIG_DIR").unwrap_or_else(|| machine.home(""));
    folder.join(".claude.json")
}

fn project(folder: &Path) -> Seat {
    Seat::new(folder.join(".mcp.json"), Dialect::JsonAfterMark, &["mcpServers"], shape::typed)
}
