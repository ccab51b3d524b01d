//! Where an endpoint's jobs meet its workers: who works on what, and how many workers that needs.

use chrono::TimeDelta;

use super::Endpoint;
use super::config::Scaling;
use super::fleet::Hands;
use crate::clock::Time;
use crate::world::Condition;
use crate::world::jobs::script::Script;
use crate::world::logs::Source::{Container, System};

impl Endpoint {
    /// How many workers its jobs need at this instant. From none to the first one there is no delay.
    pub(super) fn demand(&self) -> u32 {
        let (at_work, waiting) = (self.jobs.at_work(), self.jobs.pressing());
        let needed = match self.config.scaling {
            Scaling::QueueDelay { .. } => {
                let late = self.jobs.waiting_since(self.fleet.settled - self.delay());
                (at_work + late).max(waiting.min(1))
            }
            Scaling::RequestCount { request_count } => {
                (at_work + waiting).div_ceil(request_count.max(1) as usize)
            }
        };
        u32::try_from(needed).unwrap_or(u32::MAX)
    }

    /// When the next job will have waited too long.
    pub(super) fn next_late(&self) -> Option<Time> {
        let enough = self.demand() >= self.config.workers.max;
        let since = self.jobs.waiting_after(self.fleet.settled - self.delay()).filter(|_| !enough)?;
        matches!(self.config.scaling, Scaling::QueueDelay { .. }).then(|| since + self.delay())
    }

    fn delay(&self) -> TimeDelta {
        match self.config.scaling {
            Scaling::QueueDelay { queue_delay } => TimeDelta::milliseconds((queue_delay * 1000.0) as i64),
            Scaling::RequestCount { .. } => TimeDelta::zero(),
        }
    }

    /// Frees the workers whose job is over or was taken away; takes the jobs of those that crash.
    pub(super) fn end_shifts(&mut self, hands: &mut Hands<'_>, condition: Condition) {
        let now = self.fleet.settled;
        for (worker, _) in self.jobs.settle(now) {
            self.fleet.free(&worker, now);
        }
        for worker in self.jobs.dropped() {
            let log = hands.logs.open(&worker);
            log.forget_after(now);
            log.write(now, System, "the job was taken from this worker");
            self.fleet.free(&worker, now);
        }
        if condition.crashes {
            for (worker, job) in self.fleet.shifts() {
                hands.logs.open(&worker).forget_after(now);
                hands.logs.open(&worker).write(now, System, "container exited with code 1");
                self.jobs.hand_back(&job);
                self.fleet.free(&worker, now);
            }
        }
    }

    /// Gives jobs to the workers that have none.
    pub(super) fn begin_shifts(&mut self, hands: &mut Hands<'_>, condition: Condition) {
        if condition.crashes {
            return;
        }
        let now = self.fleet.settled;
        while let Some(worker) = self.fleet.free_worker() {
            let Some(job) = self.jobs.take() else { break };
            let (id, image) = (job.id.clone(), &worker.1);
            let plan = Script::of(image).plan(&id, &job.request.input, condition.slow);
            let own =
                i64::try_from(self.config.timeout).ok().filter(|limit| *limit > 0).unwrap_or(i64::MAX / 4);
            let limit = job.request.policy.execution_timeout.unwrap_or(own);
            let log = hands.logs.open(&worker.0);
            let lines = plan.lines.iter().filter(|(after, _)| after.num_milliseconds() <= limit);
            lines.for_each(|(after, line)| log.write(now + *after, Container, line.as_str()));
            if plan.took.num_milliseconds() > limit {
                let late = now + TimeDelta::milliseconds(limit);
                log.write(late, System, format!("job {id} exceeded its execution timeout of {limit} ms"));
            }
            self.jobs.begin(&id, (&worker.0, now), (plan, limit));
            self.fleet.occupy(&worker.0, &id);
        }
    }
}
