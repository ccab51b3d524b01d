//! `/v2/pods/{id}/logs` and `/v2/serverless/{id}/workers/{workerId}/logs`: server-sent events without an end.
//!
//! What was printed before comes at once, what is printed later comes when the clock gets there or somebody changes
//! the world. The stream of something that is deleted ends.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use tokio::sync::watch;

use crate::answer::Answer;
use crate::call::{Call, Routes};
use crate::clock::{Time, stamp};
use crate::refusal::Refusal;
use crate::twin::Twin;
use crate::world::logs::{Line, Log, Source};
use crate::world::{Denied, Visit};

pub(super) const ROUTES: Routes = &[("getPodLogs", of_pod), ("getWorkerLogs", of_worker)];

/// `tail` when nothing is said, by contract.
const TAIL: usize = 100;

/// Longest time between two looks at the log, for what time alone brings about (a worker that starts).
const LOOK: TimeDelta = TimeDelta::seconds(1);

const LAST_EVENT_ID: &str = "last-event-id";

fn of_pod(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    open(call, Owner::Pod(call.param("id")?.to_owned()))
}

fn of_worker(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (endpoint, worker) = (call.param("id")?.to_owned(), call.param("workerId")?.to_owned());
    open(call, Owner::Worker { endpoint, worker })
}

fn open(call: &Call<'_>, owner: Owner) -> Result<Answer, Refusal> {
    let log = owner.log(&call.visit)?;
    let (from, now) = (Start::read(call)?, call.visit.now);
    let source = match call.asked("source").as_deref() {
        Some("container") => Some(Source::Container),
        Some("system") => Some(Source::System),
        _ => None,
    };
    let seen = log.map_or(0, |log| from.seen(log, source, now));
    Ok(Answer::log(Tail { owner, source, seen }))
}

/// A log from some place on.
#[derive(Debug)]
pub(crate) struct Tail {
    owner: Owner,
    source: Option<Source>,
    /// The number of the last line that the reader got or does not want.
    seen: u64,
}

impl Tail {
    /// What was printed since that place, and what is printed from now on.
    pub(crate) fn follow(self, twin: &Twin, key: &str) -> Body {
        let (stirred, twin, key) = (twin.stirred(), twin.clone(), key.to_owned());
        let reader = Reader { tail: self, twin, key, stirred };
        let news = stream::unfold(reader, |mut reader| async { Some((reader.news().await?, reader)) });
        Body::from_stream(news.map(Ok::<_, Infallible>))
    }
}

/// Whose log.
#[derive(Debug)]
enum Owner {
    Pod(String),
    Worker { endpoint: String, worker: String },
}

impl Owner {
    /// The log, if there is one yet; refused when there is nobody to have one.
    fn log<'v>(&self, visit: &'v Visit<'_>) -> Result<Option<&'v Log>, Denied> {
        let id = match self {
            Self::Pod(id) => &visit.pod(id)?.id,
            Self::Worker { endpoint, worker } => {
                let workers = &visit.endpoint(endpoint)?.fleet.workers;
                let found = workers.iter().find(|one| one.id == *worker);
                &found.ok_or_else(|| Denied::missing("worker", worker))?.id
            }
        };
        Ok(visit.account.logs.of(id))
    }
}

/// Where to begin, in the order in which the first that is said counts.
enum Start {
    /// Behind the line of this number.
    Place(u64),
    /// Behind the lines of this instant.
    After(Time),
    /// With the lines of this instant.
    Since(Time),
    /// With so many of the last lines.
    Tail(usize),
}

impl Start {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        if let Some(id) = call.headers.get(LAST_EVENT_ID) {
            let id = id.to_str().unwrap_or_default();
            return Self::event(id).ok_or_else(|| {
                Refusal::unfit(vec![format!("header 'Last-Event-ID': '{id}' is not valid date-time")])
            });
        }
        if let Some(since) = call.asked_time("since")? {
            return Ok(Self::Since(since));
        }
        Ok(Self::Tail(call.asked("tail").and_then(|tail| tail.parse().ok()).unwrap_or(TAIL)))
    }

    /// The id of an event: an instant, with or without the number of the line.
    fn event(id: &str) -> Option<Self> {
        match id.split_once('/') {
            Some((at, number)) => at.parse::<Time>().ok().and(number.parse().ok()).map(Self::Place),
            None => id.parse().ok().map(Self::After),
        }
    }

    /// The number of the line behind which it begins.
    fn seen(&self, log: &Log, source: Option<Source>, now: Time) -> u64 {
        let before = |first: Option<(u64, &Line)>| first.map_or(log.last(now), |(number, _)| number - 1);
        match *self {
            Self::Place(number) => number,
            Self::After(at) => before(log.until(now).find(|(_, line)| line.at > at)),
            Self::Since(at) => before(log.until(now).find(|(_, line)| line.at >= at)),
            Self::Tail(0) => log.last(now),
            Self::Tail(lines) => {
                let last = log.until(now).rev().filter(|(_, line)| fits(line, source)).take(lines).last();
                before(last)
            }
        }
    }
}

/// Somebody who follows a log.
struct Reader {
    tail: Tail,
    twin: Twin,
    key: String,
    stirred: watch::Receiver<u64>,
}

impl Reader {
    /// The next events; none when there is nobody any more who could print one.
    async fn news(&mut self) -> Option<Bytes> {
        loop {
            self.stirred.mark_unchanged();
            self.twin.catch_up();
            let (news, next) = self.look()?;
            if !news.is_empty() {
                return Some(news.into());
            }
            let clock = self.twin.clock();
            let look = clock.now() + LOOK;
            tokio::select! {
                () = clock.sleep_until(next.map_or(look, |next| next.min(look))) => (),
                // The twin that is watched lives in this reader, so it is there to be watched.
                _ = self.stirred.changed() => (),
            }
        }
    }

    /// What was printed since the last look, and when the next line is due.
    fn look(&mut self) -> Option<(String, Option<Time>)> {
        let now = self.twin.clock().now();
        let mut world = self.twin.world();
        let visit = world.visit(&self.key, now)?;
        let Tail { owner, source, seen } = &mut self.tail;
        let Some(log) = owner.log(&visit).ok()? else { return Some((String::new(), None)) };
        let news = spell(log, *source, (*seen, now));
        *seen = log.last(now).max(*seen);
        Some((news, log.next_after(now)))
    }
}

/// `data` of an event.
#[derive(Serialize)]
struct Said<'a> {
    ts: String,
    source: Source,
    line: &'a str,
}

/// The lines behind a number, as events.
fn spell(log: &Log, source: Option<Source>, (seen, now): (u64, Time)) -> String {
    let news = log.until(now).filter(|(number, line)| *number > seen && fits(line, source));
    let event = |(number, line): (u64, &Line)| {
        let said = Said { ts: stamp(line.at), source: line.source, line: &line.text };
        let data = serde_json::to_string(&said).unwrap_or_default();
        format!("id: {}/{number:012}\ndata: {data}\n\n", said.ts)
    };
    news.map(event).collect()
}

fn fits(line: &Line, source: Option<Source>) -> bool {
    source.is_none_or(|source| source == line.source)
}
