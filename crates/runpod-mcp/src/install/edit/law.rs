//! What holds for every file that an entry is put into or taken from.

use serde_json::{Map, Value, json};

use super::{Change, Dialect, Edit, Place, Refusal, edit, look};

/// A text that stands for a secret: no refusal may repeat it.
const CANARY: &str = "CANARY";

/// An entry that is put in is found, taken out again, and nothing else is different; a file that this cannot be said of
/// is left alone, and is not quoted.
///
/// The first byte says where the entry is.
pub(crate) fn any_file(dialect: Dialect, bytes: &[u8]) {
    let [choice, file @ ..] = bytes else { return };
    let map: &[&str] = match choice % 3 {
        0 => &["map"],
        1 => &["map", "inner map"],
        _ => &[],
    };
    let Some(at) = Place::new(map.iter().copied(), "me") else { return };
    let of = |file| Editor { dialect, at: &at, file };
    of(file).puts(&json!({"name": "me", "command": "x", "args": ["y", "#: \"'"], "env": {"A": "1"}}));
    of(file).puts(&json!({"url": "https://a/", "n": 1.5, "on": true}));
    of(file).takes();
}

/// An entry of a file.
#[derive(Clone, Copy)]
struct Editor<'a> {
    dialect: Dialect,
    at: &'a Place,
    file: &'a [u8],
}

impl<'a> Editor<'a> {
    fn puts(self, value: &Value) {
        let edit = self.change(&Change::Set(value.clone()));
        match &edit {
            Ok(Edit::Written(text) | Edit::Replaced(text)) => {
                let after = self.of(text);
                assert_eq!(after.look(), Ok(Some(value.clone())), "{text}");
                assert_eq!(after.change(&Change::Set(value.clone())), Ok(Edit::Unchanged), "{text}");
                assert_eq!(after.others(), self.others(), "{text}");
                if matches!(edit, Ok(Edit::Written(_))) {
                    self.is_kept_in(text);
                    self.is_given_back_by(after);
                }
            }
            Ok(Edit::Unchanged) => assert_eq!(self.look(), Ok(Some(value.clone()))),
            Ok(other) => assert_eq!(*other, Edit::Unchanged, "that is no answer to a value"),
            Err(refusal) => is_no_quotation(refusal),
        }
    }

    fn takes(self) {
        match self.change(&Change::Remove) {
            Ok(Edit::Removed(text)) => {
                let after = self.of(&text);
                assert_eq!(after.look(), Ok(None), "{text}");
                assert_eq!(after.change(&Change::Remove), Ok(Edit::NothingToRemove), "{text}");
                assert_eq!(after.others(), self.others(), "{text}");
            }
            Ok(edit) => assert_eq!((edit, self.look()), (Edit::NothingToRemove, Ok(None))),
            Err(refusal) => is_no_quotation(&refusal),
        }
    }

    /// Every letter is still there, in order.
    fn is_kept_in(self, text: &str) {
        let mut rest = text.chars();
        let before = String::from_utf8_lossy(self.file);
        let lost = letters(&before).chars().find(|letter| !rest.any(|found| found == *letter));
        assert_eq!(lost, None, "letters are lost:\n{text}");
    }

    /// Taken out again, what was put into a map leaves every letter as it was. That the blanks between them are the same too is a
    /// law of files as people lay them out, which `tests/it/install/laws.rs` makes up; of one that is blank, say, nothing may stay.
    fn is_given_back_by(self, after: Editor<'_>) {
        let taken = after.change(&Change::Remove);
        if let (Ok(Edit::Removed(back)), true) = (&taken, self.has_map()) {
            let before = String::from_utf8_lossy(self.file);
            assert_eq!(letters(back), letters(&before), "by way of\n{}", String::from_utf8_lossy(after.file));
        }
        assert!(matches!(taken, Ok(Edit::Removed(_))) || !self.has_map(), "not taken out again: {taken:?}");
    }

    /// The same entry in another text.
    fn of<'b>(self, text: &'b str) -> Editor<'b>
    where
        'a: 'b,
    {
        Editor { file: text.as_bytes(), ..self }
    }

    fn change(self, change: &Change) -> Result<Edit, Refusal> {
        edit(Some(self.file), self.dialect, self.at, change)
    }

    fn look(self) -> Result<Option<Value>, Refusal> {
        look(self.file, self.dialect, self.at)
    }

    /// Whether the map is there, with nothing unusual on the way.
    fn has_map(self) -> bool {
        let text = std::str::from_utf8(self.file).unwrap_or_default().trim_start_matches('\u{feff}');
        let tree = self.dialect.read(text).ok().flatten();
        tree.is_some_and(|tree| matches!(tree.find(self.at, false), super::Found::NoEntry))
    }

    /// What another reader of the dialect finds besides the entry, where there is one; maps without anything in them
    /// on the way to the entry do not count.
    fn others(self) -> Option<Value> {
        let text = std::str::from_utf8(self.file).ok()?.trim_start_matches('\u{feff}');
        let mut all = match self.dialect {
            Dialect::Json | Dialect::JsonAfterMark if text.trim().is_empty() => json!({}),
            Dialect::Json | Dialect::JsonAfterMark => serde_json::from_str(text).ok()?,
            Dialect::Toml => toml::from_str(text).ok()?,
            Dialect::JsonWithComments | Dialect::Jsonc | Dialect::Yaml => return None,
        };
        take_out(all.as_object_mut()?, self.at.map(), self.at.name());
        Some(all)
    }
}

/// A text without its blanks.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Takes an entry out of a map, and the maps on the way that then hold nothing.
fn take_out(map: &mut Map<String, Value>, way: &[String], name: &str) {
    let Some((key, rest)) = way.split_first() else { return drop(map.shift_remove(name)) };
    let Some(inner) = map.get_mut(key).and_then(Value::as_object_mut) else { return };
    take_out(inner, rest, name);
    if inner.is_empty() {
        map.shift_remove(key);
    }
}

fn is_no_quotation(refusal: &Refusal) {
    let said = refusal.to_string();
    assert!(!said.contains(CANARY), "{said}");
}
