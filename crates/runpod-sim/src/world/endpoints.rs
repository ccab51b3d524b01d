//! Serverless endpoints: a configuration, its releases, and the workers that run it.
//!
//! A change of the configuration is a release. Workers follow by themselves as time passes: [`fleet`] says
//! how many there are and in what state, [`placing`] where they find a machine.

pub(crate) mod builds;
pub(crate) mod config;
pub(crate) mod fleet;
pub(crate) mod placing;
mod quiet;
pub(crate) mod releases;
pub(crate) mod saved;
mod shifts;

use serde::{Deserialize, Serialize};

pub(crate) use quiet::Endpoints;

use crate::clock::Time;
use crate::world::endpoints::builds::Build;
use crate::world::endpoints::config::{Config, EndpointChange};
use crate::world::endpoints::fleet::Fleet;
use crate::world::endpoints::releases::Release;
use crate::world::jobs::{Jobs, public};
use crate::world::meter::Payer;
use crate::world::{Account, Condition, Denied, Ground, Visit};

/// A Serverless endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) created: Time,
    pub(crate) kind: Kind,
    pub(crate) config: Config,
    /// The template that goes when the endpoint goes. REST v2 binds none; the console
    /// and REST v1 do.
    pub(crate) bound: Option<String>,
    /// The template that it follows, until its container is set in another way.
    pub(crate) template: Option<String>,
    /// The oldest first, never empty.
    pub(crate) releases: Vec<Release>,
    /// The oldest first.
    pub(crate) builds: Vec<Build>,
    pub(crate) fleet: Fleet,
    pub(crate) jobs: Jobs,
    /// What was found when it was last looked after, unless something was changed since.
    quiet: Option<quiet::Quiet>,
}

/// `EndpointType` of the contract; fixed for life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Kind {
    Queue,
    LoadBalancer,
}

/// `CreateEndpointRequest` of the contract.
#[derive(Debug, Deserialize)]
pub(crate) struct NewEndpoint {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(flatten)]
    pub(crate) config: EndpointChange,
}

impl Visit<'_> {
    pub(crate) fn endpoints(&self) -> Vec<&Endpoint> {
        self.account.endpoints.values().collect()
    }

    pub(crate) fn endpoint(&self, id: &str) -> Result<&Endpoint, Denied> {
        self.account.endpoints.get(id).ok_or_else(|| Denied::missing("endpoint", id))
    }

    /// The endpoint that this template belongs to.
    pub(crate) fn endpoint_bound_to(&self, template: &str) -> Option<&Endpoint> {
        self.account.endpoints.values().find(|endpoint| endpoint.bound.as_deref() == Some(template))
    }

    /// Whether a script makes the workers of this endpoint crash.
    pub(crate) fn crashes(&self, endpoint: &Endpoint) -> bool {
        endpoint.condition(self.ground).crashes
    }

    pub(crate) fn create_endpoint(&mut self, new: NewEndpoint) -> Result<&Endpoint, Denied> {
        let NewEndpoint { kind, config } = new;
        let template = config.link();
        let config = Config::of(self, kind, config)?;
        let (id, born) = (self.ground.ids.short(14), self.ground.next_birth());
        let first = self.release(1, Vec::new());
        let endpoint = Endpoint {
            id: id.clone(),
            born,
            created: self.now,
            kind,
            config,
            bound: None,
            template,
            releases: vec![first],
            builds: Vec::new(),
            fleet: Fleet::new(self.now),
            jobs: Jobs::default(),
            quiet: None,
        };
        self.account.endpoints.insert(endpoint);
        self.settle_endpoint(&id)
    }

    /// What changes anything is a release; what changes nothing is none.
    pub(crate) fn update_endpoint(&mut self, id: &str, change: EndpointChange) -> Result<&Endpoint, Denied> {
        let endpoint = self.endpoint(id)?;
        let link = change.link();
        let config = endpoint.config.with(self, endpoint.kind, change)?;
        let same = endpoint.config.container == config.container;
        let template = link.or_else(|| endpoint.template.clone().filter(|_| same));
        let diff = releases::diff(&endpoint.config, &config);
        let version = endpoint.version() + 1;
        let release = (!diff.is_empty()).then(|| self.release(version, diff));
        if let Some(endpoint) = self.account.endpoints.get_mut(id) {
            endpoint.template = template;
            release.into_iter().for_each(|release| endpoint.adopt(config.clone(), release));
        }
        self.settle_endpoint(id)
    }

    /// Lets the endpoints that follow a template be as it is now.
    pub(crate) fn follow_template(&mut self, template: &str) -> Result<(), Denied> {
        let follows = |endpoint: &&Endpoint| endpoint.template.as_deref() == Some(template);
        let followers = self.account.endpoints.values().filter(follows);
        let still = self.template(template)?.serverless;
        let ids: Vec<_> = followers.filter(|_| still).map(|endpoint| endpoint.id.clone()).collect();
        for id in ids {
            self.update_endpoint(&id, EndpointChange::following(template))?;
        }
        Ok(())
    }

    /// Its workers, its releases and the template bound to it go too.
    pub(crate) fn delete_endpoint(&mut self, id: &str) -> Result<(), Denied> {
        let bound = self.endpoint(id)?.bound.clone();
        let workers = self.account.endpoints.remove(id).map(|endpoint| endpoint.fleet.workers);
        workers.iter().flatten().for_each(|worker| self.account.logs.remove(&worker.id));
        self.account.meter.stop(Payer::Serverless, id, self.now);
        bound.iter().for_each(|template| self.forget_template(template));
        Ok(())
    }

    /// Makes a template part of an endpoint: it is no longer listed and goes when the endpoint goes.
    pub(crate) fn bind(&mut self, id: &str, template: &str) -> Result<(), Denied> {
        self.template_for(template, true)?;
        let endpoint = self.account.endpoints.get_mut(id).ok_or_else(|| Denied::missing("endpoint", id))?;
        endpoint.bound = Some(template.to_owned());
        Ok(())
    }

    /// Gives an endpoint so much work that this many workers are busy with it, until told otherwise.
    pub(crate) fn employ(&mut self, id: &str, workers: u32) -> Result<&Endpoint, Denied> {
        self.settle_endpoint(id)?;
        if let Some(endpoint) = self.account.endpoints.get_mut(id) {
            endpoint.fleet.employ(workers);
        }
        self.settle_endpoint(id)
    }

    fn release(&mut self, version: u32, diff: Vec<releases::Change>) -> Release {
        let id = format!("rel_{}", self.ground.ids.short(14));
        let by = Some(self.account.id.clone());
        Release { id, version, build: None, by, created: self.now, diff }
    }

    pub(crate) fn settle_endpoint(&mut self, id: &str) -> Result<&Endpoint, Denied> {
        let Account { endpoints, meter, logs, .. } = &mut *self.account;
        if let Some(endpoint) = endpoints.get_mut(id) {
            endpoint.settle(&mut fleet::Hands { ground: self.ground, meter, logs }, self.now);
        }
        self.endpoint(id)
    }
}

