//! Which failures are tried again, and after how long. Pure: it neither waits nor sends.
//!
//! A read and a DELETE may be repeated after anything that a second try can heal. A write is repeated only when it
//! certainly had no effect: nothing of it was sent, or Runpod refused it with a 429.

use std::time::Duration;

use crate::error::Error;
use crate::op::Repeat;

/// Most tries of one request.
const TRIES: u32 = 3;
/// Longest wait before the second try; doubled for the third.
const BASE: Duration = Duration::from_secs(1);
/// Longest wait that is slept through on a 429; more is the caller's decision.
const PATIENCE: Duration = Duration::from_secs(5);

/// A random part of a duration: full jitter, so that clients that failed together do not return together.
pub(crate) fn full_jitter(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    repeat: Repeat,
    made: u32,
    /// The one repeat after a 429 was used.
    paced: bool,
    /// Some try may have taken effect although it failed.
    in_doubt: bool,
}

impl Tries {
    pub(crate) fn new(repeat: Repeat) -> Self {
        Self { repeat, made: 0, paced: false, in_doubt: false }
    }

    /// How long to wait before the next try, or `None` when this failure stands. `jitter` gives a part of what it
    /// gets.
    pub(crate) fn next(&mut self, error: &Error, jitter: fn(Duration) -> Duration) -> Option<Duration> {
        self.made += 1;
        let failure = Failure::of(error);
        self.in_doubt |= failure == Failure::Unclear;
        let backoff = || jitter(BASE * 2_u32.pow(self.made.saturating_sub(1).min(1)));
        match failure {
            _ if self.made >= TRIES => None,
            Failure::Unsent => Some(backoff()),
            Failure::Unclear if matches!(self.repeat, Repeat::Read | Repeat::Delete) => Some(backoff()),
            Failure::Paced(wait) if wait <= PATIENCE && !self.paced => {
                self.paced = true;
                Some(wait)
            }
            Failure::Unclear | Failure::Paced(_) | Failure::Final => None,
        }
    }

    /// Whether this failure says that an earlier try of a DELETE worked.
    pub(crate) fn took_effect(&self, error: &Error) -> bool {
        self.repeat == Repeat::Delete && self.in_doubt && error.is_missing()
    }
}

/// What a failure says about trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// Nothing of the request left this machine.
    Unsent,
    /// It may have been carried out.
    Unclear,
    /// Not carried out; welcome again after this time.
    Paced(Duration),
    /// Trying again would change nothing.
    Final,
}

