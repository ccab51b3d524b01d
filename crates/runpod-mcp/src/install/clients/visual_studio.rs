//! Visual Studio, on Windows only.

use std::path::{Path, PathBuf};

use crate::install::client::{Client, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::machine::System;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "visual-studio",
    name: "Visual Studio",
    signals: |machine| match machine.system() {
        System::Windows => there([Some(machine.local_appdata("Microsoft/VisualStudio"))]),
        System::Linux | System::MacOs => Vec::new(),
    },
    seats: |machine| match machine.system() {
        System::Windows => vec![seat(machine.home(".mcp.json"))],
        System::Linux | System::MacOs => Vec::new(),
    },
    project: Some(|folder: &Path| seat(folder.join(".vs").join("mcp.json"))),
    shadows: no_shadows,
    reach: Reach::HostedUnproved,
    reference: Reference::None,
    next: "switch the tools on in the chat window; they are off at first",
    sign_in: "open the file in Visual Studio, sign in above the entry, and switch the tools on in the chat window",
};

fn seat(file: PathBuf) -> Seat {
    Seat::new(file, Dialect::Jsonc, &["servers"], shape::typed)
}
