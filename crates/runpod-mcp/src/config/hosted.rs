//! The settings of a server over HTTP: where it stands, what it takes, how people sign in.
//!
//! They are read and checked whether it serves over HTTP or not, so that a typo is told at once; what they mean
//! together, for an address to listen on, is decided where the server is put together.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use runpod_api::Base;

use super::env::Env;
use super::layers::Layers;

/// Names that a platform announces, the one in force first.
const PLATFORM: [&str; 3] = ["VERCEL_URL", "VERCEL_BRANCH_URL", "VERCEL_PROJECT_PRODUCTION_URL"];

/// Where people approve a sign-in.
const CONSOLE: &str = "https://console.runpod.io";

const KEY_NAME: &str = "runpod-mcp";

const KEY_NAME_VARIABLE: &str = "RUNPOD_API_KEY_NAME";

/// The settings of a server over HTTP.
#[derive(Clone, Default)]
pub struct Hosted {
    /// Where clients reach it.
    pub public_url: Option<Base>,
    /// Further names that it may be called by.
    pub allowed_hosts: Vec<String>,
    /// Names that the platform announces.
    pub platform_hosts: Vec<String>,
    /// Pages that may call it; `None` when nothing was said.
    pub allowed_origins: Option<Vec<String>>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<String>,
    /// Certificate chain to encrypt with.
    pub tls_cert: Option<PathBuf>,
    /// Its key.
    pub tls_key: Option<PathBuf>,
    /// Whether a public address without encryption is meant.
    pub plain_http: bool,
    /// Whether the sandbox asks for keys.
    pub require_auth: bool,
    /// How long the platform lets a request run.
    pub platform_timeout: Option<Duration>,
    /// The port that the platform wants listened on.
    pub port: Option<u16>,
    /// Open connections.
    pub max_connections: Option<usize>,
    /// Open connections of one address.
    pub max_connections_per_ip: Option<usize>,
    /// Requests at once.
    pub max_requests: Option<usize>,
    /// Calls of one key a minute.
    pub rate_per_key: Option<u32>,
    /// Requests of one address a minute.
    pub rate_per_ip: Option<u32>,
    /// Whether Runpod is not asked whether a key is in force.
    pub skip_credential_check: bool,
    /// What replicas share; may contain a password.
    pub state_url: Option<String>,
    /// What digests in there are keyed with.
    pub state_secret: Option<String>,
    /// Keys that seal, as they were given.
    pub seal_keys: Option<String>,
    /// Where people approve a sign-in.
    pub console: Option<Base>,
    /// Name of the keys that a sign-in makes; `None` for none.
    pub key_name: Option<String>,
    /// Where a sign-in may lead back to.
    pub redirect_uris: Vec<String>,
    /// How long the sign-in waits for Runpod.
    pub flash_timeout: Option<Duration>,
    /// Where the console leads back to.
    pub callback: Callback,
    /// When a page names the client.
    pub consent: Option<String>,
    /// Whose clients may be known by a document.
    pub cimd: Option<String>,
    /// Hosts of such documents.
    pub cimd_hosts: Vec<String>,
    /// Whether sealed tokens are handed out.
    pub sealed_tokens: bool,
    /// Whether nothing but sealed tokens is taken.
    pub require_sealed_tokens: bool,
    /// Whether client ids are taken that are not sealed.
    pub legacy_client_ids: bool,
    /// What the metadata calls the server.
    pub resource_uri: Option<Base>,
    /// Where spans are sent.
    pub spans: Spans,
}

/// Where spans are sent, as it was given.
#[derive(Clone, Default)]
pub struct Spans {
    /// Address of the collector.
    pub endpoint: Option<String>,
    /// Its address with the path for spans.
    pub traces_endpoint: Option<String>,
    /// Headers; may be secret.
    pub headers: Option<String>,
    /// What it calls this server.
    pub service: Option<String>,
}

/// Where the console leads back to after an approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Callback {
    /// To the client.
    #[default]
    Direct,
    /// To this server, which leads on to the client.
    Sealed,
}

impl fmt::Debug for Spans {
    /// Without what may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans").field("service", &self.service).finish_non_exhaustive()
    }
}

