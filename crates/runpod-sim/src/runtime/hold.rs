//! Waiting for a job with whoever asked for it: `runsync` and `stream`.
//!
//! A hold ends when the job has something to say or the time is over, both by the twin's clock, and holds nothing
//! locked meanwhile.

use chrono::TimeDelta;

use super::queue;
use crate::answer::Answer;
use crate::clock::Time;
use crate::refusal::Refusal;
use crate::twin::Twin;
use crate::world::Visit;

/// Who waits for what, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    pub(super) endpoint: String,
    pub(super) job: String,
    until: Time,
    what: Awaited,
}

/// What ends a hold early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// The job is over.
    End,
    /// There are chunks that nobody was given, or there will be none.
    Chunks,
}

impl Hold {
    /// A hold from now on.
    pub(super) fn new((endpoint, job): (&str, &str), what: Awaited, (now, wait): (Time, TimeDelta)) -> Self {
        Self { endpoint: endpoint.to_owned(), job: job.to_owned(), until: now + wait, what }
    }

    /// Waits, and answers what there is then.
    pub(crate) async fn wait(self, twin: &Twin, key: &str) -> Result<Answer, Refusal> {
        wait_for(twin, || self.look(twin, key)).await
    }

    fn look(&self, twin: &Twin, key: &str) -> Result<Look<Answer>, Refusal> {
        let now = twin.clock().now();
        let mut world = twin.world();
        let mut visit = world.visit(key, now).ok_or_else(Refusal::unauthorized)?;
        if now >= self.until || self.is_over(&mut visit)? {
            let answer = match self.what {
                Awaited::End => queue::tell(&mut visit, &self.endpoint, &self.job),
                Awaited::Chunks => queue::drain(&mut visit, &self.endpoint, &self.job),
            };
            return answer.map(Look::Answer);
        }
        let next = visit.next_of_job(&self.endpoint, &self.job);
        Ok(Look::Again(next.map_or(self.until, |next| next.min(self.until))))
    }

    fn is_over(&self, visit: &mut Visit<'_>) -> Result<bool, Refusal> {
        let now = visit.now;
        let job = visit.job(&self.endpoint, &self.job)?;
        let chunks = self.what == Awaited::Chunks && job.has_chunks(now);
        Ok(job.status().is_terminal() || chunks)
    }
}

/// What somebody who waits sees.
pub(super) enum Look<T> {
    /// There is an answer.
    Answer(T),
    /// Not yet; by then something may be different.
    Again(Time),
}

/// Looks again and again until there is an answer: when the time comes that was said, when somebody changed the world,
/// and when a script does.
pub(super) async fn wait_for<T>(
    twin: &Twin,
    look: impl Fn() -> Result<Look<T>, Refusal>,
) -> Result<T, Refusal> {
    let (mut stirred, clock) = (twin.stirred(), twin.clock());
    loop {
        twin.catch_up();
        let next = match look()? {
            Look::Answer(answer) => return Ok(answer),
            Look::Again(at) => twin.faults().next_change().map_or(at, |change| change.min(at)),
        };
        tokio::select! {
            () = clock.sleep_until(next) => {}
            // The sender lives in the twin, so this cannot fail while somebody waits.
            _ = stirred.changed() => {}
        }
    }
}
