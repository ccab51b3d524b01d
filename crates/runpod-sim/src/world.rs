//! The whole state of the imitated service. No HTTP in it, and no clock: every question brings its instant.
//!
//! A [`World`] holds accounts and what they share. One resource's rules and transitions live in one file
//! below; they are methods of a [`Visit`], which is one account at one instant. What changes with time alone
//! (a Pod that starts, a bill that grows) is computed from the instants of the events when somebody looks, so
//! moving the clock is all it takes.

pub(crate) mod billing;
pub(crate) mod catalog;
pub(crate) mod clusters;
pub(crate) mod container;
pub(crate) mod delegations;
pub(crate) mod endpoints;
pub(crate) mod flash;
pub(crate) mod hub;
pub(crate) mod jobs;
pub(crate) mod logs;
pub(crate) mod meter;
mod money;
pub(crate) mod mounts;
pub(crate) mod pods;
pub(crate) mod prices;
pub(crate) mod registries;
pub(crate) mod secrets;
pub(crate) mod templates;
pub(crate) mod volumes;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Time;
use crate::faults::glob;
use crate::ids::Ids;
use crate::rates::Rates;
use crate::world::clusters::Cluster;
use crate::world::delegations::Delegation;
use crate::world::endpoints::Endpoints;
use crate::world::flash::Flash;
use crate::world::jobs::{Jobs, Notice};
use crate::world::logs::Logs;
use crate::world::meter::Meter;
use crate::world::pods::Pod;
use crate::world::registries::Registry;
use crate::world::secrets::Secret;
use crate::world::templates::{Source, Template};
use crate::world::volumes::Volume;

/// What a new account has, in US dollars.
const WELCOME: f64 = 500.0;

/// Everything: the accounts and the ground that they share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: BTreeMap<String, Account>,
    /// API keys and the ids of the accounts that they open.
    keys: BTreeMap<String, String>,
    /// Sign-ins, and the keys that came of them.
    flash: Flash,
    pub(crate) ground: Ground,
}

/// What all accounts share.
#[derive(Debug)]
pub(crate) struct Ground {
    /// The number from which ids, stock and boot times follow.
    pub(crate) seed: u64,
    pub(crate) ids: Ids,
    pub(crate) trouble: Trouble,
    /// Webhooks that are due and not yet written into the journal.
    pub(crate) outbox: Vec<Notice>,
    pub(crate) public_templates: Vec<(Source, Template)>,
    born: u64,
}

/// Standing trouble, as patterns in which `*` stands for any text.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    /// GPU types of which nothing is left.
    pub(crate) sold_out: Vec<String>,
    /// Images that cannot be pulled.
    pub(crate) unpullable: Vec<String>,
    /// Images whose containers end by themselves.
    pub(crate) exiting: Vec<(String, Exit)>,
    /// Images whose ports are mapped so long after the container came up.
    pub(crate) late_ports: Vec<(String, Duration)>,
    /// Endpoints, by id, name or image, whose workers die soon after they start.
    pub(crate) crash_looping: Vec<String>,
    /// Endpoints, by id, name or image, for whose workers there is no machine.
    pub(crate) throttled: Vec<String>,
    /// Endpoints, by id, name or image, whose jobs take so many times longer.
    pub(crate) slow: Vec<(String, f64)>,
}

/// How a container ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) code: u8,
    /// How long it ran.
    pub(crate) after: Duration,
}

/// The trouble of one endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) crashes: bool,
    pub(crate) throttled: bool,
    /// How many times longer than usual its jobs take.
    pub(crate) slow: f64,
}

impl Trouble {
    /// The trouble of what is known by these names; of several speeds the last one said.
    pub(crate) fn of(&self, names: &[&str]) -> Condition {
        let hit = |pattern: &String| names.iter().any(|name| glob(pattern, name));
        let slow = self.slow.iter().rev().find(|(pattern, _)| hit(pattern));
        Condition {
            crashes: self.crash_looping.iter().any(hit),
            throttled: self.throttled.iter().any(hit),
            slow: slow.map_or(1.0, |(_, times)| *times),
        }
    }