impl Failure {
    fn of(error: &Error) -> Self {
        match error {
            Error::Connection { sent: false, .. } => Self::Unsent,
            Error::Connection { sent: true, .. } | Error::Refused { status: 500 | 502 | 503 | 504, .. } => {
                Self::Unclear
            }
            Error::TooFast { after: Some(wait), sure: true, .. } => Self::Paced(*wait),
            _ => Self::Final,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_never_left_is_tried_again_whatever_it_is() {
        for repeat in [Repeat::Read, Repeat::Delete, Repeat::Write, Repeat::Drain] {
            let mut tries = Tries::new(repeat);
            let waits = [(); 3].map(|()| tries.next(&connection(false), |wait| wait));
            assert_eq!(waits, [Some(BASE), Some(BASE * 2), None], "{repeat:?}");
        }
    }

    #[test]
    fn clients_that_failed_together_do_not_return_together() {
        let waits: Vec<_> = (0..64).map(|_| full_jitter(BASE)).collect();
        assert!(waits.iter().all(|wait| *wait <= BASE));
        assert!(waits.iter().any(|wait| *wait > BASE / 2) && waits.iter().any(|wait| *wait < BASE / 2));
    }

    fn connection(sent: bool) -> Error {
        Error::Connection { operation: "op", why: String::new(), sent, write: true }
    }

    fn refused(status: u16) -> Error {
        Error::Refused { operation: "op", status, said: String::new(), problems: Vec::new() }
    }

    fn paced(after: Option<u64>, sure: bool) -> Error {
        let after = after.map(Duration::from_secs);
        Error::TooFast { operation: "op", said: String::new(), after, sure, hint: String::new() }
    }

    fn failure() -> impl Strategy<Value = Error> {
        prop_oneof![
            any::<bool>().prop_map(connection),
            (400..600u16).prop_map(refused),
            (prop::option::of(0..20u64), any::<bool>()).prop_map(|(after, sure)| paced(after, sure)),
            Just(Error::Untrusted { operation: "op", why: String::new() }),
            Just(Error::TooLarge { operation: "op", limit: 1 }),
        ]
    }

    fn repeat() -> impl Strategy<Value = Repeat> {
        prop::sample::select(vec![Repeat::Read, Repeat::Delete, Repeat::Write, Repeat::Drain])
    }

    proptest! {
        #[test]
        fn no_request_is_tried_more_than_three_times(
            repeat in repeat(), failures in prop::collection::vec(failure(), 3..8)
        ) {
            let mut tries = Tries::new(repeat);
            let made = 1 + failures.iter().take_while(|e| tries.next(e, |d| d).is_some()).count();
            prop_assert!(made <= 3);
        }

        #[test]
        fn a_write_is_repeated_only_when_it_certainly_had_no_effect(
            repeat in prop::sample::select(vec![Repeat::Write, Repeat::Drain]),
            failures in prop::collection::vec(failure(), 1..4)
        ) {
            let mut tries = Tries::new(repeat);
            for error in &failures {
                if tries.next(error, |d| d).is_some() {
                    let harmless = matches!(error, Error::Connection { sent: false, .. } | Error::TooFast { .. });
                    prop_assert!(harmless, "{error:?}");
                }
            }
        }

        #[test]
        fn a_429_is_repeated_once_after_exactly_the_stated_wait(
            repeat in repeat(), after in prop::option::of(0..20u64), sure in any::<bool>()
        ) {
            let mut tries = Tries::new(repeat);
            let expected = after.filter(|s| sure && *s <= 5).map(Duration::from_secs);
            prop_assert_eq!(tries.next(&paced(after, sure), |_| Duration::MAX), expected);
            prop_assert_eq!(tries.next(&paced(after, sure), |_| Duration::MAX), None);
        }

        #[test]
        fn jitter_stays_within_what_it_is_given(most in 0..10_000u64) {
            let most = Duration::from_millis(most);
            prop_assert!(full_jitter(most) <= most);
        }
    }

    #[test]
    fn waits_grow_from_one_second_to_two() {
        let mut tries = Tries::new(Repeat::Read);
        assert_eq!(tries.next(&refused(503), |d| d), Some(Duration::from_secs(1)));
        assert_eq!(tries.next(&refused(503), |d| d), Some(Duration::from_secs(2)));
        assert_eq!(tries.next(&refused(503), |d| d), None);
    }

    #[test]
    fn only_gateway_failures_are_repeated() {
        for status in 400..600 {
            let again = Tries::new(Repeat::Read).next(&refused(status), |d| d).is_some();
            assert_eq!(again, [500, 502, 503, 504].contains(&status), "{status}");
        }
    }

    #[test]
    fn a_404_proves_an_earlier_delete_only_if_there_was_one() {
        let gone = refused(404);
        let after = |error: &Error, repeat| {
            let mut tries = Tries::new(repeat);
            tries.next(error, |d| d);
            tries.took_effect(&gone)
        };
        assert!(after(&refused(502), Repeat::Delete) && after(&connection(true), Repeat::Delete));
        assert!(!after(&connection(false), Repeat::Delete) && !after(&paced(Some(1), true), Repeat::Delete));
        assert!(!after(&refused(502), Repeat::Read) && !Tries::new(Repeat::Delete).took_effect(&gone));
    }
}
