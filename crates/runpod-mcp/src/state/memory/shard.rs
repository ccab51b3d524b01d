//! One part of the memory, under one lock.
//!
//! When it is full of buckets it forgets first those that will be full soonest: a stranger who came once goes before
//! somebody who has run dry, so a flood of strangers frees nobody of a limit. A mark is never forgotten early.

use super::super::Unsure;
use super::super::bucket::{Full, Rule, Taken};
use super::super::digest::{Digest, Map};

#[derive(Debug)]
pub(super) struct Shard {
    buckets: Map<Full>,
    most_buckets: usize,
    /// When each mark may be forgotten.
    marks: Map<u64>,
    most_marks: usize,
}

impl Shard {
    pub(super) fn new(most_buckets: usize, most_marks: usize) -> Self {
        let (most_buckets, most_marks) = (most_buckets.max(1), most_marks.max(1));
        Self { buckets: Map::default(), most_buckets, marks: Map::default(), most_marks }
    }

    pub(super) fn take(&mut self, who: Digest, rule: &Rule, cost: u32, now: u64) -> Taken {
        let known = self.buckets.get(&who).copied();
        match known.unwrap_or(Full(0)).take(rule, cost, now) {
            Ok(full) => {
                if known.is_none() && self.buckets.len() >= self.most_buckets {
                    self.forget(now);
                }
                self.buckets.insert(who, full);
                Taken::Allowed
            }
            Err(wait) => Taken::Wait(wait),
        }
    }

    pub(super) fn give_back(&mut self, who: Digest, rule: &Rule, cost: u32, now: u64) {
        let Some(full) = self.buckets.get_mut(&who) else { return };
        *full = full.give_back(rule, cost);
        if full.is_past(now) {
            self.buckets.remove(&who);
        }
    }

    pub(super) fn first(&mut self, mark: Digest, keep: u64, now: u64) -> Result<bool, Unsure> {
        if self.marks.get(&mark).is_some_and(|until| *until > now) {
            return Ok(false);
        }
        if self.marks.len() >= self.most_marks {
            self.marks.retain(|_, until| *until > now);
        }
        if self.marks.len() >= self.most_marks {
            return Err(Unsure::Full);
        }
        self.marks.insert(mark, now.saturating_add(keep));
        Ok(true)
    }

    #[cfg(test)]
    pub(super) fn buckets(&self) -> usize {
        self.buckets.len()
    }

    #[cfg(test)]
    pub(super) fn marks(&self) -> usize {
        self.marks.len()
    }

    /// Makes room for a quarter, so that the next one comes after that many strangers and not at once.
    fn forget(&mut self, now: u64) {
        self.buckets.retain(|_, full| !full.is_past(now));
        let mut excess = self.buckets.len().saturating_sub(self.most_buckets * 3 / 4);
        let mut times: Vec<_> = self.buckets.values().copied().collect();
        let Some(last) = excess.checked_sub(1).filter(|last| *last < times.len()) else { return };
        let (_, soonest, _) = times.select_nth_unstable(last);
        let soonest = *soonest;
        self.buckets.retain(|_, full| match *full <= soonest && excess > 0 {
            true => {
                excess -= 1;
                false
            }
            false => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule::per_minute("r", 60, 5);

    fn someone(number: u64) -> Digest {
        Digest::number(number)
    }

    #[test]
    fn a_flood_of_strangers_frees_nobody_who_has_run_dry() {
        let mut shard = Shard::new(64, 1);
        assert_eq!(shard.take(someone(0), &RULE, 5, 1), Taken::Allowed);
        for stranger in 1..10_000 {
            assert_eq!(shard.take(someone(stranger), &RULE, 1, 1), Taken::Allowed);
            assert!(shard.buckets.len() <= 64);
        }
        assert_ne!(shard.take(someone(0), &RULE, 1, 1), Taken::Allowed);
    }

    #[test]
    fn buckets_that_are_equal_do_not_all_go_at_once() {
        let mut shard = Shard::new(64, 1);
        let mut take = |who| assert_eq!(shard.take(someone(who), &RULE, 1, 1), Taken::Allowed);
        (0..64).for_each(&mut take);
        assert_eq!(shard.buckets.len(), 64, "nobody goes before it is full");
        assert_eq!(shard.take(someone(64), &RULE, 1, 1), Taken::Allowed);
        assert_eq!(shard.buckets.len(), 49);
    }

    #[test]
    fn a_mark_is_kept_for_its_time_and_refused_rather_than_forgotten() {
        let mut shard = Shard::new(1, 2);
        assert_eq!(shard.first(someone(1), 10, 0), Ok(true));
        assert_eq!(shard.first(someone(1), 10, 9), Ok(false));
        assert_eq!(shard.first(someone(2), 100, 9), Ok(true));
        assert_eq!(shard.first(someone(3), 10, 9), Err(Unsure::Full));
        assert_eq!(shard.first(someone(3), 10, 10), Ok(true), "the first one is over");
        assert_eq!(shard.first(someone(2), 10, 10), Ok(false), "the second is not");
        assert_eq!(
            shard.first(someone(3), 10, 20),
            Ok(true),
            "when its time is over, and not a moment later"
        );
    }

    #[test]
    fn what_was_given_back_in_full_takes_no_room() {
        let mut shard = Shard::new(64, 1);
        shard.take(someone(1), &RULE, 2, 1);
        shard.give_back(someone(1), &RULE, 1, 1);
        assert_eq!(shard.buckets.len(), 1);
        shard.give_back(someone(1), &RULE, 1, 1);
        shard.give_back(someone(2), &RULE, 1, 1);
        assert!(shard.buckets.is_empty());
    }
}