    /// How containers of this image end by themselves, if they do; of several the last one said.
    pub(crate) fn exit_of(&self, image: &str) -> Option<Exit> {
        self.exiting.iter().rev().find(|(pattern, _)| glob(pattern, image)).map(|(_, exit)| *exit)
    }

    /// How late the ports of this image are mapped; of several the last one said.
    pub(crate) fn port_delay(&self, image: &str) -> Duration {
        let late = self.late_ports.iter().rev().find(|(pattern, _)| glob(pattern, image));
        late.map_or(Duration::ZERO, |(_, by)| *by)
    }

    /// Ends the trouble of endpoints that was scripted for this very pattern.
    pub(crate) fn heal(&mut self, pattern: &str) {
        let stays = |own: &String| own != pattern && !glob(pattern, own);
        self.crash_looping.retain(stays);
        self.throttled.retain(stays);
        self.slow.retain(|(own, _)| stays(own));
    }
}

impl Ground {
    /// The first webhook that is due until now.
    pub(crate) fn next_notice(&mut self, now: Time) -> Option<Notice> {
        let due = self.outbox.iter().enumerate().filter(|(_, notice)| notice.at <= now);
        let (place, _) = due.min_by_key(|(_, notice)| notice.at)?;
        Some(self.outbox.remove(place))
    }

    /// The place of a new resource in the order of creation; lists show the highest first.
    pub(crate) fn next_birth(&mut self) -> u64 {
        self.born += 1;
        self.born
    }
}

/// What belongs to one user.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// `user_...`
    pub(crate) id: String,
    /// US dollars paid in over the account's whole life; what is left is this less what was spent.
    pub(crate) funds: f64,
    /// Until when it is known that nothing has to be stopped for lack of money.
    settled: Time,
    pub(crate) meter: Meter,
    pub(crate) logs: Logs,
    pub(crate) rates: Rates,
    /// Public halves, one per line of an `authorized_keys` file.
    pub(crate) ssh_keys: Vec<String>,
    pub(crate) pods: BTreeMap<String, Pod>,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) registries: BTreeMap<String, Registry>,
    pub(crate) delegations: BTreeMap<String, Delegation>,
    pub(crate) clusters: BTreeMap<String, Cluster>,
    pub(crate) endpoints: Endpoints,
    /// Jobs that public endpoints were asked for.
    pub(crate) public: BTreeMap<String, Jobs>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) volumes: BTreeMap<String, Volume>,
}

/// One account at one instant.
#[derive(Debug)]
pub(crate) struct Visit<'w> {
    pub(crate) account: &'w mut Account,
    pub(crate) ground: &'w mut Ground,
    pub(crate) now: Time,
}

/// Why the world says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Denied {
    /// There is no such thing, or it is somebody else's.
    #[error("{what} `{id}` not found")]
    Missing { what: &'static str, id: String },
    /// The parts of the request do not go together, or not with what exists.
    #[error("{0}")]
    Contradiction(String),
    /// A value that the schema admits and the service cannot use; begins with the path of the field.
    #[error("{0}")]
    Unfit(String),
    /// The state of the resource, or another resource, stands against it.
    #[error("{0}")]
    Conflict(String),
    /// No machine fits; the text says what was looked for.
    #[error("no instances available: {0}")]
    SoldOut(String),
    /// The account cannot pay.
    #[error("insufficient balance: add funds before starting anything new")]
    OutOfMoney,
    /// The request is too large once its template is written into it.
    #[error("request body exceeds the limit of {limit} bytes")]
    TooLarge { limit: usize },
}

impl Denied {
    pub(crate) fn missing(what: &'static str, id: impl Into<String>) -> Self {
        Self::Missing { what, id: id.into() }
    }

    pub(crate) fn contradiction(text: impl Into<String>) -> Self {
        Self::Contradiction(text.into())
    }

    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self::Conflict(text.into())
    }
}

