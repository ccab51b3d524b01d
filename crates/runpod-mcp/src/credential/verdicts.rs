//! What is known of keys, shared by all requests of a process.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{ApiKey, Exchange, Standing};
use tokio::sync::watch;

use super::table::{Seen, Table, Ticket};
use crate::lock::Locked;
use crate::state::digest::{Digest, Own};

/// Most locks that keys are spread over.
const SHARDS: usize = 16;

/// Keys that are remembered, unless said.
const MOST: usize = 1_000;

/// What is known of keys. Holds no key, only digests that nobody else can make.
#[derive(Debug)]
pub struct Verdicts {
    tables: Box<[Locked<Table<Answer>>]>,
    digester: Own,
}

type Answer = watch::Receiver<Option<Standing>>;

/// What there is about a key.
pub(super) enum Sight<F> {
    Known(bool),
    Asked(F),
    Unasked,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self::of_most(MOST)
    }
}

impl Verdicts {
    /// Remembers so many keys, at least one.
    #[must_use]
    pub fn of_most(keys: usize) -> Self {
        let shards = keys.clamp(1, SHARDS);
        let table = || Locked::new(Table::new(keys / shards));
        Self { tables: std::iter::repeat_with(table).take(shards).collect(), digester: Own::default() }
    }

    /// Forgets what is known of a key.
    pub fn invalidate(&self, key: &ApiKey) {
        let who = self.who(key);
        self.at(who, |table| table.invalidate(who));
    }

    /// Hears how an exchange with Runpod ended: a key that was refused is not known to be good any more.
    pub fn heard(&self, exchange: &Exchange<'_>) {
        if let (Some(401), Some(key)) = (exchange.status, exchange.key) {
            self.invalidate(key);
        }
    }

    pub(super) fn look(&self, key: &ApiKey, now: Duration) -> Sight<impl Future<Output = Standing> + use<>> {
        let who = self.who(key);
        match self.at(who, |table| table.look(who, now)) {
            Some(Seen::Known(good)) => Sight::Known(good),
            Some(Seen::Asked(answer)) => Sight::Asked(told(answer)),
            Some(Seen::Nothing) | None => Sight::Unasked,
        }
    }

    /// The answer to come, and the question, if it is not on its way already.
    pub(super) fn ask(
        self: &Arc<Self>,
        key: &ApiKey,
        now: Duration,
    ) -> (impl Future<Output = Standing> + use<>, Option<Question>) {
        let who = self.who(key);
        let (tell, hear) = watch::channel(None);
        let asked = self.at(who, |table| match table.look(who, now) {
            Seen::Known(good) => Err(settled(good)),
            Seen::Asked(answer) => Err(answer),
            Seen::Nothing => Ok(table.ask(who, hear.clone())),
        });
        match asked {
            Some(Err(answer)) => (told(answer), None),
            Some(Ok(ticket)) => {
                let verdicts = Arc::clone(self);
                (told(hear), Some(Question { verdicts, who, ticket, tell: Some(tell) }))
            }
            None => (told(hear), None),
        }
    }

    fn who(&self, key: &ApiKey) -> Digest {
        self.digester.of("key", key)
    }

    fn at<T>(&self, who: Digest, act: impl FnOnce(&mut Table<Answer>) -> T) -> Option<T> {
        let table = self.tables.get(who.place(self.tables.len()))?;
        Some(table.with(act))
    }
}

/// An answer that is there.
fn settled(good: bool) -> Answer {
    watch::channel(Some(if good { Standing::Valid } else { Standing::Invalid })).1
}

/// What is answered. A question that nobody answers any more says nothing about the key.
async fn told(mut answer: Answer) -> Standing {
    let said = answer.wait_for(Option::is_some).await;
    said.ok().and_then(|said| *said).unwrap_or(Standing::Unknown)
}

/// A question that is under way. Dropped without an answer, it says that nothing is known.
pub(super) struct Question {
    verdicts: Arc<Verdicts>,
    who: Digest,
    ticket: Ticket,
    tell: Option<watch::Sender<Option<Standing>>>,
}

impl Question {
    pub(super) fn answered(mut self, standing: Standing, now: Duration) {
        self.settle(standing, now);
    }

