//! How a server runs: one plain value, put together once from flags, environment and file.
//!
//! Order: flag, environment variable, file, default; blank is unset. Whatever cannot be understood, a name or a
//! value, is a problem that says what is accepted, and all problems are told at once. The environment is an argument
//! like the others, so tests hand in their own; below this floor nobody reads it.

mod env;
mod hosted;
mod key;
mod layers;
mod settings;
mod versions;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use runpod_api::{ApiKey, Base, Hosts, Versions};

use crate::vault::{Choice, Vault};

pub use env::Env;
pub use hosted::{Callback, Hosted};
pub use key::{Keys, Located};
pub use layers::{Given, Shown};
pub use settings::{Kind, SETTINGS, Section, Setting};

use layers::Layers;

/// How a server runs.
#[derive(Debug)]
pub struct Config {
    /// Talk to the embedded imitation of Runpod.
    pub sandbox: bool,
    /// Which tools are listed.
    pub surface: Surface,
    /// Sets of tools to offer; none means all.
    pub toolsets: Vec<String>,
    /// Single tools to offer.
    pub tools: Vec<String>,
    /// Tools not to offer.
    pub exclude_tools: Vec<String>,
    /// Offer only what changes nothing.
    pub read_only: bool,
    /// Refuse what starts or raises billing.
    pub no_spend: bool,
    /// Lists show everything the API said unless a call asks for less.
    pub full_detail: bool,
    /// The folder inside of which tools may write files.
    pub files_dir: Option<PathBuf>,
    /// What is written to stderr.
    pub log: Log,
    /// Runpod's addresses.
    pub hosts: Hosts,
    /// Which REST version each resource speaks.
    pub versions: Versions,
    /// Where the hosted sign-in asks for a key; nothing on stdio uses it.
    pub sign_in: Base,
    /// The way to them.
    pub network: Network,
    /// What only a server over HTTP uses.
    pub hosted: Hosted,
    /// Whether the log is JSON, if that was said.
    pub json_log: Option<bool>,
    /// Where the account key comes from.
    pub keys: Keys,
    /// Where `login` and `bridge` keep things.
    pub vault: Arc<Vault>,
    /// What to tell the person who started the server.
    pub warnings: Vec<String>,
    /// Every setting with its value and where that came from, without secrets.
    pub shown: Vec<Shown>,
}

/// Which of the tools that are offered tools/list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Surface {
    /// All of them.
    #[default]
    Full,
    /// Two that find and call the others, for clients that load every schema into the context.
    Mini,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    Off,
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// The way to the network.
#[derive(Clone, Default)]
pub struct Network {
    /// `HTTPS_PROXY`; may contain a password.
    pub proxy: Option<String>,
    /// `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// `SSL_CERT_FILE`.
    pub cert_file: Option<PathBuf>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}

/// Everything that is wrong with the configuration, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

impl Config {
    /// Puts the configuration together; reads the configuration file, if there is one.
    ///
    /// # Errors
    /// All [`Problems`] at once.
    pub fn read(given: &Given, env: &Env) -> Result<Self, Problems> {
        let mut layers = Layers::new(given, env);
        let config = Self::from_layers(&mut layers, env);
        match layers.problems.is_empty() {
            true => Ok(config),
            false => Err(Problems(layers.problems)),
        }
    }

    /// Hosts that are not Runpod's own, each with the name of its setting.
    #[must_use]
    pub fn foreign_hosts(&self) -> Vec<(&'static str, &str)> {
        let all = self.hosts.named().into_iter().chain([("sign-in", &self.sign_in)]);
        all.filter(|(_, base)| !base.is_runpod()).map(|(name, base)| (name, base.as_str())).collect()
    }

    fn from_layers(layers: &mut Layers, env: &Env) -> Self {
        let mut warnings = Vec::new();
        let hosts = hosts(layers, &mut warnings);
        let default = Hosts::default().graphql_public;
        let versions = versions::read(layers);
        let sandbox = layers.switch("sandbox");
        warnings.extend(versions::warnings(&versions, (!sandbox).then_some(&hosts)));
        let verbose = layers.switch("verbose-logs");
        let log = layers.word("log", LOGS).unwrap_or_default();
        let choice = layers.word("key-store", STORES).unwrap_or_default();
        let vault = Arc::new(Vault::of_machine(choice, env.places()));
        let keys = Keys::new(layers.text("api-key").map(|key| ApiKey::new(&key)), env.runpodctl_file());
        Self {
            sandbox,
            surface: layers.word("surface", SURFACES).unwrap_or_default(),
            toolsets: layers.words("toolsets"),
            tools: layers.words("tools"),
            exclude_tools: layers.words("exclude-tools"),
            read_only: layers.switch("read-only"),
            no_spend: layers.switch("no-spend"),
            files_dir: layers.text("files-dir").map(PathBuf::from),
            full_detail: layers.word("detail", DETAILS).unwrap_or_default(),
            log: if verbose { log.max(Log::Debug) } else { log },
            sign_in: layers.base("graphql-url").unwrap_or(default),
            hosts,
            versions,
            network: Network {
                proxy: layers.text("https-proxy"),
                no_proxy: layers.text("no-proxy"),
                cert_file: layers.text("ssl-cert-file").map(PathBuf::from),
            },
            hosted: hosted::read(layers, env),
            json_log: layers.word("log-format", LOG_FORMATS),
            keys: keys.with_vault(Arc::clone(&vault)),
            vault,
            warnings,
            shown: layers.shown(),
        }
    }
}

const SURFACES: &[(&str, Surface)] = &[("full", Surface::Full), ("mini", Surface::Mini)];

const DETAILS: &[(&str, bool)] = &[("summary", false), ("full", true)];

const LOG_FORMATS: &[(&str, bool)] = &[("text", false), ("json", true)];

const STORES: &[(&str, Choice)] =
    &[("auto", Choice::Auto), ("keyring", Choice::Keyring), ("file", Choice::File)];

const LOGS: &[(&str, Log)] = &[
    ("off", Log::Off),
    ("error", Log::Error),
    ("warn", Log::Warn),
    ("info", Log::Info),
    ("debug", Log::Debug),
    ("trace", Log::Trace),
];

fn hosts(layers: &mut Layers, warnings: &mut Vec<String>) -> Hosts {
    let default = Hosts::default();
    let v2 = layers.base("rest-v2-api-url");
    let origin = layers.text("api-base-url").map(|text| {
        // Both spellings of the same host: with and without the version.
        let text = text.trim().trim_end_matches('/');
        format!("{}/v2", text.strip_suffix("/v2").unwrap_or(text))
    });
    let other = origin.and_then(|text| layers.parse_base("api-base-url", &text));
    if let (Some(wins), Some(loses)) = (&v2, &other)
        && wins != loses
    {
        let (wins, loses) = (wins.as_str(), loses.as_str());
        warnings.push(format!(
            "RUNPOD_REST_V2_API_URL and RUNPOD_API_BASE_URL are both set; {wins} is used, {loses} is not"
        ));
    }
    Hosts {
        rest_v2: v2.or(other).unwrap_or(default.rest_v2),
        rest_v1: layers.base("rest-api-url").unwrap_or(default.rest_v1),
        serverless: layers.base("serverless-api-url").unwrap_or(default.serverless),
        graphql_authed: layers.base("authed-graphql-url").unwrap_or(default.graphql_authed),
        graphql_public: layers.base("public-graphql-url").unwrap_or(default.graphql_public),
    }
}
