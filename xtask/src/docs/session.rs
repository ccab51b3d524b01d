//! A client of the built server, on a sandbox of its own whose clock moves only when told.
//!
//! What it hears depends on the program and the calls alone: seed and clock are fixed, and nothing of the environment
//! of whoever runs it gets through.

use std::env::consts::EXE_SUFFIX;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// What stands in a reply for the sandbox's address, whose port is another one each time.
const RUNPOD: &str = "https://api.runpod.io";
/// Longest wait for a request to arrive at the sandbox.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server's binary, built if it is not up to date.
///
/// # Errors
/// When it does not build.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--package", "runpod-mcp"]);
    // What `cargo run` says about xtask would make build scripts believe that everything has changed.
    let about_us = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in
        about_us.filter(|name| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.starts_with(of)))
    {
        build.env_remove(name);
    }
    if !build.status()?.success() {
        bail!("runpod-mcp does not build");
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().context("a binary is in a folder")?;
    Ok(folder.join("runpod-mcp").with_extension(EXE_SUFFIX.trim_start_matches('.')))
}

/// What the binary prints as JSON when it is started like this.
///
/// # Errors
/// When it fails, or prints no JSON.
pub(super) fn printed(binary: &Path, arguments: &[&str]) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&said(binary, arguments)?)?)
}

/// What the binary prints when it is started like this.
///
/// # Errors
/// When it fails, or prints no text.
pub(super) fn said(binary: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary).args(arguments).env_clear().output()?;
    if !output.status.success() {
        bail!("{} {}: {}", binary.display(), arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A client, the server it talks to, and the sandbox behind that.
pub(super) struct Session {
    sandbox: Child,
    server: Child,
    address: String,
    asking: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    calls: u64,
}

impl Session {
    /// Starts both programs and opens a session.
    ///
    /// # Errors
    /// When one of them does not start or does not answer.
    pub(super) fn open(binary: &Path) -> anyhow::Result<Self> {
        let mut sandbox = quiet(binary)
            .args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "demo", "--clock", "manual"])
            .spawn()?;
        let exports = exports(sandbox.stdout.take().context("the sandbox has an output")?)?;
        let address = exports.iter().find(|(name, _)| name == "RUNPOD_API_BASE_URL");
        let (_, address) = address.context("the sandbox does not say where it is")?.clone();
        let mut server = quiet(binary).arg("serve").envs(exports).stdin(Stdio::piped()).spawn()?;
        let asking = server.stdin.take().context("the server has an input")?;
        let answers = server.stdout.take().context("the server has an output")?;
        let answers = BufReader::new(answers).lines();
        let mut session = Self { sandbox, server, address, asking, answers, calls: 0 };
        session.greet()?;
        Ok(session)
    }

    fn greet(&mut self) -> anyhow::Result<()> {
        let client = json!({"name": "xtask", "version": "0"});
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        self.ask("initialize", &hello)?;
        self.answer()?;
        self.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
    }

    /// Calls a tool and gives its reply.
    ///
    /// `meanwhile` is time that passes once the call has reached the sandbox, for calls that wait for something.
    ///
    /// # Errors
    /// When the call fails.
    pub(super) fn call(
        &mut self,
        tool: &str,
        arguments: &Value,
        meanwhile: Option<&str>,
    ) -> anyhow::Result<Value> {
        let before = if meanwhile.is_some() { self.received()? } else { 0 };
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        if let Some(time) = meanwhile {
            let begun = Instant::now();
            while self.received()? == before && begun.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Received is not yet waiting.
            std::thread::sleep(Duration::from_millis(200));
            self.pass(time)?;
        }
        let result = self.answer()?;
        let text = result.pointer("/content/0/text").and_then(Value::as_str).unwrap_or_default();
        if result.get("isError") == Some(&Value::Bool(true)) {
            bail!("{tool} {arguments}: {text}");
        }
        let text = settled(&text.replace(&self.address, RUNPOD));
        serde_json::from_str(&text).with_context(|| format!("{tool} did not answer JSON: {result}"))
    }

    /// Moves the sandbox's clock: `90s`, `2m`.
    ///
    /// # Errors
    /// When the sandbox does not take it.
    pub(super) fn pass(&self, time: &str) -> anyhow::Result<()> {
        let url = format!("{}/__sandbox/clock", self.address);
        ureq::post(&url).send(json!({"advance": time}).to_string())?;
        Ok(())
    }

    /// How many requests the sandbox has received.
    fn received(&self) -> anyhow::Result<usize> {
        let mut answer = ureq::get(&format!("{}/__sandbox/journal", self.address)).call()?;
        let journal: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        Ok(journal.get("requests").and_then(Value::as_array).map_or(0, Vec::len))
    }

    fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<()> {
        self.calls += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params}))
    }

    fn say(&mut self, message: &Value) -> anyhow::Result<()> {
        writeln!(self.asking, "{message}")?;
        Ok(self.asking.flush()?)
    }

    /// The result of the last request; whatever the server says besides is not for us.
    fn answer(&mut self) -> anyhow::Result<Value> {
        for line in self.answers.by_ref() {
            let mut message: Value = serde_json::from_str(&line?)?;
            if message.get("id").and_then(Value::as_u64) != Some(self.calls) {
                continue;
            }
            return match message.get_mut("result") {
                Some(result) => Ok(result.take()),
                None => bail!("{message}"),
            };
        }
        bail!("the server ended")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.sandbox] {
            // Whoever has ended by itself is as gone as it should be.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The text without the end of a template's name, which is drawn anew for each deployment.
fn settled(text: &str) -> String {
    const DRAWN: &str = "__template__";
    let mut parts = text.split(DRAWN);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, rest| {
        format!("{done}{DRAWN}…{}", rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// The binary with an output to read and nothing of our environment.
fn quiet(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The `export NAME=value` lines of a sandbox, up to the last of them.
fn exports(output: ChildStdout) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        let pair = line.strip_prefix("export ").and_then(|rest| rest.split_once('='));
        let (name, value) = pair.with_context(|| format!("the sandbox printed {line:?}"))?;
        found.push((name.to_owned(), value.to_owned()));
        if name == "CONSOLE_BASE_URL" {
            return Ok(found);
        }
    }
    bail!("the sandbox ended after {} lines", found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_anew_each_time_is_left_out() {
        let told = r#"{"a":"x__template__ab12","b":"y__template__","c":"z"}"#;
        assert_eq!(settled(told), r#"{"a":"x__template__…","b":"y__template__…","c":"z"}"#);
        assert_eq!(settled("plain"), "plain");
    }
}
