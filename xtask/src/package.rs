//! What a release hands out beside the plain archives: npm packages, bundles for desktop clients, the entry in the MCP Registry.
//!
//! Each is made from built binaries and from files of this repository, and from nothing else: same input, same bytes. Nothing is
//! uploaded here. All of them carry the version of the crates; where a file says another one, nothing is made.

mod bundle;
mod npm;
mod platform;
mod registry;
mod version;
mod zip;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::Value;

use platform::Platform;

/// Make what a release hands out from built binaries
#[derive(Debug, Subcommand)]
pub(crate) enum Package {
    /// Write a folder for each npm package: the launcher, and one for the program of each platform
    Npm(Programs),
    /// Write an .mcpb bundle for the program of each platform
    Mcpb(Programs),
    /// Write server.json with these bundles among its packages, after checking it by the rules of the MCP Registry
    Registry {
        /// Bundles, as `mcpb` named them
        bundles: Vec<PathBuf>,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print the version that the crates and all packages have
    Version {
        /// Fail unless this tag is of that version
        #[arg(long)]
        tag: Option<String>,
    },
}

/// Built programs and where to.
#[derive(Debug, Args)]
pub(crate) struct Programs {
    /// A program and the Rust target it was built for
    #[arg(long = "binary", value_name = "TARGET=FILE", required = true, value_parser = program)]
    programs: Vec<Program>,
    /// Folder to write into
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// A built program.
#[derive(Clone, Debug)]
struct Program {
    platform: &'static Platform,
    file: PathBuf,
}

pub(crate) fn run(chore: &Package) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let version = version::agreed(root)?;
    match chore {
        Package::Npm(programs) => npm::write(root, &version, programs),
        Package::Mcpb(programs) => bundle::write(root, &version, programs),
        Package::Registry { bundles, out } => registry::write(root, &version, bundles, out),
        Package::Version { tag } => version::tell(&version, tag.as_deref()),
    }
}

fn program(text: &str) -> Result<Program, String> {
    let (triple, file) = text.split_once('=').ok_or("wants TARGET=FILE")?;
    let platform = Platform::of(triple)?;
    Ok(Program { platform, file: file.into() })
}

fn json(path: &Path) -> anyhow::Result<Value> {
    let text = read(path)?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no JSON", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file and the folders above it, and says so.
fn put(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().with_context(|| format!("{} is in no folder", path.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn put_json(path: &Path, value: &Value) -> anyhow::Result<()> {
    put(path, format!("{value:#}\n").as_bytes())
}

/// What stands at a place of a document (`/packages/0/version`), or null.
fn at<'a>(document: &'a Value, place: &str) -> &'a Value {
    document.pointer(place).unwrap_or(&Value::Null)
}

/// Sets a member of an object.
fn set(object: &mut Value, key: &str, value: impl Into<Value>) -> anyhow::Result<()> {
    match object.as_object_mut() {
        Some(members) => members.insert(key.to_owned(), value.into()),
        None => bail!("no object to put `{key}` into"),
    };
    Ok(())
}
