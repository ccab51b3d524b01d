//! From a configuration to a server, with Runpod or its imitation behind it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use runpod_api::{Client, ExchangeHook, Settings};

use super::probe;
#[cfg(feature = "sandbox")]
use crate::config::Keys;
use crate::config::{Config, Located, Problems};
use crate::files::Files;
use crate::mcp::{Server, Setup};
use crate::policy::Policy;
use crate::tool::Detail;
use crate::tools::Selection;

/// Longest time for one call over stdio: five minutes of waiting, and time to tell how they ended.
const PATIENCE: Duration = Duration::from_secs(305);

/// A server, and what has to live as long as it does.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) server: Server,
    _behind: Behind,
}

#[cfg(feature = "sandbox")]
type Behind = Option<runpod_sim::Sim>;
#[cfg(not(feature = "sandbox"))]
type Behind = ();

/// The server that a configuration describes, without anything behind it: enough to ask what it offers.
///
/// # Errors
/// When it names tools that do not exist, or a certificate file that cannot be read.
pub(super) fn server(config: Config) -> anyhow::Result<Server> {
    Ok(Server::new(setup(config)?))
}

/// The same, ready for calls.
///
/// # Errors
/// As [`server`], and when the twin cannot start.
pub(super) async fn open(config: Config) -> anyhow::Result<Connection> {
    let sandbox = config.sandbox;
    let setup = setup(config)?;
    if sandbox { in_sandbox(setup).await } else { Ok(at_runpod(setup)) }
}

/// A server for callers over HTTP, and how it reaches Runpod: whoever checks keys and signs people in asks there too.
#[derive(Debug)]
pub(super) struct Hosted {
    pub(super) connection: Connection,
    pub(super) settings: Settings,
    /// Where people approve a sign-in, if that is the twin.
    pub(super) console: Option<String>,
}

/// The same for callers over HTTP. Each of its exchanges with Runpod is told to `on_exchange`.
///
/// # Errors
/// As [`open`].
pub(super) async fn hosted(
    config: Config,
    patience: Duration,
    on_exchange: ExchangeHook,
) -> anyhow::Result<Hosted> {
    let settings = Settings { on_exchange, ..settings(&config)? };
    let sandbox = config.sandbox;
    let client = Client::new(settings.clone());
    // Callers over a network write no files here.
    let setup = Setup { client, files: None, patience, transport: "http", ..setup(config)? };
    if sandbox {
        return hosted_in_sandbox(setup, settings).await;
    }
    Ok(Hosted { connection: at_runpod(setup), settings, console: None })
}

#[cfg(feature = "sandbox")]
async fn hosted_in_sandbox(setup: Setup, settings: Settings) -> anyhow::Result<Hosted> {
    use crate::sandbox;
    let sim = runpod_sim::Sim::start(runpod_sim::Seed::Demo).await?;
    let Settings { versions, on_probe, on_exchange, .. } = settings;
    let settings = Settings { versions, on_probe, on_exchange, ..sandbox::settings(&sim)? };
    let setup = Setup {
        client: Client::new(settings.clone()),
        keys: Keys::new(Some(sandbox::key(&sim)), None),
        sandbox: true,
        ..setup
    };
    let console = Some(sim.console_url());
    let connection = Connection { server: Server::new(setup), _behind: Some(sim) };
    Ok(Hosted { connection, settings, console })
}

#[cfg(not(feature = "sandbox"))]
async fn hosted_in_sandbox(_: Setup, _: Settings) -> anyhow::Result<Hosted> {
    Err(no_sandbox())
}

/// A client of Runpod or of its imitation, and what it was built from.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) client: Client,
    pub(super) settings: Settings,
    /// The key, where it was found.
    pub(super) key: Option<Located>,
    _behind: Behind,
}

/// The client that a configuration describes, without a server in front.
///
/// # Errors
/// As [`open`].
pub(super) async fn reach(config: &Config) -> anyhow::Result<Reach> {
    if config.sandbox {
        return reach_sandbox(settings(config)?).await;
    }
    let settings = settings(config)?;
    let (client, key) = (Client::new(settings.clone()), config.keys.locate().await);
    Ok(Reach { client, settings, key, _behind: Behind::default() })
}

