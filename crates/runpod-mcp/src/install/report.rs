//! What came of an installation, for a person and for a program.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Client, Seat};
use super::file::{Done, Failure, Outcome};

/// Whose entry it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One person's, in all projects.
    User,
    /// One project's.
    Project,
}

impl Scope {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
        }
    }
}

/// What came of one file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The client.
    pub client: &'static Client,
    /// What shows that it is on this computer.
    pub signals: Vec<PathBuf>,
    /// The file.
    pub path: Option<PathBuf>,
    /// Whose entry.
    pub scope: Scope,
    /// A word: written, replaced, unchanged, removed, nothing_to_remove, would_write, refused or failed.
    pub outcome: &'static str,
    /// A stable word for why not.
    pub reason: Option<&'static str>,
    /// The same for a person.
    pub message: String,
    /// Where the file of before is kept.
    pub backup: Option<PathBuf>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// What a person does next.
    pub next: Vec<String>,
    /// What would be different.
    pub difference: Option<String>,
    /// What to paste when the file was left alone.
    pub snippet: Option<String>,
}

impl Report {
    pub(super) fn new(
        client: &'static Client,
        signals: Vec<PathBuf>,
        seat: Option<&Seat>,
        scope: Scope,
    ) -> Self {
        Self {
            client,
            signals,
            path: seat.map(|seat| seat.target.path.clone()),
            scope,
            outcome: "refused",
            reason: None,
            message: String::new(),
            backup: None,
            warnings: Vec::new(),
            next: Vec::new(),
            difference: None,
            snippet: None,
        }
    }

    pub(super) fn refused(self, reason: &'static str, message: String) -> Self {
        Self { outcome: "refused", reason: Some(reason), message, ..self }
    }

    /// With what came of the change.
    pub(super) fn came(mut self, done: Result<Done, Failure>) -> Self {
        match done {
            Ok(done) => {
                self.outcome = match done.outcome {
                    Outcome::Written if done.replaced => "replaced",
                    other => other.word(),
                };
                self.backup = done.backup;
                self.difference = done.difference;
                if done.tightened {
                    self.warnings.push("others could read the file; now only you can".to_owned());
                }
                self
            }
            Err(failure) => {
                let outcome = if matches!(failure, Failure::Disk(..) | Failure::NotKept(_)) {
                    "failed"
                } else {
                    "refused"
                };
                let message = whole(&failure);
                Self { outcome, reason: Some(failure.code()), message, ..self }
            }
        }
    }

    /// Whether the file is as it was asked for.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !matches!(self.outcome, "refused" | "failed")
    }

    /// For a program.
    #[must_use]
    pub fn json(&self) -> Value {
        let shown = |path: &Path| path.display().to_string();
        let mut out = json!({
            "id": self.client.id,
            "name": self.client.name,
            "detected": !self.signals.is_empty(),
            "signals": self.signals.iter().map(|path| shown(path)).collect::<Vec<_>>(),
            "path": self.path.as_deref().map(shown),
            "scope": self.scope.word(),
            "outcome": self.outcome,
            "reason_code": self.reason,
            "message": self.message,
            "backup": self.backup.as_deref().map(shown),
            "warnings": self.warnings,
            "next_steps": self.next,
        });
        if let (Some(difference), Value::Object(out)) = (&self.difference, &mut out) {
            out.insert("diff".to_owned(), difference.as_str().into());
        }
        out
    }
}

/// An error with its causes.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}
