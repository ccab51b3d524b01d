//! What is said about a batch: while it goes, and at its end.

use runpod_api::Id;
use serde_json::{Map, Value, json};

use super::ledger::{Ledger, State};
use super::sending::{Course, Fate};
use crate::error::ToolError;
use crate::reply::Reply;

/// Jobs that one reply names.
const JOBS: usize = 100;
/// Lines without a job that one reply names, of each kind.
const NAMED: usize = 20;
/// Longest text of a failure, in characters.
const WORDS: usize = 200;

/// What was asked for, and what was known before.
pub(super) struct Order {
    pub(super) endpoint: Id,
    /// Lines that there are.
    pub(super) total: usize,
    pub(super) before: Ledger,
    pub(super) ledger: Option<String>,
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    submitted: usize,
    failed: usize,
    unknown: usize,
}

impl Counts {
    fn of(course: &Course) -> Self {
        let mut counts = Self::default();
        for fate in course.fates.values() {
            *match fate {
                Fate::Submitted(_) => &mut counts.submitted,
                Fate::Failed(_) => &mut counts.failed,
                Fate::Unknown(_) => &mut counts.unknown,
            } += 1;
        }
        counts
    }
}

/// How far a batch is: lines that have a fate, and the same for a person.
pub(super) fn progress(course: &Course, total: usize) -> (f64, String) {
    let Counts { submitted, failed, unknown } = Counts::of(course);
    let mut words = format!("{submitted} of {total} submitted");
    for (count, what) in [(failed, "failed"), (unknown, "unknown")] {
        if count > 0 {
            words = format!("{words}, {count} {what}");
        }
    }
    (float(course.fates.len()), words)
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// The reply about a batch of which these lines were to be sent.
pub(super) fn reply(order: &Order, lines: Vec<usize>, course: &Course) -> Reply {
    let counts = Counts::of(course);
    let unsent: Vec<usize> = lines.into_iter().filter(|line| !course.fates.contains_key(line)).collect();
    let mut reply = Reply::from(json!({
        "endpointId": order.endpoint.as_str(), "inputs": order.total, "submitted": counts.submitted,
    }));
    let (earlier, lost) = earlier(&order.before);
    let lost_now = course.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Unknown(_)));
    let unknown: Vec<usize> = lost.into_iter().chain(lost_now.map(|(line, _)| *line)).collect();
    for (name, count) in [
        ("submittedEarlier", earlier),
        ("failed", counts.failed),
        ("unknown", unknown.len()),
        ("notSent", unsent.len()),
    ] {
        if count > 0 {
            reply = reply.with(name, count);
        }
    }
    reply = failures(reply, course);
    if !unknown.is_empty() {
        reply = reply.with("unknownLines", ranges(&unknown));
    }
    if !unsent.is_empty() {
        reply = reply.with("notSentLines", ranges(&unsent));
    }
    if counts.submitted > 0 {
        reply = reply.with("jobs", jobs(course));
    }
    if let Some(ledger) = &order.ledger {
        reply = reply.with("ledger", ledger.as_str());
    }
    let reply = reply.notes(course.stopped.as_ref().map(|why| stopped(why, unsent.len())));
    let reply = reply.notes((!unknown.is_empty()).then(|| in_doubt(order)));
    reply.notes(next(order, counts.submitted + earlier, unsent.len() + counts.failed))
}

/// How many lines were submitted before, and which may have been.
fn earlier(before: &Ledger) -> (usize, Vec<usize>) {
    let submitted = before.states().filter(|(_, state)| matches!(state, State::Submitted(_))).count();
    let unknown = before.states().filter(|(_, state)| **state == State::Unknown).map(|(line, _)| line);
    (submitted, unknown.collect())
}

/// The ids by the numbers of their lines.
fn jobs(course: &Course) -> Value {
    let jobs = course.fates.iter().filter_map(|(line, fate)| match fate {
        Fate::Submitted(job) => Some((line.to_string(), job.as_str().into())),
        _ => None,
    });
    Value::Object(jobs.take(JOBS).collect::<Map<_, _>>())
}

fn failures(reply: Reply, course: &Course) -> Reply {
    let told = |line: &usize, error: &ToolError, what: &str| {
        let words: String = error.message.chars().take(WORDS).collect();
        json!({"line": line, "is": what, "code": error.code, "error": words})
    };
    let failures: Vec<Value> = course
        .fates
        .iter()
        .filter_map(|(line, fate)| match fate {
            Fate::Submitted(_) => None,
            Fate::Failed(error) => Some(told(line, error, "failed")),
            Fate::Unknown(error) => Some(told(line, error, "unknown")),
        })
        .take(NAMED)
        .collect();
    if failures.is_empty() { reply } else { reply.with("failures", failures) }
}

fn stopped(why: &str, unsent: usize) -> String {
    format!("the batch ended early, {unsent} inputs were not sent: {why}")
}

fn in_doubt(order: &Order) -> String {
    format!(
        "an unknown input was sent and not answered: its job may run, without an id that is known here. endpoint-health \
         with endpointId {} shows how many there are{}",
        order.endpoint,
        if order.ledger.is_some() { "; a repeat does not send it again" } else { "" },
    )
}

/// The calls to make next, and what a repeat would do.
fn next(order: &Order, submitted: usize, left: usize) -> Vec<String> {
    let endpoint = &order.endpoint;
    let mut notes = Vec::new();
    let what = order
        .ledger
        .as_ref()
        .map_or("jobIds (the ids under `jobs`)".to_owned(), |name| format!("ledger {name:?}"));
    if submitted > 0 {
        notes.push(format!("get-job-status with endpointId {endpoint}, {what} and wait 60000 sums them up"));
    }
    notes.push(match (&order.ledger, left) {
        (Some(_), 0) => "the same call again submits only new lines of the file".to_owned(),
        (Some(_), _) => "the same call again sends what failed or was not sent, and no other line".to_owned(),
        (None, _) => {
            "no ledger is kept of `inputs`: the same call again submits all of them again (over HTTP always; \
                      on stdio `inputsFile` makes a repeat safe)"
                .to_owned()
        }
    });
    notes
}

/// Numbers in short: `1-3, 7`.
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let (count, more) = (ranges.len(), ranges.len().saturating_sub(NAMED));
    let named = ranges.into_iter().take(NAMED.min(count));
    let named =
        named.map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    let text = named.collect::<Vec<_>>().join(", ");
    if more == 0 { text } else { format!("{text} and {more} more ranges") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_short() {
        assert_eq!(ranges(&[7, 1, 2, 3]), "1-3, 7");
        let odd: Vec<usize> = (0..30).map(|number| number * 2).collect();
        assert!(ranges(&odd).ends_with("36, 38 and 10 more ranges"));
    }
}
