//! A build does tomorrow what it does today: what it fetches has a version, and a version that may not move says why.

use std::fs;
use std::path::PathBuf;

use crate::{read, root};

/// Files of these folders that tell a machine what to fetch.
fn recipes() -> Vec<(PathBuf, String)> {
    let mut found = vec![(root().join(".ci/run"), read(".ci/run"))];
    for folder in [".github/workflows", "scripts"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yml" || extension == "sh") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// What is wrong with a line of a recipe.
fn moves(line: &str) -> Option<&'static str> {
    let line = line.trim_start_matches(['-', ' ']);
    let words = || line.split_whitespace();
    let has = |word: &str| words().any(|other| other == word);
    if let Some(action) = line.strip_prefix("uses: ") {
        let version = action.split_once('@').map_or("", |(_, version)| version);
        let fixed =
            version.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        return (!fixed && version.len() != 40).then_some("an action without a version");
    }
    if line.starts_with('#') {
        return None;
    }
    if line.contains("cargo install ") && !line.contains("cargo install --path") {
        let fixed = has("--version") || words().any(|word| word.contains('@'));
        return (!fixed || !has("--locked")).then_some("`cargo install` without a version and --locked");
    }
    if line.contains("npm install") && (has("-g") || has("--global")) {
        return Some("a global npm package");
    }
    if line.contains("pip install") || line.contains("pip\" install") {
        let fixed = line.contains("==") || has("--requirement") || line.contains("$wanted");
        return (!fixed).then_some("`pip install` without a version");
    }
    None
}

#[test]
fn a_build_fetches_nothing_without_its_version() {
    let recipes = recipes();
    assert!(recipes.len() > 8, "{recipes:?}");
    for (path, text) in recipes {
        for line in text.lines() {
            assert_eq!(moves(line), None, "{}: {line}", path.display());
        }
    }
    let peers: serde_json::Value = serde_json::from_str(&read("scripts/peers/package.json")).unwrap();
    for (name, version) in peers["dependencies"].as_object().expect("a list of packages") {
        // `npm:PACKAGE@VERSION` is a package under another name.
        let version = version.as_str().and_then(|said| said.rsplit('@').next()).unwrap_or_default();
        assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{name} may be any of {version}");
    }
    for file in ["scripts/peers/requirements.txt", "scripts/peers/requirements-sdk.txt"] {
        for line in read(file).lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(line.contains("=="), "{file}: {line}");
        }
    }
}

#[test]
fn what_moves_is_seen() {
    for line in [
        "      - uses: actions/checkout@main",
        "      - uses: actions/checkout",
        "cargo install cargo-deny --locked",
        "cargo install cargo-deny@1",
        "  npm install -g npm@latest",
        "pip install requests",
    ] {
        assert!(moves(line).is_some(), "{line}");
    }
}

#[test]
fn a_version_that_may_not_move_says_why() {
    let manifest = read("Cargo.toml");
    let lines: Vec<_> = manifest.lines().collect();
    let pinned =
        lines.windows(2).filter(|pair| pair[1].contains("version = \"=") || pair[1].contains(" = \"="));
    let mut count = 0;
    for pair in pinned {
        assert!(pair[0].starts_with("# "), "nobody says why: {}", pair[1]);
        count += 1;
    }
    assert!(count > 0, "nothing is pinned");
}
