//! Generated parts of the documents, between `<!-- generated: NAME … -->` and `<!-- /generated: NAME -->`.
//!
//! The tool table of the README comes from the snapshots of the tool surface, so it says what clients are told and nothing else. Which
//! group a tool belongs to is told by the file that holds its card.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

const README: &str = "README.md";
const SURFACE: &str = "crates/runpod-mcp/tests/surface";
const TOOLS: &str = "crates/runpod-mcp/src/tools";
const TOOL_LIST: &str = "crates/runpod-mcp/src/tools.rs";

/// Rewrite the generated parts of the documents
#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// Change nothing; fail when a document is out of date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(asked: &Docs) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let path = root.join(README);
    let before = fs::read_to_string(&path).with_context(|| format!("reading {README}"))?;
    let after = replaced(&before, "tools", &table(root)?)?;
    match (before == after, asked.check) {
        (true, _) => Ok(()),
        (false, true) => bail!("{README} is out of date; run `cargo xtask docs` and commit what it wrote"),
        (false, false) => fs::write(&path, after).with_context(|| format!("writing {README}")),
    }
}

/// `text` with what is between the markers of `name` replaced.
fn replaced(text: &str, name: &str, with: &str) -> anyhow::Result<String> {
    let missing = || format!("{README} has no markers for `{name}`");
    let (head, rest) = text.split_once(&format!("<!-- generated: {name} ")).with_context(missing)?;
    let (opening, rest) = rest.split_once("-->\n").with_context(missing)?;
    let (_, tail) = rest.split_once(&format!("<!-- /generated: {name} -->")).with_context(missing)?;
    Ok(format!("{head}<!-- generated: {name} {opening}-->\n{with}<!-- /generated: {name} -->{tail}"))
}

/// What a tool may do, as its annotations say it; the columns of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Reads,
    Changes,
    TakesAway,
}

fn table(root: &Path) -> anyhow::Result<String> {
    let mut rows: BTreeMap<(usize, String), BTreeMap<Does, BTreeSet<String>>> = BTreeMap::new();
    let list = fs::read_to_string(root.join(TOOL_LIST)).with_context(|| format!("reading {TOOL_LIST}"))?;
    let mut surface = surface(root)?;
    for (group, names) in groups(root)? {
        let place = list.find(&format!("{group}::")).unwrap_or(usize::MAX);
        for name in names {
            // A name that is not in the surface is not a tool's: an argument example, say.
            let Some(does) = surface.remove(&name) else { continue };
            rows.entry((place, group.clone())).or_default().entry(does).or_default().insert(name);
        }
    }
    if let Some(name) = surface.keys().next() {
        bail!("no file in {TOOLS} has a card named {name}, but {SURFACE} has a snapshot of it");
    }

    let mut table = String::from("| | reads | changes, may cost money | takes away |\n|---|---|---|---|\n");
    for ((_, group), tools) in rows {
        let cell = |does| {
            tools
                .get(&does)
                .into_iter()
                .flatten()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let [reads, changes, takes] = [Does::Reads, Does::Changes, Does::TakesAway].map(cell);
        writeln!(table, "| {} | {reads} | {changes} | {takes} |", group.replace('_', " "))?;
    }
    Ok(table)
}

/// Every tool clients are told of, and what it may do.
fn surface(root: &Path) -> anyhow::Result<BTreeMap<String, Does>> {
    let mut tools = BTreeMap::new();
    for path in files(&root.join(SURFACE), "json")? {
        let text = fs::read_to_string(&path)?;
        let tool: Value =
            serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let name = tool
            .get("name")
            .and_then(Value::as_str)
            .with_context(|| format!("{} has no name", path.display()))?;
        let says = |hint: &str| tool.pointer(&format!("/annotations/{hint}")).and_then(Value::as_bool);
        let does = match (says("readOnlyHint"), says("destructiveHint")) {
            (Some(true), _) => Does::Reads,
            (Some(false), Some(true)) => Does::TakesAway,
            (Some(false), Some(false)) => Does::Changes,
            _ => bail!("{name} does not say what it may do"),
        };
        tools.insert(name.to_owned(), does);
    }
    Ok(tools)
}

/// The names written in the files of each group.
fn groups(root: &Path) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let folder = root.join(TOOLS);
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files(&folder, "rs")? {
        let inside = path.strip_prefix(&folder)?.with_extension("");
        let Some(group) = inside.iter().next().and_then(|part| part.to_str()) else { continue };
        let text = fs::read_to_string(&path)?;
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("name: \"")?.strip_suffix("\","));
        groups.entry(group.to_owned()).or_default().extend(names.map(str::to_owned));
    }
    Ok(groups)
}

/// The files below `folder` with this extension, in a fixed order.
fn files(folder: &Path, extension: &str) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.insert(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "a\n<!-- generated: tools (how) -->\nold\n<!-- /generated: tools -->\nz\n";

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let after = replaced(DOCUMENT, "tools", "new\n").unwrap();
        assert_eq!(after, DOCUMENT.replace("old", "new"));
        assert_eq!(replaced(&after, "tools", "new\n").unwrap(), after);
    }

    #[test]
    fn a_document_without_markers_is_an_error() {
        assert!(replaced("a\n", "tools", "new\n").is_err());
        assert!(replaced("<!-- generated: tools (how) -->\n", "tools", "new\n").is_err());
    }
}
