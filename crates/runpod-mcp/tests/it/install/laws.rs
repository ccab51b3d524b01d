//! Laws of the editor, over made-up files.

mod files;

use proptest::prelude::*;
use runpod_mcp::install::edit::{Change, Dialect, Edit, Place, edit, look};
use serde_json::{Value, json};

use files::{Made, entry, in_every_layout};

fn place() -> Place {
    Place::new(["map"], "me").expect("a place")
}

fn written(file: &[u8], dialect: Dialect, value: &Value) -> Option<String> {
    match edit(Some(file), dialect, &place(), &Change::Set(value.clone())) {
        Ok(Edit::Written(text) | Edit::Replaced(text)) => Some(text),
        _ => None,
    }
}

fn removed(file: &[u8], dialect: Dialect) -> Option<String> {
    match edit(Some(file), dialect, &place(), &Change::Remove) {
        Ok(Edit::Removed(text)) => Some(text),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_added_and_removed_leaves_the_bytes_as_they_were(made in in_every_layout(), value in entry()) {
        let Made { text, dialect, .. } = &made;
        let added = written(text.as_bytes(), *dialect, &value);
        let added = added.ok_or_else(|| TestCaseError::fail(format!("not written: {made:?}")))?;
        prop_assert_eq!(look(added.as_bytes(), *dialect, &place()).ok().flatten(), Some(value));
        let back = removed(added.as_bytes(), *dialect);
        prop_assert_eq!(back.as_deref(), Some(text.as_str()), "by way of\n{}", added);
    }

    #[test]
    fn every_other_entry_keeps_its_value_and_its_bytes(made in in_every_layout(), value in entry()) {
        let Made { text, dialect, others } = &made;
        let added = written(text.as_bytes(), *dialect, &value).unwrap_or_default();
        for (name, other) in others {
            let there = Place::new(["map"], name).expect("a place");
            let found = look(added.as_bytes(), *dialect, &there).ok().flatten();
            prop_assert_eq!(found.as_ref(), Some(other), "{}\n{}", name, added);
        }
        let mut rest = added.chars();
        prop_assert!(text.chars().all(|letter| rest.any(|found| found == letter)), "letters are lost:\n{}", added);
    }

    #[test]
    fn a_second_value_takes_the_place_of_the_first(made in in_every_layout(), one in entry(), two in entry()) {
        let added = written(made.text.as_bytes(), made.dialect, &one).unwrap_or_default();
        match edit(Some(added.as_bytes()), made.dialect, &place(), &Change::Set(two.clone())) {
            Ok(Edit::Replaced(changed)) => {
                let back = removed(changed.as_bytes(), made.dialect);
                prop_assert_eq!(back.as_deref(), Some(made.text.as_str()), "by way of\n{}", changed);
            }
            Ok(Edit::Unchanged) => prop_assert_eq!(one, two),
            other => prop_assert!(false, "{:?}\n{}", other, added),
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_kept(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        nothing_is_lost(&bytes)?;
    }

    #[test]
    fn texts_that_look_like_files_are_refused_or_kept(text in r#"([{}\[\]:,"'\n\r\t #/*&!|>~=.-]|map|me|a|1|"map"|"me"|\[map\]|\[map\.me\]|: |- |//|\{\}){0,24}"#) {
        nothing_is_lost(text.as_bytes())?;
    }
}

/// Whatever the bytes are: no panic, and what is written says what was said before, with the entry in it or without.
fn nothing_is_lost(bytes: &[u8]) -> Result<(), TestCaseError> {
    let value = json!({"command": "x", "args": ["y"]});
    for dialect in Dialect::ALL {
        if let Some(text) = written(bytes, dialect, &value) {
            prop_assert_eq!(look(text.as_bytes(), dialect, &place()).ok().flatten(), Some(value.clone()));
            let letters: Vec<char> =
                String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_whitespace()).collect();
            let had = look(bytes, dialect, &place()).ok().flatten().is_some();
            let mut rest = text.chars();
            let kept = letters.iter().all(|letter| rest.any(|found| found == *letter));
            prop_assert!(had || kept, "{:?}: letters are lost\n{}", dialect, text);
        }
        if let Some(text) = removed(bytes, dialect) {
            prop_assert_eq!(look(text.as_bytes(), dialect, &place()).ok().flatten(), None);
        }
    }
    Ok(())
}
