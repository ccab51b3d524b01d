//! The workers of one endpoint: how many there are and what each of them is doing.
//!
//! It looks at one instant: [`Fleet::advance`] does what is due then (a machine is found, a container is up),
//! [`Fleet::staff`] makes the workers as many as are needed (an idle one goes, a stale one is replaced), and
//! [`Fleet::next`] says at which instant to look again. Where the work comes from is not known here.

use chrono::TimeDelta;
use serde::Serialize;

use crate::clock::Time;
use crate::ids::{fate, named};
use crate::world::endpoints::Kind;
use crate::world::endpoints::config::{Config, FlashBoot};
use crate::world::endpoints::placing::{self, Place};
use crate::world::logs::Source::{Container, System};
use crate::world::logs::{Log, Logs};
use crate::world::meter::{Entry, Meter};
use crate::world::pods::pull;
use crate::world::{Condition, Ground};

/// The least and the most seconds between two looks for a machine; the longer it waits, the rarer they get.
const RETRY: (i64, i64) = (60, 3600);

/// Seconds that a crashing container lives, and that pass before it is started again.
const CRASH: (i64, i64) = (20, 10);

/// The workers of one endpoint.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// The oldest first.
    pub(crate) workers: Vec<Worker>,
    /// Until when everything has happened.
    pub(crate) settled: Time,
    /// How many workers there is work for that nobody asked for as a job.
    busy: u32,
    /// How many workers there are jobs for.
    pub(crate) demand: u32,
    /// How many workers there have ever been.
    hired: u64,
}

/// A worker, from the decision that it is needed until it goes.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) id: String,
    /// The version of the configuration that it runs.
    pub(crate) version: u32,
    pub(crate) image: String,
    stage: Stage,
    /// The last start of its container that is in its log.
    printed: Option<Time>,
}

#[derive(Debug)]
enum Stage {
    /// No machine was found since then; the next look is at `retry`.
    Waiting { since: Time, retry: Time },
    /// On a machine, pulling and starting.
    Booting { place: Place, ready: Time },
    /// The image cannot be pulled.
    Broken { place: Place },
    /// The container is up.
    Up { place: Place, since: Time, bill: Vec<Entry>, work: Work },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Work {
    Busy,
    /// On the job of this id.
    On(String),
    IdleSince(Time),
}

/// `WorkerStatus` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Running,
    Idle,
    Initializing,
    Throttled,
    Unhealthy,
}

/// What the fleet is to be like.
#[derive(Debug)]
pub(crate) struct Order<'e> {
    /// The id of the endpoint, for the bill.
    pub(crate) endpoint: &'e str,
    pub(crate) config: &'e Config,
    pub(crate) version: u32,
    pub(crate) condition: Condition,
}

/// What a scheduler needs of the world.
#[derive(Debug)]
pub(crate) struct Hands<'w> {
    pub(crate) ground: &'w mut Ground,
    pub(crate) meter: &'w mut Meter,
    pub(crate) logs: &'w mut Logs,
}

impl Fleet {
    pub(crate) fn new(now: Time) -> Self {
        Self { workers: Vec::new(), settled: now, busy: 0, demand: 0, hired: 0 }
    }

    /// From now on there is work for so many workers.
    pub(crate) fn employ(&mut self, workers: u32) {
        self.busy = workers;
    }

    /// A new version that changes nothing for the workers: they are of it.
    pub(crate) fn promote(&mut self, version: u32) {
        let latest = self.workers.iter().map(|worker| worker.version).max();
        let fresh = self.workers.iter_mut().filter(|worker| Some(worker.version) == latest);
        fresh.for_each(|worker| worker.version = version);
    }

    /// Lets every worker do what is due at this very instant.
    pub(crate) fn advance(&mut self, order: &Order<'_>, hands: &mut Hands<'_>) {
        let now = self.settled;
        self.workers.iter_mut().for_each(|worker| worker.advance(order, hands, now));
    }

