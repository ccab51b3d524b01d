//! The state of one process, in bounded memory.
//!
//! Every step is synchronous and takes one lock for a moment; the futures are there already when they are asked for.

mod shard;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runpod_api::Clock;

use super::digest::{Digest, Own};
use super::settings::Size;
use super::{Pending, Rule, State, Taken, Unsure};

use shard::Shard;

/// Locks that callers are spread over.
const SHARDS: usize = 16;

/// Keeps what it is told until there is no room left.
#[derive(Debug)]
pub struct Memory {
    shards: Box<[Mutex<Shard>]>,
    digester: Own,
    clock: Arc<dyn Clock>,
}

impl Memory {
    /// Keeps this much, by this clock. Digests are keyed with a secret that nobody knows.
    #[must_use]
    pub fn new(size: Size, clock: Arc<dyn Clock>) -> Self {
        let shard = || Mutex::new(Shard::new(size.buckets.div_ceil(SHARDS), size.marks.div_ceil(SHARDS)));
        let shards = std::iter::repeat_with(shard).take(SHARDS).collect();
        Self { shards, digester: Own::default(), clock }
    }

    /// [`State::take`], now.
    pub fn take_now(&self, rule: &Rule, who: &str, cost: u32) -> Taken {
        let digest = self.digester.of(rule.name(), who);
        self.at(digest, Taken::Allowed, |shard, now| shard.take(digest, rule, cost, now))
    }

    /// [`State::give_back`], now.
    pub fn give_back_now(&self, rule: &Rule, who: &str, cost: u32) {
        let digest = self.digester.of(rule.name(), who);
        self.at(digest, (), |shard, now| shard.give_back(digest, rule, cost, now));
    }

    /// [`State::first`], now.
    ///
    /// # Errors
    /// [`Unsure::Full`] when there are as many marks as there may be.
    pub fn first_now(&self, mark: &str, keep: Duration) -> Result<bool, Unsure> {
        let digest = self.digester.of("mark", mark);
        self.at(digest, Err(Unsure::Full), |shard, now| shard.first(digest, micros(keep), now))
    }

    /// Does something in the shard of a digest.
    fn at<T>(&self, digest: Digest, nowhere: T, act: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let Some(shard) = self.shards.get(digest.place(self.shards.len())) else { return nowhere };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut shard, micros(self.clock.now()))
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl State for Memory {
    fn take<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, Taken> {
        Box::pin(std::future::ready(self.take_now(rule, who, cost)))
    }

    fn give_back<'a>(&'a self, rule: &'a Rule, who: &'a str, cost: u32) -> Pending<'a, ()> {
        self.give_back_now(rule, who, cost);
        Box::pin(std::future::ready(()))
    }

    fn first<'a>(&'a self, mark: &'a str, keep: Duration) -> Pending<'a, Result<bool, Unsure>> {
        Box::pin(std::future::ready(self.first_now(mark, keep)))
    }

    fn reachable(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use runpod_api::RealClock;

    use super::*;

    const RULE: Rule = Rule::per_minute("per-token", 60, 3);

    fn memory(size: Size) -> Memory {
        Memory::new(size, Arc::new(RealClock::default()))
    }

    impl Memory {
        fn kept(&self) -> (usize, usize) {
            let count = |of: fn(&Shard) -> usize| {
                self.shards
                    .iter()
                    .map(|shard| of(&shard.lock().unwrap_or_else(PoisonError::into_inner)))
                    .sum()
            };
            (count(Shard::buckets), count(Shard::marks))
        }
    }

    #[test]
    fn t41_a_million_tokens_take_no_more_memory_than_was_said() {
        let size = Size { buckets: 4_096, marks: 1_024 };
        let memory = memory(size);
        for token in 0..1_000_000 {
            let token = Digest::number(token);
            memory.at(token, Taken::Allowed, |shard, now| shard.take(token, &RULE, 1, now));
        }
        for code in 0..10_000 {
            let _ = memory.first_now(&code.to_string(), Duration::from_secs(600));
        }
        let (buckets, marks) = memory.kept();
        assert!(buckets <= size.buckets && buckets >= size.buckets / 2, "{buckets}");
        assert!(marks <= size.marks && marks >= size.marks / 2, "{marks}");
    }

    #[test]
    fn callers_and_rules_are_counted_apart() {
        let memory = memory(Size::default());
        let other = Rule::per_minute("per-address", 60, 3);
        assert_eq!(memory.take_now(&RULE, "a", 3), Taken::Allowed);
        assert!(memory.take_now(&RULE, "a", 1).wait().is_some());
        assert_eq!(memory.take_now(&RULE, "b", 3), Taken::Allowed);
        assert_eq!(memory.take_now(&other, "a", 3), Taken::Allowed);
        memory.give_back_now(&RULE, "a", 3);
        assert_eq!(memory.take_now(&RULE, "a", 3), Taken::Allowed);
    }

    #[test]
    fn of_many_at_once_one_is_first() {
        let memory = memory(Size::default());
        let first = || memory.first_now("code", Duration::from_secs(60)).unwrap();
        let firsts: usize = std::thread::scope(|scope| {
            let looking: Vec<_> = (0..8).map(|_| scope.spawn(first)).collect();
            looking.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
        });
        assert_eq!(firsts, 1);
    }

    #[test]
    fn no_more_pass_at_once_than_the_burst() {
        let memory = memory(Size::default());
        let rule = Rule::per_minute("slow", 1, 10);
        let take = || (0..100).filter(|_| memory.take_now(&rule, "a", 1) == Taken::Allowed).count();
        let passed: usize = std::thread::scope(|scope| {
            let taking: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
            taking.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(passed, 10);
    }
}
