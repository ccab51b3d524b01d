//! What is known of keys, and about which of them a question is under way. No time, no locks, no waiting: a state
//! machine that is told what happens.
//!
//! An entry that is being asked about is never thrown out, so a question is never asked twice; there are as many of
//! them as questions at a time. Of the settled ones the least recently used goes first. A question whose entry is not
//! there any more, or is another one's, settles nothing: to invalidate wins over an answer that is on its way.

use std::collections::BTreeMap;
use std::time::Duration;

use runpod_api::Standing;

use crate::state::digest::{Digest, Map};

/// How long it is believed that a key is good.
pub(super) const GOOD: Duration = Duration::from_secs(60);
/// How long it is believed that a key is bad.
pub(super) const BAD: Duration = Duration::from_secs(30);

/// `W` is what those get who wait for an answer.
#[derive(Debug)]
pub(super) struct Table<W> {
    entries: Map<Entry<W>>,
    /// Settled entries, the least recently used first.
    order: BTreeMap<u64, Digest>,
    most: usize,
    /// Numbers questions and uses; never one twice.
    next: u64,
}

#[derive(Debug)]
enum Entry<W> {
    Asked { ticket: Ticket, wait: W },
    Settled { good: bool, until: Duration, used: u64 },
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// What there is about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<W> {
    Known(bool),
    Asked(W),
    Nothing,
}

impl<W: Clone> Table<W> {
    pub(super) fn new(most: usize) -> Self {
        Self { entries: Map::default(), order: BTreeMap::new(), most: most.max(1), next: 0 }
    }

    /// What there is about a key now; looking is using.
    pub(super) fn look(&mut self, who: Digest, now: Duration) -> Seen<W> {
        let fresh = self.number();
        match self.entries.get_mut(&who) {
            None => Seen::Nothing,
            Some(Entry::Asked { wait, .. }) => Seen::Asked(wait.clone()),
            Some(Entry::Settled { good, until, used }) if now < *until => {
                self.order.remove(used);
                self.order.insert(fresh, who);
                *used = fresh;
                Seen::Known(*good)
            }
            Some(Entry::Settled { .. }) => {
                self.invalidate(who);
                Seen::Nothing
            }
        }
    }

    /// Notes a question, for whose answer others wait with this.
    pub(super) fn ask(&mut self, who: Digest, wait: W) -> Ticket {
        self.invalidate(who);
        let ticket = Ticket(self.number());
        self.entries.insert(who, Entry::Asked { ticket, wait });
        self.make_room();
        ticket
    }

    /// Takes the answer to a question.
    pub(super) fn settle(&mut self, who: Digest, ticket: Ticket, standing: Standing, now: Duration) {
        match self.entries.get(&who) {
            Some(Entry::Asked { ticket: own, .. }) if *own == ticket => (),
            _ => return,
        }
        let (good, keep) = match standing {
            Standing::Valid => (true, GOOD),
            Standing::Invalid => (false, BAD),
            Standing::Unknown => return self.invalidate(who),
        };
        let used = self.number();
        self.entries.insert(who, Entry::Settled { good, until: now.saturating_add(keep), used });
        self.order.insert(used, who);
        self.make_room();
    }

    /// Forgets what there is about a key; a question about it that is under way will settle nothing.
    pub(super) fn invalidate(&mut self, who: Digest) {
        if let Some(Entry::Settled { used, .. }) = self.entries.remove(&who) {
            self.order.remove(&used);
        }
    }

