//! How often somebody may ask: so much for each address, and so much for each key, where what costs more counts more.
//!
//! What replicas share decides, so a limit holds for all of them together.

use std::time::Duration;

use http::StatusCode;

use super::credentials::Caller;
use super::front::Front;
use super::message::{Act, Request};
use super::refusal::Refusal;
use super::visit::Visit;
use crate::mcp::Server;
use crate::state::{Rule, Taken};
use crate::tool::Effect;

/// How often somebody may ask.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// What reaches Runpod, of one key: reads count once, changes twice, what spends or destroys five times.
    pub key: Option<Rule>,
    /// Every request, of one address.
    pub address: Option<Rule>,
}

impl Rates {
    /// No limits.
    pub const NONE: Self = Self { key: None, address: None };

    /// So many requests a minute, half of them at once; 0 is no limit, and what is not said is usual.
    #[must_use]
    pub fn of(key: Option<u32>, address: Option<u32>) -> Self {
        let rule = |name, said: Option<u32>, usual: u32| match said.unwrap_or(usual) {
            0 => None,
            count => Some(Rule::per_minute(name, count, count.div_ceil(2))),
        };
        Self { key: rule(KEY, key, PER_KEY), address: rule(ADDRESS, address, PER_ADDRESS) }
    }
}

/// Twice what Runpod allows an account.
const PER_KEY: u32 = 120;

/// What an office behind one address may need.
const PER_ADDRESS: u32 = 600;

impl Default for Rates {
    fn default() -> Self {
        Self::of(None, None)
    }
}

/// The rule for one key.
pub(super) const KEY: &str = "key";
/// The rule for one address.
pub(super) const ADDRESS: &str = "address";

impl Front {
    /// Lets a request pass, or says how long to wait.
    ///
    /// # Errors
    /// 429.
    pub(super) async fn pace(
        &self,
        server: &Server,
        request: &Request<'_>,
        visit: &Visit,
        caller: Option<&Caller<'_>>,
    ) -> Result<(), Refusal> {
        let Rates { key, address } = &self.settings.rates;
        if let (Some(rule), Some(_)) = (address, visit.origin.client) {
            self.take(rule, &visit.from, 1).await?;
        }
        match (key, caller, cost(server, &request.act)) {
            (Some(rule), Some(caller), Some(cost)) => self.take(rule, caller.token, cost).await,
            _ => Ok(()),
        }
    }

    async fn take(&self, rule: &Rule, who: &str, cost: u32) -> Result<(), Refusal> {
        match self.state.take(rule, who, cost).await {
            Taken::Allowed => Ok(()),
            Taken::Wait(time) => {
                self.metrics.refusal(rule.name());
                Err(too_many(rule, time))
            }
        }
    }
}

/// What a request costs its key; nothing when Runpod is not asked.
fn cost(server: &Server, act: &Act<'_>) -> Option<u32> {
    let effect = match act {
        Act::Call { name, .. } => {
            server.selection().find(name).map_or(Effect::Writes, |tool| tool.card.effect)
        }
        Act::LookAtTask(_) => Effect::Reads,
        Act::CallOffTask(_) => Effect::Destroys,
        _ => return None,
    };
    Some(match effect {
        Effect::Reads => 1,
        Effect::Writes => 2,
        Effect::Spends | Effect::Destroys => 5,
    })
}

fn too_many(rule: &Rule, time: Duration) -> Refusal {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let message = format!("too many requests of this {}: wait {seconds} s", rule.name());
    Refusal::busy(StatusCode::TOO_MANY_REQUESTS, message, seconds)
}
