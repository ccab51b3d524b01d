//! Sends the lines of a batch: several at a time, no faster than Runpod takes them, and no longer than it makes sense.
//!
//! It promises that every line is accounted for: submitted, failed, unknown, or not sent; and that with a ledger no
//! line is sent before its beginning is on the disk. What a line is sent to, and who asked, is not known here.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use runpod_api::{Deadline, Error, Id};
use tokio_util::sync::CancellationToken;

use super::inputs::Line;
use super::ledger;
use crate::error::ToolError;
use crate::files::grown::Pen;

/// Lines under way at a time.
const LANES: usize = 16;
/// Most lines that are begun within [`WINDOW`]: half of what an endpoint takes, which others may be using too.
const MOST: usize = 500;
/// See [`MOST`].
const WINDOW: Duration = Duration::from_secs(10);
/// Failures in a row after which the rest is not tried.
const FAILURES: usize = 5;
/// How often in a row Runpod may ask for a pause.
const PAUSES: usize = 3;
/// The pause when Runpod does not say how long.
const PAUSE: Duration = Duration::from_secs(10);

/// Where a line is sent to.
pub(super) trait Queue: Send + Sync {
    /// Queues a job with the input of this line.
    fn submit(&self, line: &Line) -> impl Future<Output = Result<Id, Error>> + Send;
}

/// What became of a line that was sent.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    Submitted(Id),
    /// Runpod did not take it.
    Failed(ToolError),
    /// It may have been submitted.
    Unknown(ToolError),
}

/// What became of a batch. Lines without a fate were not sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    pub(super) fates: BTreeMap<usize, Fate>,
    /// Why the rest was not sent.
    pub(super) stopped: Option<String>,
}

/// Takes what became of the lines so far, and of the newest of them.
pub(super) type Tell = Box<dyn Fn(&Course, &Fate) + Send + Sync>;

/// A batch on its way.
pub(super) struct Sending<Q> {
    pub(super) queue: Q,
    pub(super) pen: Option<Pen>,
    /// When no further line is begun.
    pub(super) until: Deadline,
    /// Told when nobody waits for it any more: no further line is begun.
    pub(super) stop: CancellationToken,
    /// Told when the client is about to leave; lines are begun for so long after that.
    pub(super) leaving: (CancellationToken, Duration),
    /// Told after each line.
    pub(super) tell: Tell,
}

/// What the lanes share.
struct Desk {
    lines: Mutex<VecDeque<Line>>,
    traffic: Mutex<Traffic>,
    course: Mutex<Course>,
    /// Told when the rest is not sent.
    halt: CancellationToken,
}

/// How it goes.
#[derive(Default)]
struct Traffic {
    /// When the last lines were begun.
    begun: VecDeque<Duration>,
    /// Until when Runpod asked to pause.
    paused_until: Duration,
    pauses: usize,
    failures: usize,
}

