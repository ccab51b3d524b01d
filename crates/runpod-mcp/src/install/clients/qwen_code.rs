//! Qwen Code. An address has a key of its own.

use std::path::Path;

use serde_json::Value;

use crate::install::client::{Client, Goal, LOOPBACK, Reach, Reference, Seat, Wanted, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "qwen-code",
    name: "Qwen Code",
    signals: |machine| there([machine.program("qwen", &[]), Some(machine.home(".qwen"))]),
    seats: |machine| vec![seat(&machine.home(""))],
    project: Some(seat),
    shadows: |machine| vec![seat(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Dollar,
    next: "start it again",
    sign_in: "start it again and type /mcp auth",
};

fn seat(folder: &Path) -> Seat {
    Seat::new(folder.join(".qwen").join("settings.json"), Dialect::JsonWithComments, &["mcpServers"], entry)
}

fn entry(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        Goal::Local { .. } => shape::plain(wanted),
        Goal::Hosted { url } => Value::Object(shape::address(wanted, "httpUrl", url)),
    }
}
