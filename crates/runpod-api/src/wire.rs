//! The one way to send: address, key, deadline, retries, body cap, status to error.
//!
//! Only this module attaches the key, and only to APIs that may get it. Redirects are not followed: a redirect is
//! an answer from somebody who does not know where the key may go. Bodies are not asked for compressed, so none
//! can unfold into more than its cap.
//!
//! A read ends with the future that asked for it. A change that was sent goes on without it (`leash.rs`).

mod cause;
mod engine;
mod errand;
mod leash;
mod parcel;
mod plain;
mod reading;
mod stranger;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Semaphore, watch};

use crate::answer::Answer;
use crate::client::{Call, Outcome, Settings};
use crate::clock::{Clock, Deadline};
use crate::error::Error;
use crate::op::{Op, Part};
use crate::secret::ApiKey;
use crate::version::probe::{self, Probing};
use crate::version::{Resource, Routing, Switch, Version, Versions};

pub(crate) use engine::build as engine;
use errand::{Errand, Harvest, Opened};
pub use leash::UnderWay;
use parcel::Parcel;
pub(crate) use plain::Plain;
pub(crate) use reading::{Reading, Terms};
pub use stranger::{NoPage, Page, Stranger};

/// Most exchanges with Runpod at a time, per client and all its clones.
const EXCHANGES: usize = 64;

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct Pool {
    settings: Settings,
    http: OnceLock<reqwest::Client>,
    turns: Arc<Semaphore>,
    changes: watch::Sender<usize>,
    probing: Probing,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            http: OnceLock::new(),
            turns: Arc::new(Semaphore::new(EXCHANGES)),
            changes: watch::Sender::new(0),
            probing: Probing::default(),
        }
    }

    /// The HTTP engine, built on the first call.
    fn http(&self) -> Outcome<&reqwest::Client> {
        match self.http.get() {
            Some(http) => Ok(http),
            None => engine::build(&self.settings).map(|built| self.http.get_or_init(|| built)),
        }
    }
}

/// One request of an operation: path parts, query, body.
#[derive(Debug)]
pub(crate) struct Request<'a, B: Serialize + ?Sized = ()> {
    pub(crate) parts: &'a [Part<'a>],
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<&'a B>,
}

impl<'a> Request<'a> {
    pub(crate) fn to(parts: &'a [Part<'a>]) -> Self {
        Self { parts, query: Vec::new(), body: None }
    }

    pub(crate) fn query(query: Vec<(&'static str, String)>) -> Self {
        Self { parts: &[], query, body: None }
    }
}

impl<'a, B: Serialize + ?Sized> Request<'a, B> {
    pub(crate) fn body(parts: &'a [Part<'a>], body: &'a B) -> Self {
        Self { parts, query: Vec::new(), body: Some(body) }
    }
}

/// Sends, for one caller and until one deadline.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pool: Arc<Pool>,
    call: Call,
}

impl Wire {
    pub(crate) fn new(pool: Arc<Pool>, call: Call) -> Self {
        Self { pool, call }
    }

    pub(crate) fn acting_for(&self, call: Call) -> Self {
        Self { pool: Arc::clone(&self.pool), call }
    }

    pub(crate) fn deadline(&self) -> &Deadline {
        &self.call.deadline
    }

    /// The key of the caller, to be hidden where it comes back.
    pub(crate) fn key(&self) -> Option<&ApiKey> {
        self.call.key.as_ref()
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.pool.settings.clock
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        self.pool.settings.request_timeout
    }

