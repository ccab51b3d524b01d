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
    /// Another entry of this name stood there before.
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
    Wish { target, at, change, manner }.grant(&mut || ())
}

/// A change that somebody wants.
struct Wish<'a> {
    target: &'a Target,
    at: &'a Place,
    change: &'a Change,
    manner: Manner,
}

impl Wish<'_> {
    /// Makes it; `meanwhile` is called before the new text takes the place of the old one.
    fn grant(&self, meanwhile: &mut dyn FnMut()) -> Result<Done, Failure> {
        let Self { target, at, change, manner } = *self;
        for _ in 0..TRIES {
            let seen = Seen::at(&target.path)?;
            let edited = edit(seen.bytes(), target.dialect, at, change)?;
            let Some(text) = edited.text() else { return Ok(Done::without_change(&edited)) };
            let plan = Plan { seen: &seen, text, target, change };
            let came = match &edited {
                Edit::Removed(_) => Outcome::Removed,
                _ => Outcome::Written,
            };
            let done = Done { replaced: matches!(edited, Edit::Replaced(_)), ..plan.done(came) };
            if manner.dry_run {
                let difference = Some(plan.difference());
                return Ok(Done { outcome: Outcome::WouldWrite, difference, ..done });
            }
            if let Some(backup) = plan.write(manner, meanwhile)? {
                return Ok(Done { backup, ..done });
            }
        }
        Err(Failure::Busy)
    }
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

    fn done(&self, outcome: Outcome) -> Done {
        let tightened = self.is_secret() && self.seen.is_open_to_others();
        Done { outcome, replaced: false, backup: None, difference: None, tightened }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MANNER: Manner = Manner { dry_run: false, backup: true };

    fn place() -> Place {
        Place::new(["m"], "me").expect("a place")
    }

    fn file(folder: &Path, text: &str) -> Target {
        let path = folder.join("config.json");
        std::fs::write(&path, text).expect("a file");
        Target { path, dialect: Dialect::Json }
    }

    fn wish<'a>(target: &'a Target, at: &'a Place, change: &'a Change) -> Wish<'a> {
        Wish { target, at, change, manner: MANNER }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_somebody_else_writes_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = file(folder.path(), "{\"m\":{}}");
        let mut times = 0;
        let done = wish(&target, &place(), &Change::Set(json!(1))).grant(&mut || {
            times += 1;
            if times == 1 {
                std::fs::write(&target.path, "{\"late\":1,\"m\":{}}").expect("written");
            }
        });
        assert_eq!(done.expect("done").outcome, Outcome::Written);
        let text = std::fs::read_to_string(&target.path).expect("text");
        assert_eq!(text, "{\"late\":1,\"m\":{\"me\":1}}");
        let backup = std::fs::read_to_string(folder.path().join("config.json.runpod-mcp.bak")).expect("text");
        assert_eq!(backup, "{\"late\":1,\"m\":{}}");
    }

    #[test]
    fn a_file_that_never_rests_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = file(folder.path(), "{}");
        let mut times = 0;
        let done = wish(&target, &place(), &Change::Set(json!(1))).grant(&mut || {
            times += 1;
            std::fs::write(&target.path, format!("{{\"n\":{times}}}")).expect("written");
        });
        assert!(matches!(done, Err(Failure::Busy)), "{done:?}");
        assert_eq!(std::fs::read_to_string(&target.path).expect("text"), "{\"n\":3}");
        assert_eq!(names(folder.path()), ["config.json"]);
    }

    #[test]
    fn whoever_dies_before_the_last_step_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = file(folder.path(), "{\"m\":{\"you\":1}}");
        let dies = std::panic::catch_unwind(|| {
            wish(&target, &place(), &Change::Set(json!(1))).grant(&mut || panic!("as if killed"))
        });
        assert!(dies.is_err());
        assert_eq!(std::fs::read_to_string(&target.path).expect("text"), "{\"m\":{\"you\":1}}");
    }

    #[test]
    fn a_dry_run_shows_the_difference_and_touches_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "{\n  \"m\": {\n    \"you\": {\"env\": {\"TOKEN\": \"theirs-12345\"}}\n  }\n}\n";
        let target = file(folder.path(), text);
        let value = Change::Set(json!({"env": {"RUNPOD_API_KEY": "rpa_ours"}}));
        let done = change(&target, &place(), &value, Manner { dry_run: true, ..MANNER }).expect("done");
        let difference = done.difference.expect("a difference");
        assert!(difference.contains("+    \"me\": {"), "{difference}");
        assert!(!difference.contains("rpa_ours") && !difference.contains("theirs"), "{difference}");
        assert_eq!(std::fs::read_to_string(&target.path).expect("text"), text);
        assert_eq!(names(folder.path()), ["config.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_a_key_closes_the_file() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let target = file(folder.path(), "{\"m\":{}}");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        std::fs::set_permissions(&target.path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
        let link = folder.path().join("link.json");
        symlink("config.json", &link).expect("a link");
        let through = Target { path: link.clone(), dialect: Dialect::Json };
        change(&through, &place(), &Change::Set(json!({"url": "u"})), MANNER).expect("done");
        assert_eq!(mode(&target.path), 0o644);
        let key = json!({"env": {"RUNPOD_API_KEY": "rpa_123456"}});
        let done = change(&through, &place(), &Change::Set(key), MANNER).expect("done");
        assert!(done.tightened && done.replaced);
        assert_eq!(mode(&target.path), 0o600);
        assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
        std::fs::set_permissions(&target.path, std::fs::Permissions::from_mode(0o400)).expect("chmod");
        assert!(matches!(change(&through, &place(), &Change::Remove, MANNER), Err(Failure::Place(_))));
        let dangling = Target { path: folder.path().join("dangling"), dialect: Dialect::Json };
        symlink("deeper/new.json", &dangling.path).expect("a link");
        change(&dangling, &place(), &Change::Set(json!(1)), MANNER).expect("done");
        assert!(folder.path().join("deeper/new.json").is_file());
    }
}