#[cfg(feature = "sandbox")]
async fn reach_sandbox(settings: Settings) -> anyhow::Result<Reach> {
    let sim = runpod_sim::Sim::start(runpod_sim::Seed::Demo).await?;
    let settings = Settings { versions: settings.versions, ..crate::sandbox::settings(&sim)? };
    let key = Located { key: crate::sandbox::key(&sim), place: "the sandbox".to_owned() };
    Ok(Reach { client: Client::new(settings.clone()), settings, key: Some(key), _behind: Some(sim) })
}

#[cfg(not(feature = "sandbox"))]
async fn reach_sandbox(_: Settings) -> anyhow::Result<Reach> {
    Err(no_sandbox())
}

/// What the server of a configuration is made of.
///
/// # Errors
/// As [`server`].
pub(super) fn setup(config: Config) -> anyhow::Result<Setup> {
    let selection =
        Selection::of(&config.toolsets, &config.tools, &config.exclude_tools).map_err(Problems)?;
    Ok(Setup {
        client: Client::new(settings(&config)?),
        selection,
        surface: config.surface,
        policy: Policy { read_only: config.read_only, no_spend: config.no_spend },
        detail: if config.full_detail { Detail::Full } else { Detail::Summary },
        files: config.files_dir.map(files).transpose()?,
        keys: config.keys,
        patience: PATIENCE,
        sandbox: config.sandbox,
        transport: "stdio",
    })
}

fn files(folder: PathBuf) -> anyhow::Result<Files> {
    let shown = folder.display().to_string();
    Files::inside(folder).with_context(|| format!("--files-dir {shown} is no folder that can be opened"))
}

/// The certificates to trust instead of the built-in ones.
///
/// # Errors
/// When they cannot be read.
pub(super) fn roots(config: &Config) -> anyhow::Result<Option<Bytes>> {
    let read = |path: &PathBuf| {
        let pem = std::fs::read(path);
        pem.map(Bytes::from).with_context(|| format!("SSL_CERT_FILE {} cannot be read", path.display()))
    };
    config.network.cert_file.as_ref().map(read).transpose()
}

pub(super) fn settings(config: &Config) -> anyhow::Result<Settings> {
    let network = config.network.clone();
    Ok(Settings {
        hosts: config.hosts.clone(),
        proxy: network.proxy,
        no_proxy: network.no_proxy,
        roots_pem: roots(config)?,
        versions: config.versions.clone(),
        on_probe: probe::told(),
        ..Settings::default()
    })
}

#[cfg(feature = "sandbox")]
fn at_runpod(setup: Setup) -> Connection {
    Connection { server: Server::new(setup), _behind: None }
}

#[cfg(not(feature = "sandbox"))]
fn at_runpod(setup: Setup) -> Connection {
    Connection { server: Server::new(setup), _behind: () }
}

#[cfg(feature = "sandbox")]
async fn in_sandbox(setup: Setup) -> anyhow::Result<Connection> {
    on(runpod_sim::Sim::start(runpod_sim::Seed::Demo).await?, setup)
}

/// A server of this setup on a twin, whatever the setup says about addresses and keys. REST versions stay.
#[cfg(feature = "sandbox")]
pub(super) fn on(sim: runpod_sim::Sim, setup: Setup) -> anyhow::Result<Connection> {
    use crate::sandbox;
    let versions = setup.client.versions().clone();
    let settings = Settings { versions, on_probe: probe::told(), ..sandbox::settings(&sim)? };
    let setup = Setup {
        client: Client::new(settings),
        keys: Keys::new(Some(sandbox::key(&sim)), None),
        patience: sandbox::stretched(&sim, setup.patience),
        sandbox: true,
        ..setup
    };
    Ok(Connection { server: Server::new(setup), _behind: Some(sim) })
}

#[cfg(not(feature = "sandbox"))]
async fn in_sandbox(_: Setup) -> anyhow::Result<Connection> {
    Err(no_sandbox())
}

#[cfg(not(feature = "sandbox"))]
fn no_sandbox() -> anyhow::Error {
    super::Usage("this build has no sandbox; build it with the feature `sandbox`".to_owned()).into()
}
