//! Whether the shared server answers, and who may find out.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long nobody waits for a server that did not answer.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Health {
    away: AtomicBool,
    /// When the next try is due, in milliseconds of the clock.
    next: AtomicU64,
}

impl Health {
    /// Whether to try now. While the server is away, one may each second.
    pub(super) fn may_try(&self, now: Duration) -> bool {
        let (now, next) = (millis(now), self.next.load(Ordering::Acquire));
        if !self.away.load(Ordering::Acquire) {
            return true;
        }
        let mine = now.saturating_add(millis(PAUSE));
        now >= next && self.next.compare_exchange(next, mine, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    pub(super) fn answered(&self) {
        if self.away.swap(false, Ordering::AcqRel) {
            tracing::info!("the server at MCP_STATE_URL answers again");
        }
    }

    /// `why` is a word for the kind of failure.
    pub(super) fn failed(&self, now: Duration, why: &str) {
        self.next.store(millis(now.saturating_add(PAUSE)), Ordering::Release);
        if !self.away.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                why,
                "the server at MCP_STATE_URL does not answer: each replica counts for itself, and none knows what the \
                 others have used already"
            );
        }
    }

    pub(super) fn is_good(&self) -> bool {
        !self.away.load(Ordering::Acquire)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn while_a_server_is_away_one_tries_each_second() {
        let health = Health::default();
        assert!(health.may_try(T(0)) && health.may_try(T(0)));
        health.failed(T(10), "io");
        assert!(!health.is_good() && !health.may_try(T(1_009)));
        assert!(health.may_try(T(1_010)), "one");
        assert!(!health.may_try(T(1_010)), "and no other");
        health.answered();
        assert!(health.is_good() && health.may_try(T(1_010)) && health.may_try(T(1_010)));
    }
}
