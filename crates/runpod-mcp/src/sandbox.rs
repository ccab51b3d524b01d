//! The embedded imitation of Runpod as the other side of the client.
//!
//! Client and twin read the same clock, so that a fast clock makes waiting short on both sides. Time limits are there
//! for real networks and stay as long as they are in real time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::{ApiKey, BadBase, Base, Clock, Hosts, Settings};
use runpod_sim::{Pace, Sim, Time};

/// Where the parts of Runpod's API are in this twin.
///
/// # Errors
/// Never for a twin that listens on this machine.
pub fn hosts(sim: &Sim) -> Result<Hosts, BadBase> {
    Ok(Hosts {
        rest_v2: Base::parse(&sim.rest_v2_url())?,
        rest_v1: Base::parse(&sim.rest_v1_url())?,
        serverless: Base::parse(&sim.serverless_url())?,
        graphql_authed: Base::parse(&sim.graphql_url())?,
        graphql_public: Base::parse(&sim.graphql_url())?,
    })
}

/// Settings of a client of this twin.
///
/// # Errors
/// As [`hosts`].
pub fn settings(sim: &Sim) -> Result<Settings, BadBase> {
    let default = Settings::default();
    let request_timeout = stretched(sim, default.request_timeout);
    let clock = Arc::new(TwinClock { clock: sim.clock(), origin: sim.clock().now() });
    // A manual clock passes no time by itself, so a random wait between two tries would have no end.
    let jitter = if sim.clock().pace() == Pace::Manual { |_| Duration::ZERO } else { default.jitter };
    Ok(Settings { hosts: hosts(sim)?, clock, request_timeout, jitter, ..default })
}

/// The key of the twin's seeded account.
#[must_use]
pub fn key(sim: &Sim) -> ApiKey {
    ApiKey::new(sim.key())
}

/// A real length of time, as long as the twin's clock counts it.
#[must_use]
pub fn stretched(sim: &Sim, real: Duration) -> Duration {
    match sim.clock().pace() {
        Pace::Times(speed) => real.saturating_mul(speed),
        Pace::Real | Pace::Manual => real,
    }
}

/// The twin's clock as the client wants it: time since it started.
#[derive(Debug)]
struct TwinClock {
    clock: runpod_sim::Clock,
    origin: Time,
}

impl Clock for TwinClock {
    fn now(&self) -> Duration {
        (self.clock.now() - self.origin).to_std().unwrap_or_default()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clock.clone();
        Box::pin(async move { clock.sleep(time).await })
    }
}