    fn make_room(&mut self) {
        while self.entries.len() > self.most {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.entries.remove(&oldest);
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T: fn(u64) -> Duration = Duration::from_secs;

    fn key(number: u64) -> Digest {
        Digest::number(number)
    }

    #[test]
    fn t84_what_is_known_lasts_its_time_by_the_clock_that_is_handed_in() {
        for (standing, good, keep) in [(Standing::Valid, true, GOOD), (Standing::Invalid, false, BAD)] {
            let mut table = Table::new(10);
            let ticket = table.ask(key(1), ());
            assert_eq!(table.look(key(1), T(9)), Seen::Asked(()));
            table.settle(key(1), ticket, standing, T(10));
            assert_eq!(table.look(key(1), T(10) + keep - Duration::from_nanos(1)), Seen::Known(good));
            assert_eq!(table.look(key(1), T(10) + keep), Seen::Nothing);
            assert_eq!(table.look(key(1), T(0)), Seen::Nothing, "what is over does not come back");
        }
    }

    #[test]
    fn what_is_not_certain_is_not_remembered() {
        let mut table = Table::new(10);
        let ticket = table.ask(key(1), ());
        table.settle(key(1), ticket, Standing::Unknown, T(0));
        assert_eq!(table.look(key(1), T(0)), Seen::Nothing);
        assert!(table.entries.is_empty() && table.order.is_empty());
    }

    #[test]
    fn to_invalidate_wins_over_an_answer_that_is_on_its_way() {
        let mut table = Table::new(10);
        let late = table.ask(key(1), ());
        table.invalidate(key(1));
        table.settle(key(1), late, Standing::Valid, T(0));
        assert_eq!(table.look(key(1), T(0)), Seen::Nothing);
        let second = table.ask(key(1), ());
        table.settle(key(1), late, Standing::Valid, T(0));
        assert_eq!(table.look(key(1), T(0)), Seen::Asked(()), "the late one does not settle the next one's");
        table.settle(key(1), second, Standing::Invalid, T(0));
        assert_eq!(table.look(key(1), T(0)), Seen::Known(false));
    }

    #[test]
    fn the_least_recently_used_goes_first_and_what_is_asked_about_stays() {
        let mut table = Table::new(2);
        for number in 1..=2 {
            let ticket = table.ask(key(number), ());
            table.settle(key(number), ticket, Standing::Valid, T(0));
        }
        table.look(key(1), T(0));
        let third = table.ask(key(3), ());
        assert_eq!(table.look(key(2), T(0)), Seen::Nothing);
        assert_eq!(table.look(key(1), T(0)), Seen::Known(true));
        let (fourth, _fifth) = (table.ask(key(4), ()), table.ask(key(5), ()));
        assert_eq!(
            table.entries.len(),
            3,
            "three questions are under way, which is more than there is room for"
        );
        table.settle(key(3), third, Standing::Valid, T(0));
        assert_eq!(table.look(key(3), T(0)), Seen::Nothing, "no room for its answer");
        table.settle(key(4), fourth, Standing::Unknown, T(0));
        assert_eq!(table.look(key(5), T(0)), Seen::Asked(()));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Look(u64),
        Answer(usize, u8),
        Invalidate(u64),
        Pass(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0u64..6).prop_map(Step::Look),
            3 => (0usize..4, 0u8..3).prop_map(|(which, how)| Step::Answer(which, how)),
            1 => (0u64..6).prop_map(Step::Invalidate),
            2 => (1u64..40).prop_map(Step::Pass),
        ]
    }

    proptest! {
        /// Whatever comes between: one question at a time for each key, nothing is known but what the last question
        /// that was not invalidated said, for no longer than its time, and there is no more of it than room.
        #[test]
        fn any_order_of_events_keeps_the_promises(most in 1usize..4, steps in proptest::collection::vec(step(), 1..80)) {
            let mut table = Table::new(most);
            let (mut now, mut questions) = (T(0), Vec::new());
            let mut said: BTreeMap<u64, (bool, Duration)> = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Look(who) => match table.look(key(who), now) {
                        Seen::Nothing => {
                            prop_assert!(!questions.iter().any(|(asked, _, live)| *asked == who && *live));
                            said.remove(&who);
                            questions.push((who, table.ask(key(who), ()), true));
                        }
                        Seen::Asked(()) => {
                            prop_assert!(questions.iter().any(|(asked, _, live)| *asked == who && *live));
                        }
                        Seen::Known(good) => {
                            let (was, until) = said[&who];
                            prop_assert!(was == good && now < until);
                        }
                    },
                    Step::Answer(which, how) if which < questions.len() => {
                        let (who, ticket, live) = questions.remove(which);
                        let standing = [Standing::Valid, Standing::Invalid, Standing::Unknown][usize::from(how)];
                        table.settle(key(who), ticket, standing, now);
                        match standing {
                            Standing::Valid if live => drop(said.insert(who, (true, now + GOOD))),
                            Standing::Invalid if live => drop(said.insert(who, (false, now + BAD))),
                            _ => (),
                        }
                    }
                    Step::Answer(..) => (),
                    Step::Invalidate(who) => {
                        table.invalidate(key(who));
                        said.remove(&who);
                        questions.iter_mut().filter(|(asked, ..)| *asked == who).for_each(|(.., live)| *live = false);
                    }
                    Step::Pass(seconds) => now += T(seconds),
                }
                let asked = questions.iter().filter(|(.., live)| *live).count();
                prop_assert!(table.entries.len() <= most.max(asked));
                prop_assert_eq!(table.order.len(), table.entries.len() - asked);
            }
        }
    }
}
