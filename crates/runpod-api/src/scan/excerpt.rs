//! What is kept of a value, and where the rest of it is.

use serde_json::value::RawValue;

use super::border::mended;
use super::lexer::Flaw;
use super::pointer::Token;

/// A value, or what fitted of it.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// Valid JSON.
    pub json: Box<RawValue>,
    /// What the value is.
    pub kind: Kind,
    /// The first element, member or byte that was kept.
    pub from: u64,
    /// How many there are; 1 for a [`Kind::Word`].
    pub total: u64,
    /// Bytes of the whole value as it came.
    pub bytes: u64,
    /// What was not kept, the innermost first; empty when everything was, from `from` on.
    pub rest: Vec<Rest>,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An array, counted in elements.
    List,
    /// An object, counted in members.
    Map,
    /// A string, counted in bytes as it is written between its quotes.
    Text,
    /// A number, `true`, `false` or `null`.
    Word,
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Elements of an array.
    Elements,
    /// Members of an object.
    Members,
    /// Bytes of a text as it is written between its quotes.
    Bytes,
}

impl Unit {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elements => "elements",
            Self::Members => "members",
            Self::Bytes => "bytes",
        }
    }
}

impl Kind {
    /// What a value of this kind is counted in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::List => Unit::Elements,
            Self::Map => Unit::Members,
            Self::Text | Self::Word => Unit::Bytes,
        }
    }
}

/// A place at which reading goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// RFC 6901 pointer, from the root of the object.
    pub path: String,
    /// The first that was not kept.
    pub from: u64,
    /// How many there are.
    pub of: u64,
    /// What is counted.
    pub unit: Unit,
}

/// A value that is being kept.
#[derive(Debug)]
pub(super) struct Draft {
    /// Pointer to it.
    pub(super) path: String,
    pub(super) kind: Kind,
    /// How many containers are open around it.
    pub(super) around: usize,
    pub(super) text: Vec<u8>,
    pub(super) most: usize,
    pub(super) from: u64,
    pub(super) to: Option<u64>,
    /// Nothing more is kept.
    pub(super) full: bool,
    /// The text that was cut, until its length is known.
    pub(super) cut_text: Option<Rest>,
    pub(super) rest: Vec<Rest>,
    pub(super) total: u64,
    pub(super) begins: u64,
}

impl Draft {
    /// Goes back to an earlier length.
    pub(super) fn back_to(&mut self, length: usize) {
        self.text.truncate(length);
    }

    /// The comma in front of another child, unless it is the first of its container.
    pub(super) fn separate(&mut self) {
        if !matches!(self.text.last(), Some(b'[' | b'{')) {
            self.text.push(b',');
        }
    }

    pub(super) fn into_excerpt(self, end: u64) -> Result<Excerpt, Flaw> {
        let text = if self.text.is_empty() { "null".into() } else { mended(&self.text) };
        let json = RawValue::from_string(text.into_owned()).map_err(|_| Flaw::Syntax(self.begins))?;
        let Self { kind, from, total, rest, begins, .. } = self;
        Ok(Excerpt { json, kind, from, total, bytes: end - begins, rest })
    }
}

/// A pointer with one more step.
pub(super) fn below(path: &str, token: &str) -> String {
    format!("{path}{}", Token(token))
}
