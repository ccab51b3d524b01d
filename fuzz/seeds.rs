//! The seeds of the fuzz targets, for tests that check the same laws without a fuzzer.
//!
//! Compiled by path into the tests of every crate that has laws; it knows no target.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// The folder with a folder of seeds for each target.
fn home() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("fuzz/seeds"));
    here.into_iter().find(|folder| folder.is_dir()).expect("the repository has fuzz/seeds")
}

/// The seeds of a target.
fn of(target: &str) -> Vec<Vec<u8>> {
    let folder = home().join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// A law, under the name of its target.
type Law<'a> = (&'a str, fn(&[u8]));

/// Checks laws on the seeds of their targets, on what becomes of two of them that are cut and glued together, and on
/// bytes that look like nothing. Says of all that are broken what broke them.
pub(crate) fn keep(laws: &[Law<'_>], cases: u32) {
    let broken: Vec<_> = laws.iter().filter_map(|(target, law)| broken(target, *law, cases)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn broken(target: &str, law: fn(&[u8]), cases: u32) -> Option<String> {
    let seeds = of(target);
    assert!(seeds.len() > 1, "{target} has too few seeds");
    let is_broken = |seed: &&Vec<u8>| std::panic::catch_unwind(|| law(seed)).is_err();
    if let Some(seed) = seeds.iter().find(is_broken) {
        return Some(format!("{target}: {:?}", seed.escape_ascii().to_string()));
    }
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let noise = prop::collection::vec(any::<u8>(), 0..64);
    let kept = TestRunner::new(config).run(&prop_oneof![15 => glued(seeds), 1 => noise], |bytes| {
        law(&bytes);
        Ok(())
    });
    kept.err().map(|broken| format!("{target}: {broken}"))
}

/// Two seeds, cut and glued together, with some bytes struck by others.
fn glued(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let strikes = prop::collection::vec((any::<Index>(), prop_oneof![any::<u8>(), 32..127_u8]), 0..4);
    (select(seeds.clone()), select(seeds), any::<[Index; 2]>(), strikes).prop_map(
        |(one, two, cuts, strikes)| {
            let (head, tail) = (cuts[0].index(one.len() + 1), cuts[1].index(two.len() + 1));
            let mut bytes = [&one[..head], &two[tail..]].concat();
            for (at, byte) in strikes {
                let at = at.index(bytes.len().max(1));
                bytes.get_mut(at..=at).unwrap_or_default().fill(byte);
            }
            bytes
        },
    )
}