impl Account {
    /// Lets everything happen to the workers that time alone brings.
    pub(crate) fn settle_endpoints(&mut self, ground: &mut Ground, now: Time) {
        let hands = &mut fleet::Hands { ground, meter: &mut self.meter, logs: &mut self.logs };
        self.endpoints.settle(hands, now);
        self.settle_public(now);
        ground
            .outbox
            .extend(self.endpoints.notices().chain(self.public.values_mut().flat_map(Jobs::notices)));
    }

    /// The same for jobs of public endpoints.
    pub(crate) fn settle_public(&mut self, now: Time) {
        let Account { public, meter, .. } = self;
        public.iter_mut().for_each(|(id, jobs)| public::settle(id, jobs, meter, now));
    }
}

impl Endpoint {
    /// The version of the configuration in force.
    pub(crate) fn version(&self) -> u32 {
        self.releases.last().map_or(0, |release| release.version)
    }

    /// Takes a configuration over. Workers that it does not touch are of the new version at once.
    fn adopt(&mut self, config: Config, release: Release) {
        if !release.diff.iter().any(|change| change.needs_new_workers()) {
            self.fleet.promote(release.version);
        }
        self.config = config;
        self.releases.push(release);
    }

    /// Moves on to an instant.
    fn settle(&mut self, hands: &mut fleet::Hands<'_>, now: Time) {
        if !self.is_quiet(hands.ground, now) {
            self.catch_up(hands, now);
            self.quiet = self.peace(hands.ground);
        }
        self.fleet.settled = self.fleet.settled.max(now);
    }

    /// Does what is due until an instant, from one event to the next.
    fn catch_up(&mut self, hands: &mut fleet::Hands<'_>, now: Time) {
        loop {
            self.ship(hands.ground);
            self.manage(hands);
            let Some(next) = self.next(hands.ground).filter(|next| *next <= now) else { break };
            self.fleet.settled = next;
        }
    }

    fn manage(&mut self, hands: &mut fleet::Hands<'_>) {
        let condition = self.condition(hands.ground);
        self.end_shifts(hands, condition);
        self.fleet.advance(&order(&self.id, (&self.config, &self.releases), condition), hands);
        self.begin_shifts(hands, condition);
        self.fleet.demand = self.demand();
        self.fleet.staff(&order(&self.id, (&self.config, &self.releases), condition), hands);
    }

    /// The next instant at which something is due, if nobody does anything.
    pub(crate) fn next(&self, ground: &Ground) -> Option<Time> {
        let fleet = self.fleet.next(&self.config, self.condition(ground).crashes);
        [fleet, self.next_build(), self.jobs.next(), self.next_late()].into_iter().flatten().min()
    }

    /// The trouble that is scripted for it.
    pub(crate) fn condition(&self, ground: &Ground) -> Condition {
        ground.trouble.of(&[&self.id, &self.config.name, &self.config.container.image])
    }
}

fn order<'e>(
    endpoint: &'e str,
    (config, releases): (&'e Config, &[Release]),
    condition: Condition,
) -> fleet::Order<'e> {
    let version = releases.last().map_or(0, |release| release.version);
    fleet::Order { endpoint, config, version, condition }
}

#[cfg(test)]
mod tests;
