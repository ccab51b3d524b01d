//! Jobs: what is asked of an endpoint, from the queue to the answer and until nobody may ask for it any more.
//!
//! [`Jobs`] is the desk of one endpoint: it knows who waits, who is at work and what came of it, and the instants at
//! which that changes. It does not know workers; who works on what is decided in
//! [`endpoints::shifts`](crate::world::endpoints), and in [`public`] for endpoints that belong to nobody. A job's
//! state goes forward only: queued, at work, over. Only a retry and a worker that dies bring it back to the queue.

mod desk;
pub(crate) mod made;
pub(crate) mod public;
pub(crate) mod request;
pub(crate) mod script;
pub(crate) mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Time;
use crate::rates::Window;
use crate::world::jobs::request::{NewJob, Policy};
use crate::world::jobs::script::{Outcome, Plan};

/// How long the result of a job is kept, by how it was asked for.
const KEPT: TimeDelta = TimeDelta::minutes(30);
const KEPT_SYNC: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::minutes(5));

/// Milliseconds that a job may exist when its policy does not say.
const TTL: i64 = 86_400_000;

/// `JobStatus` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    InQueue,
    InProgress,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}

/// How a job was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `run`: whoever asked comes back for the result.
    Later,
    /// `runsync`: whoever asked waits so long, if he said how long.
    Now(Option<TimeDelta>),
}

/// One job.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) request: NewJob,
    mode: Mode,
    /// Since when it has been waiting; anew after a retry.
    pub(crate) queued: Time,
    /// When nobody may ask for it any more, as far as that is known.
    expires: Time,
    stage: Stage,
    /// Chunks that were handed out.
    drained: usize,
}

#[derive(Debug)]
enum Stage {
    Queued,
    Running(Shift),
    Over { status: Status, at: Time, shift: Option<Shift> },
}

/// A job at work.
#[derive(Debug)]
pub(crate) struct Shift {
    pub(crate) worker: String,
    pub(crate) began: Time,
    /// When it ends if nobody interferes, and how.
    ends: Time,
    status: Status,
    plan: Plan,
}

/// What `health` counts since the endpoint was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) completed: usize,
    pub(crate) failed: usize,
    pub(crate) retried: usize,
}

/// The jobs of one endpoint.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    all: BTreeMap<String, Job>,
    /// Those that wait, the longest first.
    queue: VecDeque<(Time, String)>,
    /// Those that wait until nobody else does, and for whom no worker is started.
    patient: VecDeque<(Time, String)>,
    running: BTreeSet<String>,
    dates: BTreeSet<(Time, String)>,
    /// Workers whose job went away before it was done.
    dropped: Vec<String>,
    /// What is over and somebody wants to be told.
    told: Vec<Notice>,
    pub(crate) counts: Counts,
    /// Requests of each kind in the last ten seconds.
    pub(crate) calls: BTreeMap<&'static str, Window>,
}

/// A webhook that is due.
#[derive(Debug)]
pub(crate) struct Notice {
    pub(crate) at: Time,
    pub(crate) url: String,
    /// The job as `status` tells it.
    pub(crate) body: Value,
    /// How often it was tried before.
    tries: u32,
}

impl Notice {
    /// The next try ten seconds later, unless it was answered 200 or this was the third one.
    pub(crate) fn again(self, status: Option<u16>) -> Option<Self> {
        let (at, tries) = (self.at + TimeDelta::seconds(10), self.tries + 1);
        (status != Some(200) && tries < 3).then_some(Self { at, tries, ..self })
    }
}

impl Status {
    /// Whether nothing more comes of it.
    pub(crate) fn is_terminal(self) -> bool {
        !matches!(self, Self::InQueue | Self::InProgress)
    }
}

impl Job {
    pub(crate) fn new(id: String, request: NewJob, mode: Mode, now: Time) -> Self {
        let ttl = request.policy.ttl.unwrap_or(TTL);
        let expires = now + TimeDelta::milliseconds(ttl);
        Self { id, request, mode, queued: now, expires, stage: Stage::Queued, drained: 0 }
    }

    pub(crate) fn status(&self) -> Status {
        match &self.stage {
            Stage::Queued => Status::InQueue,
            Stage::Running(_) => Status::InProgress,
            Stage::Over { status, .. } => *status,
        }
    }

    /// Who works or worked on it, and since when.
    pub(crate) fn shift(&self) -> Option<&Shift> {
        match &self.stage {
            Stage::Queued => None,
            Stage::Running(shift) => Some(shift),
            Stage::Over { shift, .. } => shift.as_ref(),
        }
    }

    /// Milliseconds that it waited, once it waits no longer.
    pub(crate) fn delay(&self) -> Option<i64> {
        self.shift().map(|shift| (shift.began - self.queued).num_milliseconds())
    }

    /// Milliseconds that it was worked on, once it is over.
    pub(crate) fn execution(&self) -> Option<i64> {
        match &self.stage {
            Stage::Over { at, shift: Some(shift), .. } => Some((*at - shift.began).num_milliseconds()),
            _ => None,
        }
    }