    /// Completes when no change is under way any more.
    pub(crate) async fn settled(&self) {
        // The sender lives in the pool that this wire holds, so waiting cannot fail.
        let _ = self.pool.changes.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Counts as a change under way until it is dropped.
    pub(crate) fn under_way(&self) -> UnderWay {
        UnderWay::new(Arc::clone(&self.pool))
    }

    /// Which version each resource was told to speak.
    pub(crate) fn versions(&self) -> &Versions {
        &self.pool.settings.versions
    }

    /// What gives a random part of a wait between two tries.
    pub(crate) fn jitter(&self) -> fn(Duration) -> Duration {
        self.pool.settings.jitter
    }

    /// The version that a resource speaks now. Asks the host only where that is left to it.
    pub(crate) async fn version(&self, resource: Resource) -> Version {
        let settings = &self.pool.settings;
        match settings.versions.of(resource) {
            Routing::Fixed(version) => version,
            Routing::Auto => {
                let now = || settings.clock.now();
                self.pool.probing.version(now, || self.probe(), &settings.on_probe).await
            }
        }
    }

    /// The operation in the version that its resource speaks now.
    pub(crate) async fn either(&self, resource: Resource, v1: &'static Op, v2: &'static Op) -> &'static Op {
        match self.version(resource).await {
            Version::V1 => v1,
            Version::V2 => v2,
        }
    }

    /// Refuses what only REST v2 has while its resource speaks v1. `what` and `instead` are words for a reader.
    ///
    /// # Errors
    /// [`Error::WrongVersion`].
    pub(crate) async fn only_v2(
        &self,
        resource: Resource,
        what: &'static str,
        instead: Option<&'static str>,
    ) -> Outcome<()> {
        match self.version(resource).await {
            Version::V1 => Err(Error::WrongVersion { what, instead, switch: Switch::to_v2(resource) }),
            Version::V2 => Ok(()),
        }
    }

    /// Whether the v2 host answers.
    async fn probe(&self) -> Outcome<()> {
        let parcel = Parcel::pack(&probe::PROBE, &self.pool.settings.hosts, &self.call, &Request::to(&[]))?;
        let until = self.call.deadline.within(probe::PATIENCE);
        Errand::new(Arc::clone(&self.pool), parcel, until).run::<Answer>().await.map(drop)
    }

    /// Sends and reads the whole answer.
    ///
    /// # Errors
    /// Every way in which there is no 2xx answer; see [`crate::Error`].
    pub(crate) async fn send<B: Serialize + ?Sized>(
        &self,
        op: &'static Op,
        request: Request<'_, B>,
    ) -> Outcome<Answer> {
        let parcel = Parcel::pack(op, &self.pool.settings.hosts, &self.call, &request)?;
        let until = self.call.deadline.within(self.pool.settings.request_timeout);
        self.walk(Arc::new(Errand::new(Arc::clone(&self.pool), parcel, until))).await
    }

    /// Sends, and leaves the body of the answer to be read piece by piece. What comes before the body is as in
    /// [`Self::send`], tries included; a body that breaks is not asked for again, for a part of it was handed out.
    ///
    /// The reading may outlast the timeout of a request: it has the time that its terms say, within the deadline of
    /// the call, and holds a turn until it is dropped.
    ///
    /// # Errors
    /// Every way in which there is no 2xx answer; see [`crate::Error`].
    pub(crate) async fn open<B: Serialize + ?Sized>(
        &self,
        op: &'static Op,
        request: Request<'_, B>,
        terms: Terms,
    ) -> Outcome<Reading> {
        let parcel = Parcel::pack(op, &self.pool.settings.hosts, &self.call, &request)?.on(&terms)?;
        let until = self.call.deadline.within(terms.time);
        let errand = Arc::new(Errand::new(Arc::clone(&self.pool), parcel, until));
        let opened: Opened = self.walk(Arc::clone(&errand)).await?;
        Reading::new(errand, opened, terms.most)
    }

    /// Runs an errand; one that changes something goes on without its caller.
    async fn walk<T: Harvest>(&self, errand: Arc<Errand>) -> Outcome<T> {
        let op = errand.parcel.op;
        if let Some(book) = self.call.sketchbook.as_ref().filter(|_| op.repeat.changes()) {
            book.add(errand.parcel.sketch());
            return Err(Error::Sketched { operation: op.id });
        }
        if op.repeat.changes() {
            self.call.comes_to_a_change();
        }
        match op.repeat.outlives_its_caller() {
            false => errand.run().await,
            true => leash::walk(errand, self.call.on_detached.clone()).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_built_before_the_first_call() {
        let pool = Pool::new(Settings::default());
        assert!(pool.http.get().is_none());
        assert!(pool.http().is_ok() && pool.http.get().is_some());
    }
}
