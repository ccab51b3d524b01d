//! Generated parts of the documents. What they say comes from the built program: what it describes of itself, and what it answers to
//! the example calls in `examples.toml`, made in one session with a sandbox.

mod examples;
mod marks;
mod session;
mod settings;
mod shown;
mod summary;
mod tools;

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;

use marks::replaced;
pub(crate) use session::binary;

/// Rewrite the generated parts of the documents
#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Change nothing; fail when a document is out of date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(asked: &Docs) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let binary = binary()?;
    let described = session::printed(&binary, &["describe"])?;
    let examples = examples::played(&binary)?;
    let links = session::said(&binary, &["links", "--markdown"])?;
    let mut stale = Vec::new();
    for (file, parts) in [
        ("README.md", vec![("links", links), ("tools", summary::table(&described)?)]),
        ("docs/guide/configuration.md", settings::tables(&described)?),
        ("docs/guide/tools.md", vec![("tools", tools::pages(&described, &examples)?)]),
    ] {
        let path = root.join(file);
        let before = fs::read_to_string(&path).with_context(|| format!("reading {file}"))?;
        let after = parts.iter().try_fold(before.clone(), |text, (name, with)| replaced(&text, name, with));
        let after = after.with_context(|| file.to_owned())?;
        if before != after {
            stale.push(file);
            if !asked.check {
                fs::write(&path, after).with_context(|| format!("writing {file}"))?;
            }
        }
    }
    match asked.check && !stale.is_empty() {
        true => bail!("{} is out of date; run `cargo xtask docs` and commit what it wrote", stale.join(", ")),
        false => Ok(()),
    }
}

/// A member that has to be there.
fn text<'a>(value: &'a serde_json::Value, key: &str) -> anyhow::Result<&'a str> {
    value.get(key).and_then(serde_json::Value::as_str).with_context(|| format!("no `{key}` in {value}"))
}

/// A list that has to be there.
fn list<'a>(value: &'a serde_json::Value, key: &str) -> anyhow::Result<&'a Vec<serde_json::Value>> {
    value.get(key).and_then(serde_json::Value::as_array).with_context(|| format!("no `{key}` in {value}"))
}
