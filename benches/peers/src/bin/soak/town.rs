//! The programs that take part: a sandbox, and the server as a process.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsStr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Lines of a log that are kept.
const LAST: usize = 20;

/// Variables of a process.
pub(crate) type Env = BTreeMap<String, String>;

/// A sandbox, and how to find it.
#[derive(Debug)]
pub(crate) struct Town {
    /// Its address.
    pub(crate) base: String,
    /// What a server is told, to find it.
    pub(crate) env: Env,
    _sandbox: Child,
}

impl Town {
    pub(crate) async fn found(binary: &OsStr) -> anyhow::Result<Self> {
        let mut sandbox = quiet(binary, &Env::new())
            .args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "demo"])
            .spawn()
            .context("the sandbox")?;
        let mut lines = BufReader::new(sandbox.stdout.take().context("no stdout")?).lines();
        let mut env = Env::new();
        while !env.contains_key("CONSOLE_BASE_URL") {
            let line = lines.next_line().await?.context("the sandbox ended")?;
            let pair = line.strip_prefix("export ").and_then(|rest| rest.split_once('='));
            let (name, value) = pair.with_context(|| format!("the sandbox printed {line:?}"))?;
            env.insert(name.to_owned(), value.to_owned());
        }
        // Whoever calls all the time is not to be slowed down.
        env.extend(["MCP_RATE_PER_KEY", "MCP_RATE_PER_IP"].map(|name| (name.to_owned(), "0".to_owned())));
        let base = env.get("RUNPOD_API_BASE_URL").context("no address")?.clone();
        Ok(Self { base, env, _sandbox: sandbox })
    }

    /// A server over HTTP.
    pub(crate) async fn host(&self, binary: &OsStr) -> anyhow::Result<Host> {
        let key = self.env.get("RUNPOD_API_KEY").context("no key")?.clone();
        let mut env = self.env.clone();
        env.remove("RUNPOD_API_KEY");
        let mut command = quiet(binary, &env);
        let mut child = command
            .args(["serve", "--http", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .context("the host")?;
        let mut lines = BufReader::new(child.stderr.take().context("no stderr")?).lines();
        let place = loop {
            let line = lines.next_line().await?.context("the host ended")?;
            if let Some((_, rest)) = line.split_once("MCP is served at ") {
                break rest.split(['"', ' ']).next().unwrap_or_default().to_owned();
            }
        };
        // A log that nobody reads would stop the host.
        let log = Log::default();
        let told = log.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                told.note(line);
            }
        });
        let base = place.trim_end_matches('/').trim_end_matches("/mcp").to_owned();
        let id = child.id().context("the host ended")?;
        Ok(Host { base, key, id, log, child: Arc::new(Mutex::new(child)) })
    }
}

/// A server over HTTP. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Its address.
    pub(crate) base: String,
    /// A key that it takes.
    pub(crate) key: String,
    /// Its process.
    pub(crate) id: u32,
    log: Log,
    child: Arc<Mutex<Child>>,
}

impl Host {
    /// What it said last, and whether it still runs: for whoever looks for the reason of a failure.
    pub(crate) fn last_words(&self) -> String {
        let ended = self.child.lock().map(|mut child| child.try_wait());
        format!("host: {ended:?}\n{}", self.log.text())
    }
}

/// The last lines of a log. Clones are the same.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    fn note(&self, line: String) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push_back(line);
            if lines.len() > LAST {
                lines.pop_front();
            }
        }
    }

    fn text(&self) -> String {
        self.0.lock().map(|lines| lines.iter().cloned().collect::<Vec<_>>().join("\n")).unwrap_or_default()
    }
}

/// The binary with an output to read and nothing of our environment; it ends with us.
pub(crate) fn quiet(binary: &OsStr, env: &Env) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().envs(env).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
