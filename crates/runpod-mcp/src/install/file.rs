//! One configuration file: read, changed, written.
//!
//! The new text is written beside the old one, kept on disk, and takes its place in one step; then it is read back. A file
//! that somebody else changed meanwhile is read again, never overwritten. Links are followed, so that they stay links. A file
//! that gets a key becomes readable by its owner alone. What it refuses to know: what is in the entry.

mod difference;
mod disk;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::edit::{Change, Dialect, Edit, Place, Refusal, edit};
use super::secret;
use disk::Seen;

/// How often a file is read again because somebody else wrote it.
const TRIES: usize = 3;

/// A file, and how its reader reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where it is; absolute.
    pub path: PathBuf,
    /// How it is read.
    pub dialect: Dialect,
}

/// How a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Keep what the file was beside it.
    pub backup: bool,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entry was not there, or was another one, and is there now.
    Written,
    /// The entry was there.
    Unchanged,
    /// The entry is gone.
    Removed,
    /// There was none.
    NothingToRemove,
    /// The file would have been changed.
    WouldWrite,
}

impl Outcome {
    /// Its word, on the command line and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::NothingToRemove => "nothing_to_remove",
            Self::WouldWrite => "would_write",
        }
    }
}

/// A change that was made, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What came of it.
    pub outcome: Outcome,
    /// The entry that stood there before.
    pub replaced: bool,
    /// Where the file of before is kept.
    pub backup: Option<PathBuf>,
    /// What would be different, without secrets.
    pub difference: Option<String>,
    /// Others could read the file, and cannot any more.
    pub tightened: bool,
}

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What is in it cannot be changed safely.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// It is no file that can be changed safely.
    #[error("{0}")]
    Place(String),
    /// Somebody else kept writing it.
    #[error("another program keeps changing the file; close it and try again")]
    Busy,
    /// The disk said no.
    #[error("the file cannot be {0}")]
    Disk(&'static str, #[source] std::io::Error),
    /// What was written is not what is read.
    #[error("the file was written, but reads differently; what it was is in {0}")]
    NotKept(String),
}

impl Failure {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Place(_) => "place",
            Self::Busy => "changed_meanwhile",
            Self::Disk(..) => "disk",
            Self::NotKept(_) => "not_kept",
        }
    }
}

/// Changes an entry of a file.
///
/// # Errors
/// The [`Failure`]; then the file is as it was.
pub fn change(target: &Target, at: &Place, change: &Change, manner: Manner) -> Result<Done, Failure> {
    change_between(target, at, change, manner, &mut || ())
}

/// The same; `meanwhile` is called before the new text takes the place of the old one.
fn change_between(
    target: &Target,
    at: &Place,
    change: &Change,
    manner: Manner,
    meanwhile: &mut dyn FnMut(),
) -> Result<Done, Failure> {
    for _ in 0..TRIES {
        let seen = Seen::at(&target.path)?;
        let edited = edit(seen.bytes(), target.dialect, at, change)?;
        let Some(text) = edited.text() else { return Ok(Done::without_change(&edited)) };
        let plan = Plan { seen: &seen, text, target, at, change };
        if manner.dry_run {
            return Ok(Done { difference: Some(plan.difference()), ..plan.done(Outcome::WouldWrite, None) });
        }
        if let Some(backup) = plan.write(manner, meanwhile)? {
            return Ok(plan.done(
                if matches!(edited, Edit::Removed(_)) { Outcome::Removed } else { Outcome::Written },
                backup,
            ));
        }
    }
    Err(Failure::Busy)
}

impl Done {
    fn without_change(edit: &Edit) -> Self {
        let outcome = match edit {
            Edit::NothingToRemove => Outcome::NothingToRemove,
            _ => Outcome::Unchanged,
        };
        Self { outcome, replaced: false, backup: None, difference: None, tightened: false }
    }
}

/// A text that is to take the place of another.
struct Plan<'a> {
    seen: &'a Seen,
    text: &'a str,
    target: &'a Target,
    at: &'a Place,
    change: &'a Change,
}

impl Plan<'_> {
    fn is_secret(&self) -> bool {
        matches!(self.change, Change::Set(value) if secret::has_secret(value))
    }

    /// Writes it, and says where the file of before is kept; nothing if that was changed meanwhile.
    fn write(&self, manner: Manner, meanwhile: &mut dyn FnMut()) -> Result<Option<Option<PathBuf>>, Failure> {
        let beside = self.seen.write_beside(self.text, self.is_secret())?;
        meanwhile();
        if !self.seen.is_current() {
            return Ok(None);
        }
        let backup = if manner.backup { self.seen.keep()? } else { None };
        beside.take_place(self.seen)?;
        if self.seen.reads(self.text) {
            return Ok(Some(backup));
        }
        Err(Failure::NotKept(
            backup.map_or_else(|| "no other file".to_owned(), |path| path.display().to_string()),
        ))
    }

    fn difference(&self) -> String {
        let old = self.seen.bytes().unwrap_or_default();
        difference::shown(&self.target.path, old, self.text, self.target.dialect)
    }

    fn done(&self, outcome: Outcome, backup: Option<PathBuf>) -> Done {
        let old = self.seen.bytes().unwrap_or_default();
        let had = super::edit::look(old, self.target.dialect, self.at).ok().flatten();
        Done {
            outcome,
            replaced: had.is_some() && matches!(self.change, Change::Set(_)),
            backup,
            difference: None,
            tightened: self.is_secret() && self.seen.is_open_to_others(),
        }
    }
}

/// The entry that a file has, if there is a file and an entry.
///
/// # Errors
/// The [`Failure`] of a file that cannot be read.
pub fn entry(target: &Target, at: &Place) -> Result<Option<Value>, Failure> {
    let seen = Seen::at(&target.path)?;
    let Some(bytes) = seen.bytes() else { return Ok(None) };
    Ok(super::edit::look(bytes, target.dialect, at)?)
}

/// Whether others than the owner can read a file.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    Seen::at(path).is_ok_and(|seen| seen.is_open_to_others())
}
