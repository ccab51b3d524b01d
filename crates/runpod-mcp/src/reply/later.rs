//! An answer that comes later: who asks for it, and with what.
//!
//! It is all that has to be known to go on, so nobody has to remember anything: written down as the id of a task, it
//! finds its way back. An id is text from outside; what it says is checked, and it can name nothing but a read of one
//! thing.

use std::time::Duration;

use runpod_api::Id;
use serde_json::{Map, Value};

/// The reads that can be come back to, and their ids: the only ones that an id of a task can name.
const READS: [(&str, &[&str]); 3] = [
    ("get-pod", &["podId"]),
    ("get-endpoint", &["endpointId"]),
    ("get-job-status", &["endpointId", "jobId"]),
];

/// Between the parts of a task's id; in no id of Runpod's.
const SEPARATOR: char = '~';

/// Latest beginning of a task, in ms since 1970: the year 9999.
const LAST: u64 = 253_402_300_799_999;

/// A read to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    tool: &'static str,
    names: &'static [&'static str],
    ids: Vec<Id>,
    /// How long there is to wait.
    pub wait: Duration,
    /// How it stands now, in a few words.
    pub state: String,
}

impl Later {
    /// What to come back to; `None` for a tool that cannot be come back to.
    #[must_use]
    pub fn new(tool: &str, ids: &[&Id], wait: Duration) -> Option<Self> {
        let (tool, names) =
            READS.into_iter().find(|(name, names)| *name == tool && names.len() == ids.len())?;
        let ids = ids.iter().map(|id| (*id).clone()).collect();
        Some(Self { tool, names, ids, wait, state: String::new() })
    }

    /// The same, which stands like this now.
    #[must_use]
    pub fn at(self, state: String) -> Self {
        Self { state, ..self }
    }

    /// The tool that reads it.
    #[must_use]
    pub fn tool(&self) -> &'static str {
        self.tool
    }

    /// The ids that say what to read, by the names of the tool's arguments.
    #[must_use]
    pub fn args(&self) -> Map<String, Value> {
        self.names.iter().zip(&self.ids).map(|(name, id)| ((*name).to_owned(), id.as_str().into())).collect()
    }

    /// The id of a task that began at this time, in ms since 1970.
    #[must_use]
    pub fn task_id(&self, began: u64) -> String {
        let mut text = format!("{}{SEPARATOR}{began}{SEPARATOR}{}", self.tool, self.wait.as_millis());
        for id in &self.ids {
            text.push(SEPARATOR);
            text.push_str(id.as_str());
        }
        text
    }

    /// What the id of a task says, and when the task began. `None` when no task has this id.
    #[must_use]
    pub fn of_task(id: &str) -> Option<(Self, u64)> {
        let mut parts = id.split(SEPARATOR);
        let (tool, began, wait) = (parts.next()?, parts.next()?, parts.next()?);
        let ids = parts.map(Id::parse).collect::<Result<Vec<_>, _>>().ok()?;
        let began = began.parse().ok().filter(|began| *began <= LAST)?;
        let wait = Duration::from_millis(wait.parse().ok()?);
        let later = Self::new(tool, &ids.iter().collect::<Vec<_>>(), wait)?;
        // One spelling for each: `007` is not `7`.
        (later.task_id(began) == id).then_some((later, began))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_says_what_to_read_and_nothing_else() {
        let (endpoint, job) = (Id::parse("e-1").unwrap(), Id::parse("sync-7-u1").unwrap());
        let later = Later::new("get-job-status", &[&endpoint, &job], Duration::from_secs(60)).unwrap();
        let id = later.task_id(1_764_000_000_000);
        assert_eq!(id, "get-job-status~1764000000000~60000~e-1~sync-7-u1");
        assert_eq!(Later::of_task(&id), Some((later, 1_764_000_000_000)));
        for id in [
            "",
            "~",
            "get-pod",
            "get-pod~1~1",
            "get-pod~1~1~",
            "get-pod~1~1~..",
            "get-pod~1~1~a~b",
            "get-pod~01~1~a",
            "get-pod~1~-1~a",
            "get-pod~99999999999999999~1~a",
            "delete-pod~1~1~a",
            "get-pod~1~1~a/b",
        ] {
            assert_eq!(Later::of_task(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_the_same_task_or_none(id in "(get-pod|get-endpoint|x)(~[a-z0-9.]{0,5}){0,5}") {
            if let Some((later, began)) = Later::of_task(&id) {
                prop_assert_eq!(later.task_id(began), id);
            }
        }
    }
}
