//! LM Studio. Whether it can sign in at a host is said nowhere.

use crate::install::client::{Client, Reach, Reference, Seat, no_shadows, there};
use crate::install::edit::Dialect;
use crate::install::shape;

pub(super) const CLIENT: Client = Client {
    id: "lm-studio",
    name: "LM Studio",
    signals: |machine| {
        let places = [machine.home(".lmstudio"), machine.home(".cache/lm-studio")];
        there(places.map(Some).into_iter().chain([machine.bundle("LM Studio")]))
    },
    seats: |machine| {
        let (new, old) = (machine.home(".lmstudio"), machine.home(".cache/lm-studio"));
        let folder = if !new.is_dir() && old.is_dir() { old } else { new };
        vec![Seat::new(folder.join("mcp.json"), Dialect::Json, &["mcpServers"], shape::plain)]
    },
    project: None,
    shadows: no_shadows,
    reach: Reach::HostedUnproved,
    reference: Reference::None,
    next: "nothing: LM Studio reads its file again by itself",
    sign_in: "give it the key instead, with --auth inline",
};
