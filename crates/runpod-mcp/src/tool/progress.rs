//! How far a call is, told to whoever follows it.
//!
//! What is told only grows, comes at most once a [`PACE`], and ends with the call: a handle that outlives it is mute.
//! Who listens, and over which protocol, is not known here.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use runpod_api::Clock;

use crate::reply::clean;

/// Shortest time between two steps, by the clock of the call.
pub const PACE: Duration = Duration::from_secs(1);

/// Longest message, in characters.
const MESSAGE: usize = 200;

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// How much is done, in a unit of the tool's choice: seconds waited, jobs submitted.
    pub done: f64,
    /// How much there is to do, when that is known.
    pub total: Option<f64>,
    /// The same for a person.
    pub message: String,
}

/// The tool's end. The default one tells nobody.
#[derive(Clone, Debug, Default)]
pub struct Progress(Weak<Line>);

/// The listener's end: reports arrive for as long as it lives.
#[derive(Debug)]
pub struct Follower(Arc<Line>);

struct Line {
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Last>>,
    tell: Box<dyn Fn(Step) + Send + Sync>,
}

#[derive(Clone, Copy)]
struct Last {
    done: f64,
    at: Duration,
}

impl Progress {
    /// Tells how far the call is. What is not further than what was told before, or comes too soon after it, is not
    /// passed on.
    pub fn report(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        let Some(line) = self.0.upgrade() else { return };
        if line.takes(done) {
            let mut message: String = message.into();
            clean::text(&mut message);
            let message = message.chars().take(MESSAGE).collect();
            (line.tell)(Step { done, total, message });
        }
    }
}

impl Follower {
    /// Somebody who is told each step. `tell` must not block.
    pub fn new(clock: &Arc<dyn Clock>, tell: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Line { clock: Arc::clone(clock), last: Mutex::default(), tell: Box::new(tell) }))
    }

    /// The handle that a tool reports to.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress(Arc::downgrade(&self.0))
    }
}

impl Line {
    fn takes(&self, done: f64) -> bool {
        let at = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| done > last.done && at.saturating_sub(last.at) >= PACE);
        if is_due && done.is_finite() {
            *last = Some(Last { done, at });
        }
        is_due && done.is_finite()
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A clock that is set by hand.
    #[derive(Debug, Default)]
    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn now(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }

        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::pending())
        }
    }

    type Told = Arc<Mutex<Vec<Step>>>;

    fn line() -> (Arc<Hand>, Told, Follower) {
        let (hand, told) = (Arc::new(Hand::default()), Told::default());
        let clock: Arc<dyn Clock> = hand.clone();
        let heard = Arc::clone(&told);
        let follower = Follower::new(&clock, move |step| heard.lock().unwrap().push(step));
        (hand, told, follower)
    }

    #[test]
    fn steps_only_grow_and_keep_their_pace() {
        let (hand, told, follower) = line();
        let progress = follower.progress();
        for (at, done) in
            [(0, 0.0), (10, 1.0), (1000, 0.0), (1000, 2.0), (1999, 3.0), (2000, f64::NAN), (2000, 4.0)]
        {
            hand.0.store(at, Ordering::Relaxed);
            progress.report(done, None, "");
        }
        let told: Vec<f64> = told.lock().unwrap().iter().map(|step| step.done).collect();
        assert_eq!(told, [0.0, 2.0, 4.0]);
    }

    #[test]
    fn a_message_is_short_and_cannot_steer_a_terminal() {
        let (_, told, follower) = line();
        follower.progress().report(1.0, Some(2.0), format!("\u{1b}[2J{}", "é".repeat(500)));
        let told = told.lock().unwrap();
        assert_eq!(told[0].message, "é".repeat(MESSAGE));
    }

    #[test]
    fn nobody_hears_what_is_told_after_the_call() {
        let (_, told, follower) = line();
        let progress = follower.progress();
        drop(follower);
        progress.report(1.0, None, "late");
        Progress::default().report(1.0, None, "to nobody");
        assert!(told.lock().unwrap().is_empty());
    }
}
