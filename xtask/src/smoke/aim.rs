//! Which server is tried, and why some combinations are refused: none may reach an account that nobody meant.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::talk::Talk;
use super::{Smoke, Version, What};
use crate::docs::binary;
use crate::oauth_e2e::server::Server;

/// A server to try.
#[derive(Debug)]
pub(super) enum Aim {
    /// The built one, on the sandbox or with a key.
    Built { version: Version, over_http: bool, key: Option<String> },
    /// One that runs already.
    Elsewhere { url: String, key: String },
}

impl Aim {
    /// What was asked for.
    ///
    /// # Errors
    /// When it does not fit together.
    pub(super) fn all(asked: &Smoke) -> anyhow::Result<Vec<Self>> {
        if let Some(url) = asked.url.clone().filter(|_| asked.what != What::Stdio) {
            if !asked.versions.is_empty() {
                bail!("{url} speaks the REST version that it was started with: name none here");
            }
            let key = asked.key.clone().context("a server elsewhere wants a key: set RUNPOD_API_KEY")?;
            return Ok(vec![Self::Elsewhere { url, key }]);
        }
        let mut versions = asked.versions.clone();
        versions.dedup();
        if versions.is_empty() {
            versions.push(Version::V2);
        }
        let moved =
            [asked.bases.rest_v1.is_some(), asked.bases.rest_v2.is_some() || asked.bases.api_base.is_some()];
        if versions.len() > 1 && moved == [true, false] || versions.len() > 1 && moved == [false, true] {
            bail!(
                "only one of the two addresses is moved, so half of this would go to another Runpod: set \
                 RUNPOD_REST_API_URL and RUNPOD_REST_V2_API_URL both, or name one version"
            );
        }
        let over_http = asked.what == What::Http;
        Ok(versions
            .into_iter()
            .map(|version| Self::Built { version, over_http, key: asked.key.clone() })
            .collect())
    }

    /// Starts the server, if it does not run, and speaks to it.
    pub(super) fn open(&self) -> anyhow::Result<Talk> {
        match self {
            Self::Elsewhere { url, key } => Ok(Talk::http(url.clone(), Some(key.clone()), None)),
            Self::Built { version, over_http, key } => {
                let mut command = Command::new(binary()?);
                command.arg("serve").args(["--rest-version", version.word()]);
                match key {
                    // All of the environment goes along, addresses too: what is meant for a test must not miss it.
                    Some(key) => command.env("RUNPOD_API_KEY", key),
                    None => command.arg("--sandbox"),
                };
                if !over_http {
                    return Talk::stdio(command.stderr(Stdio::inherit()));
                }
                command.args(["--http", "127.0.0.1:0"]);
                let server = Server::run(command)?;
                Ok(Talk::http(server.url.clone(), key.clone(), Some(server)))
            }
        }
    }
}

impl std::fmt::Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Elsewhere { url, .. } => write!(f, "{url}"),
            Self::Built { version, over_http, key } => {
                let account = if key.is_some() { "a real account" } else { "the sandbox" };
                let way = if *over_http { "HTTP" } else { "stdio" };
                write!(f, "The built server over {way}, REST {}, on {account}", version.word())
            }
        }
    }
}

impl Version {
    fn word(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bases;
    use super::*;

    fn asked(what: What, versions: &[Version]) -> Smoke {
        Smoke { what, versions: versions.to_vec(), url: None, key: None, bases: Bases::default() }
    }

    #[test]
    fn both_versions_are_refused_where_only_one_address_is_moved() {
        let both = asked(What::Crud, &[Version::V1, Version::V2]);
        let at = || Some("http://127.0.0.1:1".to_owned());
        for bases in [
            Bases { rest_v1: at(), ..Bases::default() },
            Bases { rest_v2: at(), ..Bases::default() },
            Bases { api_base: at(), ..Bases::default() },
        ] {
            let one = Smoke { bases: bases.clone(), ..asked(What::Crud, &[Version::V1]) };
            assert_eq!(Aim::all(&one).unwrap().len(), 1);
            let refused = Aim::all(&Smoke { bases, ..asked(What::Crud, &[Version::V1, Version::V2]) });
            assert!(refused.unwrap_err().to_string().contains("name one version"));
        }
        let moved = Bases { rest_v1: at(), api_base: at(), ..Bases::default() };
        assert_eq!(Aim::all(&Smoke { bases: moved, ..both }).unwrap().len(), 2);
    }

    #[test]
    fn a_server_elsewhere_has_its_own_version_and_wants_a_key() {
        let url = || Some("https://mcp.example.com/mcp".to_owned());
        let key = || Some("rpa_x".to_owned());
        assert!(Aim::all(&Smoke { url: url(), ..asked(What::Http, &[]) }).is_err());
        assert!(Aim::all(&Smoke { url: url(), key: key(), ..asked(What::Http, &[Version::V2]) }).is_err());
        let aims = Aim::all(&Smoke { url: url(), key: key(), ..asked(What::Crud, &[]) }).unwrap();
        assert!(matches!(aims.as_slice(), [Aim::Elsewhere { .. }]), "{aims:?}");
    }
}
