//! Cursor, the editor and its command line.

use std::path::Path;

use crate::install::client::{Client, Reach, Reference, Seat, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "cursor",
    name: "Cursor",
    signals: |machine| {
        let places =
            [machine.home(".cursor"), machine.settings("Cursor"), machine.local_appdata("Programs/cursor")];
        there(
            places
                .map(Some)
                .into_iter()
                .chain([machine.bundle("Cursor"), machine.program("cursor-agent", &[])]),
        )
    },
    seats: |machine| vec![seat(machine.home(".cursor/mcp.json"))],
    project: Some(|folder| seat(folder.join(".cursor").join("mcp.json"))),
    shadows: |machine| vec![seat(Path::join(machine.folder(), ".cursor/mcp.json"))],
    // Current desktop builds use loopback; older ones and cloud agents the others.
    reach: Reach::Hosted(&[
        "http://localhost:8787/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
    ]),
    reference: Reference::Env,
    next: "switch the server on in Settings, MCP",
    sign_in: "switch the server on in Settings, MCP, and sign in there",
};

fn seat(file: std::path::PathBuf) -> Seat {
    Seat::new(file, Dialect::Jsonc, &["mcpServers"], shape::plain)
}
