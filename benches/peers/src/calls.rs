//! What one `list-pods` costs a server over stdio.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context, ensure};
use figures::server::{Contender, Server};
use serde_json::{Value, json};

use bench_peers::stub::Stub;

/// A server, and how it is asked for 50 Pods.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) command: Vec<OsString>,
    pub(crate) arguments: Value,
}

/// What the calls of one server came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Processor time of the server for one call.
    pub(crate) cpu: Duration,
    /// Most memory after tools/list, in KiB.
    pub(crate) listed: u64,
    /// Most memory after all calls, in KiB.
    pub(crate) called: u64,
}

/// A command with its account at a host.
fn at(host: &str, command: &[OsString]) -> Vec<OsString> {
    // Ours, and the npm server's.
    let settings =
        [format!("RUNPOD_REST_V2_API_URL=http://{host}/v2"), format!("RUNPOD_API_BASE_URL=http://{host}")];
    let mut all: Vec<OsString> = vec!["env".into()];
    all.extend(settings.map(OsString::from));
    all.extend(command.iter().cloned());
    all
}

/// So many calls after some to warm up. Each has to reach the host: what is answered from a cache is another thing.
pub(crate) fn cost(peer: &Peer, stub: &Stub, calls: u32) -> anyhow::Result<Cost> {
    let contender = Contender { name: peer.name, command: at(&stub.at, &peer.command) };
    let (mut server, _) = contender.start()?;
    server.tools()?;
    let listed = server.peak_kib().unwrap_or_default();
    for nth in 0..calls / 10 + 1 {
        call(&mut server, peer, nth)?;
    }
    let (asked, before) = (stub.asked(), server.cpu().context("the kernel tells no times")?);
    for nth in 0..calls {
        call(&mut server, peer, nth)?;
    }
    let spent = server.cpu().context("the kernel tells no times")? - before;
    ensure!(stub.asked() - asked >= calls as usize, "{} answered without asking the host", peer.name);
    let called = server.peak_kib().unwrap_or_default();
    server.end()?;
    Ok(Cost { cpu: spent / calls, listed, called })
}

fn call(server: &mut Server, peer: &Peer, nth: u32) -> anyhow::Result<()> {
    let params = json!({"name": "list-pods", "arguments": peer.arguments});
    let answer = server.ask(u64::from(nth) + 10, "tools/call", &params)?;
    let failed = answer.pointer("/result/isError").and_then(Value::as_bool) == Some(true);
    ensure!(!failed && answer.get("result").is_some(), "{}: {answer:.500}", peer.name);
    Ok(())
}
