//! An MCP server as a process, spoken to in whole lines.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// A command that serves MCP over stdio, and what to call it in a table.
#[derive(Debug)]
pub struct Contender {
    /// Its name in tables.
    pub name: &'static str,
    /// Program and arguments.
    pub command: Vec<OsString>,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Contender {
    /// The time from spawning the process to the last byte of its `initialize` reply.
    ///
    /// # Errors
    /// When it cannot be started, or answers something else.
    pub fn start(&self) -> anyhow::Result<(Server, Duration)> {
        let spawned = Instant::now();
        let mut server = Server::spawn(&self.command).with_context(|| format!("starting {}", self.name))?;
        let reply = server.ask(1, "initialize", &initialize())?;
        let took = spawned.elapsed();
        if reply.get("result").is_none() {
            bail!("{} answered initialize with {reply}", self.name);
        }
        Ok((server, took))
    }
}

impl Server {
    fn spawn(command: &[OsString]) -> anyhow::Result<Self> {
        let (program, arguments) = command.split_first().context("an empty command")?;
        let mut child = Command::new(program)
            .args(arguments)
            // No start may depend on an account, and the npm servers refuse to start without a key.
            .env("RUNPOD_API_KEY", "not-a-key")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take().context("no stdin")?;
        let output = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Self { child, input, output })
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// When it leaves, or answers no JSON.
    pub fn ask(&mut self, id: u64, method: &str, params: &Value) -> anyhow::Result<Value> {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let line = self.exchange(&request)?;
        serde_json::from_str(&line).with_context(|| format!("the reply to {method} is not JSON"))
    }

    fn exchange(&mut self, request: &Value) -> anyhow::Result<String> {
        writeln!(self.input, "{request}")?;
        self.input.flush()?;
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("the server left before it answered");
        }
        Ok(line)
    }

    /// The result of `tools/list`.
    ///
    /// # Errors
    /// As [`Server::ask`].
    pub fn tools(&mut self) -> anyhow::Result<Value> {
        writeln!(self.input, "{}", json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        let mut reply = self.ask(2, "tools/list", &json!({}))?;
        Ok(reply.get_mut("result").map(Value::take).unwrap_or_default())
    }

    /// The most memory the process ever had resident, in KiB; `None` where the kernel does not say.
    #[must_use]
    pub fn peak_kib(&self) -> Option<u64> {
        crate::process::peak_kib(self.child.id())
    }

    /// The time that its threads have spent on a processor; `None` where the kernel does not say.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        crate::process::cpu(self.child.id())
    }

    /// Closes the server's input and waits for it.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn end(self) -> anyhow::Result<()> {
        let Self { mut child, input, output } = self;
        drop((input, output));
        child.wait()?;
        Ok(())
    }
}

fn initialize() -> Value {
    json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "figures", "version": "0" },
    })
}
