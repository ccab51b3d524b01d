//! What became of each line of a file, so that the same call can be made again without sending a line twice.
//!
//! Before a line is sent it is written down as `sending`, and that is on the disk; afterwards how it ended. A line
//! whose end is missing may have been sent, so it is never sent again. Only a line that Runpod certainly did not take
//! may be. The words are written here; where they are kept is not known here.

use std::collections::BTreeMap;

use runpod_api::Id;
use serde::{Deserialize, Serialize};

use super::inputs::Line;
use crate::error::ToolError;

/// The form of what is written.
const FORM: u32 = 1;
/// Lines that an error names.
const NAMED: usize = 5;

/// How a line ended, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::jobs) enum State {
    /// It may have been submitted.
    Unknown,
    /// It is this job.
    Submitted(Id),
    /// It was not taken.
    Failed,
}

/// A line that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    digest: String,
    state: State,
}

/// All that is known of the lines of a file on one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tools::jobs) struct Ledger(BTreeMap<usize, Entry>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Head {
    ledger: u32,
    endpoint_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Record {
    Sending { line: usize, digest: String },
    Submitted { line: usize, job_id: String },
    Failed { line: usize, code: String },
    Unknown { line: usize, code: String },
}

/// The name of the ledger of a file on an endpoint: beside the file.
pub(super) fn name(file: &str, endpoint: &Id) -> String {
    format!("{file}.{endpoint}.ledger")
}

/// The first line of a ledger.
pub(super) fn head(endpoint: &Id) -> String {
    written(&Head { ledger: FORM, endpoint_id: endpoint.as_str().to_owned() })
}

/// That a line is about to be sent.
pub(super) fn sending(line: &Line) -> String {
    written(&Record::Sending { line: line.number, digest: line.digest() })
}

/// That it is a job now.
pub(super) fn submitted(line: usize, job: &Id) -> String {
    written(&Record::Submitted { line, job_id: job.as_str().to_owned() })
}

/// That it was not taken, or that nobody knows.
pub(super) fn not_submitted(line: usize, code: &str, certain: bool) -> String {
    let code = code.to_owned();
    written(&if certain { Record::Failed { line, code } } else { Record::Unknown { line, code } })
}

fn written(record: &impl Serialize) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

impl Ledger {
    /// What the lines of a ledger say.
    ///
    /// # Errors
    /// `bad_ledger` for a line that says nothing: what it stood for may have been sent. For another endpoint's ledger.
    pub(in crate::tools::jobs) fn read(lines: &[String], endpoint: &Id) -> Result<Self, ToolError> {
        let mut ledger = Self::default();
        let Some((first, records)) = lines.split_first() else { return Ok(ledger) };
        let head: Head = serde_json::from_str(first).map_err(|_| unreadable(1))?;
        if head.ledger != FORM {
            return Err(unreadable(1));
        }
        if head.endpoint_id != endpoint.as_str() {
            return Err(bad(format!("the ledger is about endpoint {}, not {endpoint}", head.endpoint_id)));
        }
        for (at, text) in records.iter().enumerate() {
            let record = serde_json::from_str(text).ok();
            record.and_then(|record| ledger.take(record)).ok_or_else(|| unreadable(at + 2))?;
        }
        Ok(ledger)
    }

    /// Nothing for an end without a beginning.
    fn take(&mut self, record: Record) -> Option<()> {
        let (line, state) = match record {
            Record::Sending { line, digest } => {
                self.0.insert(line, Entry { digest, state: State::Unknown });
                return Some(());
            }
            Record::Submitted { line, job_id } => (line, State::Submitted(Id::parse(&job_id).ok()?)),
            Record::Failed { line, .. } => (line, State::Failed),
            Record::Unknown { line, .. } => (line, State::Unknown),
        };
        self.0.get_mut(&line)?.state = state;
        Some(())
    }

    /// The lines that were sent, with how they ended.
    pub(in crate::tools::jobs) fn states(&self) -> impl Iterator<Item = (usize, &State)> {
        self.0.iter().map(|(line, entry)| (*line, &entry.state))
    }

    /// Whether a line may not be sent.
    pub(super) fn keeps(&self, line: &Line) -> bool {
        self.0.get(&line.number).is_some_and(|entry| entry.state != State::Failed)
    }

