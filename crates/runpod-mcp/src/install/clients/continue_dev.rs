//! Continue. A project takes a file for each server; for one person, servers are a list in the configuration.

use serde_json::{Value, json};

use crate::install::client::{Client, Goal, Reach, Reference, Seat, VARIABLE, Wanted, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "continue",
    name: "Continue",
    signals: |machine| there([Some(machine.home(".continue")), machine.program("cn", &[])]),
    seats: |machine| {
        let file = machine.home(".continue/config.yaml");
        vec![Seat { must_exist: true, ..Seat::new(file, Dialect::Yaml, &["mcpServers"], item) }]
    },
    project: Some(|folder| {
        let file = folder.join(".continue").join("mcpServers").join("runpod.json");
        Seat::new(file, Dialect::Json, &["mcpServers"], shape::plain)
    }),
    shadows: no_shadows,
    reach: Reach::HostedUnproved,
    reference: Reference::None,
    next: "nothing: Continue reads its configuration again by itself",
    sign_in: "give it the key instead, with --auth inline",
};

fn item(wanted: &Wanted<'_>) -> Value {
    match wanted.goal {
        Goal::Local { command, args } => {
            let item = json!({"name": wanted.name, "command": command, "args": args});
            match wanted.variable() {
                Some(key) => shape::with(item, json!({"env": {VARIABLE: key}})),
                None => item,
            }
        }
        Goal::Hosted { url } => {
            let item = json!({"name": wanted.name, "type": "streamable-http", "url": url});
            match wanted.authorization() {
                Some(header) => {
                    shape::with(item, json!({"requestOptions": {"headers": {"Authorization": header}}}))
                }
                None => item,
            }
        }
    }
}
