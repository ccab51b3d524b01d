//! A fuzz target is a file, an entry of the manifest, seeds and a law; none of them is left without the others.

use std::collections::BTreeSet;
use std::fs;

use crate::{read, root};

/// What a folder has in it, without extensions.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_fuzz_target_has_an_entry_and_seeds() {
    let targets = names("fuzz/targets");
    let manifest = read("fuzz/Cargo.toml");
    let entries: BTreeSet<_> = manifest
        .split("[[bin]]")
        .skip(1)
        .map(|entry| entry.split('"').nth(1).expect("a name comes first").to_owned())
        .collect();
    assert!(targets.len() > 10, "{targets:?}");
    assert_eq!(entries, targets, "the manifest and the targets");
    assert_eq!(names("fuzz/seeds"), targets, "the seeds and the targets");
}

#[test]
fn every_law_has_a_fuzz_target_of_its_name() {
    let mut laws = BTreeSet::from(["openapi".to_owned()]);
    for room in ["runpod-api", "runpod-mcp"] {
        let text = read(&format!("crates/{room}/src/fuzzing.rs"));
        let list =
            text.split("LAWS: ").nth(1).and_then(|rest| rest.split(';').nth(1)).expect("a list of laws");
        let pairs: Vec<_> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(!pairs.is_empty(), "{room}");
        for law in &pairs {
            assert!(read(&format!("fuzz/targets/{law}.rs")).contains(&format!("::{law}(")), "{law}");
        }
        laws.extend(pairs);
    }
    assert_eq!(laws, names("fuzz/targets"));
}