    /// Refuses a file in which a line that was sent is another one now, or gone. One that was not taken may change.
    ///
    /// # Errors
    /// `changed_input`, with the numbers of the first such lines.
    pub(super) fn compare(&self, lines: &[Line]) -> Result<(), ToolError> {
        let now: BTreeMap<usize, &Line> = lines.iter().map(|line| (line.number, line)).collect();
        let kept = self.0.iter().filter(|(_, entry)| entry.state != State::Failed);
        let changed: Vec<_> = kept
            .filter(|(number, entry)| now.get(number).is_none_or(|line| line.digest() != entry.digest))
            .map(|(number, _)| number.to_string())
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let (count, named) = (changed.len(), changed.into_iter().take(NAMED).collect::<Vec<_>>().join(", "));
        let message =
            format!("{count} lines that were sent earlier have another input now or are gone: {named}");
        Err(ToolError::new("changed_input", message).status(409).hint(
            "put those inputs back and add new ones as new lines at the end, or use a file of another name; nothing \
             was submitted",
        ))
    }
}

fn unreadable(line: usize) -> ToolError {
    bad(format!("line {line} of the ledger cannot be read"))
}

fn bad(message: String) -> ToolError {
    ToolError::new("bad_ledger", message).status(409).hint(
        "the ledger was changed by something else than this server: ask the user to restore it, or to rename the file \
         of inputs if every line may be submitted again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(number: usize, text: &str) -> Line {
        let input = json!({ "text": text }).as_object().unwrap().clone();
        Line { number, input }
    }

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    fn read(records: &[String]) -> Result<Ledger, ToolError> {
        let mut lines = vec![head(&id("e"))];
        lines.extend_from_slice(records);
        Ledger::read(&lines, &id("e"))
    }

    #[test]
    fn a_line_without_an_end_is_kept_and_one_that_was_not_taken_is_not() {
        let lines = [line(1, "a"), line(2, "b"), line(3, "c"), line(4, "d"), line(5, "e")];
        let mut records: Vec<_> = lines.iter().take(4).map(sending).collect();
        records.extend([
            submitted(1, &id("j")),
            not_submitted(2, "rejected", true),
            not_submitted(3, "timeout", false),
        ]);
        let ledger = read(&records).unwrap();
        let states: Vec<_> = ledger.states().map(|(_, state)| state.clone()).collect();
        assert_eq!(states, [State::Submitted(id("j")), State::Failed, State::Unknown, State::Unknown]);
        assert_eq!(lines.each_ref().map(|line| ledger.keeps(line)), [true, false, true, true, false]);
        // Sent once more after it was not taken.
        records.push(sending(&lines[1]));
        assert!(read(&records).unwrap().keeps(&lines[1]));
    }

    #[test]
    fn a_changed_input_is_noticed_unless_its_line_was_not_taken() {
        let lines = [line(1, "a"), line(2, "b")];
        let ledger =
            read(&[sending(&lines[0]), sending(&lines[1]), not_submitted(2, "rejected", true)]).unwrap();
        assert!(ledger.compare(&[line(1, "a"), line(2, "mended"), line(3, "new")]).is_ok());
        for changed in [vec![line(1, "A"), line(2, "b")], vec![line(2, "b")], vec![]] {
            let error = ledger.compare(&changed).unwrap_err();
            assert_eq!((error.code, error.message.ends_with(": 1")), ("changed_input", true), "{error:?}");
        }
    }

    #[test]
    fn what_does_not_make_sense_is_refused_with_its_line() {
        let known = sending(&line(1, "a"));
        for broken in ["", "{}", "null", &submitted(2, &id("j")), "{\"state\":\"sent\",\"line\":1}", "\0\0"] {
            let error = read(&[known.clone(), broken.to_owned()]).unwrap_err();
            assert_eq!(error.message, "line 3 of the ledger cannot be read", "{broken}");
        }
        assert!(Ledger::read(&[head(&id("e"))], &id("other")).unwrap_err().message.contains("endpoint e"));
        assert!(Ledger::read(&["{}".to_owned()], &id("e")).unwrap_err().message.contains("line 1"));
        assert_eq!(Ledger::read(&[], &id("e")).unwrap(), Ledger::default());
    }
}
