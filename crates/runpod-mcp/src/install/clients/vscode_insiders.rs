//! VS Code Insiders, which shares nothing with the stable one.

use super::vscode::{NEXT, SIGN_IN, project, seats};
use crate::install::client::{Client, LOOPBACK, Reach, Reference, there};

pub(super) const CLIENT: Client = Client {
    id: "vscode-insiders",
    name: "VS Code Insiders",
    signals: |machine| {
        let bundle = machine.bundle("Visual Studio Code - Insiders");
        there([Some(machine.settings("Code - Insiders/User")), bundle, machine.program("code-insiders", &[])])
    },
    seats: |machine| seats(machine, &machine.settings("Code - Insiders/User")),
    project: Some(project),
    shadows: |machine| vec![project(machine.folder())],
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::Env,
    next: NEXT,
    sign_in: SIGN_IN,
};
