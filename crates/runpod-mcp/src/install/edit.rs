//! Changes one entry in the text of a configuration file that belongs to somebody else.
//!
//! For the installer, and for `config-edit`, which shows it to scripts. It promises that every byte outside of the entry
//! stays, that the result was read again in the dialect of its reader and says what it said before but for the entry, and
//! that on any doubt nothing is changed and the reason is told without quoting the file. It refuses to know files, clients
//! and what an entry means.

mod json;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;
mod patch;
mod text;
mod toml;
mod tree;
mod yaml;

use serde_json::Value;

pub(crate) use text::LONGEST;
use text::Text;
use tree::{Found, Tree};

/// How the reader of a file reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON to the letter: no comments, no trailing commas, no byte order mark.
    Json,
    /// The same, by a reader that skips a byte order mark.
    JsonAfterMark,
    /// JSON with comments; a trailing comma is an error.
    JsonWithComments,
    /// JSON with comments and trailing commas, and nothing of JSON5.
    Jsonc,
    /// TOML.
    Toml,
    /// YAML, one document.
    Yaml,
}

impl Dialect {
    /// Those that have a word of their own.
    pub const ALL: [Self; 5] = [Self::Json, Self::JsonWithComments, Self::Jsonc, Self::Toml, Self::Yaml];

    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Json | Self::JsonAfterMark => "json",
            Self::JsonWithComments => "json+comments",
            Self::Jsonc => "jsonc",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
        }
    }

    /// As a person is told of it.
    fn name(self) -> &'static str {
        match self {
            Self::Json | Self::JsonAfterMark => "JSON",
            Self::JsonWithComments => "JSON with comments",
            Self::Jsonc => "JSON with comments and trailing commas",
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
        }
    }

    /// Whether neither comments nor trailing commas are accepted.
    fn is_strict_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonAfterMark)
    }

    /// Whether its readers skip a byte order mark.
    fn skips_mark(self) -> bool {
        !matches!(self, Self::Json | Self::JsonWithComments)
    }

    /// Whether a key without a value is an empty map, and a list of named maps is a map.
    fn is_loose(self) -> bool {
        self == Self::Yaml
    }

    /// Whether the order of keys is part of what a file says.
    fn is_ordered(self) -> bool {
        self != Self::Toml
    }

    fn read(self, text: &str) -> Result<Option<Tree>, Refusal> {
        match self {
            Self::Json | Self::JsonAfterMark | Self::JsonWithComments | Self::Jsonc => json::read(text, self),
            Self::Toml => toml::read(text).map(Some),
            Self::Yaml => yaml::read(text),
        }
    }

    fn set(self, text: &str, at: &Place, value: &Value) -> Result<String, Refusal> {
        match self {
            Self::Json | Self::JsonAfterMark | Self::JsonWithComments | Self::Jsonc => {
                json::set(text, self, at, value)
            }
            Self::Toml => toml::set(text, at, value),
            Self::Yaml => yaml::set(text, at, value),
        }
    }

    fn erase(self, text: &str, at: &Place) -> Result<String, Refusal> {
        match self {
            Self::Json | Self::JsonAfterMark | Self::JsonWithComments | Self::Jsonc => {
                json::erase(text, self, at)
            }
            Self::Toml => toml::erase(text, at),
            Self::Yaml => yaml::erase(text, at),
        }
    }
}

/// Where an entry is: the keys that lead to its map, and its name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    map: Vec<String>,
    name: String,
}

impl Place {
    /// A place inside of a map, which is the whole file when no key leads to it; `None` when a key or the name is empty.
    #[must_use]
    pub fn new<K: Into<String>>(map: impl IntoIterator<Item = K>, name: &str) -> Option<Self> {
        let map: Vec<String> = map.into_iter().map(Into::into).collect();
        let good = !name.is_empty() && map.iter().all(|key| !key.is_empty());
        good.then(|| Self { map, name: name.to_owned() })
    }

    /// The name of the entry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys that lead to the map.
    #[must_use]
    pub fn map(&self) -> &[String] {
        &self.map
    }

    fn shown(&self) -> String {
        self.map.join(".")
    }

    /// A whole file with nothing but `value` in it.
    fn alone(&self, value: &Value) -> Value {
        let (key, value) = match self.map.first() {
            Some(first) => (first, self.nested(0, value)),
            None => (&self.name, value.clone()),
        };
        Value::Object([(key.clone(), value)].into_iter().collect())
    }

    /// The value of the key at this depth of the path, when only `value` is to be in it.
    fn nested(&self, depth: usize, value: &Value) -> Value {
        let below = self.map.iter().skip(depth + 1).chain([&self.name]).rev();
        below.fold(value.clone(), |inner, key| Value::Object([(key.clone(), inner)].into_iter().collect()))
    }
}

/// What is to become of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is there and has this value.
    Set(Value),
    /// It is not there.
    Remove,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The new text, with the entry in it.
    Written(String),
    /// The same, where another value was before.
    Replaced(String),
    /// The entry was there with this value.
    Unchanged,
    /// The new text, without the entry.
    Removed(String),
    /// There was no such entry.
    NothingToRemove,
}

impl Edit {
    /// The text to write, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Written(text) | Self::Replaced(text) | Self::Removed(text) => Some(text),
            Self::Unchanged | Self::NothingToRemove => None,
        }
    }
}

