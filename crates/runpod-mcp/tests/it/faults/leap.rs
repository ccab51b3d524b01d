//! A clock that leaps to the next moment somebody sleeps for, as soon as nothing else happens.
//!
//! Client, server and the stranger in between share one thread, so whether something happens can be seen: all of them
//! had several turns, and no byte moved. Only the kernel may be late with what was sent: so nothing is leapt over before a
//! moment of real quiet, and a limit only where nobody is about to answer.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::Clock;
use tokio::sync::oneshot;

/// After so many turns of the runtime without a byte, nothing is on its way any more.
const TURNS: u32 = 40;
/// What is shorter is a pause, what is longer a limit.
const PAUSE: Duration = Duration::from_secs(10);

/// By how much the kernel may be late, in real time.
const LATE: Duration = Duration::from_millis(2);

/// How far the clocks of client and twin walk at once.
const STEP: Duration = Duration::from_secs(1);

/// The clock. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Leap(Arc<Works>);

#[derive(Debug, Default)]
struct Works {
    now: Mutex<Duration>,
    /// By the moment of waking and a number of their own.
    sleepers: Mutex<BTreeMap<(Duration, u64), Sleeper>>,
    numbers: AtomicU64,
    /// Bytes moved, or somebody began to sleep.
    stirred: AtomicU64,
    /// Limits stand: what a call waits for comes by itself.
    limits_stand: AtomicBool,
    /// How many are about to answer.
    answering: AtomicU64,
}

/// Somebody is about to answer: limits stand meanwhile.
#[derive(Debug)]
pub(super) struct Answering(Arc<Works>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Sleeper {
    wake: oneshot::Sender<()>,
    time: Duration,
}

impl Leap {
    /// Something happened.
    pub(super) fn stir(&self) {
        self.0.stirred.fetch_add(1, Ordering::Relaxed);
    }

    /// Leaps over pauses only, or over everything.
    pub(super) fn let_limits_stand(&self, stand: bool) {
        self.0.limits_stand.store(stand, Ordering::Relaxed);
    }

    /// From now on somebody is about to answer.
    pub(super) fn answering(&self) -> Answering {
        self.0.answering.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(&self.0))
    }

    /// Moves on by this much.
    pub(super) fn pass(&self, time: Duration) {
        let at = self.now() + time;
        self.move_to(at);
    }

    /// Leaps, for as long as it is polled.
    pub(super) async fn run(&self) {
        loop {
            self.quiet().await;
            match self.next() {
                Some((at, time)) if self.is_still().await && (time < PAUSE || self.nobody_answers()) => {
                    self.move_to(at)
                }
                Some(_) => (),
                // Something in another thread is waited for.
                None => tokio::time::sleep(LATE).await,
            }
        }
    }

    /// Walks together with the clock of the twin, for as long as it is polled: what is waited for may happen there.
    pub(super) async fn walk(&self, twin: &runpod_sim::Clock) {
        loop {
            self.quiet().await;
            let Some((at, _)) = self.next() else { continue };
            let step = at.saturating_sub(self.now()).min(STEP);
            twin.advance(step);
            self.pass(step);
        }
    }

    /// Completes when everybody had several turns and nothing happened.
    async fn quiet(&self) {
        let mut turns = 0;
        while turns < TURNS {
            let before = self.0.stirred.load(Ordering::Relaxed);
            tokio::task::yield_now().await;
            let still = before == self.0.stirred.load(Ordering::Relaxed);
            turns = if still { turns + 1 } else { 0 };
        }
    }

    /// Whether nothing that was sent before comes late.
    async fn is_still(&self) -> bool {
        let before = self.0.stirred.load(Ordering::Relaxed);
        tokio::time::sleep(LATE).await;
        before == self.0.stirred.load(Ordering::Relaxed)
    }

    fn nobody_answers(&self) -> bool {
        self.0.answering.load(Ordering::Relaxed) == 0
    }

    /// The next moment somebody sleeps for, and how long that sleep is.
    fn next(&self) -> Option<(Duration, Duration)> {
        let limits_stand = self.0.limits_stand.load(Ordering::Relaxed);
        let sleepers = self.0.sleepers.lock().unwrap();
        let counts = |sleeper: &Sleeper| !limits_stand || sleeper.time < PAUSE;
        sleepers.iter().find(|(_, sleeper)| counts(sleeper)).map(|((at, _), sleeper)| (*at, sleeper.time))
    }

    fn move_to(&self, at: Duration) {
        *self.0.now.lock().unwrap() = at;
        let mut sleepers = self.0.sleepers.lock().unwrap();
        let later = sleepers.split_off(&(at + Duration::from_nanos(1), 0));
        for sleeper in std::mem::replace(&mut *sleepers, later).into_values() {
            // Whoever does not listen any more has ended.
            let _ = sleeper.wake.send(());
        }
        self.stir();
    }
}

impl Clock for Leap {
    fn now(&self) -> Duration {
        *self.0.now.lock().unwrap()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (wake, woken) = oneshot::channel();
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        let bed = Bed { works: Arc::clone(&self.0), key: (self.now().saturating_add(time), number) };
        self.0.sleepers.lock().unwrap().insert(bed.key, Sleeper { wake, time });
        self.stir();
        Box::pin(async move {
            let _bed = bed;
            let _ = woken.await;
        })
    }
}

/// The place of one sleeper; empty when it is dropped.
struct Bed {
    works: Arc<Works>,
    key: (Duration, u64),
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.works.sleepers.lock().unwrap().remove(&self.key);
    }
}
