//! The front door: settings, one client, one accessor per resource.

use std::sync::Arc;
use std::time::Duration;

use crate::caller::Caller;
use crate::clock::{Clock, Deadline, RealClock};
use crate::error::Error;
use crate::hosts::Hosts;
use crate::pods::Pods;
use crate::secret::ApiKey;
use crate::wire::{Pool, Wire};

/// What a client is built from. Nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses.
    pub hosts: Hosts,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Longest time for one request, headers and body together. 30 s unless set.
    pub request_timeout: Duration,
    /// `HTTPS_PROXY`: an http URL through which https requests are tunnelled (CONNECT).
    pub proxy: Option<String>,
    /// `NO_PROXY`: hosts that are reached directly, comma separated.
    pub no_proxy: Option<String>,
    /// `SSL_CERT_FILE`: PEM certificates to trust instead of the built-in web roots.
    pub roots_pem: Option<Vec<u8>>,
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
        }
    }
}

/// On whose behalf a call is made, and until when.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) key: Option<ApiKey>,
    pub(crate) caller: Caller,
    pub(crate) deadline: Deadline,
}

impl Call {
    /// A call with this key, until this deadline.
    #[must_use]
    pub fn new(key: Option<ApiKey>, deadline: Deadline) -> Self {
        Self { key, caller: Caller::default(), deadline }
    }

    /// The same call made known to Runpod as this caller.
    #[must_use]
    pub fn by(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
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
        let deadline = Deadline::never(&settings.clock);
        let call = Call { key: None, caller: Caller::default(), deadline };
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

    /// The clock all deadlines are read from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.wire.clock()
    }

    /// Pods.
    #[must_use]
    pub fn pods(&self) -> Pods<'_> {
        Pods(&self.wire)
    }
}

/// Results of this crate.
pub(crate) type Outcome<T> = Result<T, Error>;
