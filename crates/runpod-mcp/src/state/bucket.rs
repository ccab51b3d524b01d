//! A token bucket as one number.
//!
//! What is kept is the time at which the bucket will be full again (the "theoretical arrival time" of GCRA). A bucket
//! that is full has a time in the past, which says the same as none at all, so it can be forgotten without a loss.

use std::time::Duration;

/// How often something may be done: a burst, refilled steadily.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    name: &'static str,
    burst: u32,
    per_minute: u32,
}

impl Rule {
    /// `per_minute` in the long run, `burst` at once. The name keeps its counts apart from those of other rules; none
    /// of either means one.
    #[must_use]
    pub const fn per_minute(name: &'static str, per_minute: u32, burst: u32) -> Self {
        Self { name, burst: at_least_one(burst), per_minute: at_least_one(per_minute) }
    }

    /// What it is called in metrics and refusals.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Microseconds that it takes to earn this cost.
    pub(super) fn price(&self, cost: u32) -> u64 {
        u64::from(cost.min(self.burst)) * MINUTE / u64::from(self.per_minute)
    }

    /// Microseconds that it takes to fill an empty bucket.
    pub(super) fn room(&self) -> u64 {
        self.price(self.burst)
    }
}

const fn at_least_one(count: u32) -> u32 {
    if count == 0 { 1 } else { count }
}

/// In microseconds.
const MINUTE: u64 = 60_000_000;

/// What came of taking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There was enough, and it is taken.
    Allowed,
    /// There was not enough, and nothing is taken.
    Wait(Duration),
}

impl Taken {
    /// How long to wait, if at all.
    #[must_use]
    pub const fn wait(self) -> Option<Duration> {
        match self {
            Self::Allowed => None,
            Self::Wait(time) => Some(time),
        }
    }
}

/// When a bucket will be full, in microseconds of some clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Full(pub(super) u64);

impl Full {
    /// When it will be full after this cost was taken, or how long to wait for that.
    pub(super) fn take(self, rule: &Rule, cost: u32, now: u64) -> Result<Self, Duration> {
        let room = rule.room();
        // Never emptier than empty, whatever a clock that was set back would make of it.
        let full = self.0.clamp(now, now.saturating_add(room));
        let then = full.saturating_add(rule.price(cost));
        match then.saturating_sub(now).saturating_sub(room) {
            0 => Ok(Self(then)),
            short => Err(Duration::from_micros(short)),
        }
    }

    /// The same with a cost put back.
    pub(super) fn give_back(self, rule: &Rule, cost: u32) -> Self {
        Self(self.0.saturating_sub(rule.price(cost)))
    }

    pub(super) fn is_past(self, now: u64) -> bool {
        self.0 <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_passes_at_once_and_the_rest_at_the_pace_of_the_rule() {
        let rule = Rule::per_minute("r", 60, 3);
        let mut full = Full(0);
        for _ in 0..3 {
            full = full.take(&rule, 1, 5_000_000).unwrap();
        }
        assert_eq!(full.take(&rule, 1, 5_000_000), Err(Duration::from_secs(1)));
        assert!(full.take(&rule, 1, 5_999_999).is_err() && full.take(&rule, 1, 6_000_000).is_ok());
        assert_eq!(
            full.take(&rule, 9, 5_000_000),
            Err(Duration::from_secs(3)),
            "more than fits is all of it"
        );
    }

    #[test]
    fn a_clock_that_was_set_back_empties_a_bucket_at_most() {
        let rule = Rule::per_minute("r", 60, 3);
        assert_eq!(Full(u64::MAX).take(&rule, 1, 7), Err(Duration::from_secs(1)));
    }

    proptest! {
        /// The law of a token bucket: in no span of time passes more than the burst and what that span earns.
        #[test]
        fn no_span_lets_more_pass_than_burst_and_pace(
            per_minute in 1u32..600, burst in 1u32..20,
            steps in proptest::collection::vec((0u64..20_000_000, 0u32..25), 1..60),
        ) {
            let rule = Rule::per_minute("r", per_minute, burst);
            let (mut full, mut now, mut passed) = (Full(0), 1u64, Vec::new());
            for (pause, cost) in steps {
                now += pause;
                match full.take(&rule, cost, now) {
                    Ok(then) => {
                        full = then;
                        passed.push((now, rule.price(cost)));
                    }
                    Err(wait) => {
                        let wait = u64::try_from(wait.as_micros()).unwrap();
                        prop_assert!(full.take(&rule, cost, now + wait).is_ok(), "the wait that was said is enough");
                        prop_assert!(full.take(&rule, cost, now + wait - 1).is_err(), "and no longer than needed");
                    }
                }
            }
            for (at, (from, _)) in passed.iter().enumerate() {
                let mut spent = 0;
                for (until, price) in &passed[at..] {
                    spent += price;
                    prop_assert!(spent <= rule.room() + (until - from));
                }
            }
        }

        #[test]
        fn what_is_given_back_was_never_taken(cost in 0u32..10, taken in 0u32..10) {
            let rule = Rule::per_minute("r", 60, 20);
            let before = Full(1_000).take(&rule, taken, 1_000).unwrap();
            let after = before.take(&rule, cost, 1_000).unwrap().give_back(&rule, cost);
            prop_assert_eq!(before, after);
        }
    }
}
