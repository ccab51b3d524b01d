//! What the runtime says about a job.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::scan::{Excerpt, Found};
use crate::view::lenient;

/// A job as the answers to `run`, `cancel` and `retry` show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// Job id.
    pub id: String,
    /// `IN_QUEUE`, `IN_PROGRESS`, or an end: `COMPLETED`, `FAILED`, `CANCELLED`, `TIMED_OUT`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
}

/// Whether a job with this status will change no more.
#[must_use]
pub fn is_terminal(status: &str) -> bool {
    matches!(status, "COMPLETED" | "FAILED" | "CANCELLED" | "TIMED_OUT")
}

/// An answer that can carry an output.
#[derive(Clone, Debug)]
pub struct Report {
    /// See [`Job::status`].
    pub status: String,
    /// Every member of the answer but the one on the way to the window, in their order: `id`, `status`, `delayTime`
    /// and `executionTime` in ms, `workerId`, `error`. Long ones are cut.
    pub members: Vec<(String, Excerpt)>,
    /// What the window shows; none when the answer has no such place.
    pub shown: Option<Excerpt>,
}

impl Report {
    pub(super) fn of(found: Found) -> Result<Self, String> {
        let Found { members, at_path: shown } = found;
        let report = Self { status: String::new(), members, shown };
        match report.member("status") {
            Some(status) => Ok(Self { status, ..report }),
            None => Err("there is no text `status`".to_owned()),
        }
    }

    /// A member by its name, if it is there and reads as this.
    #[must_use]
    pub fn member<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let (_, excerpt) = self.members.iter().find(|(key, _)| key == name)?;
        serde_json::from_str(excerpt.json.get()).ok()
    }

    /// Whether the job will change no more.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        is_terminal(&self.status)
    }
}

/// Jobs and workers of an endpoint in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// Jobs by state.
    #[serde(default, deserialize_with = "lenient")]
    pub jobs: JobCounts,
    /// Workers by state.
    #[serde(default, deserialize_with = "lenient")]
    pub workers: WorkerCounts,
}

/// Jobs by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobCounts {
    /// Ended well.
    pub completed: u64,
    /// Ended badly.
    pub failed: u64,
    /// Running.
    pub in_progress: u64,
    /// Waiting.
    pub in_queue: u64,
    /// Queued again.
    pub retried: u64,
}

/// Workers by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WorkerCounts {
    /// Ready for a job.
    pub idle: u64,
    /// At work.
    pub running: u64,
}

/// What purging a queue removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Purged {
    /// Jobs that were dropped.
    #[serde(default)]
    pub removed: Option<u64>,
}
