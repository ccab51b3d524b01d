//! Waiting for what takes its time: look, tell how it stands, pause, look again.
//!
//! One shape for Pods, endpoints and jobs. It promises to end: when what was waited for is over, when the time that
//! the transport allows is up, when the client leaves, when an answer says that looking again is of no use, or after
//! several failures in a row. What was seen last is kept whatever ends it. Nothing is held between two looks: no turn,
//! no connection, no body.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use runpod_api::{Deadline, Error, Id};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Cx;
use crate::reply::Reply;
use crate::reply::later::Later;

/// Longest wait that can be asked for, in ms.
const MOST: u64 = 300_000;

/// Failures in a row that end a wait.
const FAILURES: u32 = 5;

/// The argument `wait`: ms, 0 for none.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct WaitArg(u64);

impl WaitArg {
    /// How long to wait, if at all.
    #[must_use]
    pub fn time(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_millis(self.0))
    }
}

impl JsonSchema for WaitArg {
    fn schema_name() -> Cow<'static, str> {
        "Wait".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 0, "maximum": MOST})
    }
}

/// How often to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Pause after the first look.
    pub first: Duration,
    /// Longest pause; each is twice the one before until then.
    pub most: Duration,
}

/// What one look found.
#[derive(Clone, Debug)]
pub struct Look<T> {
    /// What was seen.
    pub seen: T,
    /// How it stands, in a few words.
    pub state: String,
    /// Whether there is nothing more to wait for, for better or worse.
    pub over: bool,
}

/// Why a wait ended.
#[derive(Clone, Debug)]
pub enum End {
    /// There is nothing more to wait for.
    Over,
    /// The time is up.
    TimeUp,
    /// The client is leaving.
    Left,
    /// The client comes back to it by itself.
    HandedBack,
    /// Looking again is of no use.
    Failed(Error),
}

/// How a wait went.
#[derive(Clone, Debug)]
pub struct Waited<T> {
    /// What was seen last; none when no look succeeded.
    pub last: Option<T>,
    /// Why it ended.
    pub end: End,
    /// The states that were seen, one after the other.
    pub states: Vec<String>,
    /// How long it took.
    pub after: Duration,
    /// Whether more time was asked for than the transport allows.
    pub clamped: bool,
    /// What to come back to, when the wait was handed back.
    pub later: Option<Later>,
}

/// A wait that is under way.
#[derive(Debug)]
pub struct Wait<'a> {
    cx: &'a Cx,
    /// What is waited for, as the beginning of a message: `Pod abc`.
    what: String,
    pace: Pace,
    wanted: Duration,
    granted: Duration,
    began: Duration,
    until: Deadline,
    later: Option<Later>,
}

impl<'a> Wait<'a> {
    /// Begins to wait, for as long as asked and as the call may last.
    #[must_use]
    pub fn begin(cx: &'a Cx, what: impl Into<String>, wanted: Duration, pace: Pace) -> Self {
        let granted = wanted.min(budget(cx));
        let clock = cx.client.clock();
        let until = Deadline::after(clock, granted);
        Self { cx, what: what.into(), pace, wanted, granted, began: clock.now(), until, later: None }
    }

    /// The same for something that can be come back to: by this tool, with these ids.
    #[must_use]
    pub fn read_by(self, tool: &str, ids: &[&Id]) -> Self {
        Self { later: Later::new(tool, ids, self.wanted), ..self }
    }

    /// Looks until there is nothing more to wait for.
    pub async fn until<T, F>(self, mut look: impl FnMut() -> F) -> Waited<T>
    where
        F: Future<Output = Result<Look<T>, Error>> + Send,
    {
        let mut waited = Waited {
            last: None,
            end: End::TimeUp,
            states: Vec::new(),
            after: Duration::ZERO,
            clamped: self.granted < self.wanted,
            later: None,
        };
        let mut pauses = Pauses { pace: self.pace, next: self.pace.first, failures: 0 };
        waited.end = loop {
            let found = self.bounded(look(), waited.last.is_some()).await;
            let pause = match found {
                Found::Left => break End::Left,
                Found::Look(Ok(found)) => {
                    let over = found.over;
                    self.note(&mut waited, found);
                    if over {
                        break End::Over;
                    }
                    if let Some(later) = self.later.as_ref().filter(|_| self.cx.takes_tasks) {
                        let state = waited.states.last().cloned().unwrap_or_default();
                        waited.later = Some(later.clone().at(format!("{}: {state}", self.what)));
                        break End::HandedBack;
                    }
                    pauses.after_a_look()
                }
                Found::Look(Err(error)) => match pauses.after_a_failure(&error) {
                    Some(pause) if self.until.allows(pause) => pause,
                    _ => break End::Failed(error),
                },
                Found::Nothing => pauses.next,
            };
            let rest = self.rest();
            if rest.is_zero() {
                break End::TimeUp;
            }
            if self.left_while_pausing(pause.min(rest)).await {
                break End::Left;
            }
        };
        waited.after = self.elapsed();
        waited
    }

