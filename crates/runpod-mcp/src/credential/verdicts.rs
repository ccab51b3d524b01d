//! What is known of keys, shared by all requests of a process.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use runpod_api::{ApiKey, Exchange, Standing};
use tokio::sync::watch;

use super::table::{Seen, Table, Ticket};
use crate::state::digest::{Digest, Own};

/// Most locks that keys are spread over.
const SHARDS: usize = 16;

/// Keys that are remembered, unless said.
const MOST: usize = 1_000;

/// What is known of keys. Holds no key, only digests that nobody else can make.
#[derive(Debug)]
pub struct Verdicts {
    tables: Box<[Mutex<Table<Answer>>]>,
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
        let table = || Mutex::new(Table::new(keys / shards));
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
        Some(act(&mut table.lock().unwrap_or_else(PoisonError::into_inner)))
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
