//! SECURITY.md's table of threats: every row is there once and says what holds it, and every test of a row is in its row.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::documents::{quoted, rows, tests};
use crate::read;

/// The numbers that are given out, by part: keys, sign-in, transport, upstream, content, supply and operation.
const NUMBERS: [RangeInclusive<u8>; 6] = [1..=8, 10..=22, 30..=42, 50..=60, 70..=77, 80..=85];

/// What a row without tests begins its last cell with.
const NO_TEST: &str = "no test: ";

/// `| T07 | attack | defence | tests or why there is none |`.
fn cells(row: &str) -> [&str; 4] {
    let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
    cells.try_into().unwrap_or_else(|_| panic!("four cells: {row}"))
}

fn number(id: &str) -> u8 {
    let digits = id.strip_prefix('T').filter(|digits| digits.len() == 2);
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{id} is no number of a row"))
}

/// The rows that a test names: `t01_t13_what_it_says` names two.
fn named_by(test: &str) -> Vec<u8> {
    let number = |part: &str| part.strip_prefix('t').filter(|digits| digits.len() == 2)?.parse().ok();
    test.split('_').map_while(number).collect()
}

#[test]
fn every_threat_is_a_row_that_names_its_tests_or_says_why_there_is_none() {
    let (document, tests) = (read("SECURITY.md"), tests());
    let mut held = BTreeMap::new();
    for row in rows(&document, "\n## Threats, and what holds them\n") {
        let [id, attack, defence, held_by] = cells(row);
        assert!(!attack.is_empty() && !defence.is_empty(), "half of a row: {row}");
        let named: BTreeSet<_> = quoted(held_by).into_iter().collect();
        let excused = held_by.strip_prefix(NO_TEST).is_some_and(|why| why.contains(' '));
        assert!(excused == named.is_empty(), "tests, or a reason why there is none: {row}");
        for test in &named {
            assert!(tests.contains(*test), "{test} is no test, in: {row}");
        }
        assert!(held.insert(number(id), named).is_none(), "{id} is there twice");
    }
    let numbers: Vec<_> = held.keys().copied().collect();
    assert_eq!(numbers, NUMBERS.into_iter().flatten().collect::<Vec<_>>(), "the rows that have to be there");
    for test in &tests {
        for number in named_by(test) {
            let row = held.get(&number).unwrap_or_else(|| panic!("{test} is about a row that is not there"));
            assert!(row.contains(test.as_str()), "T{number:02} does not name its test {test}");
        }
    }
}

#[test]
fn a_test_names_the_rows_that_its_name_begins_with() {
    assert_eq!(named_by("t01_t13_no_code_is_written"), [1, 13]);
    assert_eq!(named_by("t33_a_head"), [33]);
    for other in ["tests_are_named", "t1_is_short", "the_t33_row", "two", "t123_long", "txx_y"] {
        assert!(named_by(other).is_empty(), "{other}");
    }
}
