//! Clients over HTTP: most wait for their answer, some leave in the middle, some send halves.

use std::time::{Duration, Instant};

use anyhow::Context;
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::calls::Known;
use crate::ledger::Ledger;
use crate::town::Host;

/// Both forms of an answer, or the plain one alone.
const ACCEPTED: [&str; 2] = ["application/json, text/event-stream", "application/json"];

/// Calls until the end.
pub(crate) async fn visit(host: Host, known: Known, mut dice: Rng, until: Instant) -> anyhow::Result<Ledger> {
    let mut guest = Guest { client: client()?, host, ledger: Ledger::default() };
    while Instant::now() < until {
        match dice.u32(0..100) {
            0..12 => guest.leave(&known, &mut dice).await?,
            12..15 => guest.send_half(&mut dice).await?,
            15..18 => guest.client = client()?,
            _ => guest.call(&known, &mut dice).await?,
        }
        tokio::time::sleep(Duration::from_millis(dice.u64(0..250))).await;
    }
    Ok(guest.ledger)
}

struct Guest {
    client: reqwest::Client,
    host: Host,
    ledger: Ledger,
}

impl Guest {
    async fn call(&mut self, known: &Known, dice: &mut Rng) -> anyhow::Result<()> {
        let (id, request) = self.ask(known, dice);
        self.hear(id, request).await
    }

    /// Asks, and goes at some moment; the answer may have come before.
    async fn leave(&mut self, known: &Known, dice: &mut Rng) -> anyhow::Result<()> {
        let (id, request) = self.ask(known, dice);
        let patience = Duration::from_millis(dice.u64(0..300));
        match tokio::time::timeout(patience, self.hear(id, request)).await {
            Ok(heard) => heard,
            Err(_) => {
                self.ledger.give_up(id);
                Ok(())
            }
        }
    }

    /// A request of which only a part is sent.
    async fn send_half(&self, dice: &mut Rng) -> anyhow::Result<()> {
        let at = self.host.base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(at).await?;
        let whole = format!(
            "POST /mcp HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: 4000\r\n\r\n{{\"jsonrpc\":\"2.0\",",
            self.host.key
        );
        let part = whole.as_bytes().get(..dice.usize(..whole.len())).unwrap_or_default();
        socket.write_all(part).await?;
        tokio::time::sleep(Duration::from_millis(dice.u64(0..100))).await;
        Ok(())
    }

    fn ask(&mut self, known: &Known, dice: &mut Rng) -> (u64, reqwest::RequestBuilder) {
        let (tool, arguments) = known.next(dice);
        let id = self.ledger.ask(tool);
        let params = json!({"name": tool, "arguments": arguments});
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
        let accepted = ACCEPTED.get(dice.usize(..ACCEPTED.len())).copied().unwrap_or_default();
        let request = self.client.post(format!("{}/mcp", self.host.base)).bearer_auth(&self.host.key);
        let request = request.header("content-type", "application/json").header("accept", accepted);
        (id, request.header("mcp-protocol-version", "2025-11-25").body(body.to_string()))
    }

    /// Waits for the answer, of which there has to be one.
    async fn hear(&mut self, id: u64, request: reqwest::RequestBuilder) -> anyhow::Result<()> {
        let response = request.send().await.context("the host does not answer")?;
        let status = response.status().as_u16();
        let text = response.text().await.context("the host breaks off")?;
        let found = answers(&text);
        for answer in &found {
            match answer.get("id").and_then(Value::as_u64) {
                Some(of) if of == id => self.ledger.answer(id),
                _ => self.ledger.wrong(format!("{id} was answered with {answer:.300}")),
            }
        }
        if found.is_empty() {
            self.ledger.wrong(format!("{id} was answered with {status} and {text:.300}"));
        }
        Ok(())
    }
}

/// The messages of a body that are no notices: one as JSON, or those among events.
fn answers(text: &str) -> Vec<Value> {
    let lines: Vec<_> = match text.starts_with('{') {
        true => vec![text],
        false => text.lines().filter_map(|line| line.strip_prefix("data:")).collect(),
    };
    let messages = lines.into_iter().filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
    messages.filter(|message| message.get("method").is_none()).collect()
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
