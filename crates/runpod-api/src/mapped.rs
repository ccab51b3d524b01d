//! An answer: a typed view of what we act on, beside everything the API said.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::error::Error;
use crate::version::Version;

/// What was changed, defaulted or could not be kept on the way to the wire, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(pub Cow<'static, str>);

impl Note {
    /// A note from a fixed or a composed sentence.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}

/// A view, the raw JSON it was read from, and notes.
#[derive(Clone, Debug)]
pub struct Mapped<T> {
    /// The fields this crate acts on.
    pub view: T,
    /// The whole object as the API sent it, so that no newer field is lost.
    pub raw: Box<RawValue>,
    /// What the caller should know about the request that was sent.
    pub notes: Vec<Note>,
    /// The version that served the request, when it is not the one that was asked.
    pub served_by: Option<Version>,
}

impl<T: DeserializeOwned> Mapped<T> {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Error::Shape`] with operation and JSON position when it is not what the view requires, [`Error::Wordless`] for
    /// a change of which nothing is said.
    pub(crate) fn read(answer: &Answer) -> Result<Self, Error> {
        Self::read_with(answer, Vec::new())
    }

    /// Reads the answer to a request that left these notes.
    ///
    /// # Errors
    /// As [`Mapped::read`].
    pub(crate) fn read_with(answer: &Answer, notes: Vec<Note>) -> Result<Self, Error> {
        if answer.op.repeat.changes()
            && let Some(why) = answer.wordless()
        {
            return Err(Error::Wordless { operation: answer.op.id, status: answer.status, why, notes });
        }
        let raw: Box<RawValue> = answer.json()?;
        let view = serde_json::from_str(raw.get()).map_err(|e| answer.shape(&e))?;
        Ok(Self { view, raw, notes, served_by: None })
    }

    /// The same answer with these notes after its own.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }
}
