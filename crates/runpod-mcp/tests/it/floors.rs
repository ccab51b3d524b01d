//! The map and the floors that ARCHITECTURE.md draws are those of the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up; the longest name that fits counts. A module uses what stands on a lower floor.
const FLOORS: &[(&str, u8)] = &[
    ("lock", 0),
    ("near", 0),
    ("web", 0),
    ("vault", 0),
    ("error", 1),
    ("config", 1),
    ("metrics", 1),
    ("otlp", 1),
    ("sandbox", 1),
    // MCP servers elsewhere, and signing in there.
    ("remote", 1),
    ("files", 2),
    // Calls as older servers took them: words only, so it needs no tool.
    ("former", 2),
    // Formats of one-click links.
    ("links", 2),
    ("reply", 2),
    ("tool", 3),
    // What list tools share: it shapes replies, and knows the arguments that all of them have.
    ("reply::list", 4),
    // One file for each group of tools.
    ("tools::", 5),
    ("tools", 6),
    ("tools::selection", 6),
    ("policy", 6),
    // What replicas agree on; it knows no tool.
    ("state", 6),
    ("mcp", 7),
    ("credential", 7),
    ("oauth", 8),
    ("serve", 9),
    ("install", 9),
    ("bridge", 10),
    ("doctor", 10),
    // Fixtures of a test suite, behind the front.
    ("conformance", 10),
    // Laws of all floors, for the fuzz targets.
    ("fuzzing", 10),
    ("cli", 11),
    ("main", 11),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The floor of a module, and the name by which it is on that floor: two names on one floor are neighbours.
fn floor(module: &str) -> Option<(u8, String)> {
    let fits = |name: &str| match name.strip_suffix("::") {
        Some(group) => module.strip_prefix(group).is_some_and(|rest| rest.starts_with("::")),
        None => module == name || module.strip_prefix(name).is_some_and(|rest| rest.starts_with("::")),
    };
    let (name, floor) = FLOORS.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len())?;
    let own = match name.ends_with("::") {
        // Each group is a neighbour of the others.
        true => module.split("::").take(2).collect::<Vec<_>>().join("::"),
        false => (*name).to_owned(),
    };
    Some((*floor, own))
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, out),
            false if path.extension().is_some_and(|e| e == "rs") => out.push(path),
            false => (),
        }
    }
}

/// `src/tools/pods/create.rs` is `tools::pods::create`.
fn module(src: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(src).unwrap().with_extension("");
    inside
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect::<Vec<_>>()
        .join("::")
}

/// Every `crate::a::b` in shipped code, groups in braces taken apart.
fn uses(text: &str) -> BTreeSet<String> {
    let shipped = text.split("#[cfg(test)]").next().unwrap();
    let code: String =
        shipped.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // How far something is seen is not what it uses.
        if code[..at].ends_with("pub(in ") {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let group = group.split('}').next().unwrap();
                found.extend(group.split(',').map(|item| path(item.trim())).filter(|path| !path.is_empty()));
            }
            None => {
                found.insert(path(rest));
            }
        }
    }
    found
}

/// The module part of a path: `reply::list::Sheet` is `reply::list`.
fn path(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let parts = text[..end].split("::").filter(|part| !part.is_empty());
    parts.take_while(|part| part.starts_with(|c: char| c.is_lowercase())).collect::<Vec<_>>().join("::")
}

#[test]
fn floors_hold() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut findings = Vec::new();
    for file in files {
        let name = module(&src, &file);
        if name == "lib" {
            continue;
        }
        let Some((own, home)) = floor(&name) else {
            findings.push(format!("{name} has no floor; give it one here and in ARCHITECTURE.md"));
            continue;
        };
        for used in uses(&fs::read_to_string(&file).unwrap()) {
            match floor(&used) {
                Some((below, _)) if below < own => (),
                Some((_, neighbour)) if neighbour == home => (),
                Some((floor, _)) => findings.push(format!("{name} ({own}) uses {used} ({floor})")),
                None => findings.push(format!("{name} uses {used}, which has no floor")),
            }
        }
    }
    assert!(findings.is_empty(), "a floor uses what is below it:\n{}", findings.join("\n"));
}

#[test]
fn the_floor_test_sees_what_it_should() {
    let found = uses("use crate::{error::ToolError, tool};\nfn f() { crate::cli::main() }\n// crate::no\n");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["cli::main", "error", "tool"]);
    assert_eq!(floor("tools::pods::create"), Some((5, "tools::pods".to_owned())));
    assert_eq!(floor("tools"), Some((6, "tools".to_owned())));
    assert_eq!(floor("toolsets"), None);
}

#[test]
fn map_is_true() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let in_map = |word: &str| text.contains(&format!("\n| `{word}` |"));
    let paths: Vec<_> =
        quoted.filter(|word| in_map(word) || (word.contains('/') && !word.contains(' '))).collect();
    assert!(paths.len() >= 8, "the map is empty: {paths:?}");
    let missing: Vec<_> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what does not exist: {missing:?}");
}
