//! JetBrains Junie. Its editors are documented to start programs only.

use std::path::Path;

use crate::install::client::{Client, Reach, Reference, Seat, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "junie",
    name: "JetBrains Junie",
    signals: |machine| there([Some(machine.home(".junie")), machine.program("junie", &[".local/bin"])]),
    seats: |machine| vec![seat(&machine.home(""))],
    project: Some(seat),
    shadows: |machine| vec![seat(machine.folder())],
    reach: Reach::Stdio,
    reference: Reference::None,
    next: "apply it in Settings, Tools, Junie, MCP Settings",
    sign_in: "apply it in Settings, Tools, Junie, MCP Settings",
};

fn seat(folder: &Path) -> Seat {
    Seat::new(
        folder.join(".junie").join("mcp").join("mcp.json"),
        Dialect::Json,
        &["mcpServers"],
        shape::plain,
    )
}
