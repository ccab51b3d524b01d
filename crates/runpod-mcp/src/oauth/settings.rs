//! How the authorization server is set up, as values.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use runpod_api::Base;

use super::{Consent, Documents, KeyName, Keyring, Redirects, Tokens};

/// How the authorization server is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Network and clock of the calls to the backend. Its addresses are not used.
    pub client: runpod_api::Settings,
    /// `RUNPOD_GRAPHQL_URL`: where keys are asked for; never sent one.
    pub backend: Base,
    /// `MCP_FLASH_TIMEOUT_MS`: longest time for one call to it.
    pub flash_timeout: Duration,
    /// `CONSOLE_BASE_URL`: where a person decides; used as it is.
    pub console: String,
    /// `RUNPOD_API_KEY_NAME`: how minted keys are named.
    pub key_name: KeyName,
    /// `MCP_ALLOWED_REDIRECT_URIS`: redirect addresses beside loopback and the built-in ones.
    pub redirects: Redirects,
    /// `MCP_SEAL_KEYS`: none is the compatible mode.
    pub keys: Option<Keyring>,
    /// `MCP_OAUTH_CALLBACK_MODE=sealed`: the console returns to this server, not to the client. Needs keys.
    pub callback: bool,
    /// `MCP_ACCEPT_LEGACY_CLIENT_IDS`: client ids of the compatible mode are accepted beside sealed ones.
    pub legacy_clients: bool,
    /// `MCP_SEALED_TOKENS`, `MCP_REQUIRE_SEALED_TOKENS`. Sealed ones need keys.
    pub tokens: Tokens,
    /// `MCP_CIMD`, `MCP_CIMD_HOSTS`: whose clients may be known by a document.
    pub documents: Documents,
    /// `MCP_CONSENT`: when a page is shown before the console. Needs keys.
    pub consent: Consent,
    /// `MCP_RESOURCE_URI`: what the resource at the root is called, where that is not its address.
    pub resource: Option<String>,
    /// Longest wait of one redemption.
    pub budget: Duration,
    /// The time of day, for what expires.
    pub wall: Wall,
}

/// The time of day, in seconds since 1970.
#[derive(Clone)]
pub struct Wall(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Wall {
    /// A clock that tells this.
    pub fn new(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> u64 {
        (self.0)()
    }
}

impl Default for Wall {
    /// The clock of this machine.
    fn default() -> Self {
        Self::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }
}

impl fmt::Debug for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wall({})", self.now())
    }
}

impl Settings {
    /// The compatible mode, with this backend and this console.
    #[must_use]
    pub fn compatible(client: runpod_api::Settings, backend: Base, console: &str) -> Self {
        Self {
            client,
            backend,
            flash_timeout: Duration::from_secs(10),
            console: console.to_owned(),
            key_name: KeyName::default(),
            redirects: Redirects::default(),
            keys: None,
            callback: false,
            legacy_clients: false,
            tokens: Tokens::default(),
            documents: Documents::Off,
            consent: Consent::Off,
            resource: None,
            budget: Duration::from_secs(45),
            wall: Wall::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), Vec<String>> {
        let needs = |set: bool, name: &str| {
            (set && self.keys.is_none())
                .then(|| format!("{name} needs MCP_SEAL_KEYS: without keys nothing can be sealed"))
        };
        let problems: Vec<_> = [
            needs(self.callback, "MCP_OAUTH_CALLBACK_MODE=sealed"),
            needs(self.tokens.are_sealed(), "MCP_SEALED_TOKENS"),
            needs(self.legacy_clients, "MCP_ACCEPT_LEGACY_CLIENT_IDS"),
            needs(self.consent != Consent::Off, "MCP_CONSENT"),
            (self.documents == Documents::Open && self.consent == Consent::Off).then(|| {
                "MCP_CIMD=open needs MCP_CONSENT=unlisted or always: anybody could come, so a person must see who does"
                    .to_owned()
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    pub(super) fn announcement(&self) -> String {
        let Some(keys) = &self.keys else {
            return "Sign in with Runpod: compatible mode. Client ids and codes are not bound to their clients; set \
                    MCP_SEAL_KEYS to seal them."
                .to_owned();
        };
        let names = keys.names().collect::<Vec<_>>().join(", ");
        let callback =
            if self.callback { "own callback with sealed codes" } else { "callback by the console" };
        let tokens = match self.tokens {
            Tokens::Raw => "tokens are Runpod keys",
            Tokens::Sealed => "sealed tokens; Runpod keys are taken too",
            Tokens::OnlySealed => "sealed tokens only",
        };
        format!("Sign in with Runpod: sealed client ids (keys: {names}), {callback}, {tokens}.")
    }
}
