//! The documents name things that exist.

use std::collections::BTreeSet;

use crate::{read, root, sources};

/// Names of functions that are tests, or are called like one.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "xtask"] {
        for (_, text) in sources(&root().join(folder)) {
            let lines = text.lines().map(str::trim_start);
            let after =
                lines.filter_map(|line| line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn "));
            names.extend(after.filter_map(|rest| rest.split_once('(')).map(|(name, _)| name.to_owned()));
        }
    }
    names
}

/// The rows of the table under this heading, without its head.
fn rows<'a>(document: &'a str, heading: &str) -> Vec<&'a str> {
    let (_, section) = document.split_once(heading).expect("the heading is there");
    let section = section.split("\n## ").next().expect("a split has a first part");
    section.lines().filter(|line| line.starts_with("| ")).skip(1).collect()
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let document = read("ARCHITECTURE.md");
    let invariants = rows(&document, "\n## Invariants\n");
    assert!(!invariants.is_empty());
    let functions = functions();
    for row in invariants {
        let tests = row.rsplit('|').nth(1).expect("a row has cells");
        let tests: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "no test is named in: {row}");
        for test in tests {
            assert!(functions.contains(test), "{test} is no test, in: {row}");
        }
    }
}

/// Links between the documents: `[text](path)`, without anchors and without other hosts.
#[test]
fn every_link_leads_somewhere() {
    let mut documents =
        vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md", "CLAUDE.md", "SECURITY.md"];
    documents.extend([
        "docs/context.md",
        "docs/guide/clients.md",
        "docs/guide/configuration.md",
        "docs/guide/sandbox.md",
    ]);
    for name in documents {
        let text = read(name);
        let folder = root().join(name).parent().expect("a file is in a folder").to_owned();
        for target in
            text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(folder.join(path).exists(), "{name} links to {target}");
        }
    }
}
