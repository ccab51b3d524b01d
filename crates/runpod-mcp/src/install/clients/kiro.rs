//! Kiro, the editor and the command line. An entry of the project wins.

use std::path::Path;

use serde_json::{Value, json};

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, Wanted, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "kiro",
    name: "Kiro",
    signals: |machine| {
        let programs = ["kiro", "kiro-cli"].map(|name| machine.program(name, &[".local/bin"]));
        there(programs.into_iter().chain([Some(machine.home(".kiro")), machine.bundle("Kiro")]))
    },
    seats: |machine| vec![seat(&machine.home(""))],
    project: Some(seat),
    shadows: |machine| vec![seat(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Dollar,
    next: "nothing: Kiro connects again when its file changes; a variable has to be approved in its settings",
    sign_in: "sign in when Kiro asks",
};

fn seat(folder: &Path) -> Seat {
    Seat::new(folder.join(".kiro").join("settings").join("mcp.json"), Dialect::Json, &["mcpServers"], entry)
}

fn entry(wanted: &Wanted<'_>) -> Value {
    shape::with(shape::plain(wanted), json!({"disabled": false, "autoApprove": []}))
}