/// Why a text was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// These bytes are no text that can be edited.
    #[error("the file is not UTF-8 text: {0}")]
    NotText(String),
    /// The mark at the start stops the program that reads the file.
    #[error("the file starts with a byte order mark, which its reader does not accept; save it without")]
    Mark,
    /// It is longer than any configuration file.
    #[error("the file is larger than {} MiB", .0 >> 20)]
    TooLong(usize),
    /// The program that reads it cannot read it either.
    #[error("the file is not valid {name}: {what}")]
    Broken {
        /// The dialect.
        name: &'static str,
        /// What is wrong, and where.
        what: String,
    },
    /// A value on the way is none that an entry can be put into.
    #[error("{0} is not {kind}, so no entry can be put into it", kind = .1)]
    Shape(String, &'static str),
    /// A key on the way is there more than once; readers differ in which one counts.
    #[error("{0} is there more than once (a duplicate key), and programs differ in which one they read")]
    Twice(String),
    /// It is valid, and written in a way that this program does not dare to change.
    #[error("{0}")]
    Doubt(String),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotText(_) => "not_text",
            Self::Mark => "byte_order_mark",
            Self::TooLong(_) => "too_long",
            Self::Broken { .. } => "broken",
            Self::Shape(..) => "unexpected_shape",
            Self::Twice(_) => "duplicate_key",
            Self::Doubt(_) => "doubt",
        }
    }
}

/// Changes an entry. No bytes means that there is no file.
///
/// # Errors
/// The [`Refusal`], whenever it is not certain that the change does what it should and nothing else.
pub fn edit(file: Option<&[u8]>, dialect: Dialect, at: &Place, change: &Change) -> Result<Edit, Refusal> {
    let text = Text::of(file.unwrap_or_default(), dialect)?;
    let before = dialect.read(text.body)?;
    let found = before.as_ref().map_or(Found::NoMap, |tree| tree.find(at, dialect.is_loose()));
    match change {
        Change::Set(value) => match found {
            Found::Entry(entry) if entry.is(value) => Ok(Edit::Unchanged),
            Found::Entry(_) => set(&text, before, dialect, at, value).map(Edit::Replaced),
            Found::NoEntry | Found::NoMap => {
                let written = set(&text, before, dialect, at, value)?;
                // What could not be taken out again is not put in.
                edit(Some(written.as_bytes()), dialect, at, &Change::Remove)?;
                Ok(Edit::Written(written))
            }
            wrong => Err(wrong.refusal()),
        },
        Change::Remove => match found {
            Found::Entry(_) => erase(&text, before, dialect, at),
            Found::NoEntry | Found::NoMap | Found::Shape(_) => Ok(Edit::NothingToRemove),
            wrong @ (Found::Twice(_) | Found::Indirect(_)) => Err(wrong.refusal()),
        },
    }
}

/// The value of an entry, if it is there.
///
/// # Errors
/// The [`Refusal`] of a text that cannot be read, or has the entry more than once.
pub fn look(file: &[u8], dialect: Dialect, at: &Place) -> Result<Option<Value>, Refusal> {
    let text = Text::of(file, dialect)?;
    let tree = dialect.read(text.body)?;
    match tree.as_ref().map_or(Found::NoMap, |tree| tree.find(at, dialect.is_loose())) {
        Found::Entry(entry) => Ok(Some(entry.value())),
        Found::NoEntry | Found::NoMap | Found::Shape(_) => Ok(None),
        wrong @ (Found::Twice(_) | Found::Indirect(_)) => Err(wrong.refusal()),
    }
}

/// Everything that a text says; nothing if it cannot be read.
pub(super) fn everything(text: &str, dialect: Dialect) -> Option<Value> {
    let text = Text::of(text.as_bytes(), dialect).ok()?;
    dialect.read(text.body).ok().flatten().map(|tree| tree.value())
}

fn set(
    text: &Text<'_>,
    before: Option<Tree>,
    dialect: Dialect,
    at: &Place,
    value: &Value,
) -> Result<String, Refusal> {
    let body = dialect.set(text.body, at, value)?;
    let expected = before.unwrap_or(Tree::Map(Vec::new())).with(at, Tree::of(value));
    compare(&body, dialect, &expected)?;
    // In a list of named maps an entry is found by the name in it.
    match expected.find(at, dialect.is_loose()) {
        Found::Entry(entry) if entry.is(value) => Ok(text.with_mark(body)),
        _ => Err(Refusal::Doubt(format!(
            "entries are a list here, so the value needs `name: {}` in it",
            at.name
        ))),
    }
}

fn erase(text: &Text<'_>, before: Option<Tree>, dialect: Dialect, at: &Place) -> Result<Edit, Refusal> {
    let body = dialect.erase(text.body, at)?;
    let mut expected = before.unwrap_or(Tree::Null).without(at);
    // In TOML a map without entries is there only if it has a header of its own.
    if dialect == Dialect::Toml && compare(&body, dialect, &expected).is_err() {
        expected = expected.pruned(&at.map);
    }
    compare(&body, dialect, &expected)?;
    Ok(Edit::Removed(text.with_mark(body)))
}

/// Reads the result as its reader will.
fn compare(body: &str, dialect: Dialect, expected: &Tree) -> Result<(), Refusal> {
    let after = dialect.read(body).ok().flatten();
    match after.is_some_and(|after| after.same(expected, dialect.is_ordered())) {
        true => Ok(()),
        false => Err(Refusal::Doubt(format!(
            "the file is written in a way that cannot be changed without risk to what else is in it ({})",
            dialect.name()
        ))),
    }
}
