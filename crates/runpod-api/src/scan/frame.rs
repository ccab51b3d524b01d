//! One open container whose inside is told: what may come next in it, and how far it has come.

use super::excerpt::Kind;

/// What may come next in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The first key or element, or the end.
    First,
    /// A key or element.
    Next,
    /// The rest of a key.
    Key,
    Colon,
    /// The value of a member.
    Value,
    /// A comma, or the end.
    After,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) object: bool,
    pub(super) slot: Slot,
    /// Children that have begun.
    pub(super) begun: u64,
    /// Key of the present member as it is written.
    pub(super) key: Vec<u8>,
    /// Where the present child begins in what is kept, with the comma before it.
    pub(super) mark: usize,
    /// Path to it and children that are shown of it, once nothing more is kept.
    pub(super) shown: Option<(String, u64)>,
}

impl Frame {
    pub(super) fn new(object: bool) -> Self {
        Self { object, slot: Slot::First, begun: 0, key: Vec::new(), mark: 0, shown: None }
    }

    pub(super) fn kind(&self) -> Kind {
        if self.object { Kind::Map } else { Kind::List }
    }

    /// Whether this step leads to the present child.
    pub(super) fn is_at(&self, step: &str) -> bool {
        match self.object {
            true => decoded(&self.key) == step,
            false => {
                step.parse().is_ok_and(|index: u64| index + 1 == self.begun && step == index.to_string())
            }
        }
    }

    /// The step to the present child.
    pub(super) fn token(&self) -> String {
        match self.object {
            true => decoded(&self.key),
            false => self.begun.saturating_sub(1).to_string(),
        }
    }
}

/// A key as it is meant.
fn decoded(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    match text.contains('\\') {
        false => text.into_owned(),
        true => {
            serde_json::from_str(&format!("\"{}\"", super::border::mended(raw))).unwrap_or(text.into_owned())
        }
    }
}
