//! Which version of the REST API each resource speaks.
//!
//! The choice is a value that is handed in with [`crate::Settings`]; nothing here reads the environment. The names of
//! the variables are known all the same, because an error that a version causes says which one changes it.

pub(crate) mod probe;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use probe::{Probe, ProbeHook};

/// A version of the REST API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// REST v1, which Runpod has announced as retired.
    V1,
    /// REST v2.
    #[default]
    V2,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        })
    }
}

/// What is routed to a version of its own. Everything else (clusters, SSH keys, secrets) exists on REST v2 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// Pods.
    Pods,
    /// Templates, of the account and of the catalogue.
    Templates,
    /// Network volumes.
    NetworkVolumes,
    /// Registry credentials and delegations.
    Registries,
    /// GPU types.
    Gpus,
    /// CPU flavours.
    Cpus,
    /// Data centres.
    DataCenters,
    /// Serverless endpoints, their releases and builds.
    Endpoints,
    /// Workers of endpoints.
    Workers,
    /// The bill.
    Billing,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Pods,
        Self::Templates,
        Self::NetworkVolumes,
        Self::Registries,
        Self::Gpus,
        Self::Cpus,
        Self::DataCenters,
        Self::Endpoints,
        Self::Workers,
        Self::Billing,
    ];

    /// The environment variable that pins this resource to a version. Read by whoever builds [`Versions`].
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Pods => "RUNPOD_REST_VERSION_PODS",
            Self::Templates => "RUNPOD_REST_VERSION_TEMPLATES",
            Self::NetworkVolumes => "RUNPOD_REST_VERSION_NETWORK_VOLUMES",
            Self::Registries => "RUNPOD_REST_VERSION_REGISTRIES",
            Self::Gpus => "RUNPOD_REST_VERSION_GPUS",
            Self::Cpus => "RUNPOD_REST_VERSION_CPUS",
            Self::DataCenters => "RUNPOD_REST_VERSION_DATA_CENTERS",
            Self::Endpoints => "RUNPOD_REST_VERSION_ENDPOINTS",
            Self::Workers => "RUNPOD_REST_VERSION_WORKERS",
            Self::Billing => "RUNPOD_REST_VERSION_BILLING",
        }
    }
}

/// The change of routing that would make a request possible: `RUNPOD_REST_VERSION_PODS=v2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What is routed elsewhere now.
    pub resource: Resource,
    /// Where it would have to go.
    pub to: Version,
}

impl fmt::Display for Resource {
    /// As in the variable that pins it: `NETWORK_VOLUMES`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.variable().trim_start_matches("RUNPOD_REST_VERSION_"))
    }
}

impl Switch {
    pub(crate) const fn to_v1(resource: Resource) -> Self {
        Self { resource, to: Version::V1 }
    }

    pub(crate) const fn to_v2(resource: Resource) -> Self {
        Self { resource, to: Version::V2 }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.resource.variable(), self.to)
    }
}

/// How a resource finds its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// Always this one.
    Fixed(Version),
    /// REST v2 if the v2 host has it, REST v1 if not. The first call that depends on it asks, once, for at most four
    /// seconds; a definite answer is kept. An answer that says nothing about the host (401, 403, 408, 429, 5xx, no
    /// answer) means REST v1 for now and a new question later.
    ///
    /// The answer is kept per client and all its clones, so this is for a client that acts for one caller only.
    Auto,
}

impl Default for Routing {
    fn default() -> Self {
        Self::Fixed(Version::V2)
    }
}

impl fmt::Display for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(version) => version.fmt(f),
            Self::Auto => f.write_str("auto"),
        }
    }
}

/// Why a text is no routing. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no REST version; accepted are v1, v2, auto")]
pub struct BadRouting;

impl FromStr for Routing {
    type Err = BadRouting;

    /// `v1`, `v2` or `auto`, in any letter case, with white space around it.
    fn from_str(text: &str) -> Result<Self, BadRouting> {
        match text.trim().to_ascii_lowercase().as_str() {
            "v1" => Ok(Self::Fixed(Version::V1)),
            "v2" => Ok(Self::Fixed(Version::V2)),
            "auto" => Ok(Self::Auto),
            _ => Err(BadRouting),
        }
    }
}

