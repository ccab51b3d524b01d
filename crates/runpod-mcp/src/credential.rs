//! Whether a key is good, asked before a request is let in.
//!
//! A dead key must be answered 401, for that alone makes a client sign in again; inside of an MCP answer nobody looks
//! for it. And a key that is not certainly dead must never be: a client that signs in again has another key made. So
//! only what Runpod says for certain counts ([`Standing`]), whatever else happens lets the request in, and what is
//! not certain is not remembered.
//!
//! Of any number of requests with one key one asks Runpod; a question outlives whoever asked it. What was learned is
//! kept for a short time under a digest that only this process can make. An address from which too many bad keys came
//! is not told about more of them, so nobody tries out stolen keys here (fails open: while what the replicas share is
//! away, each counts for itself). It knows nothing of HTTP.

mod switch;
mod table;
mod verdicts;

use std::sync::Arc;
use std::time::Duration;

use runpod_api::{ApiKey, Client, Standing};
use tokio::sync::Semaphore;

use crate::metrics::{Metrics, Preflight};
use crate::state::{Rule, State, Taken};

use verdicts::Sight;

pub use switch::Switch;
pub use verdicts::Verdicts;

/// How keys are checked. Nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether they are checked at all.
    pub switch: Switch,
    /// How many bad keys from one address are asked about: at once, and per minute.
    pub strangers: Rule,
    /// Most questions to Runpod at a time. Who cannot ask in time is let in.
    pub at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { switch: Switch::On, strangers: STRANGERS, at_once: 64 }
    }
}

/// Generous, for a whole office may stand behind one address; a question that ends well does not count.
pub const STRANGERS: Rule = Rule::per_minute("failed-credential", 60, 120);

/// Longest time for a question, its turn included.
const PATIENCE: Duration = Duration::from_secs(4);

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Let it in: its key is good, or not known to be bad.
    Passed,
    /// Answer 401.
    Rejected,
    /// Answer 429 with this wait: too many bad keys came from there.
    TooMany(Duration),
}

/// Checks keys. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    verdicts: Arc<Verdicts>,
    state: Arc<dyn State>,
    metrics: Arc<Metrics>,
    settings: Settings,
    turns: Semaphore,
}

impl Gate {
    /// Asks through this client, remembers in these verdicts. Give the same verdicts to whoever hears of a 401 from
    /// Runpod in the middle of a call ([`Verdicts::heard`]).
    #[must_use]
    pub fn new(
        client: Client,
        verdicts: Arc<Verdicts>,
        (state, metrics): (Arc<dyn State>, Arc<Metrics>),
        settings: Settings,
    ) -> Self {
        metrics.checks_credentials(settings.switch.is_on());
        let turns = Semaphore::new(settings.at_once.max(1));
        Self(Arc::new(Inner { client, verdicts, state, metrics, settings, turns }))
    }

    /// What to do with a request that carries this key and comes from this address.
    pub async fn check(&self, key: &ApiKey, from: &str) -> Verdict {
        let Inner { verdicts, metrics, settings, .. } = &*self.0;
        if let Some(skipped) = settings.switch.skipped() {
            metrics.preflight(skipped);
            return Verdict::Passed;
        }
        let standing = match verdicts.look(key, self.now()) {
            Sight::Known(good) => {
                metrics.preflight(if good { Preflight::CachedValid } else { Preflight::CachedInvalid });
                return if good { Verdict::Passed } else { Verdict::Rejected };
            }
            Sight::Asked(answer) => answer.await,
            Sight::Unasked => match self.0.state.take(&settings.strangers, from, 1).await {
                Taken::Wait(wait) => {
                    metrics.preflight(Preflight::Refused);
                    metrics.refusal(settings.strangers.name());
                    return Verdict::TooMany(wait);
                }
                Taken::Allowed => self.ask(key, from).await,
            },
        };
        match standing {
            Standing::Invalid => Verdict::Rejected,
            Standing::Valid | Standing::Unknown => Verdict::Passed,
        }
    }

    /// Runpod refused this key in the middle of a call: whatever was known of it is not any more.
    pub fn invalidate(&self, key: &ApiKey) {
        self.0.verdicts.invalidate(key);
    }

    fn now(&self) -> Duration {
        self.0.client.clock().now()
    }

    /// Asks, or hears what another asks meanwhile, whose address then pays.
    async fn ask(&self, key: &ApiKey, from: &str) -> Standing {
        let (answer, question) = self.0.verdicts.ask(key, self.now());
        match question {
            None => self.0.state.give_back(&self.0.settings.strangers, from, 1).await,
            Some(question) => {
                let (gate, key, from) = (self.clone(), key.clone(), from.to_owned());
                tokio::spawn(async move {
                    let standing = gate.probe(&key).await;
                    question.answered(standing, gate.now());
                    if standing != Standing::Invalid {
                        gate.0.state.give_back(&gate.0.settings.strangers, &from, 1).await;
                    }
                });
            }
        }
        answer.await
    }

    async fn probe(&self, key: &ApiKey) -> Standing {
        let Inner { client, metrics, turns, .. } = &*self.0;
        let began = self.now();
        let asking = async {
            let _turn = turns.acquire().await;
            client.standing(key).await
        };
        let standing = tokio::select! {
            biased;
            standing = asking => standing,
            () = client.clock().sleep(PATIENCE) => Standing::Unknown,
        };
        metrics.probe(self.now().saturating_sub(began));
        metrics.preflight(match standing {
            Standing::Valid => Preflight::Valid,
            Standing::Invalid => Preflight::Invalid,
            Standing::Unknown => Preflight::Unknown,
        });
        standing
    }
}
