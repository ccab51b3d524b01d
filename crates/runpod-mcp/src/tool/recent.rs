//! What was looked up for a caller a moment ago, so that a loop of questions is no loop of look-ups.
//!
//! Bounded in size and in age. What belongs to one caller is never found by another: an entry is under the digest of
//! the caller's key, and a key itself is not kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::lock::Locked;

/// How long something stays true enough.
const FRESH: Duration = Duration::from_secs(15);
/// Entries of all callers together; the oldest go first.
const ENTRIES: usize = 500;

/// The digest of a key.
pub(crate) type CallerDigest = [u8; 32];

/// What is remembered of all callers. Clones are the same memory.
#[derive(Clone, Debug, Default)]
pub struct Recent(Arc<Locked<VecDeque<Entry>>>);

#[derive(Debug)]
struct Entry {
    caller: CallerDigest,
    what: String,
    at: Duration,
    value: Value,
}

/// What is remembered of one caller.
#[derive(Clone, Debug)]
pub struct OwnRecent {
    all: Recent,
    caller: CallerDigest,
}

impl Recent {
    /// The part of one caller.
    #[must_use]
    pub fn of(&self, caller: CallerDigest) -> OwnRecent {
        OwnRecent { all: self.clone(), caller }
    }
}

impl OwnRecent {
    /// What was found out about this, if it is fresh at this time.
    #[must_use]
    pub fn get(&self, what: &str, now: Duration) -> Option<Value> {
        let is_it = |entry: &&Entry| entry.caller == self.caller && entry.what == what;
        self.all.0.with(|entries| {
            let entry = entries.iter().rev().find(is_it)?;
            (now.saturating_sub(entry.at) < FRESH).then(|| entry.value.clone())
        })
    }

    /// Remembers what was found out about this at this time.
    pub fn keep(&self, what: &str, value: Value, now: Duration) {
        let entry = Entry { caller: self.caller, what: what.to_owned(), at: now, value };
        self.all.0.with(|entries| {
            entries.retain(|entry| now.saturating_sub(entry.at) < FRESH);
            if entries.len() >= ENTRIES {
                entries.pop_front();
            }
            entries.push_back(entry);
        });
    }
}

#[cfg(test)]
mod tests {
    use shuttle::thread::spawn;

    use super::*;
    use crate::lock::schedules::in_many_orders;

    #[test]
    fn in_no_order_is_one_caller_shown_what_another_asked_for() {
        in_many_orders(|| {
            let all = Recent::default();
            let ask = |caller: u8| {
                let own = all.of([caller; 32]);
                spawn(move || {
                    let before = own.get("e", seconds(0));
                    assert!(before.is_none() || before == Some(caller.into()), "{before:?}");
                    own.keep("e", caller.into(), seconds(0));
                    assert_eq!(own.get("e", seconds(0)), Some(caller.into()));
                })
            };
            let callers: Vec<_> = [1, 2, 1, 2].map(ask).into_iter().collect();
            callers.into_iter().for_each(|caller| caller.join().unwrap());
        });
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_found_for_one_caller_is_not_shown_to_another() {
        let all = Recent::default();
        all.of([1; 32]).keep("e", 1.into(), seconds(0));
        assert_eq!(all.of([1; 32]).get("e", seconds(14)), Some(1.into()));
        assert_eq!(all.of([2; 32]).get("e", seconds(0)), None);
        assert_eq!(all.of([1; 32]).get("f", seconds(0)), None);
    }

    #[test]
    fn it_grows_old_and_has_a_limit() {
        let own = Recent::default().of([0; 32]);
        own.keep("e", 1.into(), seconds(0));
        own.keep("e", 2.into(), seconds(5));
        assert_eq!(own.get("e", seconds(19)), Some(2.into()));
        assert_eq!(own.get("e", seconds(20)), None);
        (0..600).for_each(|n| own.keep(&n.to_string(), n.into(), seconds(30)));
        assert_eq!(own.all.0.with(|entries| entries.len()), ENTRIES);
        assert_eq!((own.get("99", seconds(30)), own.get("100", seconds(30))), (None, Some(100.into())));
    }
}
