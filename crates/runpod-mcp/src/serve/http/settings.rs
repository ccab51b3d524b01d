//! How the front stands in the world, as plain values.

use std::time::Duration;

use super::limiter::Rates;
use super::proxies::Network;

/// How the front stands in the world. The default one is for this machine alone: loopback names, loopback origins.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients reach it, such as `https://mcp.example.com`, without a slash at the end. Metadata says so.
    pub public_url: Option<String>,
    /// Further names that clients may call it by: `name` for any port, or `name:port`.
    pub hosts: Vec<String>,
    /// Names that are reached over https only, such as those that a platform gave it. The first one stands in metadata
    /// where there is no [`public_url`](Self::public_url).
    pub platform_hosts: Vec<String>,
    /// Whether it may be called by the names of this machine.
    pub loopback: bool,
    /// Origins of web pages that may call it; `*` for all. `None` is loopback pages, and with a public name every
    /// https page: nothing but a key that a page has to know opens anything.
    pub origins: Option<Vec<String>>,
    /// Proxies that are believed what they say of a client.
    pub proxies: Vec<Network>,
    /// Whether connections are encrypted before they get here.
    pub tls: bool,
    /// Whether callers must bring a key of their own. Otherwise everybody acts for the account of the server.
    pub bearer: bool,
    /// What it takes at most.
    pub limits: Limits,
    /// How often somebody may ask.
    pub rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            hosts: Vec::new(),
            platform_hosts: Vec::new(),
            loopback: true,
            origins: None,
            proxies: Vec::new(),
            tls: false,
            bearer: true,
            limits: Limits::default(),
            rates: Rates::default(),
        }
    }
}

/// What is taken at most, in size, time and number.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one body.
    pub body: usize,
    /// Until a body has to begin to arrive; it may take longer as long as [`body_rate`](Self::body_rate) is kept.
    pub body_time: Duration,
    /// Slowest arrival of a body, in bytes for each second.
    pub body_rate: u32,
    /// Until the head of a request, or the handshake of TLS, has to be complete.
    pub head_time: Duration,
    /// How long a connection may be quiet between two requests.
    pub idle_time: Duration,
    /// How long a client may take nothing of an answer.
    pub write_time: Duration,
    /// For one request, from its head to the head of its answer.
    pub request_time: Duration,
    /// Between two signs of life on a stream of progress.
    pub keep_alive: Duration,
    /// Open connections.
    pub connections: usize,
    /// Open connections of one address.
    pub connections_per_ip: usize,
    /// Requests that are worked on at once.
    pub requests: usize,
    /// How long running requests may go on after the server was told to stop.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            body_time: Duration::from_secs(10),
            body_rate: 64 << 10,
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            request_time: Duration::from_secs(55),
            keep_alive: Duration::from_secs(15),
            connections: 4096,
            connections_per_ip: 256,
            requests: 1024,
            drain_time: Duration::from_secs(20),
        }
    }
}