    /// One look. The first may take as long as any request; a later one that hangs is given up, so that it cannot eat
    /// the wait or outlive it.
    async fn bounded<T>(
        &self,
        look: impl Future<Output = Result<Look<T>, Error>> + Send,
        seen_before: bool,
    ) -> Found<T> {
        if !seen_before {
            return Found::Look(look.await);
        }
        let timeout = self.cx.client.request_timeout();
        let limit = self.rest().clamp(timeout / 6, timeout / 3);
        tokio::select! {
            biased;
            found = look => Found::Look(found),
            () = self.cx.leaving.cancelled() => Found::Left,
            () = self.until.clock().sleep(limit) => Found::Nothing,
        }
    }

    fn note<T>(&self, waited: &mut Waited<T>, found: Look<T>) {
        let (done, total) = (self.elapsed().as_secs_f64(), self.granted.as_secs_f64());
        self.cx.progress.report(done.min(total), Some(total), format!("{}: {}", self.what, found.state));
        if waited.states.last() != Some(&found.state) {
            waited.states.push(found.state);
        }
        waited.last = Some(found.seen);
    }

    async fn left_while_pausing(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.cx.leaving.cancelled() => true,
            () = self.until.clock().sleep(pause) => false,
        }
    }

    fn rest(&self) -> Duration {
        self.until.remaining(Duration::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.until.clock().now().saturating_sub(self.began)
    }
}

enum Found<T> {
    Look(Result<Look<T>, Error>),
    /// It did not come in time.
    Nothing,
    /// The client left meanwhile.
    Left,
}

#[derive(Debug)]
struct Pauses {
    pace: Pace,
    next: Duration,
    failures: u32,
}

impl Pauses {
    fn after_a_look(&mut self) -> Duration {
        self.failures = 0;
        let pause = self.next;
        self.next = (pause * 2).min(self.pace.most);
        pause
    }

    /// How long to pause after a failure; `None` when the next look would end no better.
    fn after_a_failure(&mut self, error: &Error) -> Option<Duration> {
        self.failures += 1;
        let pause = match error {
            Error::TooFast { after, .. } => after.unwrap_or(self.pace.most).max(self.next),
            _ => self.next,
        };
        (self.failures < FAILURES && passes(error)).then_some(pause)
    }
}

/// Whether a failure may be gone at the next look: what Runpod said about the request itself is not.
pub(crate) fn passes(error: &Error) -> bool {
    match error {
        Error::TooFast { .. } | Error::Timeout { .. } | Error::Connection { .. } | Error::Shape { .. } => {
            true
        }
        _ => matches!(error.status(), Some(408 | 500..)),
    }
}

/// The longest wait that leaves time for the reply.
pub(crate) fn budget(cx: &Cx) -> Duration {
    let slack = cx.client.request_timeout() / 6;
    cx.client.deadline().remaining(Duration::MAX).saturating_sub(slack)
}

impl<T> Waited<T> {
    /// What a reply says about the wait under `wait`; `done` tells whether it was for the better.
    #[must_use]
    pub fn to_json(&self, done: bool) -> Value {
        let millis = u64::try_from(self.after.as_millis()).unwrap_or(u64::MAX);
        let mut wait = json!({"done": done, "waitedMs": millis, "states": self.states});
        if let Value::Object(fields) = &mut wait {
            let ended = match &self.end {
                End::Over => None,
                End::TimeUp if self.clamped => Some("the time that one call may take is up".to_owned()),
                End::TimeUp => Some("the time is up".to_owned()),
                End::HandedBack => Some("the client comes back to it".to_owned()),
                End::Left => Some("the client ended its input".to_owned()),
                End::Failed(error) => Some(error.to_string()),
            };
            fields.extend(ended.map(|why| ("ended".to_owned(), why.into())));
        }
        wait
    }

    /// The reply with what was seen while waiting.
    #[must_use]
    pub fn on(&self, reply: Reply, done: bool) -> Reply {
        reply.with("wait", self.to_json(done)).until(self.later.clone())
    }
}