    /// Makes the workers as many as are needed at this very instant.
    pub(crate) fn staff(&mut self, order: &Order<'_>, hands: &mut Hands<'_>) {
        self.share_out(self.settled);
        self.let_go(order, hands);
        self.start(order, hands);
    }

    /// The next instant at which something can be due.
    pub(crate) fn next(&self, config: &Config, crashes: bool) -> Option<Time> {
        let idle = TimeDelta::seconds(i64::from(config.workers.idle_timeout));
        let dates = self.workers.iter().filter_map(|worker| match &worker.stage {
            Stage::Waiting { retry, .. } => Some(*retry),
            Stage::Booting { ready, .. } => Some(*ready),
            Stage::Up { work: Work::IdleSince(since), .. } => Some(*since + idle),
            Stage::Up { .. } | Stage::Broken { .. } => None,
        });
        let crashing = self.workers.iter().filter(|_| crashes);
        let restarts = crashing.filter_map(|worker| worker.next_start(self.settled));
        dates.chain(restarts).filter(|date| *date > self.settled).min()
    }

    /// A worker that is up and has nothing to do, the newest version first: its id and what it runs.
    pub(crate) fn free_worker(&self) -> Option<(String, String)> {
        let free = self.workers.iter().filter(|worker| worker.idle_since().is_some());
        // Of equals the first one, so that the oldest works and the others may go.
        let found = free.min_by_key(|worker| std::cmp::Reverse(worker.version))?;
        Some((found.id.clone(), found.image.clone()))
    }

    /// Lets a worker begin a job.
    pub(crate) fn occupy(&mut self, worker: &str, job: &str) {
        self.set_work(worker, Work::On(job.to_owned()));
    }

    /// Lets a worker have nothing to do from now on.
    pub(crate) fn free(&mut self, worker: &str, now: Time) {
        self.set_work(worker, Work::IdleSince(now));
    }

    /// Who works on which job.
    pub(crate) fn shifts(&self) -> Vec<(String, String)> {
        let shift = |worker: &Worker| match &worker.stage {
            Stage::Up { work: Work::On(job), .. } => Some((worker.id.clone(), job.clone())),
            _ => None,
        };
        self.workers.iter().filter_map(shift).collect()
    }

    /// Lets workers that found no machine look for one at once.
    pub(crate) fn look_again(&mut self) {
        for worker in &mut self.workers {
            if let Stage::Waiting { retry, .. } = &mut worker.stage {
                *retry = self.settled;
            }
        }
    }

    fn set_work(&mut self, worker: &str, to: Work) {
        let found = self.workers.iter_mut().find(|one| one.id == worker);
        if let Some(Stage::Up { work, .. }) = found.map(|worker| &mut worker.stage) {
            *work = to;
        }
    }

    /// Hands the work to the workers that are up: the newest version first, so that stale ones run dry, and
    /// those that have work before those that wait.
    fn share_out(&mut self, now: Time) {
        let mut left = self.busy;
        let mut up: Vec<_> = self.workers.iter_mut().filter_map(Worker::working).collect();
        up.sort_by_key(|(version, work)| (std::cmp::Reverse(*version), **work != Work::Busy));
        for (_, work) in up {
            if left > 0 {
                *work = Work::Busy;
                left -= 1;
            } else if *work == Work::Busy {
                *work = Work::IdleSince(now);
            }
        }
    }

