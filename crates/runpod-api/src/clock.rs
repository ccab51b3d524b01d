//! Time, as a value that is handed in.
//!
//! Nothing in this crate reads a clock of its own, so a test can move the client and the twin with one hand.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A clock that never goes back.
pub trait Clock: Debug + Send + Sync {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;
    /// Completes when `now` has advanced by `time`.
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The clock on the wall, by tokio's timer.
#[derive(Debug)]
pub struct RealClock(Instant);

impl Default for RealClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RealClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// The moment by which a call must be over. Handed down, never renewed on the way.
#[derive(Clone, Debug)]
pub struct Deadline {
    clock: Arc<dyn Clock>,
    at: Option<Duration>,
}

impl Deadline {
    /// A deadline this far from now.
    #[must_use]
    pub fn after(clock: &Arc<dyn Clock>, time: Duration) -> Self {
        Self { clock: Arc::clone(clock), at: clock.now().checked_add(time) }
    }

    /// No deadline but that of each single request.
    #[must_use]
    pub fn never(clock: &Arc<dyn Clock>) -> Self {
        Self { clock: Arc::clone(clock), at: None }
    }

    /// The same deadline, or this far from now if that is sooner.
    #[must_use]
    pub fn within(&self, cap: Duration) -> Self {
        Self::after(&self.clock, self.remaining(cap))
    }

    /// What is left, at most `cap`. Zero when it has passed.
    #[must_use]
    pub fn remaining(&self, cap: Duration) -> Duration {
        self.at.map_or(cap, |at| at.saturating_sub(self.clock.now()).min(cap))
    }

    /// Whether this much time is still left.
    #[must_use]
    pub fn allows(&self, time: Duration) -> bool {
        self.at.is_none_or(|at| self.clock.now().saturating_add(time) <= at)
    }

    /// The clock it is read from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrower_deadline_never_outlives_the_one_it_came_from() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
        let outer = Deadline::after(&clock, Duration::from_secs(5));
        assert!(outer.within(Duration::from_secs(60)).remaining(Duration::MAX) <= Duration::from_secs(5));
        assert!(outer.within(Duration::from_secs(1)).remaining(Duration::MAX) <= Duration::from_secs(1));
        assert!(Deadline::never(&clock).within(Duration::from_secs(1)).allows(Duration::ZERO));
    }

    #[test]
    fn an_endless_time_is_no_deadline() {
        let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
        assert!(Deadline::after(&clock, Duration::MAX).allows(Duration::from_secs(1)));
    }
}