impl<Q: Queue> Sending<Q> {
    /// Sends all lines, or as many as make sense.
    pub(super) async fn all(mut self, lines: Vec<Line>) -> Course {
        let desk = Desk::of(lines);
        tokio::select! {
            biased;
            () = self.lanes(&desk) => (),
            never = self.hurry(&desk) => match never {},
        }
        if let Some(pen) = self.pen.take() {
            pen.close().await;
        }
        desk.course.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn lanes(&self, desk: &Desk) {
        // One goes ahead: what is wrong with all of them shows on it alone.
        self.step(desk).await;
        join_all(std::iter::repeat_with(|| self.lane(desk)).take(LANES)).await;
    }

    /// Ends the batch in good time for an answer when its client leaves.
    async fn hurry(&self, desk: &Desk) -> Infallible {
        let (leaving, patience) = &self.leaving;
        leaving.cancelled().await;
        self.until.clock().sleep(*patience).await;
        desk.stop("the client ended its input".to_owned());
        std::future::pending().await
    }

    async fn lane(&self, desk: &Desk) {
        while self.step(desk).await {}
    }

    /// One line; `false` when there is none, or it is of no use to go on.
    async fn step(&self, desk: &Desk) -> bool {
        if !self.may_begin(desk).await {
            return false;
        }
        let Some(line) = desk.next() else { return false };
        if let Err(why) = self.write(&ledger::sending(&line)).await {
            desk.stop(format!("the ledger cannot be written: {why}"));
            return false;
        }
        let sent = self.queue.submit(&line).await;
        let last_words = match &sent {
            Ok(job) => ledger::submitted(line.number, job),
            Err(e) => {
                ledger::not_submitted(line.number, ToolError::from(e.clone()).code, e.changed_nothing())
            }
        };
        if let Err(why) = self.write(&last_words).await {
            desk.stop(format!("the ledger cannot be written: {why}"));
        }
        let number = line.number;
        if let Some(fate) = self.judge(desk, line, sent) {
            let mut course = desk.course();
            course.fates.insert(number, fate.clone());
            (self.tell)(&course, &fate);
        }
        true
    }

    /// What one answer means for its line and for the rest; nothing for the line when it is sent again.
    fn judge(&self, desk: &Desk, line: Line, sent: Result<Id, Error>) -> Option<Fate> {
        let error = match sent {
            Ok(job) => {
                desk.went_well();
                return Some(Fate::Submitted(job));
            }
            Err(error) => error,
        };
        if let Error::TooFast { after, .. } = &error {
            let pause = after.unwrap_or(PAUSE);
            if self.until.allows(pause) && desk.pause(self.until.clock().now(), pause) {
                // It was not taken, so it may be sent again.
                desk.put_back(line);
                return None;
            }
            desk.stop(format!("Runpod asks for a pause of {} s", pause.as_secs()));
        }
        if let Some(why) = desk.trouble(&error) {
            desk.stop(why);
        }
        let certain = error.changed_nothing();
        let told = ToolError::from(error);
        Some(if certain { Fate::Failed(told) } else { Fate::Unknown(told) })
    }

    /// Waits for the moment at which a line may be begun; `false` when there will be none.
    async fn may_begin(&self, desk: &Desk) -> bool {
        loop {
            if desk.is_done() || self.stop.is_cancelled() {
                return false;
            }
            let wait = desk.wait(self.until.clock().now());
            if !self.until.allows(wait) || self.until.remaining(Duration::MAX).is_zero() {
                desk.stop("the time of one call is up".to_owned());
                return false;
            }
            if wait.is_zero() {
                return true;
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return false,
                () = desk.halt.cancelled() => return false,
                () = self.until.clock().sleep(wait) => (),
            }
        }
    }

    async fn write(&self, line: &str) -> Result<(), String> {
        match &self.pen {
            Some(pen) => pen.write(line).await,
            None => Ok(()),
        }
    }
}

impl Desk {
    fn of(lines: Vec<Line>) -> Self {
        let (traffic, course) = (Mutex::default(), Mutex::default());
        Self { lines: Mutex::new(lines.into()), traffic, course, halt: CancellationToken::new() }
    }

    fn next(&self) -> Option<Line> {
        held(&self.lines).pop_front()
    }

    fn put_back(&self, line: Line) {
        held(&self.lines).push_front(line);
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        held(&self.course)
    }

    fn is_done(&self) -> bool {
        self.course().stopped.is_some() || held(&self.lines).is_empty()
    }

    /// The first reason counts.
    fn stop(&self, why: String) {
        self.course().stopped.get_or_insert(why);
        self.halt.cancel();
    }

    fn went_well(&self) {
        let mut traffic = held(&self.traffic);
        (traffic.pauses, traffic.failures) = (0, 0);
    }

    /// How long the next line has to wait. Without a wait it counts as begun.
    fn wait(&self, now: Duration) -> Duration {
        let mut traffic = held(&self.traffic);
        let pause = traffic.paused_until.saturating_sub(now);
        let oldest = traffic.begun.front().filter(|_| traffic.begun.len() >= MOST);
        let wait = oldest.map_or(pause, |begun| pause.max((*begun + WINDOW).saturating_sub(now)));
        if wait.is_zero() {
            traffic.begun.push_back(now);
            while traffic.begun.len() > MOST {
                traffic.begun.pop_front();
            }
        }
        wait
    }

    /// Pauses all lanes; `false` when that was asked for too often. What several lanes hear at once is one pause.
    fn pause(&self, now: Duration, pause: Duration) -> bool {
        let mut traffic = held(&self.traffic);
        if traffic.paused_until <= now {
            traffic.pauses += 1;
        }
        traffic.paused_until = traffic.paused_until.max(now + pause);
        traffic.pauses <= PAUSES
    }

    /// Why a failure is one of the rest too, if it is.
    fn trouble(&self, error: &Error) -> Option<String> {
        match error.status() {
            // Of the key, the account or the endpoint, not of one input.
            Some(401..=404) => Some(error.to_string()),
            // Of this input.
            Some(400..=499) => None,
            _ => {
                let mut traffic = held(&self.traffic);
                traffic.failures += 1;
                (traffic.failures >= FAILURES)
                    .then(|| format!("{FAILURES} failures in a row, the last: {error}"))
            }
        }
    }
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
