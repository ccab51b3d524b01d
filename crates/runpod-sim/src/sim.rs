//! A twin on a socket.

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::clock::Pace;
use crate::faults::Scenario;
use crate::listen;
use crate::seed::Seed;
use crate::settings::{Settings, Without};
use crate::twin::Twin;

/// A [`Twin`] that listens on a socket until it is dropped.
#[derive(Debug)]
pub struct Sim {
    twin: Twin,
    url: String,
    listeners: Vec<AbortHandle>,
}

impl Sim {
    /// Starts a twin with this seed on a free port of 127.0.0.1, on the real clock.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn start(seed: Seed) -> io::Result<Self> {
        Self::builder().seed(seed).start().await
    }

    /// Settings by name, then [`start`](Builder::start).
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What stands for `https://api.runpod.io/v2`.
    #[must_use]
    pub fn rest_v2_url(&self) -> String {
        format!("{}/v2", self.url)
    }

    /// What stands for `https://rest.runpod.io/v1`.
    #[must_use]
    pub fn rest_v1_url(&self) -> String {
        format!("{}/v1", self.url)
    }

    /// What stands for `https://api.runpod.ai/v2`, the Serverless runtime.
    #[must_use]
    pub fn serverless_url(&self) -> String {
        format!("{}/serverless/v2", self.url)
    }

    /// What stands for `https://api.runpod.io/graphql`.
    #[must_use]
    pub fn graphql_url(&self) -> String {
        format!("{}/graphql", self.url)
    }

    /// What stands for `https://console.runpod.io`.
    #[must_use]
    pub fn console_url(&self) -> String {
        format!("{}/console", self.url)
    }

    /// Listens on one more address; answers the address that it got.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn listen(&mut self, at: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(at).await?;
        let got = listener.local_addr()?;
        self.listeners.push(tokio::spawn(listen::accept(self.twin.clone(), listener)).abort_handle());
        Ok(got)
    }
}

impl Deref for Sim {
    type Target = Twin;

    fn deref(&self) -> &Twin {
        &self.twin
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.listeners.iter().for_each(AbortHandle::abort);
    }
}

/// How a [`Sim`] is to be set up.
#[derive(Clone, Debug, Default)]
pub struct Builder(Settings);

impl Builder {
    /// The world to start with; the demo account unless said.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.0.seed = seed;
        self
    }

    /// How time passes; as real time unless said.
    #[must_use]
    pub fn clock(mut self, pace: Pace) -> Self {
        self.0.pace = pace;
        self
    }

    /// Leaves out a feature, to imitate an older host.
    #[must_use]
    pub fn without(mut self, feature: Without) -> Self {
        self.0.without.push(feature);
        self
    }

    /// Refuses requests beyond the rate windows instead of only counting them.
    #[must_use]
    pub fn enforce_rate_limits(mut self) -> Self {
        self.0.enforce_rate_limits = true;
        self
    }

    /// Trouble from the start.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.0.scenario = scenario;
        self
    }

    /// Builds the twin alone, without a socket.
    #[must_use]
    pub fn twin(self) -> Twin {
        Twin::new(self.0)
    }

    /// Starts it on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn start(self) -> io::Result<Sim> {
        self.start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts it at this address.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn start_at(self, at: SocketAddr) -> io::Result<Sim> {
        let mut sim = Sim { twin: self.twin(), url: String::new(), listeners: Vec::new() };
        sim.url = format!("http://{}", sim.listen(at).await?);
        Ok(sim)
    }
}
