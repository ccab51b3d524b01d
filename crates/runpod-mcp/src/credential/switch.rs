//! Whether keys are checked at all.
//!
//! Where only the REST side or only the authorised GraphQL host was moved, the two may know different accounts: the
//! check would then refuse keys that work. So it is off, and whoever started the server is told.

use runpod_api::{Base, Hosts};

use crate::metrics::Preflight;

/// Whether keys are checked, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// They are.
    On,
    /// `MCP_SKIP_CREDENTIAL_CHECK` says no.
    OffBySetting,
    /// Some of Runpod's addresses were moved, and the others not.
    OffByHosts,
}

impl Switch {
    /// For these addresses. `skip` is `MCP_SKIP_CREDENTIAL_CHECK`.
    #[must_use]
    pub fn of(hosts: &Hosts, skip: bool) -> Self {
        let Hosts { rest_v2, rest_v1, serverless, graphql_authed, .. } = Hosts::default();
        let rest = moved(&hosts.rest_v2, &rest_v2)
            || moved(&hosts.rest_v1, &rest_v1)
            || moved(&hosts.serverless, &serverless);
        match (skip, rest == moved(&hosts.graphql_authed, &graphql_authed)) {
            (true, _) => Self::OffBySetting,
            (false, true) => Self::On,
            (false, false) => Self::OffByHosts,
        }
    }

    /// Whether keys are checked.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }

    /// What to tell the person who started the server.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::On => None,
            Self::OffBySetting => Some(
                "keys are not checked before requests are let in (MCP_SKIP_CREDENTIAL_CHECK=true): a client with a dead key is not asked to sign in again",
            ),
            Self::OffByHosts => Some(
                "keys are not checked before requests are let in: some of RUNPOD_REST_V2_API_URL, RUNPOD_REST_API_URL and RUNPOD_SERVERLESS_API_URL are set and RUNPOD_AUTHED_GRAPHQL_URL is not, or the other way round; set both sides or none",
            ),
        }
    }

    pub(super) const fn skipped(self) -> Option<Preflight> {
        match self {
            Self::On => None,
            Self::OffBySetting => Some(Preflight::SkippedBySetting),
            Self::OffByHosts => Some(Preflight::SkippedByHosts),
        }
    }
}

fn moved(base: &Base, default: &Base) -> bool {
    plain(base) != plain(default)
}

/// An address in the spelling that all its spellings share.
fn plain(base: &Base) -> String {
    let text = base.as_str();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(":443").unwrap_or(&authority);
    let authority = if authority == "v2-rest.runpod.io" { "api.runpod.io" } else { authority };
    format!("{}://{authority}{}", scheme.to_ascii_lowercase(), path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELSEWHERE: &str = "https://api.runpod.dev/x";

    fn hosts(moves: [bool; 3], graphql: bool) -> Hosts {
        let elsewhere = |is: bool, base: Base| if is { Base::parse(ELSEWHERE).unwrap() } else { base };
        let Hosts { rest_v2, rest_v1, serverless, graphql_authed, graphql_public } = Hosts::default();
        let [v2, v1, jobs] = moves;
        Hosts {
            rest_v2: elsewhere(v2, rest_v2),
            rest_v1: elsewhere(v1, rest_v1),
            serverless: elsewhere(jobs, serverless),
            graphql_authed: elsewhere(graphql, graphql_authed),
            graphql_public,
        }
    }

    #[test]
    fn t85_the_check_is_off_where_only_one_side_was_moved_and_says_so() {
        for bits in 0..16 {
            let [v2, v1, jobs, graphql] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
            let switch = Switch::of(&hosts([v2, v1, jobs], graphql), false);
            let on = (v2 || v1 || jobs) == graphql;
            assert_eq!(switch, if on { Switch::On } else { Switch::OffByHosts }, "{bits:04b}");
            assert_eq!(switch.warning().is_none(), on);
            let skipped = Switch::of(&hosts([v2, v1, jobs], graphql), true);
            assert_eq!((skipped, skipped.warning().is_some()), (Switch::OffBySetting, true));
        }
    }

    #[test]
    fn another_spelling_of_an_address_is_no_other_address() {
        let with = |v2: &str| Hosts { rest_v2: Base::parse(v2).unwrap(), ..Hosts::default() };
        for same in
            ["https://API.runpod.io/v2/", "https://v2-rest.runpod.io/v2", "https://api.runpod.io:443/v2"]
        {
            assert!(Switch::of(&with(same), false).is_on(), "{same}");
        }
        for other in
            ["https://v2-rest.runpod.dev/v2", "https://api.runpod.io/v3", "https://api.runpod.io:8443/v2"]
        {
            assert!(!Switch::of(&with(other), false).is_on(), "{other}");
        }
        let public = Hosts { graphql_public: Base::parse(ELSEWHERE).unwrap(), ..Hosts::default() };
        assert!(Switch::of(&public, false).is_on(), "the public address says nothing about keys");
    }
}
