//! Living an account's past: the same requests as anybody's, made at earlier instants.
//!
//! So a seeded world cannot be in a state that no requests lead to, and its bills add up like any other.

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{DEMO_KEY, DEMO_USER};
use crate::clock::Time;
use crate::world::endpoints::builds::{Commit, End};
use crate::world::endpoints::config::EndpointChange;
use crate::world::pods::Action;
use crate::world::{Denied, Visit, World};

/// The demo account's past. Entries go forward in time.
pub(super) struct Diary<'w> {
    world: &'w mut World,
    now: Time,
    then: Time,
}

/// Money enough for any past; what is left at the end is set by [`Diary::close`].
const PLENTY: f64 = 1e9;

impl<'w> Diary<'w> {
    pub(super) fn open(world: &'w mut World, now: Time) -> Self {
        if let Some(account) = world.accounts.get_mut(DEMO_USER) {
            account.funds = PLENTY;
        }
        Self { world, now, then: now }
    }

    /// What follows happened so many minutes before now.
    pub(super) fn ago(&mut self, minutes: i64) -> &mut Self {
        self.then = self.now - TimeDelta::minutes(minutes);
        self
    }

    pub(super) fn ssh_key(&mut self, key: &str) {
        self.visit(|visit| visit.account.ssh_keys.push(key.to_owned()));
    }

    pub(super) fn secret(&mut self, body: Value) {
        self.visit(|visit| done(visit.create_secret(read(body)).map(drop)));
    }

    pub(super) fn registry(&mut self, body: Value) -> String {
        self.visit(|visit| visit.create_registry(read(body)).id.clone())
    }

    pub(super) fn delegation(&mut self, body: Value) {
        self.visit(|visit| done(visit.create_delegation(read(body)).map(drop)));
    }

    pub(super) fn template(&mut self, body: Value) -> String {
        self.visit(|visit| done(visit.create_template(read(body)).map(|template| template.id.clone())))
    }

    pub(super) fn volume(&mut self, body: Value) -> String {
        self.visit(|visit| done(visit.create_volume(read(body)).map(|volume| volume.id.clone())))
    }

    pub(super) fn pod(&mut self, body: Value) -> String {
        self.visit(|visit| done(visit.create_pod(read(body)).map(|pod| pod.id.clone())))
    }

    pub(super) fn act(&mut self, pod: &str, action: Action) {
        self.visit(|visit| done(visit.act_on_pod(pod, action).map(drop)));
    }

    pub(super) fn endpoint(&mut self, body: Value) -> String {
        self.visit(|visit| done(visit.create_endpoint(read(body)).map(|endpoint| endpoint.id.clone())))
    }

    /// The endpoint was made in the console, which keeps a template for each.
    pub(super) fn bind(&mut self, endpoint: &str, template: &str) {
        self.visit(|visit| done(visit.bind(endpoint, template)));
    }

    pub(super) fn change_endpoint(&mut self, id: &str, body: Value) {
        self.visit(|visit| done(visit.update_endpoint(id, read::<EndpointChange>(body)).map(drop)));
    }

    pub(super) fn cluster(&mut self, body: Value) {
        self.visit(|visit| done(visit.create_cluster(read(body)).map(drop)));
    }

    /// So many workers of an endpoint are busy from here on.
    pub(super) fn employ(&mut self, endpoint: &str, workers: u32) {
        self.visit(|visit| done(visit.employ(endpoint, workers).map(drop)));
    }

    /// A commit to `main` arrives and is built.
    pub(super) fn push(&mut self, endpoint: &str, (hash, message): (&str, &str), end: End) {
        let (hash, message, branch) = (hash.to_owned(), message.to_owned(), "main".to_owned());
        let date = self.then - TimeDelta::minutes(3);
        self.visit(|visit| done(visit.push(endpoint, Commit { hash, message, branch, date }, end)));
    }

    /// Ends the past; this much money is left.
    pub(super) fn close(&mut self, usd: f64) {
        // Whatever was to happen until now happens first, and is paid.
        self.ago(0).visit(|_| ());
        self.world.leave_everybody(usd, self.now);
    }

    #[expect(clippy::expect_used, reason = "every seed opens the demo account before its diary")]
    fn visit<T>(&mut self, event: impl FnOnce(&mut Visit<'_>) -> T) -> T {
        event(&mut self.world.visit(DEMO_KEY, self.then).expect("the demo key opens the demo account"))
    }
}

#[expect(clippy::expect_used, reason = "seeds are fixed texts and tests start every one of them")]
fn done<T>(said: Result<T, Denied>) -> T {
    said.expect("a seed asks only for what the world grants")
}

#[expect(clippy::expect_used, reason = "seeds are fixed texts and tests start every one of them")]
fn read<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body).expect("a seed's requests can be read")
}
