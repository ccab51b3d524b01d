//! The state of one process, in bounded memory.
//!
//! Every step is synchronous and takes one lock for a moment; the futures are there already when they are asked for.

mod shard;

use std::sync::Arc;
use std::time::Duration;

use runpod_api::Clock;

use super::digest::{Digest, Own};
use super::settings::Size;
use super::{Pending, Rule, State, Taken, Unsure};
use crate::lock::Locked;

use shard::Shard;

/// Locks that callers are spread over.
const SHARDS: usize = 16;

/// Keeps what it is told until there is no room left.
#[derive(Debug)]
pub struct Memory {
    shards: Box<[Locked<Shard>]>,
    digester: Own,
    clock: Arc<dyn Clock>,
}

impl Memory {
    /// Keeps this much, by this clock. Digests are keyed with a secret that nobody knows.
    #[must_use]
    pub fn new(size: Size, clock: Arc<dyn Clock>) -> Self {
        let shard = || Locked::new(Shard::new(size.buckets.div_ceil(SHARDS), size.marks.div_ceil(SHARDS)));
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
        shard.with(|shard| act(shard, micros(self.clock.now())))
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use runpod_api::RealClock;
    use shuttle::thread::spawn;

    use super::*;
    use crate::lock::schedules::in_many_orders;

    const RULE: Rule = Rule::per_minute("per-token", 60, 3);

    fn memory(size: Size) -> Memory {
        Memory::new(size, Arc::new(RealClock::default()))
    }

    impl Memory {
        fn kept(&self) -> (usize, usize) {
            let count =
                |of: fn(&Shard) -> usize| self.shards.iter().map(|shard| shard.with(|shard| of(shard))).sum();
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

    /// Time stands still.
    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Duration {
            Duration::from_secs(100)
        }

        fn sleep(&self, _: Duration) -> Pending<'static, ()> {
            Box::pin(std::future::pending())
        }
    }

    fn all<T: Send + 'static>(of: usize, act: impl Fn() -> T + Clone + Send + 'static) -> Vec<T> {
        let acting: Vec<_> = (0..of).map(|_| spawn(act.clone())).collect();
        acting.into_iter().map(|one| one.join().unwrap()).collect()
    }

    #[test]
    fn in_no_order_do_more_pass_than_the_burst() {
        in_many_orders(|| {
            let memory = Arc::new(Memory::new(Size::default(), Arc::new(Still)));
            let take = move || (0..2).filter(|_| memory.take_now(&RULE, "a", 1) == Taken::Allowed).count();
            assert_eq!(all(3, take).iter().sum::<usize>(), 3);
        });
    }

    #[test]
    fn what_is_given_back_in_any_order_can_be_taken_once() {
        in_many_orders(|| {
            let memory = Arc::new(Memory::new(Size::default(), Arc::new(Still)));
            let (held, shared) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&memory));
            all(5, move || {
                if shared.take_now(&RULE, "a", 1) == Taken::Allowed {
                    assert!(held.fetch_add(1, Ordering::SeqCst) < 3, "more hold than the burst");
                    shuttle::thread::yield_now();
                    held.fetch_sub(1, Ordering::SeqCst);
                    shared.give_back_now(&RULE, "a", 1);
                }
            });
            assert_eq!(memory.take_now(&RULE, "a", 3), Taken::Allowed, "all of it came back");
            assert!(memory.take_now(&RULE, "a", 1).wait().is_some(), "and no more than that");
        });
    }

    #[test]
    fn in_whatever_order_a_mark_is_seen_one_is_first() {
        in_many_orders(|| {
            let memory = Arc::new(Memory::new(Size::default(), Arc::new(Still)));
            let first = move || memory.first_now("code", Duration::from_secs(60)) == Ok(true);
            assert_eq!(all(4, first).iter().filter(|first| **first).count(), 1);
        });
    }
}