    /// What came of it, once something did.
    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        match &self.stage {
            Stage::Over { status: Status::Completed | Status::Failed, shift: Some(shift), .. } => {
                Some(&shift.plan.outcome)
            }
            _ => None,
        }
    }

    /// How many chunks it has given until now.
    fn given(&self, now: Time) -> usize {
        let (shift, until) = match &self.stage {
            Stage::Queued | Stage::Over { shift: None, .. } => return 0,
            Stage::Running(shift) => (shift, now),
            Stage::Over { at, shift: Some(shift), .. } => (shift, *at),
        };
        shift.plan.chunks.partition_point(|(after, _)| shift.began + *after <= until)
    }

    /// The chunks that nobody was given yet. They are given once.
    pub(crate) fn drain(&mut self, now: Time) -> &[(TimeDelta, Value)] {
        let (from, to) = (self.drained, self.given(now));
        self.drained = to.max(from);
        self.shift().and_then(|shift| shift.plan.chunks.get(from..to)).unwrap_or_default()
    }

    /// Whether there is something to [`drain`](Self::drain).
    pub(crate) fn has_chunks(&self, now: Time) -> bool {
        self.given(now) > self.drained
    }

    /// When it gives its next chunk.
    fn next_chunk(&self, now: Time) -> Option<Time> {
        match &self.stage {
            Stage::Running(shift) => {
                shift.plan.chunks.get(self.given(now)).map(|(after, _)| shift.began + *after)
            }
            _ => None,
        }
    }

    fn kept_until(&self, over: Time) -> Time {
        let kept = match self.mode {
            Mode::Later => KEPT,
            Mode::Now(wait) => wait.unwrap_or_default().clamp(KEPT_SYNC.0, KEPT_SYNC.1),
        };
        self.expires.min(over + kept)
    }
}

impl Jobs {
    pub(crate) fn get(&self, id: &str) -> Option<&Job> {
        self.all.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Job> {
        self.all.get_mut(id)
    }

    /// All that anybody may still ask for, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Job> {
        self.all.values()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.len() + self.patient.len()
    }

    pub(crate) fn at_work(&self) -> usize {
        self.running.len()
    }

    /// Puts a job at the end of the queue.
    pub(crate) fn submit(&mut self, job: Job) {
        self.dates.insert((job.expires, job.id.clone()));
        self.line_up(&job.id, job.queued, job.request.policy);
        self.all.insert(job.id.clone(), job);
    }

    /// Ends a job that is not over yet, whether it waits or is at work.
    pub(crate) fn cancel(&mut self, id: &str, now: Time) {
        self.end(id, Status::Cancelled, now);
    }

    /// Puts a job that came to nothing into the queue again; tells whether that may be.
    pub(crate) fn retry(&mut self, id: &str, now: Time) -> bool {
        let over = |job: &&mut Job| matches!(job.status(), Status::Failed | Status::TimedOut);
        let Some(job) = self.all.get_mut(id).filter(over) else { return false };
        let (before, policy) = (job.expires, job.request.policy);
        (job.stage, job.queued, job.drained) = (Stage::Queued, now, 0);
        job.expires = now + TimeDelta::milliseconds(policy.ttl.unwrap_or(TTL));
        let expires = job.expires;
        self.dates.remove(&(before, id.to_owned()));
        self.dates.insert((expires, id.to_owned()));
        self.counts.retried += 1;
        self.line_up(id, now, policy);
        true
    }

    /// Takes all jobs away that wait; tells how many.
    pub(crate) fn purge(&mut self) -> usize {
        let gone: Vec<_> = self.queue.drain(..).chain(self.patient.drain(..)).collect();
        gone.iter().for_each(|(_, id)| self.forget(id));
        gone.len()
    }

    /// Lets a job be asked for until this instant only.
    pub(crate) fn expire_at(&mut self, id: &str, at: Time) {
        if let Some(job) = self.all.get_mut(id) {
            self.dates.remove(&(job.expires, id.to_owned()));
            job.expires = at;
            self.dates.insert((at, id.to_owned()));
        }
    }

    /// The job whose turn it is, taken out of the queue.
    pub(crate) fn take(&mut self) -> Option<&Job> {
        let (_, id) = self.queue.pop_front().or_else(|| self.patient.pop_front())?;
        self.all.get(&id)
    }

    /// A worker begins with a job that was [taken](Self::take); it has so many milliseconds.
    pub(crate) fn begin(&mut self, id: &str, (worker, now): (&str, Time), (plan, limit): (Plan, i64)) {
        let limit = TimeDelta::milliseconds(limit);
        let status = match &plan.outcome {
            _ if plan.took > limit => Status::TimedOut,
            Outcome::Output(_) => Status::Completed,
            Outcome::Error(_) => Status::Failed,
        };
        let ends = now + plan.took.min(limit);
        if let Some(job) = self.all.get_mut(id) {
            job.stage = Stage::Running(Shift { worker: worker.to_owned(), began: now, ends, status, plan });
            self.running.insert(id.to_owned());
        }
    }

