//! The built server with its sandbox, for as long as it is needed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::Context;

use crate::docs::binary;

/// Longest wait until it says where it is.
const PATIENCE: Duration = Duration::from_secs(30);
/// What it says before its address.
const SERVED: &str = "MCP is served at ";

/// A server; it ends with this value.
pub(crate) struct Server {
    pub(crate) url: String,
    process: Child,
}

impl Server {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(binary()?);
        command.args(["serve", "--http", "127.0.0.1:0", "--sandbox", "--require-auth"]).env_clear();
        Self::run(command)
    }

    /// Runs a command that serves, until it says where.
    pub(crate) fn run(mut command: Command) -> anyhow::Result<Self> {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let (tell, told) = channel();
        let words = process.stderr.take().context("the server has no words")?;
        std::thread::spawn(move || {
            // To the end: a server whose words nobody reads would stop at some point.
            for line in BufReader::new(words).lines().map_while(Result::ok) {
                drop(tell.send(line));
            }
        });
        let mut server = Self { url: String::new(), process };
        server.url = loop {
            let line = told.recv_timeout(PATIENCE).context("the server did not say where it is")?;
            if let Some((_, place)) = line.split_once(SERVED) {
                break place.split_whitespace().next().unwrap_or_default().to_owned();
            }
        };
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
