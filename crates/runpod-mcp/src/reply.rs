//! What a tool answers: one compact JSON object, within a size, without secrets and without control characters.

pub(crate) mod clean;
pub(crate) mod cursor;
pub(crate) mod fit;
pub mod later;
pub(crate) mod list;
pub(crate) mod redact;
mod rows;

use runpod_api::{Error, Id, Mapped};
use serde_json::{Map, Value, json};

use crate::error::{ToolError, WORDLESS};
use later::Later;
use rows::Rows;

/// Largest reply in bytes unless a call asks for more.
pub const MAX_BYTES: usize = 80_000;

/// Room kept for `_truncated`.
const TAIL: usize = 2_000;

/// Where the rows of a list stand.
const ITEMS: &str = "items";

/// More cuts than these are not listed one by one.
const MOST_CUTS: usize = 8;

/// A successful answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    fields: Map<String, Value>,
    /// What stands under [`ITEMS`], of which the fields have only the place.
    items: Option<Rows>,
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

    /// The same with the rows of a list.
    #[must_use]
    fn with_items(self, items: Rows) -> Self {
        Self { items: Some(items), ..self.with(ITEMS, Value::Null) }
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
        let items = self.items.as_ref().map_or(0, Rows::size);
        let size = fit::size(&Value::Object(self.fields.clone())) + items + tail;
        size.checked_sub(self.most.unwrap_or(MAX_BYTES)).filter(|excess| *excess > 0)
    }

    /// The JSON that a client gets, in at most `max` bytes. Notes stand last, under `_notes`; what was cut stands
    /// under `_truncated`.
    #[must_use]
    pub fn into_text(self, max: usize) -> String {
        let max = self.most.unwrap_or(max);
        let (mut fields, mut notes) = (Value::Object(self.fields), Value::from(self.notes));
        clean::value(&mut fields);
        clean::value(&mut notes);
        let mut tail = Map::new();
        if notes.as_array().is_some_and(|notes| !notes.is_empty()) {
            tail.insert("_notes".into(), notes);
        }
        let room = max.saturating_sub(TAIL + fit::size(&Value::Object(tail.clone())));
        let (items, cuts) = fit_with(&mut fields, self.items, room);
        if !cuts.is_empty() {
            let cuts: Vec<Value> = cuts.iter().take(MOST_CUTS).map(fit::Cut::to_json).collect();
            tail.insert("_truncated".into(), cuts.into());
        }
        if let Value::Object(fields) = &mut fields {
            fields.extend(tail);
        }
        written(&fields, items.as_ref())
    }
}

/// Cuts a reply to its size. Rows that are cut too are values from then on, so none is left beside the fields.
fn fit_with(fields: &mut Value, items: Option<Rows>, room: usize) -> (Option<Rows>, Vec<fit::Cut>) {
    match (items, fields) {
        (Some(items), fields) if fit::fits(fields, room.saturating_sub(items.size())) => {
            (Some(items), Vec::new())
        }
        (items, fields) => {
            if let (Some(items), Value::Object(fields)) = (&items, &mut *fields) {
                fields.insert(ITEMS.to_owned(), items.to_value());
            }
            (None, fit::fit(fields, room))
        }
    }
}

/// The text of a reply whose rows are there as text.
fn written(fields: &Value, items: Option<&Rows>) -> String {
    let (Value::Object(fields), Some(items)) = (fields, items) else {
        // Not by `Display`, which writes it in small pieces.
        return serde_json::to_string(fields).unwrap_or_default();
    };
    let mut text = String::with_capacity(items.size() + TAIL);
    for (name, value) in fields {
        text.push(if text.is_empty() { '{' } else { ',' });
        text.extend([serde_json::to_string(name).unwrap_or_default(), ":".to_owned()]);
        match name == ITEMS {
            true => items.write(&mut text),
            false => text.push_str(&serde_json::to_string(value).unwrap_or_default()),
        }
    }
    text.push('}');
    text
}

/// The JSON of an error, cleaned and in at most `max` bytes like any other answer: others wrote parts of it too.
#[must_use]
pub(crate) fn told(error: &ToolError, max: usize) -> String {
    let mut value = error.to_json();
    clean::value(&mut value);
    fit::fit(&mut value, max);
    written(&value, None)
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
