//! Time that moves when told.
//!
//! The only place in this crate that looks at a real clock. Everything else is handed an instant, so that a
//! test that moves the hand sees Pods start, bills grow and rate windows reset at once.
#![expect(clippy::disallowed_methods, reason = "this is the one place where the twin reads real time")]

mod stamp;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

pub(crate) use stamp::stamp;

/// An instant of the twin's own time.
pub type Time = DateTime<Utc>;

/// Where a manual clock stands before anybody moves it: 2026-06-01T12:00:00Z.
const MANUAL_START: i64 = 1_780_315_200;

/// How fast the twin's time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as real time, starting now.
    #[default]
    Real,
    /// So many times faster than real time, starting now.
    Times(u32),
    /// Only when told to; starts at 2026-06-01T12:00:00Z, so that two worlds tell the same time.
    Manual,
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let times = |n: &str| n.parse().ok().filter(|n| *n > 0).map(Pace::Times);
        match text {
            "real" => Ok(Pace::Real),
            "manual" => Ok(Pace::Manual),
            _ => text.strip_prefix('x').and_then(times).ok_or_else(|| {
                format!("`{text}` is not a clock; say `real`, `manual` or a speed such as `x60`")
            }),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::Real => f.write_str("real"),
            Pace::Times(n) => write!(f, "x{n}"),
            Pace::Manual => f.write_str("manual"),
        }
    }
}

/// The twin's clock. Clones are the same clock.
#[derive(Clone)]
pub struct Clock(Arc<Works>);

struct Works {
    pace: Pace,
    origin: Time,
    began: Instant,
    /// How far the hand was moved by [`Clock::advance`]; sleepers watch it.
    moved: watch::Sender<TimeDelta>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("pace", &self.0.pace).field("now", &self.now()).finish()
    }
}

impl Clock {
    /// A clock that goes at this pace.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        let origin = match pace {
            Pace::Manual => DateTime::from_timestamp(MANUAL_START, 0).unwrap_or_default(),
            Pace::Real | Pace::Times(_) => DateTime::from(SystemTime::now()),
        };
        let (moved, _) = watch::channel(TimeDelta::zero());
        Self(Arc::new(Works { pace, origin, began: Instant::now(), moved }))
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Time {
        let speed = match self.0.pace {
            Pace::Manual => 0,
            Pace::Real => 1,
            Pace::Times(n) => n,
        };
        let passed = self.0.began.elapsed().saturating_mul(speed);
        self.0.origin + *self.0.moved.borrow() + delta(passed)
    }

    /// How fast it goes.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.0.pace
    }

    /// Moves the hand forward, at any pace, and wakes who slept until then.
    pub fn advance(&self, by: Duration) {
        self.0.moved.send_modify(|moved| *moved += delta(by));
    }

    /// Waits until the clock shows this instant.
    pub async fn sleep_until(&self, until: Time) {
        let mut moved = self.0.moved.subscribe();
        while let Some(left) = self.left(until) {
            // The sender lives in `self`, so `changed` cannot fail while we wait.
            match self.0.pace {
                Pace::Manual => drop(moved.changed().await),
                Pace::Real => drop(tokio::time::timeout(left, moved.changed()).await),
                Pace::Times(n) => drop(tokio::time::timeout(left / n, moved.changed()).await),
            }
        }
    }

    /// Waits for a span of the clock's own time.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now() + delta(span)).await;
    }

    fn left(&self, until: Time) -> Option<Duration> {
        // Rounded up, so that a timer never ends a hair before the instant and spins.
        let left = (until - self.now()).to_std().ok().filter(|left| !left.is_zero())?;
        Some(left + Duration::from_micros(50))
    }
}

/// A span as the calendar counts it; spans beyond its range stop at its end.
pub(crate) fn delta(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::new(Pace::Manual);
        assert_eq!(stamp(clock.now()), "2026-06-01T12:00:00Z");
        clock.advance(Duration::from_millis(1500));
        assert_eq!(stamp(clock.now()), "2026-06-01T12:00:01.500Z");
    }

    #[test]
    fn paces_read_what_they_write_and_refuse_the_rest() {
        for text in ["real", "manual", "x60"] {
            assert_eq!(text.parse::<Pace>().unwrap().to_string(), text);
        }
        for text in ["", "x", "x0", "x-1", "60", "Real"] {
            assert!(text.parse::<Pace>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_hand_is_moved_past_it() {
        let clock = Clock::new(Pace::Manual);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(1800));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1800));
        sleeper.await.unwrap();
    }

    #[test]
    fn a_fast_clock_outruns_real_time() {
        let clock = Clock::new(Pace::Times(1_000_000));
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now() - before >= TimeDelta::seconds(2000));
    }
}
