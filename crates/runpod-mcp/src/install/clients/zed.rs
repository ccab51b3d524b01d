//! Zed. Its settings are below `~/.config` on macOS too.

use std::path::PathBuf;

use crate::install::client::{Client, LOOPBACK, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::machine::{Machine, System};
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "zed",
    name: "Zed",
    signals: |machine| there([Some(folder(machine)), machine.bundle("Zed"), machine.program("zed", &[])]),
    seats: |machine| vec![seat(folder(machine).join("settings.json"))],
    project: Some(|folder| seat(folder.join(".zed").join("settings.json"))),
    shadows: no_shadows,
    reach: Reach::Hosted(LOOPBACK),
    reference: Reference::None,
    next: "nothing: Zed reads its settings again by itself",
    sign_in: "sign in when Zed asks",
};

fn folder(machine: &Machine) -> PathBuf {
    match machine.system() {
        System::Windows => machine.appdata("Zed"),
        System::MacOs => machine.home(".config/zed"),
        System::Linux => match machine.named("FLATPAK_XDG_CONFIG_HOME") {
            Some(flatpak) => flatpak.join("zed"),
            None => machine.xdg("zed"),
        },
    }
}

fn seat(file: PathBuf) -> Seat {
    Seat::new(file, Dialect::Jsonc, &["context_servers"], shape::plain)
}
