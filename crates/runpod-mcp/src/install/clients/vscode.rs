//! VS Code, with a file for each of its profiles.

use std::path::{Path, PathBuf};

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, there};
use crate::install::edit::Dialect;
use crate::install::machine::Machine;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "vscode",
    name: "VS Code",
    signals: |machine| {
        there([Some(user(machine)), machine.bundle("Visual Studio Code"), machine.program("code", &[])])
    },
    seats: |machine| seats(machine, &user(machine)),
    project: Some(project),
    shadows: |machine| vec![project(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Env,
    next: NEXT,
    sign_in: SIGN_IN,
};

pub(super) const NEXT: &str = "start the server from the MCP view, and trust it when asked";
pub(super) const SIGN_IN: &str = "start the server from the MCP view, trust it and sign in when asked";

fn user(machine: &Machine) -> PathBuf {
    let portable = machine.named("VSCODE_PORTABLE").map(|folder| folder.join("user-data").join("User"));
    portable.unwrap_or_else(|| machine.settings("Code/User"))
}

/// The default profile and the named ones, which do not share their servers.
pub(super) fn seats(machine: &Machine, user: &Path) -> Vec<Seat> {
    let profiles = machine.folders_in(&user.join("profiles"));
    [user.to_owned()].into_iter().chain(profiles).map(|folder| seat(folder.join("mcp.json"))).collect()
}

pub(super) fn project(folder: &Path) -> Seat {
    seat(folder.join(".vscode").join("mcp.json"))
}

fn seat(file: PathBuf) -> Seat {
    Seat::new(file, Dialect::Jsonc, &["servers"], shape::typed)
}