    /// Brings a job back to the head of the queue because its worker died.
    pub(crate) fn hand_back(&mut self, id: &str) {
        if let Some(job) = self.all.get_mut(id).filter(|job| job.status() == Status::InProgress) {
            (job.stage, job.drained) = (Stage::Queued, 0);
            let place = (job.queued, id.to_owned());
            let line = if job.request.policy.low_priority { &mut self.patient } else { &mut self.queue };
            line.push_front(place);
            self.running.remove(id);
            self.counts.retried += 1;
        }
    }

    /// Does what is due until now: jobs that are done, results that nobody may ask for any more. Answers who is done
    /// with what: the worker and the job.
    pub(crate) fn settle(&mut self, now: Time) -> Vec<(String, String)> {
        let done: Vec<_> = self.shifts().filter(|(_, shift)| shift.ends <= now).collect();
        let done: Vec<_> = done
            .into_iter()
            .map(|(id, shift)| (id.to_owned(), shift.worker.clone(), (shift.status, shift.ends)))
            .collect();
        let mut free = Vec::new();
        for (id, worker, (status, ends)) in done {
            self.end(&id, status, ends);
            free.push((worker, id));
        }
        while let Some((_, id)) = self.dates.first().filter(|(date, _)| *date <= now).cloned() {
            self.leave(&id);
            self.forget(&id);
        }
        free
    }

    /// The workers whose job was taken from them since somebody last asked.
    pub(crate) fn dropped(&mut self) -> Vec<String> {
        std::mem::take(&mut self.dropped)
    }

    /// The webhooks that became due since somebody last asked.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.told)
    }

    /// The next instant at which something is due.
    pub(crate) fn next(&self) -> Option<Time> {
        let ends = self.shifts().map(|(_, shift)| shift.ends);
        ends.chain(self.dates.first().map(|(date, _)| *date)).min()
    }

    /// The next instant at which one job has something to show.
    pub(crate) fn next_chunk(&self, id: &str, now: Time) -> Option<Time> {
        self.get(id).and_then(|job| job.next_chunk(now))
    }

    /// How many have been waiting since then or longer, of those that workers are started for.
    pub(crate) fn waiting_since(&self, then: Time) -> usize {
        self.queue.partition_point(|(since, _)| *since <= then)
    }

    /// Since when the first one waits that came after then.
    pub(crate) fn waiting_after(&self, then: Time) -> Option<Time> {
        self.queue.get(self.waiting_since(then)).map(|(since, _)| *since)
    }

    /// Since when the first one waits.
    pub(crate) fn first_waiting(&self) -> Option<Time> {
        [self.queue.front(), self.patient.front()].into_iter().flatten().map(|(since, _)| *since).min()
    }

    /// How many wait that workers are started for.
    pub(crate) fn pressing(&self) -> usize {
        self.queue.len()
    }

    fn shifts(&self) -> impl Iterator<Item = (&str, &Shift)> {
        self.running.iter().filter_map(|id| match &self.all.get(id)?.stage {
            Stage::Running(shift) => Some((id.as_str(), shift)),
            _ => None,
        })
    }

    fn line_up(&mut self, id: &str, now: Time, policy: Policy) {
        let line = if policy.low_priority { &mut self.patient } else { &mut self.queue };
        line.push_back((now, id.to_owned()));
    }

    /// Takes a job out of the queue, if it is there.
    fn leave(&mut self, id: &str) {
        if self.all.get(id).is_some_and(|job| job.status() == Status::InQueue) {
            self.queue.retain(|(_, waiting)| waiting != id);
            self.patient.retain(|(_, waiting)| waiting != id);
        }
    }

    fn end(&mut self, id: &str, status: Status, now: Time) {
        let Some(job) = self.all.get_mut(id).filter(|job| !job.status().is_terminal()) else { return };
        let shift = match std::mem::replace(&mut job.stage, Stage::Queued) {
            Stage::Running(shift) => Some(shift),
            _ => None,
        };
        if status == Status::Cancelled {
            self.dropped.extend(shift.iter().map(|shift| shift.worker.clone()));
        }
        let waited = shift.is_none();
        job.stage = Stage::Over { status, at: now, shift };
        let (before, after) = (job.expires, job.kept_until(now));
        job.expires = after;
        let hook = job.request.webhook.clone().filter(|_| status != Status::Cancelled);
        self.told.extend(hook.map(|url| Notice { at: now, url, body: job.told().whole(), tries: 0 }));
        self.dates.remove(&(before, id.to_owned()));
        self.dates.insert((after, id.to_owned()));
        self.running.remove(id);
        if waited {
            self.queue.retain(|(_, waiting)| waiting != id);
            self.patient.retain(|(_, waiting)| waiting != id);
        }
        self.counts.completed += usize::from(status == Status::Completed);
        self.counts.failed += usize::from(matches!(status, Status::Failed | Status::TimedOut));
    }

    /// Throws a job away; whoever worked on it does so no longer.
    fn forget(&mut self, id: &str) {
        let Some(job) = self.all.remove(id) else { return };
        self.dates.remove(&(job.expires, id.to_owned()));
        if self.running.remove(id) {
            self.dropped.extend(job.shift().map(|shift| shift.worker.clone()));
        }
    }
}
