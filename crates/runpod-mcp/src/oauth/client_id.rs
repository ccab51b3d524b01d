//! Who asks: what a client id says about its client, without a register to look it up in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cimd::Document;
use super::fault::Fault;
use super::redirect::{self, Redirects};
use super::seal::{Keyring, Purpose};
use super::{Desk, Issuer};

/// Longest client id that is looked at, in bytes.
const LONGEST: usize = 4096;

/// What the ids of the compatible mode begin with.
pub(super) const PLAIN: &str = "mcp-";

/// What is known of a client.
#[derive(Clone, Debug)]
pub(super) enum Client {
    /// Nothing: its id is a name that nobody can check.
    Plain,
    /// What it registered, as its id says.
    Registered(Registered),
    /// What its document says.
    Document(Arc<Document>),
}

/// What a sealed id holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Registered {
    pub(super) redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) client_name: Option<String>,
    pub(super) iat: u64,
}

impl Client {
    /// The name that it gave itself.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Plain => None,
            Self::Registered(registered) => registered.client_name.as_deref(),
            Self::Document(document) => Some(&document.name),
        }
    }

    /// Whether its browser may be sent there. To have registered an address is not enough: it must be on loopback or
    /// listed by whoever runs this server.
    pub(super) fn may_return_to(&self, listed: &Redirects, asked: &str) -> bool {
        match self {
            Self::Plain => listed.admit(asked),
            Self::Registered(Registered { redirect_uris, .. }) => {
                listed.admit(asked) && redirect_uris.iter().any(|own| redirect::same(own, asked))
            }
            // Its addresses on the web are on its own site, which was accepted with it.
            Self::Document(document) => document.redirects.iter().any(|own| redirect::same(own, asked)),
        }
    }
}

impl Desk {
    /// The client of an id.
    pub(super) async fn client(&self, issuer: &Issuer, id: Option<&str>) -> Result<Client, Fault> {
        let id = id.filter(|id| id.len() <= LONGEST);
        if let (Some(library), Some(id)) = (&self.library, id)
            && id.starts_with("https://")
        {
            return library.document(id).await.map(Client::Document);
        }
        let Some(keys) = &self.settings.keys else { return Ok(Client::Plain) };
        let Some(id) = id else {
            return Err(Fault::invalid_client("client_id is missing or too long; register first"));
        };
        if Keyring::is_sealed(id) {
            let opened = keys.open(Purpose::Client, &issuer.0, id).map(Client::Registered);
            return opened.ok_or(UNKNOWN);
        }
        match self.settings.legacy_clients && id.starts_with(PLAIN) {
            true => Ok(Client::Plain),
            false => Err(UNKNOWN),
        }
    }
}

const UNKNOWN: Fault = Fault::invalid_client("this server did not issue that client_id; register again");
