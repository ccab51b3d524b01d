//! `ContainerConfig` of the contract, in answers: part of Pods, endpoints and templates.

use serde::Serialize;

use crate::world::container::{Command, Container, Env};

/// To be flattened into the resource that it is part of. Both spellings of the command are answered.
#[derive(Serialize)]
pub(super) struct SpeltContainer<'a> {
    image: &'a str,
    args: &'a str,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
    disk: u32,
    env: &'a Env,
    ports: &'a [String],
    registry: Option<&'a str>,
}

impl<'a> SpeltContainer<'a> {
    pub(super) fn of(container: &'a Container) -> Self {
        let Command { entrypoint, cmd } = container.command();
        let Container { image, args, disk, env, ports, registry } = container;
        Self { image, args, entrypoint, cmd, disk: *disk, env, ports, registry: registry.as_deref() }
    }
}
