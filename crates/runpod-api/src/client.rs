//! The front door: settings, one client, one accessor per resource.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;

use crate::account::Account;
use crate::billing::Billing;
use crate::caller::Caller;
use crate::capacity::Capacity;
use crate::catalog::Catalog;
use crate::clock::{Clock, Deadline, RealClock};
use crate::clusters::Clusters;
use crate::endpoints::Endpoints;
use crate::error::Error;
use crate::exchange::ExchangeHook;
use crate::hosts::Hosts;
use crate::hub::Hub;
use crate::jobs::Jobs;
use crate::pods::Pods;
use crate::public_endpoints::PublicEndpoints;
use crate::registries::Registries;
use crate::retry::full_jitter;
use crate::secret::ApiKey;
use crate::sketch::Sketchbook;
use crate::templates::Templates;
use crate::trace::TraceContext;
use crate::version::{ProbeHook, Resource, Version, Versions};
use crate::volumes::Volumes;
use crate::wire::{self, Pool, UnderWay, Wire};

/// What a client is built from. Nothing is read from the environment.
#[derive(Clone)]
pub struct Settings {
    /// Addresses.
    pub hosts: Hosts,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Longest time for one request, headers and body together. 30 s unless set.
    pub request_timeout: Duration,
    /// `HTTPS_PROXY`: URL of the proxy through which https requests are tunnelled (CONNECT); user and password
    /// in it go to the proxy only. Loopback http addresses are always reached directly.
    pub proxy: Option<String>,
    /// `NO_PROXY`: hosts, domains and networks that are reached directly, comma separated; `*` for all.
    pub no_proxy: Option<String>,
    /// `SSL_CERT_FILE`: PEM certificates to trust instead of the built-in web roots.
    pub roots_pem: Option<Bytes>,
    /// Which REST version each resource speaks; REST v2 unless said.
    pub versions: Versions,
    /// Who is told what a search for REST v2 ([`crate::Routing::Auto`]) found.
    pub on_probe: ProbeHook,
    /// Who is told about each exchange with Runpod.
    pub on_exchange: ExchangeHook,
    /// Gives a random part of a wait between two tries. Uniform between nothing and all of it unless set.
    pub jitter: fn(Duration) -> Duration,
}

impl Settings {
    /// The HTTP engine that these settings describe, for requests to others than Runpod's API: the same roots, proxy
    /// and limits; no redirects, no retries, and no key unless the caller attaches one.
    ///
    /// # Errors
    /// [`Error::Setting`] for a proxy or certificates that cannot be used.
    pub fn engine(&self) -> Result<reqwest::Client, Error> {
        wire::engine(self)
    }
}

impl fmt::Debug for Settings {
    /// Without the proxy's address, which may hold a password, and without the certificates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("hosts", &self.hosts)
            .field("clock", &self.clock)
            .field("request_timeout", &self.request_timeout)
            .field("proxy", &self.proxy.as_ref().map(|_| "[redacted]"))
            .field("no_proxy", &self.no_proxy)
            .field("roots_pem", &self.roots_pem.as_ref().map(|pem| pem.len()))
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            clock: Arc::new(RealClock::default()),
            request_timeout: Duration::from_secs(30),
            proxy: None,
            no_proxy: None,
            roots_pem: None,
            versions: Versions::default(),
            on_probe: ProbeHook::default(),
            on_exchange: ExchangeHook::default(),
            jitter: full_jitter,
        }
    }
}

/// On whose behalf a call is made, and until when.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) key: Option<ApiKey>,
    pub(crate) caller: Caller,
    pub(crate) deadline: Deadline,
    pub(crate) on_detached: OnDetached,
    pub(crate) sketchbook: Option<Sketchbook>,
    pub(crate) trace: Option<TraceContext>,
    changing: Arc<AtomicBool>,
}

impl Call {
    /// A call with this key, until this deadline.
    #[must_use]
    pub fn new(key: Option<ApiKey>, deadline: Deadline) -> Self {
        let (caller, on_detached) = (Caller::default(), OnDetached::default());
        Self { key, caller, deadline, on_detached, sketchbook: None, trace: None, changing: Arc::default() }
    }

    /// The same call made known to Runpod as this caller.
    #[must_use]
    pub fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// The same call as part of a trace: each of its requests is a new span under this one.
    #[must_use]
    pub fn in_trace(mut self, trace: TraceContext) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Whether this call, or a clone of it, came to a request that may change something. Until then a failure has
    /// changed nothing, whatever the call was about.
    #[must_use]
    pub fn came_to_a_change(&self) -> bool {
        self.changing.load(Ordering::Relaxed)
    }

    pub(crate) fn comes_to_a_change(&self) {
        self.changing.store(true, Ordering::Relaxed);
    }