    fn settle(&mut self, standing: Standing, now: Duration) {
        let Some(tell) = self.tell.take() else { return };
        let (who, ticket) = (self.who, self.ticket);
        self.verdicts.at(who, |table| table.settle(who, ticket, standing, now));
        tell.send_replace(Some(standing));
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.settle(Standing::Unknown, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use shuttle::future::block_on;
    use shuttle::thread::{JoinHandle, spawn};

    use super::*;
    use crate::lock::schedules::in_many_orders;

    const NOW: Duration = Duration::ZERO;

    /// Everything is known of these.
    #[derive(Clone)]
    struct World {
        verdicts: Arc<Verdicts>,
        asked: Arc<AtomicUsize>,
    }

    impl World {
        /// With room for so many keys.
        fn of_most(keys: usize) -> Self {
            Self { verdicts: Arc::new(Verdicts::of_most(keys)), asked: Arc::default() }
        }

        /// A request with this key, of which Runpod says this if it says anything.
        fn request(&self, key: &'static str, says: Option<Standing>) -> JoinHandle<Standing> {
            let World { verdicts, asked } = self.clone();
            spawn(move || {
                let key = ApiKey::new(key);
                match verdicts.look(&key, NOW) {
                    Sight::Known(good) => {
                        return if good { Standing::Valid } else { Standing::Invalid };
                    }
                    Sight::Asked(answer) => return block_on(answer),
                    Sight::Unasked => (),
                }
                let (answer, question) = verdicts.ask(&key, NOW);
                if let Some(question) = question {
                    asked.fetch_add(1, Ordering::SeqCst);
                    spawn(move || match says {
                        Some(standing) => question.answered(standing, NOW),
                        None => drop(question),
                    });
                }
                block_on(answer)
            })
        }
    }

    fn all(requests: Vec<JoinHandle<Standing>>) -> Vec<Standing> {
        requests.into_iter().map(|one| one.join().unwrap()).collect()
    }

    #[test]
    fn in_whatever_order_requests_come_one_asks_and_all_hear_the_answer() {
        in_many_orders(|| {
            let world = World::of_most(10);
            let requests = (0..4).map(|_| world.request("a", Some(Standing::Valid))).collect();
            assert_eq!(all(requests), [Standing::Valid; 4]);
            assert_eq!(world.asked.load(Ordering::SeqCst), 1);
        });
    }

    #[test]
    fn nobody_waits_for_a_question_that_was_dropped() {
        in_many_orders(|| {
            let world = World::of_most(10);
            let requests = (0..3).map(|_| world.request("a", None)).collect();
            assert_eq!(all(requests), [Standing::Unknown; 3]);
            assert_eq!(all(vec![world.request("a", Some(Standing::Invalid))]), [Standing::Invalid]);
        });
    }

    #[test]
    fn no_request_hears_what_was_said_of_another_key() {
        in_many_orders(|| {
            // One table with one place, so that they push each other out.
            let world = World::of_most(1);
            let good = (0..2).map(|_| world.request("good", Some(Standing::Valid)));
            let bad = (0..2).map(|_| world.request("bad", Some(Standing::Invalid)));
            for (good, bad) in good.zip(bad).collect::<Vec<_>>() {
                assert_eq!((good.join().unwrap(), bad.join().unwrap()), (Standing::Valid, Standing::Invalid));
            }
        });
    }

    #[test]
    fn what_was_asked_before_a_key_was_invalidated_is_never_known_after() {
        in_many_orders(|| {
            let (verdicts, key) = (Arc::new(Verdicts::default()), ApiKey::new("a"));
            let (answer, question) = verdicts.ask(&key, NOW);
            let question = question.expect("nobody asked before");
            let answering = spawn(move || question.answered(Standing::Valid, NOW));
            verdicts.invalidate(&key);
            assert!(matches!(verdicts.look(&key, NOW), Sight::Unasked), "an answer outlived its question");
            assert_eq!(block_on(answer), Standing::Valid, "whoever asked hears the answer all the same");
            answering.join().unwrap();
            assert!(matches!(verdicts.look(&key, NOW), Sight::Unasked));
        });
    }
}
