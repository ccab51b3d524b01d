//! How often somebody may ask: by address, and all together.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use runpod_api::flash::RequestId;

use super::Peer;
use super::fault::Fault;
use crate::metrics::Metrics;
use crate::state::{Rule, State, Taken};

/// A path that is limited: so often for one address, and so often for all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    each: Rule,
    all: Rule,
}

/// Offices share an address, so the bursts are generous.
pub(super) const REGISTER: Limit = Limit {
    each: Rule::per_minute("oauth_register", 20, 40),
    all: Rule::per_minute("oauth_register_all", 600, 1200),
};
pub(super) const AUTHORIZE: Limit = Limit {
    each: Rule::per_minute("oauth_authorize", 20, 40),
    all: Rule::per_minute("oauth_authorize_all", 600, 1200),
};
pub(super) const TOKEN: Limit = Limit {
    each: Rule::per_minute("oauth_token", 60, 120),
    all: Rule::per_minute("oauth_token_all", 1800, 3600),
};

/// Wrong verifiers for one code.
const VERIFIER: Rule = Rule::per_minute("oauth_verifier", 5, 5);
/// Documents of one host.
const DOCUMENT: Rule = Rule::per_minute("oauth_document", 5, 5);

/// How long it is remembered that a code was redeemed: longer than it can live.
const USED: Duration = Duration::from_secs(15 * 60);

/// The names of all rules, for whoever counts what they refuse.
pub(crate) const RULES: [&str; 8] = [
    REGISTER.each.name(),
    REGISTER.all.name(),
    AUTHORIZE.each.name(),
    AUTHORIZE.all.name(),
    TOKEN.each.name(),
    TOKEN.all.name(),
    VERIFIER.name(),
    DOCUMENT.name(),
];

/// Counts, wherever the replicas count.
#[derive(Clone)]
pub(super) struct Limits {
    state: Arc<dyn State>,
    /// Who is told of refusals, once somebody is.
    metrics: Arc<OnceLock<Arc<Metrics>>>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Limits").field(&self.state).finish()
    }
}

impl Limits {
    pub(super) fn new(state: Arc<dyn State>) -> Self {
        Self { state, metrics: Arc::default() }
    }

    /// Counts refusals there from now on; whoever was named first stays.
    pub(super) fn counted_in(&self, metrics: Arc<Metrics>) {
        drop(self.metrics.set(metrics));
    }

    /// One more request of somebody.
    pub(super) async fn pass(&self, limit: &Limit, peer: Peer) -> Result<(), Fault> {
        self.take(&limit.each, &place(peer.0)).await?;
        self.take(&limit.all, "all").await
    }

    /// One more try at the verifier of a code; given back when it was right.
    pub(super) async fn try_verifier(&self, id: &RequestId) -> Result<(), Fault> {
        self.take(&VERIFIER, id.reveal()).await
    }

    pub(super) async fn verifier_was_right(&self, id: &RequestId) {
        self.state.give_back(&VERIFIER, id.reveal(), 1).await;
    }

    /// One more question to a host for a document.
    pub(super) async fn document(&self, host: &str) -> Result<(), Fault> {
        self.take(&DOCUMENT, host).await
    }

    async fn take(&self, rule: &Rule, who: &str) -> Result<(), Fault> {
        let Taken::Wait(wait) = self.state.take(rule, who, 1).await else { return Ok(()) };
        if let Some(metrics) = self.metrics.get() {
            metrics.refusal(rule.name());
        }
        Err(Fault::too_many(wait.as_secs().saturating_add(1)))
    }

    /// Whether a code is redeemed for the first time. Where that cannot be known it counts as the first: the backend
    /// gives a key once anyway, and the one that was just read would be lost.
    pub(super) async fn is_first(&self, id: &RequestId) -> bool {
        let mark = format!("oauth code {}", id.reveal());
        self.state.first(&mark, USED).await.unwrap_or_else(|unsure| {
            tracing::warn!(event = "oauth_single_use_unknown", %unsure);
            true
        })
    }
}

/// What counts as one place: an IPv4 address, or the 64 bits that a home or an office has of IPv6.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_one_place_in_every_spelling() {
        let of = |text: &str| place(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
