//! What this process counts, and its text for Prometheus.
//!
//! Counting takes no lock and no memory: every label has a fixed set of values, made at the start, and what is none
//! of them counts as `other`. So no caller can make the page longer, and no text of a caller gets onto it. Nothing
//! is sent anywhere; whoever wants the figures asks for them.

mod family;
mod histogram;
mod memory;
mod words;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use runpod_api::{Exchange, Headroom};

use family::{Family, Head};
use histogram::Latencies;

pub use words::Preflight;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    requests: Family,
    calls: Family,
    upstream: Family,
    latencies: Latencies,
    headroom: [AtomicI64; 3],
    preflight: Family,
    refusals: Family,
    checks_credentials: AtomicBool,
    state_reachable: AtomicBool,
    connections: AtomicI64,
    spans_dropped: AtomicU64,
}

/// Nothing was said about this window yet.
const UNSAID: i64 = -1;
/// The windows of an allowance.
const WINDOWS: [&str; 3] = ["minute", "hour", "day"];

impl Metrics {
    /// All at nothing, for these tools and these rules of the limiter.
    #[must_use]
    pub fn new(tools: &[&'static str], rules: &[&'static str]) -> Self {
        Self {
            requests: Family::new(Head::REQUESTS, words::METHODS, words::STATUSES),
            calls: Family::new(Head::CALLS, tools, words::OUTCOMES),
            upstream: Family::new(Head::UPSTREAM, words::CLASSES, words::ENDINGS),
            latencies: Latencies::new(words::CLASSES),
            headroom: [const { AtomicI64::new(UNSAID) }; 3],
            preflight: Family::new(Head::PREFLIGHT, Preflight::WORDS, &[]),
            refusals: Family::new(Head::REFUSALS, rules, &[]),
            checks_credentials: AtomicBool::new(false),
            state_reachable: AtomicBool::new(true),
            connections: AtomicI64::new(0),
            spans_dropped: AtomicU64::new(0),
        }
    }

    /// A request was answered. `method` is that of MCP, or the route of what is none.
    pub fn request(&self, method: &str, status: u16) {
        self.requests.add(method, words::status(status));
    }

    /// A tool was called: `ok`, or the code of the error.
    pub fn call(&self, tool: &str, outcome: &str) {
        self.calls.add(tool, outcome);
    }

    /// An exchange with Runpod ended.
    pub fn exchange(&self, exchange: &Exchange<'_>) {
        let class = words::class(exchange.api, exchange.changes);
        self.upstream.add(class, words::ending(exchange.status));
        self.latencies.saw(class, exchange.took);
        let Headroom { minute, hour, day } = exchange.left;
        for (place, said) in self.headroom.iter().zip([minute, hour, day]) {
            if let Some(said) = said.and_then(|said| i64::try_from(said).ok()) {
                place.store(said, Ordering::Relaxed);
            }
        }
    }

    /// A credential was looked at, or not, before a request was let in.
    pub fn preflight(&self, what: Preflight) {
        self.preflight.add(what.word(), "");
    }

    /// Runpod was asked about a credential, and this is how long that took.
    pub fn probe(&self, took: std::time::Duration) {
        self.latencies.saw(words::CREDENTIAL, took);
    }

    /// The limiter refused by this rule.
    pub fn refusal(&self, rule: &str) {
        self.refusals.add(rule, "");
    }

    /// Whether credentials are checked before requests are let in.
    pub fn checks_credentials(&self, checks: bool) {
        self.checks_credentials.store(checks, Ordering::Relaxed);
    }

    /// Whether what the replicas share could be reached last time.
    pub fn state_reachable(&self, reachable: bool) {
        self.state_reachable.store(reachable, Ordering::Relaxed);
    }

    /// How many spans never reached a collector, all in all.
    pub fn spans_dropped(&self, total: u64) {
        self.spans_dropped.store(total, Ordering::Relaxed);
    }

    /// Counts a connection as open until what it answers is dropped.
    #[must_use]
    pub fn connection(self: &Arc<Self>) -> Open {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }

    /// The page, in Prometheus' text format 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        let mut page = String::with_capacity(8 * 1024);
        for family in [&self.requests, &self.calls, &self.upstream, &self.preflight, &self.refusals] {
            family.render(&mut page);
        }
        self.latencies.render(&mut page);
        self.gauges(&mut page);
        page
    }

    fn gauges(&self, page: &mut String) {
        let windows = WINDOWS.iter().zip(&self.headroom);
        let said: Vec<_> = windows.map(|(name, left)| (*name, left.load(Ordering::Relaxed))).collect();
        Head::HEADROOM.render(page);
        for (window, left) in said.iter().filter(|(_, left)| *left != UNSAID) {
            let _ = writeln!(page, "{}{{window=\"{window}\"}} {left}", Head::HEADROOM.name);
        }
        let plain = [
            (Head::CHECKS, Some(i64::from(self.checks_credentials.load(Ordering::Relaxed)))),
            (Head::STATE, Some(i64::from(self.state_reachable.load(Ordering::Relaxed)))),
            (Head::SPANS, i64::try_from(self.spans_dropped.load(Ordering::Relaxed)).ok()),
            (Head::CONNECTIONS, Some(self.connections.load(Ordering::Relaxed))),
            (Head::MEMORY, memory::resident()),
        ];
        for (head, value) in plain.into_iter().filter_map(|(head, value)| Some((head, value?))) {
            head.render(page);
            let _ = writeln!(page, "{} {value}", head.name);
        }
    }
}

/// An open connection.
#[derive(Debug)]
pub struct Open(Arc<Metrics>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
