//! Servers over HTTP as processes.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use figures::process;

/// A command that serves, and how it tells where.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) command: Vec<OsString>,
    pub(crate) port: Port,
}

/// How an address is agreed upon.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Port {
    /// It prints `HOST:PORT` on its first line.
    Printed,
    /// It is told, as its last argument.
    Told,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// `host:port`
    pub(crate) at: String,
}

/// How long one may take to start: under an emulator, a while.
const PATIENCE: Duration = Duration::from_secs(30);

impl Contender {
    /// Starts it with its account at a host, behind the words of another command if there are any.
    pub(crate) fn start(&self, host: &str, under: &[OsString]) -> anyhow::Result<Server> {
        let told = match self.port {
            Port::Told => Some(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string()),
            Port::Printed => None,
        };
        let words: Vec<OsString> =
            under.iter().chain(&self.command).cloned().chain(told.clone().map(OsString::from)).collect();
        let (program, arguments) = words.split_first().context("an empty command")?;
        let mut child = Command::new(program)
            .args(arguments)
            // Ours, and the npm server's.
            .env("RUNPOD_REST_V2_API_URL", format!("http://{host}/v2"))
            .env("RUNPOD_API_BASE_URL", format!("http://{host}"))
            .env("RUNPOD_AUTHED_GRAPHQL_URL", format!("http://{host}/graphql"))
            // On, and never in the way: what is measured is the counting.
            .envs([
                ("MCP_RATE_PER_KEY", MANY),
                ("MCP_RATE_PER_IP", MANY),
                ("MCP_MAX_CONNECTIONS_PER_IP", "4096"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", self.name))?;
        let at = match told {
            Some(at) => at,
            None => {
                let mut line = String::new();
                let mut out = BufReader::new(child.stdout.take().context("no stdout")?);
                out.read_line(&mut line)?;
                // Who goes on talking must not find nobody there.
                std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
                line.trim().to_owned()
            }
        };
        let server = Server { child, at };
        server.listens()?;
        Ok(server)
    }
}

/// The most that the settings take.
const MANY: &str = "1000000";

impl Server {
    fn listens(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while TcpStream::connect(&self.at).is_err() {
            if began.elapsed() > PATIENCE {
                bail!("nobody listens at {}", self.at);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// The time that its threads have spent on a processor.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.child.id()).context("the kernel tells no times")
    }

    /// The memory that it has resident, now and at most, in MiB.
    pub(crate) fn memory(&self) -> (f64, f64) {
        let mib = |kib: Option<u64>| kib.unwrap_or_default() as f64 / 1024.0;
        (mib(process::resident_kib(self.child.id())), mib(process::peak_kib(self.child.id())))
    }

    /// Tells it to stop, and waits for it.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already unless something failed.
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}
