//! Which endpoints have to be looked after.
//!
//! Every request first lets everything happen that was due, at every endpoint of the account. Most of the time that is
//! nothing, so an endpoint that has been looked after remembers until when nothing happens there by itself, and is
//! passed over until then. [`Endpoints`] makes sure that whoever may change an endpoint wakes it.

use std::collections::BTreeMap;
use std::ops::Deref;

use super::{Endpoint, fleet};
use crate::clock::Time;
use crate::world::jobs::{Jobs, Notice};
use crate::world::{Condition, Ground};

/// That nothing happens at an endpoint by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quiet {
    /// Until then; none when there is no end to it.
    until: Option<Time>,
    /// As long as this is its trouble.
    condition: Condition,
}

/// The endpoints of an account, by id. They can be changed only by being woken.
#[derive(Debug, Default)]
pub(crate) struct Endpoints(BTreeMap<String, Endpoint>);

impl Deref for Endpoints {
    type Target = BTreeMap<String, Endpoint>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Endpoints {
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Endpoint> {
        self.0.get_mut(id).map(wake)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Endpoint> {
        self.0.values_mut().map(wake)
    }

    pub(super) fn insert(&mut self, endpoint: Endpoint) {
        self.0.insert(endpoint.id.clone(), endpoint);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Endpoint> {
        self.0.remove(id)
    }

    /// Lets everything happen that time alone brings.
    pub(super) fn settle(&mut self, hands: &mut fleet::Hands<'_>, now: Time) {
        self.0.values_mut().for_each(|endpoint| endpoint.settle(hands, now));
    }

    /// The webhooks that became due since somebody last asked.
    pub(super) fn notices(&mut self) -> impl Iterator<Item = Notice> {
        self.0.values_mut().map(|endpoint| &mut endpoint.jobs).flat_map(Jobs::notices)
    }
}

fn wake(endpoint: &mut Endpoint) -> &mut Endpoint {
    endpoint.quiet = None;
    endpoint
}

impl Endpoint {
    /// Whether nothing happens by itself until an instant.
    pub(super) fn is_quiet(&self, ground: &Ground, now: Time) -> bool {
        self.quiet.is_some_and(|quiet| {
            quiet.until.is_none_or(|until| now < until) && quiet.condition == self.condition(ground)
        })
    }

    /// What is known of its peace after everything was done that was due.
    pub(super) fn peace(&self, ground: &Ground) -> Option<Quiet> {
        // A worker that became free after the jobs were handed out takes the next one at the next look.
        let restless = self.jobs.waiting() > 0 && self.fleet.free_worker().is_some();
        (!restless).then(|| Quiet { until: self.next(ground), condition: self.condition(ground) })
    }
}
