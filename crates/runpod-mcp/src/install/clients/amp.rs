//! Amp. Its settings have one key with a dot in it.

use std::path::{Path, PathBuf};

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "amp",
    name: "Amp",
    signals: |machine| there([machine.program("amp", &[".amp/bin"]), Some(machine.xdg("amp"))]),
    seats: |machine| vec![seat(&machine.xdg("amp"))],
    project: Some(|folder| seat(&folder.join(".amp"))),
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Dollar,
    next: "start a new session",
    sign_in: "run `amp mcp oauth login {name}`",
};

fn seat(folder: &Path) -> Seat {
    let with_comments: PathBuf = folder.join("settings.jsonc");
    let file = if with_comments.is_file() { with_comments } else { folder.join("settings.json") };
    Seat::new(file, Dialect::Jsonc, &["amp.mcpServers"], shape::plain)
}
