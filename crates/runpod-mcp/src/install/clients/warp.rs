//! Warp, the terminal.

use std::path::Path;

use crate::install::client::{Client, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "warp",
    name: "Warp",
    signals: |machine| {
        there([Some(machine.home(".warp")), machine.bundle("Warp"), machine.program("warp-terminal", &[])])
    },
    seats: |machine| vec![seat(&machine.home(""))],
    project: Some(seat),
    shadows: no_shadows,
    reach: Reach::HostedUnproved,
    reference: Reference::None,
    next: "start the server in Settings, MCP Servers",
    sign_in: "start the server in Settings, MCP Servers, and sign in there",
};

fn seat(folder: &Path) -> Seat {
    Seat::new(folder.join(".warp").join(".mcp.json"), Dialect::Json, &["mcpServers"], shape::plain)
}
