//! The documents name things that exist.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::{read, root, sources};

/// Names of all tests.
pub(crate) fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "xtask"] {
        for (_, text) in sources(&root().join(folder)) {
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                if let Some((name, _)) = name.and_then(|rest| rest.split_once('(')) {
                    names.extend(std::mem::take(&mut is_test).then(|| name.to_owned()));
                }
            }
        }
    }
    names
}

/// The rows of the table under this heading, without its head.
pub(crate) fn rows<'a>(document: &'a str, heading: &str) -> Vec<&'a str> {
    let (_, section) = document.split_once(heading).expect("the heading is there");
    let section = section.split("\n## ").next().expect("a split has a first part");
    section.lines().filter(|line| line.starts_with("| ")).skip(1).collect()
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let document = read("ARCHITECTURE.md");
    let invariants = rows(&document, "\n## Invariants\n");
    assert!(!invariants.is_empty());
    let tests = tests();
    for row in invariants {
        let named = quoted(row.rsplit('|').nth(1).expect("a row has cells"));
        assert!(!named.is_empty(), "no test is named in: {row}");
        for test in named {
            assert!(tests.contains(test), "{test} is no test, in: {row}");
        }
    }
}

pub(crate) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A row of docs/lessons.md under the heading of an area.
struct Lesson<'a> {
    numbers: RangeInclusive<usize>,
    held_by: &'a str,
}

impl<'a> Lesson<'a> {
    /// `| A7 | the rule | tests |`, or `| H1–H29 | the rule | when it comes |`.
    fn read(area: &str, row: &'a str) -> Self {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [ids, _rule, held_by] = cells.as_slice() else { panic!("three cells: {row}") };
        let number = |id: &str| {
            let digits = id.strip_prefix(area).unwrap_or_else(|| panic!("{id} stands under {area}: {row}"));
            digits.parse::<usize>().unwrap_or_else(|_| panic!("no number: {row}"))
        };
        let (first, last) = ids.split_once('–').unwrap_or((ids, ids));
        Self { numbers: number(first)..=number(last), held_by }
    }

    /// Whether it concerns what does not exist yet.
    fn comes_later(&self) -> bool {
        self.held_by.starts_with("comes with ")
    }
}

#[test]
fn every_lesson_names_a_test_that_exists() {
    let (document, tests) = (read("docs/lessons.md"), tests());
    let overview = rows(&document, "\n## Areas\n");
    let mut counted = Vec::new();
    for section in document.split("\n## ").skip(1) {
        let Some((area, _)) = section.split_once(". ").filter(|(area, _)| area.len() == 1) else { continue };
        let (mut next, mut later) = (1, 0);
        for row in section.lines().filter(|line| line.starts_with("| ")).skip(1) {
            let lesson = Lesson::read(area, row);
            assert_eq!(*lesson.numbers.start(), next, "one after the other, in: {row}");
            let count = lesson.numbers.clone().count();
            next += count;
            later += if lesson.comes_later() { count } else { 0 };
            let named = quoted(lesson.held_by);
            assert!(lesson.comes_later() || !named.is_empty(), "no test is named in: {row}");
            for test in named {
                assert!(tests.contains(test), "{test} is no test, in: {row}");
            }
        }
        counted.push((area.to_owned(), [next - 1, next - 1 - later, later]));
    }
    let said: Vec<_> = overview.iter().map(|row| counts(row)).collect();
    assert_eq!(said, counted, "what the overview says, and what the areas have");
}

/// `| A | what it is about | lessons | held | later |`.
fn counts(row: &str) -> (String, [usize; 3]) {
    let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
    let [area, _about, counts @ ..] = cells.as_slice() else { panic!("five cells: {row}") };
    let counts: Vec<usize> = counts.iter().map(|count| count.parse().expect("a count")).collect();
    ((*area).to_owned(), counts.try_into().expect("three counts"))
}

#[test]
fn every_difference_names_a_test_that_exists() {
    let document = read("docs/guide/differences.md");
    let sections: Vec<_> = document.split("\n## ").skip(1).collect();
    assert!(!sections.is_empty());
    let tests = tests();
    for section in sections {
        let title = section.lines().next().unwrap_or_default();
        let (_, held) = section.split_once("\nHeld by:").unwrap_or_else(|| panic!("nothing holds: {title}"));
        let named = quoted(held);
        assert!(!named.is_empty(), "no test is named in: {title}");
        for test in named {
            assert!(tests.contains(test), "{test} is no test, in: {title}");
        }
        assert!(section.contains("Old way:"), "nobody is told how to get the old behaviour back in: {title}");
    }
}

/// Every document a reader may come to: at the root, and below `docs`.
fn documents() -> Vec<PathBuf> {
    let mut folders = vec![root()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && (folder != root() || path.ends_with("docs")) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// The targets of `[text](target)`, without those of other hosts.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://"))
}

/// How a heading is linked to: small letters, no punctuation, hyphens for blanks.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.iter().any(|path| path.ends_with("docs/guide/clients.md")), "{documents:?}");
    for path in &documents {
        let text = fs::read_to_string(path).unwrap();
        let folder = path.parent().expect("a file is in a folder");
        for target in links(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { path.clone() } else { folder.join(file) };
            assert!(to.exists(), "{} links to {target}", path.display());
            if !anchor.is_empty() {
                let there = anchors(&fs::read_to_string(&to).unwrap());
                assert!(there.contains(anchor), "{} links to {target}", path.display());
            }
        }
    }
}
