//! What `add`, `remove` and `status` share: which clients, which scope, how files are changed, how an end is told.

pub(super) mod add;
mod ask;
mod key;
pub(super) mod remove;
pub(super) mod status;
mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::{Usage, out};
use crate::config::Env;
use crate::install::client::Client;
use crate::install::clients::{CLIENTS, find};
use crate::install::file::Manner;
use crate::install::machine::{Machine, System};
use crate::near;

/// Which clients, and how their files are changed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Common {
    /// Clients by their ids, separated by commas; `status --json --all` lists them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    client: Vec<String>,
    /// All clients that this program knows
    #[arg(long, conflicts_with = "client")]
    all: bool,
    /// The clients that are found on this computer
    #[arg(long, conflicts_with_all = ["client", "all"])]
    detected: bool,
    /// For yourself everywhere, or for one project (the current folder, or the one that is named)
    #[arg(long, value_name = "user|project[=DIR]", default_value = "user")]
    scope: String,
    /// The name of the entry
    #[arg(long, default_value = "runpod")]
    name: String,
    /// Keep the file of before beside each file that is changed (the default)
    #[arg(long, overrides_with = "no_backup")]
    backup: bool,
    /// Do not keep it
    #[arg(long, overrides_with = "backup")]
    no_backup: bool,
    /// Show what would change in which file, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

/// Nothing was selected, or nothing was found. Exit code 4.
pub(super) const NOBODY: u8 = 4;
/// Somebody said no at a question. Exit code 130.
pub(super) const CANCELLED: u8 = 130;

impl Common {
    fn manner(&self) -> Manner {
        Manner { dry_run: self.dry_run, backup: !self.no_backup }
    }

    /// Whether there is somebody to ask.
    fn asks(&self) -> bool {
        !self.yes && !self.json && out::is_conversation()
    }

    fn has_choice(&self) -> bool {
        self.all || self.detected || !self.client.is_empty()
    }

    fn project(&self, machine: &Machine) -> Result<Option<PathBuf>, Usage> {
        match self.scope.split_once('=') {
            None if self.scope == "user" => Ok(None),
            None if self.scope == "project" => Ok(Some(machine.folder().to_owned())),
            Some(("project", folder)) if !folder.is_empty() => Ok(Some(machine.folder().join(folder))),
            _ => Err(Usage(format!("--scope takes user, project or project=DIR, got {:?}", self.scope))),
        }
    }

    /// The clients that were named.
    fn clients(&self, machine: &Machine) -> Result<Vec<&'static Client>, Usage> {
        if self.all {
            return Ok(known(machine));
        }
        if self.detected {
            return Ok(detected(machine));
        }
        self.client.iter().map(|id| find(id.trim()).ok_or_else(|| unknown(id))).collect()
    }

    fn check(&self) -> Result<(), Usage> {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match !self.name.is_empty() && self.name.chars().all(good) {
            true => Ok(()),
            false => Err(Usage("--name takes letters, digits, - and _".to_owned())),
        }
    }
}

/// The clients that exist for this system.
fn known(machine: &Machine) -> Vec<&'static Client> {
    CLIENTS.iter().filter(|client| !(client.seats)(machine).is_empty()).collect()
}

/// The clients that are on a computer.
fn detected(machine: &Machine) -> Vec<&'static Client> {
    CLIENTS.iter().filter(|client| !(client.signals)(machine).is_empty()).collect()
}

fn unknown(id: &str) -> Usage {
    let ids: Vec<_> = CLIENTS.iter().map(|client| client.id).collect();
    let near = near::to(id, ids.iter().copied());
    let hint = near.first().map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Usage(format!("no client is called {id:?}{hint}; there are {}", ids.join(", ")))
}

fn nobody_named() -> Usage {
    Usage("say which clients: --client ID, --detected or --all".to_owned())
}

/// This computer.
pub(super) fn machine(env: &Env) -> anyhow::Result<Machine> {
    let folder = std::env::current_dir().context("the current folder cannot be told")?;
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    Machine::new(System::here(), env.clone(), folder)
        .with_context(|| format!("{name} names no folder, so no client's files can be found"))
}

fn nobody(what: &str) -> ExitCode {
    out::talk(&format!("runpod-mcp: {what}"));
    ExitCode::from(NOBODY)
}

fn cancelled() -> ExitCode {
    out::talk("runpod-mcp: cancelled; nothing was changed");
    ExitCode::from(CANCELLED)
}
