//! Clients over stdio: one that stays and talks all the time, and one after the other that say a few things and leave.

use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::calls::Known;
use crate::ledger::Ledger;
use crate::town::{Env, Town, quiet};

/// Most requests that wait for an answer at a time.
const WAITING: usize = 24;
/// Of a hundred calls, those that are cancelled.
const CANCELLED: u32 = 12;

/// A session with a server of its own.
#[derive(Debug)]
pub(crate) struct Session {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    ledger: Ledger,
}

impl Session {
    pub(crate) async fn open(town: &Town, binary: &OsStr) -> anyhow::Result<Self> {
        Self::with(&town.env, binary).await
    }

    async fn with(env: &Env, binary: &OsStr) -> anyhow::Result<Self> {
        use std::process::Stdio;
        let mut child = quiet(binary, env).arg("serve").stdin(Stdio::piped()).spawn().context("a server")?;
        let input = child.stdin.take().context("no stdin")?;
        let output = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let mut session = Self { child, input, output, ledger: Ledger::default() };
        let hello = json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "soak", "version": "0"},
        });
        session.ask("initialize", &hello).await?;
        session.answer().await?;
        session.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await?;
        Ok(session)
    }

    /// Its process.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server ended")
    }

    /// What a tool replies that needs no arguments.
    pub(crate) async fn call(&mut self, tool: &str) -> anyhow::Result<Value> {
        self.ask("tools/call", &json!({"name": tool, "arguments": {}})).await?;
        let answer = self.answer().await?;
        let text = answer.pointer("/result/content/0/text").and_then(Value::as_str);
        Ok(serde_json::from_str(text.with_context(|| format!("{tool}: {answer:.300}"))?)?)
    }

    /// Talks until the end, then waits for what is still due.
    pub(crate) async fn talk(
        mut self,
        known: Known,
        mut dice: Rng,
        until: Instant,
    ) -> anyhow::Result<Talked> {
        let mut next = Instant::now();
        while Instant::now() < until || !self.ledger.waiting().is_empty() {
            let talks = Instant::now() < until && self.ledger.waiting().len() < WAITING;
            tokio::select! {
                line = self.output.next_line() => self.hear(&line?.context("the server ended")?)?,
                () = tokio::time::sleep_until(next.into()), if talks => {
                    self.call_something(&known, &mut dice).await?;
                    next = Instant::now() + Duration::from_millis(dice.u64(0..60));
                }
                () = tokio::time::sleep(Duration::from_secs(1)) => (),
            }
            if Instant::now() > until + crate::SETTLED {
                break;
            }
        }
        Ok(Talked { session: self })
    }

    async fn call_something(&mut self, known: &Known, dice: &mut Rng) -> anyhow::Result<()> {
        let (tool, arguments) = known.next(dice);
        let id = self.ask("tools/call", &json!({"name": tool, "arguments": arguments})).await?;
        if dice.u32(0..100) < CANCELLED {
            let waiting = self.ledger.waiting();
            // Any of those that wait, not always the one that was just asked.
            let id = dice.choice(waiting).unwrap_or(id);
            self.ledger.give_up(id);
            let params = json!({"requestId": id, "reason": "soak"});
            self.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
                .await?;
        }
        Ok(())
    }

    async fn ask(&mut self, method: &str, params: &Value) -> anyhow::Result<u64> {
        let what = params.get("name").and_then(Value::as_str).unwrap_or(method);
        let id = self.ledger.ask(what);
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await?;
        Ok(id)
    }

    async fn say(&mut self, message: &Value) -> anyhow::Result<()> {
        self.input.write_all(format!("{message}\n").as_bytes()).await?;
        Ok(self.input.flush().await?)
    }

    /// The next answer.
    async fn answer(&mut self) -> anyhow::Result<Value> {
        loop {
            let line = self.output.next_line().await?.context("the server ended")?;
            self.hear(&line)?;
            let message: Value = serde_json::from_str(&line)?;
            if message.get("id").is_some() {
                return Ok(message);
            }
        }
    }

    fn hear(&mut self, line: &str) -> anyhow::Result<()> {
        let message: Value = serde_json::from_str(line).with_context(|| format!("not JSON: {line:.300}"))?;
        match message.get("id").and_then(Value::as_u64) {
            Some(id) => self.ledger.answer(id),
            // Progress and the log of the protocol.
            None if message.get("method").is_some() => (),
            None => self.ledger.wrong(format!("neither an answer nor a notice: {line:.300}")),
        }
        Ok(())
    }

    /// Says no more and hears to the end.
    async fn leave(mut self) -> anyhow::Result<Ledger> {
        drop(self.input);
        let mut rest = Vec::new();
        while let Some(line) = self.output.next_line().await? {
            rest.push(line);
        }
        ensure!(self.child.wait().await?.success(), "a server ended in an error");
        for line in rest {
            let message: Value = serde_json::from_str(&line)?;
            message.get("id").and_then(Value::as_u64).into_iter().for_each(|id| self.ledger.answer(id));
        }
        Ok(self.ledger)
    }
}

/// A session that has nothing more to say, and is still there to be looked at.
#[derive(Debug)]
pub(crate) struct Talked {
    session: Session,
}

impl Talked {
    /// Ends it; answers what came of its requests.
    pub(crate) async fn end(self) -> anyhow::Result<Ledger> {
        self.session.leave().await
    }
}

/// One short session after the other: a few calls at once, the end of the input, and everything is answered.
pub(crate) async fn come_and_go(
    env: Env,
    binary: OsString,
    known: Known,
    (mut dice, until): (Rng, Instant),
) -> anyhow::Result<Ledger> {
    let mut all = Ledger::default();
    while Instant::now() < until {
        let mut session = Session::with(&env, &binary).await?;
        for _ in 0..dice.u32(1..8) {
            let (tool, arguments) = known.look(&mut dice);
            session.ask("tools/call", &json!({"name": tool, "arguments": arguments})).await?;
        }
        match tokio::time::timeout(crate::SETTLED, session.leave()).await {
            Ok(ledger) => all.absorb(ledger?),
            Err(_) => bail!("a server does not end although its input did"),
        }
        tokio::time::sleep(Duration::from_secs(dice.u64(1..10))).await;
    }
    Ok(all)
}