    /// Ends the workers that are not needed: stale ones that a new one stands in for, and idle ones beyond
    /// the minimum whose time is over. Nobody is taken from work.
    fn let_go(&mut self, order: &Order<'_>, hands: &mut Hands<'_>) {
        let target = self.target(order.config);
        let (idle, now) = (TimeDelta::seconds(i64::from(order.config.workers.idle_timeout)), self.settled);
        let crowd = order.config.workers.max as usize;
        let mut able = self.workers.iter().filter(|worker| worker.is_able()).count();
        let mut count = self.workers.len();
        let mut fresh = self.workers.iter().filter(|worker| worker.version == order.version).count();
        // The youngest is looked at first, so that the oldest stay.
        for place in (0..self.workers.len()).rev() {
            let Some(worker) = self.workers.get(place) else { continue };
            let (stale, is_able) = (worker.version != order.version, worker.is_able());
            let goes = match worker.idle_since() {
                _ if worker.is_busy() => false,
                _ if stale => !is_able || able > target || target == 0,
                None => fresh > target,
                Some(since) => fresh > target && (since + idle <= now || count > crowd.max(target)),
            };
            if goes {
                self.workers.remove(place).end(hands, now);
                able -= usize::from(is_able);
                fresh -= usize::from(!stale);
                count -= 1;
            }
        }
    }

    /// Begins the workers that are missing. While stale ones are being replaced there is one more than wanted.
    fn start(&mut self, order: &Order<'_>, hands: &mut Hands<'_>) {
        let target = self.target(order.config);
        let now = self.settled;
        let mut fresh = self.workers.iter().filter(|worker| worker.version == order.version).count();
        while fresh < target && self.workers.len() <= target {
            let mut worker = Worker {
                id: named(hands.ground.seed, &["worker", order.endpoint, &self.hired.to_string()], 14),
                version: order.version,
                image: order.config.container.image.clone(),
                stage: Stage::Waiting { since: now, retry: now },
                printed: None,
            };
            worker.advance(order, hands, now);
            self.workers.push(worker);
            (self.hired, fresh) = (self.hired + 1, fresh + 1);
        }
    }

    fn target(&self, config: &Config) -> usize {
        let workers = config.workers;
        self.busy.max(self.demand).clamp(workers.min, workers.max.max(workers.min)) as usize
    }
}

impl Worker {
    /// The place where it is, once it has one.
    pub(crate) fn place(&self) -> Option<&Place> {
        match &self.stage {
            Stage::Waiting { .. } => None,
            Stage::Booting { place, .. } | Stage::Broken { place } | Stage::Up { place, .. } => Some(place),
        }
    }

    /// When its container came up; a crashing one comes up again and again.
    pub(crate) fn started(&self, crashes: bool, now: Time) -> Option<Time> {
        match &self.stage {
            Stage::Up { since, .. } if crashes => {
                let rounds = (now - *since).num_seconds() / (CRASH.0 + CRASH.1);
                Some(*since + TimeDelta::seconds(rounds * (CRASH.0 + CRASH.1)))
            }
            Stage::Up { since, .. } => Some(*since),
            _ => None,
        }
    }

    /// What it is doing. A crashing container shows as running and throttled by turns and never as
    /// unhealthy, which was observed of Runpod in 2026.
    pub(crate) fn status(&self, kind: Kind, crashes: bool, now: Time) -> Status {
        match &self.stage {
            Stage::Waiting { .. } => Status::Throttled,
            Stage::Booting { .. } => Status::Initializing,
            Stage::Broken { .. } => Status::Unhealthy,
            Stage::Up { .. } if crashes => {
                let alive =
                    self.started(crashes, now).is_some_and(|since| (now - since).num_seconds() < CRASH.0);
                if alive { Status::Running } else { Status::Throttled }
            }
            Stage::Up { work: Work::Busy | Work::On(_), .. } => Status::Running,
            Stage::Up { .. } if kind == Kind::LoadBalancer => Status::Running,
            Stage::Up { .. } => Status::Idle,
        }
    }

    /// When a crashing container comes up again.
    fn next_start(&self, now: Time) -> Option<Time> {
        let round = TimeDelta::seconds(CRASH.0 + CRASH.1);
        self.started(true, now).map(|started| started + round)
    }

