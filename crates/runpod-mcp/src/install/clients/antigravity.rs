//! Antigravity, editor and command line. It signs in through an address of its own.

use crate::install::client::{Client, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "antigravity",
    name: "Antigravity",
    signals: |machine| {
        let places = [machine.home(".gemini/config"), machine.home(".gemini/antigravity")];
        there(
            places.map(Some).into_iter().chain([machine.bundle("Antigravity"), machine.program("agy", &[])]),
        )
    },
    seats: |machine| {
        let (new, old) = (machine.home(".gemini/config"), machine.home(".gemini/antigravity"));
        let folder = if !new.is_dir() && old.is_dir() { old } else { new };
        vec![seat(folder.join("mcp_config.json"))]
    },
    project: Some(|folder| seat(folder.join(".agents").join("mcp_config.json"))),
    shadows: no_shadows,
    reach: Reach::Hosted(&["https://antigravity.google/oauth-callback"]),
    reference: Reference::None,
    next: "refresh the list of MCP servers",
    sign_in: "refresh the list of MCP servers and sign in there",
};

fn seat(file: std::path::PathBuf) -> Seat {
    Seat::new(file, Dialect::Json, &["mcpServers"], shape::with_server_url)
}
