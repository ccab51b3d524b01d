//! A job's answer as a reply of a given size, with the exact call for what did not fit.

use runpod_api::jobs::{Excerpt, Pointer, Report, Rest, Window};
use serde_json::{Map, Value, json};

use super::JobRef;
use crate::error::ToolError;
use crate::reply::{MAX_BYTES, Reply, redact};
use crate::tool::Cx;

/// Room kept for the short members of an answer, for notes and for what says where the rest is.
const BESIDE: usize = 4_500;
/// The largest reply, whatever is asked for: what it holds is in memory.
const LARGEST: usize = 16_000_000;
/// Places that are named in one reply.
const PLACES: usize = 8;
/// The smallest window: one without any room would show that there is no output.
const LEAST: usize = 200;
/// Reads of the same answer, each with a smaller window, before the reply is cut without mercy.
const READS: usize = 3;

/// How large a reply may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room(usize);

impl Room {
    pub(super) fn of(max_bytes: Option<u32>) -> Self {
        Self(max_bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(MAX_BYTES).min(LARGEST))
    }

    pub(super) fn bytes(self) -> usize {
        self.0
    }

    /// A window on a place, from its beginning.
    pub(super) fn window(self, path: Pointer) -> Window {
        Window { path, from: 0, to: None, most: self.0.saturating_sub(BESIDE).max(self.0 / 4) }
    }
}

/// The reply about a job that has ended. What lies beside the output may need the room of a part of it: then the
/// answer is read once more, with a smaller window, so that the places to go on stay exact.
///
/// # Errors
/// When a further read fails.
pub(super) async fn fitted(cx: &Cx, job: &JobRef, room: Room, first: Report) -> Result<Reply, ToolError> {
    let mut window = room.window(Pointer::default().inside("output"));
    let mut report = first;
    let told = |report: &Report| with_rest(whole(report), job, report, room).at_most(room.bytes());
    for _ in 1..READS {
        let Some(excess) = told(&report).excess() else { break };
        window.most = window.most.saturating_sub(excess + BESIDE / 4).max(LEAST);
        report = cx.client.jobs().status(&job.endpoint, &job.id, &window).await.map_err(|e| job.error(e))?;
    }
    Ok(told(&report))
}

/// All members, with what was kept of the output.
pub(super) fn whole(report: &Report) -> Reply {
    let mut fields: Map<String, Value> =
        report.members.iter().map(|(name, excerpt)| (name.clone(), value(excerpt))).collect();
    if let Some(shown) = &report.shown {
        fields.insert("output".to_owned(), value(shown));
    }
    Reply::from(Value::Object(fields))
}

/// The same with the places at which something was left out, and the call that goes on at the first.
pub(super) fn with_rest(reply: Reply, job: &JobRef, report: &Report, room: Room) -> Reply {
    let shown = report.shown.iter().flat_map(|excerpt| &excerpt.rest);
    let beside = report.members.iter().flat_map(|(_, excerpt)| &excerpt.rest);
    let rest: Vec<&Rest> = shown.chain(beside).collect();
    let Some(first) = rest.first() else { return reply };
    let places: Vec<Value> = rest
        .iter()
        .take(PLACES)
        .map(|rest| json!({"path": rest.path, "from": rest.from, "of": rest.of, "unit": rest.unit.as_str()}))
        .collect();
    reply.with("_truncated", places).note(format!(
        "cut to fit into {} bytes: get-job-output with {}, path {:?} and from {} goes on; maxBytes takes more at a \
         time, saveTo writes all of it to a file",
        room.bytes(),
        job.words(),
        first.path,
        first.from,
    ))
}

/// What was kept as a value, without secrets. A number that no machine number can hold stays a text.
pub(super) fn value(excerpt: &Excerpt) -> Value {
    let text = excerpt.json.get();
    let mut value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    redact::env(&mut value);
    value
}