    /// Moves on when its time has come.
    fn advance(&mut self, order: &Order<'_>, hands: &mut Hands<'_>, now: Time) {
        match &self.stage {
            Stage::Waiting { since, retry } if *retry <= now => {
                let waited = (now - *since).num_seconds();
                let retry = now + TimeDelta::seconds(waited.clamp(RETRY.0, RETRY.1));
                self.stage = match placing::find(hands.ground, order.config, now)
                    .filter(|_| !order.condition.throttled)
                {
                    Some(place) => {
                        let seconds = boot(hands.ground.seed, &self.id, order.config.flashboot);
                        let ready = now + TimeDelta::seconds(seconds);
                        let fails = hands.ground.cannot_pull(&self.image);
                        pull(hands.logs.open(&self.id), &self.image, (now, ready), fails);
                        Stage::Booting { place, ready }
                    }
                    None => Stage::Waiting { since: *since, retry },
                };
            }
            Stage::Booting { place, ready } if *ready <= now => {
                let place = *place;
                self.stage = if hands.ground.cannot_pull(&self.image) {
                    Stage::Broken { place }
                } else {
                    let bill = place.meter(order, self, (&mut *hands.meter, now));
                    let log = hands.logs.open(&self.id);
                    print_start(log, &self.image, (now, order.condition.crashes));
                    self.printed = Some(now);
                    Stage::Up { place, since: now, bill, work: Work::IdleSince(now) }
                };
            }
            Stage::Up { .. } if order.condition.crashes => self.restart(hands, now),
            _ => {}
        }
    }

    /// Comes up again, if this is the instant; whoever looks twice sees it once.
    fn restart(&mut self, hands: &mut Hands<'_>, now: Time) {
        if self.started(true, now) == Some(now) && self.printed != Some(now) {
            print_start(hands.logs.open(&self.id), &self.image, (now, true));
            self.printed = Some(now);
        }
    }

    fn working(&mut self) -> Option<(u32, &mut Work)> {
        match &mut self.stage {
            Stage::Up { work: Work::On(_), .. } => None,
            Stage::Up { work, .. } => Some((self.version, work)),
            _ => None,
        }
    }

    fn is_able(&self) -> bool {
        matches!(self.stage, Stage::Up { .. })
    }

    fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Up { work: Work::Busy | Work::On(_), .. })
    }

    fn idle_since(&self) -> Option<Time> {
        match self.stage {
            Stage::Up { work: Work::IdleSince(since), .. } => Some(since),
            _ => None,
        }
    }

    fn end(self, hands: &mut Hands<'_>, now: Time) {
        hands.logs.remove(&self.id);
        if let Stage::Up { bill, .. } = self.stage {
            bill.into_iter().for_each(|entry| hands.meter.end(entry, now));
        }
    }
}

/// What a container prints when it comes up, and when it is about to die.
fn print_start(log: &mut Log, image: &str, (now, crashes): (Time, bool)) {
    log.write(now, System, format!("start container for {image}: begin"));
    if !crashes {
        return log.write(now, Container, "Worker started, waiting for jobs");
    }
    let soon = now + TimeDelta::seconds(1);
    log.write(soon, Container, "Traceback (most recent call last):");
    log.write(soon, Container, "  File \"/handler.py\", line 3, in <module>");
    log.write(soon, Container, "ModuleNotFoundError: No module named 'torch'");
    let (dies, again) = CRASH;
    let dead = now + TimeDelta::seconds(dies);
    log.write(dead, System, format!("container exited with code 1; next start in {again} s"));
}

/// Seconds from finding a machine until the container is up.
fn boot(seed: u64, worker: &str, flashboot: FlashBoot) -> i64 {
    let (least, spread) = match flashboot {
        FlashBoot::Off => (20, 40),
        FlashBoot::Flashboot => (4, 8),
        FlashBoot::PriorityFlashboot => (2, 4),
    };
    let chance = fate(seed, &["boot", worker]) % spread;
    least + i64::try_from(chance).unwrap_or(0)
}
