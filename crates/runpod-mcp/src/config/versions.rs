//! Which REST version each resource speaks, and what a person who chose one should know.

use runpod_api::{Hosts, Resource, Routing, Version, Versions};

use super::layers::Layers;
use super::settings::SETTINGS;

/// `rest-version`, and over it the one of each resource.
pub(super) fn read(layers: &mut Layers) -> Versions {
    let usual = layers.word("rest-version", ROUTINGS).unwrap_or_default();
    // Jobs have no version. Their setting is read for its typos only.
    layers.word("rest-version-jobs", ROUTINGS);
    Resource::ALL.into_iter().fold(Versions::all(usual), |versions, resource| {
        match layers.word(key(resource), ROUTINGS) {
            Some(routing) => versions.with(resource, routing),
            None => versions,
        }
    })
}

/// What to tell at the start. Without `hosts`, whose addresses do not matter, nothing is said of them.
pub(super) fn warnings(versions: &Versions, hosts: Option<&Hosts>) -> Vec<String> {
    retired(versions).into_iter().chain(hosts.and_then(apart)).collect()
}

const ROUTINGS: &[(&str, Routing)] =
    &[("v1", Routing::Fixed(Version::V1)), ("v2", Routing::Fixed(Version::V2)), ("auto", Routing::Auto)];

/// The setting that has this resource's variable.
fn key(resource: Resource) -> &'static str {
    let own = SETTINGS.iter().find(|setting| setting.env.contains(&resource.variable()));
    own.map_or("", |setting| setting.key)
}

/// Runpod has announced the end of REST v1 for 2026-11-15 (observed 2026-08).
fn retired(versions: &Versions) -> Option<String> {
    let old = Resource::ALL.iter().filter(|resource| versions.of(**resource) == Routing::Fixed(Version::V1));
    let old: Vec<_> = old.map(ToString::to_string).collect();
    let what = if old.len() == Resource::ALL.len() { "everything".to_owned() } else { old.join(", ") };
    (!old.is_empty()).then(|| {
        format!("REST v1 is chosen for {what}; Runpod has announced its end for 15 November 2026: v2 is what stays")
    })
}

/// Both hosts are used whatever was chosen: v2 for what v1 never had, v1 for CPU Pods of a v2 host without them.
fn apart(hosts: &Hosts) -> Option<String> {
    let Hosts { rest_v1, rest_v2, .. } = hosts;
    (rest_v1.is_runpod() != rest_v2.is_runpod()).then(|| {
        format!(
            "REST v1 is at {} and REST v2 at {}, which look like different environments, and a session may use both: \
             set RUNPOD_REST_API_URL and RUNPOD_REST_V2_API_URL to hosts that belong together",
            rest_v1.as_str(),
            rest_v2.as_str()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_has_a_setting() {
        assert!(Resource::ALL.into_iter().all(|resource| !key(resource).is_empty()));
    }
}
