//! Builds of endpoints that follow a git repository.
//!
//! A build goes through its stages by the clock. One that ends well is a release with the image it made.

use chrono::TimeDelta;
use serde::Serialize;

use crate::clock::Time;
use crate::world::endpoints::Endpoint;
use crate::world::endpoints::releases::{self, Release};
use crate::world::{Denied, Ground, Visit};

/// Seconds from the push until the end of each stage: waiting, building, uploading, testing.
const STAGES: [(State, i64); 4] =
    [(State::Pending, 20), (State::Building, 260), (State::Uploading, 320), (State::Testing, 380)];

/// One attempt to make an image from a commit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Build {
    pub(crate) id: String,
    /// Its place in the order of creation.
    pub(crate) born: u64,
    pub(crate) commit: Commit,
    pub(crate) queued: Time,
    pub(crate) end: End,
    /// Whether its image was released.
    shipped: bool,
}

/// What is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) hash: String,
    pub(crate) message: String,
    pub(crate) branch: String,
    pub(crate) date: Time,
}

/// How a build ends, and in which stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// After testing, with this image.
    Completed { image: String },
    /// While building.
    Failed { error: String },
    /// While building.
    Cancelled,
    /// While testing.
    TestFailed { error: String },
}

/// `BuildState` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum State {
    Pending,
    Building,
    Uploading,
    Testing,
    Completed,
    Failed,
    Cancelled,
    TestFailed,
}

impl Visit<'_> {
    /// A commit arrives and is built; how that will end is known to whoever calls.
    pub(crate) fn push(&mut self, endpoint: &str, commit: Commit, end: End) -> Result<(), Denied> {
        self.endpoint(endpoint)?;
        let id = format!("bld_{}", self.ground.ids.short(14));
        let born = self.ground.next_birth();
        let build = Build { id, born, commit, queued: self.now, end, shipped: false };
        if let Some(endpoint) = self.account.endpoints.get_mut(endpoint) {
            endpoint.builds.push(build);
        }
        Ok(())
    }
}

impl Build {
    pub(crate) fn state(&self, now: Time) -> State {
        if now >= self.ends() {
            return match self.end {
                End::Completed { .. } => State::Completed,
                End::Failed { .. } => State::Failed,
                End::Cancelled => State::Cancelled,
                End::TestFailed { .. } => State::TestFailed,
            };
        }
        let left = STAGES.iter().find(|(_, end)| now < self.queued + TimeDelta::seconds(*end));
        left.map_or(State::Testing, |(state, _)| *state)
    }

    /// When it was taken from the queue.
    pub(crate) fn started(&self, now: Time) -> Option<Time> {
        Some(self.queued + after(State::Pending)).filter(|started| *started <= now)
    }

    /// When it was over.
    pub(crate) fn completed(&self, now: Time) -> Option<Time> {
        Some(self.ends()).filter(|ends| *ends <= now)
    }

    /// Why it made no image, once that is known.
    pub(crate) fn error(&self, now: Time) -> Option<&str> {
        let over = self.completed(now).is_some();
        match &self.end {
            End::Failed { error } | End::TestFailed { error } if over => Some(error),
            _ => None,
        }
    }

    /// The image, once it is made.
    pub(crate) fn image(&self, now: Time) -> Option<&str> {
        let over = self.completed(now).is_some();
        match &self.end {
            End::Completed { image } if over => Some(image),
            _ => None,
        }
    }

    fn ends(&self) -> Time {
        self.queued
            + match self.end {
                End::Completed { .. } | End::TestFailed { .. } => after(State::Testing),
                // Half-way through.
                End::Failed { .. } | End::Cancelled => (after(State::Pending) + after(State::Building)) / 2,
            }
    }

    fn will_ship(&self) -> bool {
        matches!(self.end, End::Completed { .. }) && !self.shipped
    }
}

impl Endpoint {
    /// When the next build becomes a release.
    pub(super) fn next_build(&self) -> Option<Time> {
        self.builds.iter().filter(|build| build.will_ship()).map(Build::ends).min()
    }

    /// Makes releases of the builds that are ready.
    pub(super) fn ship(&mut self, ground: &mut Ground) {
        let now = self.fleet.settled;
        let ready = self.builds.iter_mut().filter(|build| build.will_ship() && build.ends() <= now);
        let ready: Vec<_> = ready
            .filter_map(|build| {
                build.shipped = true;
                Some((build.id.clone(), build.ends(), build.image(now)?.to_owned()))
            })
            .collect();
        for (build, created, image) in ready {
            let mut config = self.config.clone();
            config.container.image = image;
            let diff = releases::diff(&self.config, &config);
            let id = format!("rel_{}", ground.ids.short(14));
            let version = self.version() + 1;
            self.adopt(config, Release { id, version, build: Some(build), by: None, created, diff });
        }
    }
}

/// How long after the push a stage ends.
fn after(stage: State) -> TimeDelta {
    let found = STAGES.iter().find(|(state, _)| *state == stage);
    TimeDelta::seconds(found.map_or(0, |(_, end)| *end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(end: End) -> Build {
        let (hash, message, branch) = ("c0ffee".to_owned(), "Add a handler".to_owned(), "main".to_owned());
        let commit = Commit { hash, message, branch, date: Time::UNIX_EPOCH };
        Build { id: "bld_1".into(), born: 1, commit, queued: Time::UNIX_EPOCH, end, shipped: false }
    }

    fn states(build: &Build) -> Vec<State> {
        let at = |seconds| build.state(Time::UNIX_EPOCH + TimeDelta::seconds(seconds));
        let mut states: Vec<_> = (0..=400).step_by(10).map(at).collect();
        states.dedup();
        states
    }

    #[test]
    fn a_good_build_goes_through_all_stages() {
        let all = [State::Pending, State::Building, State::Uploading, State::Testing, State::Completed];
        assert_eq!(states(&build(End::Completed { image: "made".into() })), all);
    }

    #[test]
    fn other_builds_end_where_their_trouble_is() {
        let failed = build(End::Failed { error: "no space".into() });
        assert_eq!(states(&failed), [State::Pending, State::Building, State::Failed]);
        assert_eq!(states(&build(End::Cancelled)), [State::Pending, State::Building, State::Cancelled]);
        let tested = build(End::TestFailed { error: "no answer".into() });
        assert_eq!(states(&tested).last(), Some(&State::TestFailed));
        assert_eq!(tested.error(Time::UNIX_EPOCH), None);
    }
}
