//! Devin Desktop, which was Windsurf: another file and another key for the address; who has both gets both.

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, there};
use crate::install::edit::Dialect;
use crate::install::machine::{Machine, System};
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "windsurf",
    name: "Devin Desktop (Windsurf)",
    signals: |machine| {
        let places = [devin(machine), machine.home(".codeium/windsurf")];
        there(places.map(Some).into_iter().chain([machine.bundle("Devin"), machine.bundle("Windsurf")]))
    },
    seats: |machine| {
        let (new, old) = (devin(machine), machine.home(".codeium/windsurf"));
        let file = |folder: &std::path::Path| folder.join("mcp_config.json");
        let new_seat = Seat::new(file(&new), Dialect::Json, &["mcpServers"], shape::plain);
        let old_seat = Seat::new(file(&old), Dialect::Json, &["mcpServers"], shape::with_server_url);
        match (new.is_dir(), old.is_dir()) {
            (true, true) => vec![new_seat, old_seat],
            (false, true) => vec![old_seat],
            (_, false) => vec![new_seat],
        }
    },
    project: Some(project),
    shadows: |machine| vec![project(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Env,
    next: "refresh the list of MCP servers, or start it again",
    sign_in: "refresh the list of MCP servers and sign in there",
};

fn devin(machine: &Machine) -> std::path::PathBuf {
    match machine.system() {
        System::Windows => machine.appdata("devin"),
        System::Linux | System::MacOs => machine.home(".config/devin"),
    }
}

fn project(folder: &std::path::Path) -> Seat {
    Seat::new(folder.join(".devin").join("mcp_config.json"), Dialect::Json, &["mcpServers"], shape::plain)
}