impl fmt::Debug for Hosted {
    /// Without what may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hosted")
            .field("public_url", &self.public_url)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("state_url", &self.state_url.is_some())
            .field("seal_keys", &self.seal_keys.is_some())
            .finish_non_exhaustive()
    }
}

/// Reads them.
pub(super) fn read(layers: &mut Layers, env: &Env) -> Hosted {
    let count = |layers: &mut Layers, key| {
        layers.number(key, 1..=1_000_000).and_then(|count| usize::try_from(count).ok())
    };
    let rate = |layers: &mut Layers, key| {
        layers.number(key, 0..=1_000_000).and_then(|count| u32::try_from(count).ok())
    };
    let origins = layers.words("allowed-origins");
    Hosted {
        public_url: layers.base("public-url"),
        allowed_hosts: layers.words("allowed-hosts"),
        platform_hosts: PLATFORM
            .iter()
            .filter_map(|name| env.get(name))
            .map(|host| host.trim().to_owned())
            .collect(),
        allowed_origins: (!origins.is_empty()).then_some(origins),
        trusted_proxies: layers.words("trusted-proxies"),
        tls_cert: layers.text("tls-cert").map(PathBuf::from),
        tls_key: layers.text("tls-key").map(PathBuf::from),
        plain_http: layers.switch("plain-http"),
        require_auth: layers.switch("require-auth"),
        platform_timeout: layers.number("platform-timeout-seconds", 5..=3600).map(Duration::from_secs),
        port: port(env),
        max_connections: count(layers, "max-connections"),
        max_connections_per_ip: count(layers, "max-connections-per-ip"),
        max_requests: count(layers, "max-requests"),
        rate_per_key: rate(layers, "rate-per-key"),
        rate_per_ip: rate(layers, "rate-per-ip"),
        skip_credential_check: layers.switch("skip-credential-check"),
        state_url: layers.text("state-url"),
        state_secret: layers.text("state-secret"),
        seal_keys: layers.text("seal-keys"),
        console: layers.base("console-base-url").or_else(|| Base::parse(CONSOLE).ok()),
        key_name: key_name(layers, env),
        redirect_uris: layers.words("allowed-redirect-uris"),
        flash_timeout: layers.number("flash-timeout-ms", 1..=2_147_483_647).map(Duration::from_millis),
        callback: layers.word("oauth-callback-mode", CALLBACKS).unwrap_or_default(),
        consent: word(layers, "consent", &["off", "unlisted", "always"]),
        cimd: word(layers, "cimd", &["off", "allowlist", "open"]),
        cimd_hosts: layers.words("cimd-hosts"),
        sealed_tokens: layers.switch("sealed-tokens"),
        require_sealed_tokens: layers.switch("require-sealed-tokens"),
        legacy_client_ids: layers.switch("accept-legacy-client-ids"),
        resource_uri: layers.base("resource-uri"),
        spans: Spans {
            endpoint: layers.text("otlp-endpoint"),
            traces_endpoint: layers.text("otlp-traces-endpoint"),
            headers: layers.text("otlp-headers"),
            service: layers.text("otlp-service"),
        },
    }
}

const CALLBACKS: &[(&str, Callback)] = &[("direct", Callback::Direct), ("sealed", Callback::Sealed)];

/// One of these words, as it stands in the list.
fn word(layers: &mut Layers, key: &str, words: &[&'static str]) -> Option<String> {
    let words: Vec<_> = words.iter().map(|word| (*word, *word)).collect();
    layers.word(key, &words).map(str::to_owned)
}

/// `$PORT`, which is the platform's and no setting of this program: what is no port means something else.
fn port(env: &Env) -> Option<u16> {
    env.get("PORT")?.trim().parse().ok().filter(|port| *port > 0)
}

/// The one variable that means something when it is set to nothing.
fn key_name(layers: &Layers, env: &Env) -> Option<String> {
    match layers.text("api-key-name") {
        Some(name) => Some(name),
        None if env.is_blank(KEY_NAME_VARIABLE) => None,
        None => Some(KEY_NAME.to_owned()),
    }
}