impl World {
    /// A world with nothing in it, whose ids follow from the seed.
    pub(crate) fn new(seed: u64) -> Self {
        let (trouble, public_templates) = (Trouble::default(), templates::stock());
        let (ids, outbox) = (Ids::new(seed), Vec::new());
        let ground = Ground { seed, ids, trouble, outbox, public_templates, born: 0 };
        Self { accounts: BTreeMap::new(), keys: BTreeMap::new(), flash: Flash::default(), ground }
    }

    /// Opens an account behind a key, or lets one more key open it.
    pub(crate) fn open(&mut self, user: &str, key: &str) {
        let account = Account { id: user.to_owned(), funds: WELCOME, ..Account::default() };
        self.accounts.entry(user.to_owned()).or_insert(account);
        self.keys.insert(key.to_owned(), user.to_owned());
    }

    /// Lets a key open nothing any more.
    pub(crate) fn revoke(&mut self, key: &str) {
        self.keys.remove(key);
    }

    /// The account behind a key, at an instant; none when the key opens nothing. What was to happen there
    /// until then has happened.
    pub(crate) fn visit(&mut self, key: &str, now: Time) -> Option<Visit<'_>> {
        let account = self.accounts.get_mut(self.keys.get(key)?)?;
        account.settle(&mut self.ground, now);
        Some(Visit { account, ground: &mut self.ground, now })
    }

    /// Ends all Pods whose id or name fits a pattern.
    pub(crate) fn lose_pods(&mut self, pattern: &str, now: Time) {
        let hit = |pod: &&Pod| glob(pattern, &pod.id) || glob(pattern, &pod.lease.name);
        for account in self.accounts.values_mut() {
            let lost: Vec<_> = account.pods.values().filter(hit).map(|pod| pod.id.clone()).collect();
            let mut visit = Visit { account, ground: &mut self.ground, now };
            lost.iter().for_each(|id| visit.lose_pod(id));
        }
    }

    /// Lets happen what was to happen until now, before something changes for everybody.
    pub(crate) fn settle(&mut self, now: Time) {
        self.accounts.values_mut().for_each(|account| account.settle(&mut self.ground, now));
    }

    /// Lets all Pods and workers print a line whose id or name fits a pattern.
    pub(crate) fn print(&mut self, by: &str, (source, line): (logs::Source, &str), now: Time) {
        for account in self.accounts.values_mut() {
            let Account { pods, endpoints, logs, .. } = account;
            let pods = pods.values().filter(|pod| glob(by, &pod.id) || glob(by, &pod.lease.name));
            let workers = endpoints.values().flat_map(|endpoint| {
                let all = glob(by, &endpoint.config.name);
                endpoint.fleet.workers.iter().filter(move |worker| all || glob(by, &worker.id))
            });
            let ids = pods.map(|pod| &pod.id).chain(workers.map(|worker| &worker.id));
            ids.for_each(|id| logs.open(id).write(now, source, line));
        }
    }

    /// Ends the scripted trouble of endpoints; what was waiting for a machine looks for one at once.
    pub(crate) fn heal(&mut self, pattern: &str) {
        self.ground.trouble.heal(pattern);
        for endpoint in self.accounts.values_mut().flat_map(|account| account.endpoints.values_mut()) {
            endpoint.fleet.look_again();
        }
    }

    /// Leaves every account with so many US dollars.
    pub(crate) fn leave_everybody(&mut self, usd: f64, now: Time) {
        self.settle(now);
        for account in self.accounts.values_mut() {
            account.funds = usd + account.meter.spent(now);
        }
    }
}

impl Account {
    fn settle(&mut self, ground: &mut Ground, now: Time) {
        self.settle_endpoints(ground, now);
        self.settle_money(ground, now);
    }
}

impl Visit<'_> {
    /// US dollars left.
    pub(crate) fn balance(&self) -> f64 {
        self.account.funds - self.account.meter.spent(self.now)
    }
}