    /// The same call without its changes: reads are made, the first change is written into the book and ends the
    /// call with [`Error::Sketched`].
    #[must_use]
    pub fn sketching(mut self, book: &Sketchbook) -> Self {
        self.sketchbook = Some(book.clone());
        self
    }

    /// The same call, with somebody to tell how a change ended whose caller dropped the future.
    ///
    /// A change that was sent is not broken off: it ends on its own, within its deadline, and is reported here. A
    /// change of which nothing was sent yet is called back and not reported.
    #[must_use]
    pub fn on_detached(mut self, tell: impl Fn(&Detached<'_>) + Send + Sync + 'static) -> Self {
        self.on_detached = OnDetached(Some(Arc::new(tell)));
        self
    }
}

/// The end of a change whose caller had left.
#[derive(Debug)]
#[non_exhaustive]
pub struct Detached<'a> {
    /// Contract operation id.
    pub operation: &'static str,
    /// HTTP status, or why there is none that counts.
    pub outcome: Result<u16, &'a Error>,
}

type Tell = dyn Fn(&Detached<'_>) + Send + Sync;

/// Whom to tell.
#[derive(Clone, Default)]
pub(crate) struct OnDetached(Option<Arc<Tell>>);

impl OnDetached {
    pub(crate) fn tell(&self, end: &Detached<'_>) {
        if let Some(tell) = &self.0 {
            tell(end);
        }
    }
}

impl fmt::Debug for OnDetached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OnDetached({})", if self.0.is_some() { "told" } else { "not told" })
    }
}

/// A client of the Runpod APIs. Cheap to clone; all clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    wire: Wire,
}

impl Client {
    /// Builds a client. No connection is made and no certificate store is parsed before the first request.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let call = Call::new(None, Deadline::never(&settings.clock));
        Self { wire: Wire::new(Arc::new(Pool::new(settings)), call) }
    }

    /// The same client acting for somebody, until a deadline.
    #[must_use]
    pub fn acting_for(&self, call: Call) -> Self {
        Self { wire: self.wire.acting_for(call) }
    }

    /// The deadline of the calls made through this client.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.wire.deadline().clone()
    }

    /// Longest time for one request ([`Settings::request_timeout`]).
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        self.wire.request_timeout()
    }

    /// The clock all deadlines are read from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.wire.clock()
    }

    /// Which version each resource was told to speak.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        self.wire.versions()
    }

    /// The version that a resource speaks now. Asks the host, once, where that is left to it.
    pub async fn version(&self, resource: Resource) -> Version {
        self.wire.version(resource).await
    }

    /// Completes when no change is under way any more, through this client or any clone of it. Whoever is about to
    /// leave the process waits for it (within reason): changes that lost their caller are among them.
    pub async fn settled(&self) {
        self.wire.settled().await;
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Counts as a change under way until it is dropped: for whoever has to write down how a change ended.
    #[must_use]
    pub fn under_way(&self) -> UnderWay {
        self.wire.under_way()
    }

    /// Pods.
    #[must_use]
    pub fn pods(&self) -> Pods<'_> {
        Pods(&self.wire)
    }

    /// Serverless endpoints.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints<'_> {
        Endpoints(&self.wire)
    }

    /// Jobs on Serverless endpoints.
    #[must_use]
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(&self.wire)
    }

    /// Templates of the account and of the catalogue.
    #[must_use]
    pub fn templates(&self) -> Templates<'_> {
        Templates(&self.wire)
    }

    /// Network volumes.
    #[must_use]
    pub fn volumes(&self) -> Volumes<'_> {
        Volumes(&self.wire)
    }

    /// Registry credentials and ECR delegations.
    #[must_use]
    pub fn registries(&self) -> Registries<'_> {
        Registries(&self.wire)
    }

    /// GPUs, CPUs and data centres on offer.
    #[must_use]
    pub fn catalog(&self) -> Catalog<'_> {
        Catalog(&self.wire)
    }

    /// Stock by CUDA version.
    #[must_use]
    pub fn capacity(&self) -> Capacity<'_> {
        Capacity(&self.wire)
    }

    /// The Hub.
    #[must_use]
    pub fn hub(&self) -> Hub<'_> {
        Hub(&self.wire)
    }

    /// Models that Runpod runs for everybody.
    #[must_use]
    pub fn public_endpoints(&self) -> PublicEndpoints<'_> {
        PublicEndpoints(&self.wire)
    }

    /// What was spent.
    #[must_use]
    pub fn billing(&self) -> Billing<'_> {
        Billing(&self.wire)
    }

    /// Instant Clusters.
    #[must_use]
    pub fn clusters(&self) -> Clusters<'_> {
        Clusters(&self.wire)
    }

    /// SSH keys and secrets of the account.
    #[must_use]
    pub fn account(&self) -> Account<'_> {
        Account(&self.wire)
    }
}

/// Results of this crate.
pub(crate) type Outcome<T> = Result<T, Error>;
