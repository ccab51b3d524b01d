//! The contracts as facts: `pull` refreshes them from an OpenAPI document, `show` prints one operation.
//!
//! A document is read completely or not at all: a keyword this reader does not know stops the pull, because a
//! fact that is silently left out is a check that silently does not happen.

mod changes;
// The grammar of the facts files, compiled from the twin's own source so that writer and reader are one.
#[path = "../../crates/runpod-sim/src/contract/facts/mod.rs"]
mod facts;
#[cfg(test)]
mod law;
mod openapi;
mod schema;
mod source;
mod uses;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};

use facts::Facts;

/// Refresh or read the contracts of the REST API
#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// Read an OpenAPI document, write its facts into the twin and say what changed
    Pull {
        /// File or http(s) address of the document; without it, the documents Runpod serves
        source: Option<String>,
        /// Which contract it is; without it, the document's paths and servers decide
        #[arg(long = "as", value_name = "VERSION")]
        version: Option<Version>,
    },
    /// Print one operation and every shape it uses
    Show {
        /// Id of the operation, such as createPod
        operation: String,
        /// Which contract to look into
        #[arg(long = "as", value_name = "VERSION", default_value = "v2")]
        version: Version,
    },
}

/// One of the two REST contracts.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Version {
    V1,
    V2,
}

impl Version {
    fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    fn served_at(self) -> &'static str {
        match self {
            Self::V1 => "https://rest.runpod.io/v1/openapi.json",
            Self::V2 => "https://api.runpod.io/v2/openapi.json",
        }
    }

    fn file(self) -> PathBuf {
        let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/runpod-sim/contract");
        room.join(self.name()).with_extension("facts")
    }
}

pub(crate) fn run(chore: &Contract) -> anyhow::Result<()> {
    match chore {
        Contract::Pull { source: Some(source), version } => pull(source, *version),
        Contract::Pull { source: None, version: Some(version) } => pull(version.served_at(), Some(*version)),
        Contract::Pull { source: None, version: None } => {
            [Version::V1, Version::V2].iter().try_for_each(|one| pull(one.served_at(), Some(*one)))
        }
        Contract::Show { operation, version } => show(operation, *version),
    }
}

fn pull(source: &str, version: Option<Version>) -> anyhow::Result<()> {
    let document = source::load(source)?;
    let version = match version {
        Some(version) => version,
        None => openapi::version(&document).context("say which contract this is with --as v1 or --as v2")?,
    };
    let new = openapi::facts(&document, version.name())
        .with_context(|| format!("{source} was not taken over; nothing was written"))?;
    println!("{}", settle(&version.file(), &new)?);
    Ok(())
}

/// Writes `new` where it differs from what the file holds, and says in words what changed.
fn settle(file: &Path, new: &Facts) -> anyhow::Result<String> {
    let text = facts::write(new);
    let before = if file.exists() { fs::read_to_string(file)? } else { String::new() };
    let size = format!("{} operations, {} shapes", new.operations.len(), new.shapes.len());
    if before == text {
        return Ok(format!("{}: nothing changed ({size})", new.version));
    }
    let old = if before.is_empty() { Facts::default() } else { facts::read(&before)? };
    fs::write(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    if before.is_empty() {
        return Ok(format!("{}: written for the first time ({size})", new.version));
    }
    Ok(changes::report(&old, new))
}

fn show(operation: &str, version: Version) -> anyhow::Result<()> {
    let facts = facts::read(&fs::read_to_string(version.file())?)?;
    let about = uses::about(&facts, operation);
    if about.operations.is_empty() {
        let known: Vec<_> = facts.operations.iter().map(|one| one.id.as_str()).collect();
        bail!("{} has no operation `{operation}`; it has {}", version.name(), known.join(", "));
    }
    println!("{}", facts::write(&about));
    Ok(())
}

#[cfg(test)]
#[path = "../../fuzz/seeds.rs"]
mod seeds;
#[cfg(test)]
mod tests;
