//! What a tool answers: one compact JSON object, within a size, without secrets and without control characters.

pub(crate) mod clean;
pub(crate) mod cursor;
pub(crate) mod fit;
pub mod later;
pub(crate) mod list;
pub(crate) mod redact;

use runpod_api::{Error, Id, Mapped};
use serde_json::{Map, Value, json};

use crate::error::{ToolError, WORDLESS};
use later::Later;

/// Largest reply in bytes unless a call asks for more.
pub const MAX_BYTES: usize = 80_000;

/// Room kept for `_truncated`.
const TAIL: usize = 2_000;

/// More cuts than these are not listed one by one.
const MOST_CUTS: usize = 8;

/// A successful answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    fields: Map<String, Value>,
    notes: Vec<String>,
    later: Option<Later>,
    /// What the call asked for instead of [`MAX_BYTES`].
    most: Option<usize>,
}

impl Reply {
    /// Everything the API said about one resource, secrets redacted.
    #[must_use]
    pub fn of<T>(mapped: &Mapped<T>) -> Self {
        Self::shown(mapped, false)
    }

    /// The same with secret-looking env values shown when `reveal` is set.
    #[must_use]
    pub fn shown<T>(mapped: &Mapped<T>, reveal: bool) -> Self {
        let mut value: Value = serde_json::from_str(mapped.raw.get()).unwrap_or_default();
        if !reveal {
            redact::env(&mut value);
        }
        let notes = mapped.notes.iter().map(|note| note.0.to_string()).collect();
        let reply = Self { notes, ..Self::from(value) };
        match mapped.served_by {
            Some(version) => reply.with("_servedBy", version.to_string()),
            None => reply,
        }
    }

    /// The answer to a change that returns nothing.
    #[must_use]
    pub fn done(id: &str) -> Self {
        Self::from(json!({"success": true, "status": 204, "id": id}))
    }

    /// The answer to a delete. What is gone already counts as deleted, and the reply says so.
    ///
    /// # Errors
    /// Every failure but 404.
    pub fn deleted(id: &Id, result: Result<(), Error>) -> Result<Self, ToolError> {
        match result {
            Ok(()) => Ok(Self::done(id.as_str())),
            Err(error) if error.is_missing() => Ok(Self::done(id.as_str())
                .note("there is none with this id any more: nothing was left to delete")),
            Err(error) => Err(error.into()),
        }
    }

    /// The answer to a change that was accepted without a readable word. It was made, so it is no failure: an error
    /// would invite a second one (ADR 0013).
    ///
    /// # Errors
    /// Every other error, as it is.
    pub(crate) fn of_wordless(error: ToolError) -> Result<Self, ToolError> {
        if error.code != WORDLESS {
            return Err(error);
        }
        let told = format!("{}. Do not repeat it: list or get shows what is there now", error.message);
        let before = error.facts.iter().flat_map(|(_, notes)| notes.as_array().into_iter().flatten());
        let before = before.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
        Ok(Self::from(json!({"success": true, "status": error.status})).notes(before).note(told))
    }

    /// The id of what the reply is about, if it is about one thing.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.fields.get("id")?.as_str()
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The same with one of its fields rewritten, if it is there.
    #[must_use]
    pub(crate) fn rewrite(mut self, name: &str, rewrite: impl FnOnce(&mut Value)) -> Self {
        if let Some(value) = self.fields.get_mut(name) {
            rewrite(value);
        }
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with these notes.
    #[must_use]
    pub fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// What it has to remark.
    #[must_use]
    pub(crate) fn into_notes(self) -> Vec<String> {
        self.notes
    }

    /// The same as the answer to a call that goes on: what to come back to.
    #[must_use]
    pub(crate) fn until(mut self, later: Option<Later>) -> Self {
        self.later = later;
        self
    }

    /// What to come back to, when this is not the last word.
    #[must_use]
    pub fn later(&self) -> Option<&Later> {
        self.later.as_ref()
    }

    /// The same after an earlier reply about the same thing: what that one had to remark still holds.
    #[must_use]
    pub(crate) fn after(mut self, earlier: Self) -> Self {
        let served_by = earlier.fields.get("_servedBy");
        self.fields.extend(served_by.map(|version| ("_servedBy".to_owned(), version.clone())));
        self.notes.splice(..0, earlier.notes);
        self
    }

    /// The same in at most so many bytes, because the call says so.
    #[must_use]
    pub(crate) fn at_most(self, bytes: usize) -> Self {
        Self { most: Some(bytes), ..self }
    }

    /// How many bytes it is too large by, if it would have to be cut.
    #[must_use]
    pub(crate) fn excess(&self) -> Option<usize> {
        let tail = TAIL + fit::size(&Value::from(self.notes.clone()));
        let size = fit::size(&Value::Object(self.fields.clone())) + tail;
        size.checked_sub(self.most.unwrap_or(MAX_BYTES)).filter(|excess| *excess > 0)
    }

    /// The JSON that a client gets, in at most `max` bytes. Notes stand last, under `_notes`; what was cut stands
    /// under `_truncated`.
    #[must_use]
    pub fn into_json(self, max: usize) -> Value {
        let max = self.most.unwrap_or(max);
        let (mut value, mut notes) = (Value::Object(self.fields), Value::from(self.notes));
        clean::value(&mut value);
        clean::value(&mut notes);
        let mut tail = Map::new();
        if notes.as_array().is_some_and(|notes| !notes.is_empty()) {
            tail.insert("_notes".into(), notes);
        }
        let room = max.saturating_sub(TAIL + fit::size(&Value::Object(tail.clone())));
        let cuts = fit::fit(&mut value, room);
        if !cuts.is_empty() {
            let cuts: Vec<Value> = cuts.iter().take(MOST_CUTS).map(fit::Cut::to_json).collect();
            tail.insert("_truncated".into(), cuts.into());
        }
        if let Value::Object(fields) = &mut value {
            fields.extend(tail);
        }
        value
    }
}

/// The JSON of an error, cleaned and in at most `max` bytes like any other answer: others wrote parts of it too.
#[must_use]
pub(crate) fn told(error: &ToolError, max: usize) -> Value {
    let mut value = error.to_json();
    clean::value(&mut value);
    fit::fit(&mut value, max);
    value
}

impl From<Value> for Reply {
    /// An object becomes the reply; anything else stands under `value`.
    fn from(value: Value) -> Self {
        let fields = match value {
            Value::Object(fields) => fields,
            other => Map::from_iter([("value".to_owned(), other)]),
        };
        Self { fields, ..Self::default() }
    }
}
