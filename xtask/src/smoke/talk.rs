//! A conversation with a server, over stdio or HTTP.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use crate::oauth_e2e::desk::Desk;
use crate::oauth_e2e::server::Server;

/// A conversation; a server that was started for it ends with it.
pub(super) struct Talk {
    way: Way,
    asked: u64,
}

enum Way {
    Stdio { server: Child, asking: ChildStdin, answers: Lines<BufReader<ChildStdout>> },
    Http { desk: Desk, url: String, key: Option<String>, _server: Option<Server> },
}

impl Talk {
    pub(super) fn stdio(command: &mut Command) -> anyhow::Result<Self> {
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asking = server.stdin.take().context("the server has an input")?;
        let answers = BufReader::new(server.stdout.take().context("the server has an output")?).lines();
        Ok(Self { way: Way::Stdio { server, asking, answers }, asked: 0 })
    }

    pub(super) fn http(url: String, key: Option<String>, server: Option<Server>) -> Self {
        Self { way: Way::Http { desk: Desk::new(), url, key, _server: server }, asked: 0 }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// When the answer is an error, or there is none.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.asked += 1;
        let message = json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params});
        let mut answer = match &mut self.way {
            Way::Http { desk, url, key, .. } => desk.post_json(url, &message, key.as_deref())?.message()?,
            Way::Stdio { asking, answers, .. } => {
                writeln!(asking, "{message}")?;
                answer(answers, self.asked)?
            }
        };
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => bail!("{method}: {answer}"),
        }
    }

    /// Says something that wants no answer.
    pub(super) fn say(&mut self, method: &str) -> anyhow::Result<()> {
        let message = json!({"jsonrpc": "2.0", "method": method});
        match &mut self.way {
            Way::Stdio { asking, .. } => Ok(writeln!(asking, "{message}")?),
            Way::Http { desk, url, key, .. } => {
                let said = desk.post_json(url, &message, key.as_deref())?;
                ensure!(said.status == 202, "{method}: expected 202, got {}", said.status);
                Ok(())
            }
        }
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// When it fails, with what it says.
    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> anyhow::Result<Value> {
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        let text = result.pointer("/content/0/text").and_then(Value::as_str).unwrap_or_default();
        ensure!(result.get("isError") != Some(&Value::Bool(true)), "{tool}: {text}");
        serde_json::from_str(text).with_context(|| format!("{tool} did not answer JSON"))
    }
}

/// The answer of this number; whatever else is said is not for us.
fn answer(answers: &mut Lines<BufReader<ChildStdout>>, number: u64) -> anyhow::Result<Value> {
    for line in answers {
        let message: Value = serde_json::from_str(&line?)?;
        if message.get("id").and_then(Value::as_u64) == Some(number) {
            return Ok(message);
        }
    }
    bail!("the server ended")
}

impl Drop for Talk {
    fn drop(&mut self) {
        if let Way::Stdio { server, .. } = &mut self.way {
            // It may have ended by itself; either way it is gone afterwards.
            drop(server.kill());
            drop(server.wait());
        }
    }
}