/// The routing of every resource. REST v2 everywhere unless said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    usual: Routing,
    own: BTreeMap<Resource, Routing>,
}

impl Versions {
    /// The same routing for everything.
    #[must_use]
    pub fn all(routing: Routing) -> Self {
        Self { usual: routing, own: BTreeMap::new() }
    }

    /// The same with another routing for one resource.
    #[must_use]
    pub fn with(mut self, resource: Resource, routing: Routing) -> Self {
        self.own.insert(resource, routing);
        self
    }

    /// The routing of everything that has none of its own.
    #[must_use]
    pub fn usual(&self) -> Routing {
        self.usual
    }

    /// The same for a client that acts for many callers: what was left to the host is REST v1, for what one caller finds
    /// out must decide nothing for another. `None` where nothing was left to it.
    #[must_use]
    pub fn for_many(&self) -> Option<Self> {
        let settle = |routing| if routing == Routing::Auto { Routing::Fixed(Version::V1) } else { routing };
        let own = self.own.iter().map(|(resource, routing)| (*resource, settle(*routing))).collect();
        let settled = Self { usual: settle(self.usual), own };
        (settled != *self).then_some(settled)
    }

    /// The routing of a resource.
    #[must_use]
    pub fn of(&self, resource: Resource) -> Routing {
        self.own.get(&resource).copied().unwrap_or(self.usual)
    }
}

impl fmt::Display for Versions {
    /// The usual routing, then what goes another way: `v2, PODS=v1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.usual.fmt(f)?;
        let others = self.own.iter().filter(|(_, routing)| **routing != self.usual);
        others.into_iter().try_for_each(|(resource, routing)| write!(f, ", {resource}={routing}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routings_are_told_in_the_words_that_set_them() {
        let versions = Versions::default()
            .with(Resource::NetworkVolumes, Routing::Auto)
            .with(Resource::Pods, Routing::Fixed(Version::V1))
            .with(Resource::Billing, Routing::Fixed(Version::V2));
        assert_eq!(versions.to_string(), "v2, PODS=v1, NETWORK_VOLUMES=auto");
        assert_eq!(Versions::all(Routing::Auto).to_string(), "auto");
    }

    #[test]
    fn for_many_callers_nothing_is_left_to_the_host() {
        let versions = Versions::all(Routing::Auto).with(Resource::Pods, Routing::Fixed(Version::V2));
        assert_eq!(versions.for_many().unwrap().to_string(), "v1, PODS=v2");
        let own = Versions::default().with(Resource::Billing, Routing::Auto);
        assert_eq!(own.for_many().unwrap().to_string(), "v2, BILLING=v1");
        assert_eq!(Versions::default().for_many(), None);
    }

    #[test]
    fn a_resource_goes_its_own_way_and_the_rest_goes_the_usual_one() {
        let versions = Versions::all(Routing::Auto).with(Resource::Pods, Routing::Fixed(Version::V1));
        assert_eq!(versions.of(Resource::Pods), Routing::Fixed(Version::V1));
        assert_eq!(versions.of(Resource::Billing), Routing::Auto);
        for resource in Resource::ALL {
            assert_eq!(Versions::default().of(resource), Routing::Fixed(Version::V2));
        }
    }

    #[test]
    fn every_resource_has_a_variable_of_its_own() {
        let names: std::collections::BTreeSet<_> = Resource::ALL.iter().map(|r| r.variable()).collect();
        assert_eq!(names.len(), Resource::ALL.len());
        assert!(names.iter().all(|name| name.starts_with("RUNPOD_REST_VERSION_")));
        assert_eq!(Switch::to_v2(Resource::Gpus).to_string(), "RUNPOD_REST_VERSION_GPUS=v2");
    }

    #[test]
    fn a_routing_is_one_of_three_words() {
        assert_eq!(" V1 ".parse(), Ok(Routing::Fixed(Version::V1)));
        assert_eq!("v2".parse(), Ok(Routing::Fixed(Version::V2)));
        assert_eq!("Auto".parse(), Ok(Routing::Auto));
        for bad in ["", "1", "v3", "v2,v1", "latest"] {
            assert_eq!(bad.parse::<Routing>(), Err(BadRouting), "{bad}");
        }
    }
}
