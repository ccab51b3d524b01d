//! Measures what calls cost the server and the twin, beside programs that do no more than copy the bytes and beside the npm server.
//!
//! `bench-peers RUNPOD_MCP COPY PLOT.svg [NODE NPM_SERVER]`; `scripts/bench.sh` builds and finds them. What counts is the
//! processor time that the kernel charges a server, which a busy machine changes little; rounds are interleaved and the
//! least of them counts.

#![expect(clippy::print_stdout, reason = "tables on stdout are what this program is for")]

mod calls;

use std::ffi::OsString;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use crate::calls::{Cost, Peer};
use bench_peers::plot;
use bench_peers::stub::Stub;
use bench_peers::twin::{self, Twin};

const USAGE: &str = "usage: bench-peers RUNPOD_MCP COPY PLOT.svg [NODE NPM_SERVER]";

/// How often everything is measured.
const ROUNDS: usize = 5;
/// Calls of a round, with 50 Pods.
const CALLS: u32 = 200;
/// Pods of an account as it grows, and calls of a round.
const GROWTH: [(u32, u32); 4] = [(10, 200), (100, 100), (1_000, 20), (10_000, 5)];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mut next = || arguments.next().context(USAGE);
    let (ours, copy, picture) = (next()?, next()?, next()?);
    let npm = next().and_then(|node| Ok(vec![node, next()?])).ok();

    let mut twin = Twin::start(&ours)?;
    let pods = twin.pods()?;
    on_twin(&mut twin)?;
    let ours =
        Peer { name: "runpod-mcp", command: vec![ours, "serve".into()], arguments: json!({"limit": 50}) };
    let others = others(copy, npm);
    on_fifty(&[vec![ours.clone()], others].concat(), &pods)?;
    std::fs::write(&picture, growth(&ours, &pods)?).context("writing the plot")
}

/// What ours is compared with; these answer what they get, however many Pods it is.
fn others(copy: OsString, npm: Option<Vec<OsString>>) -> Vec<Peer> {
    let copies = [
        ("copy, sockets", Some(vec![copy.clone()])),
        ("copy, reqwest", Some(vec![copy, "reqwest".into()])),
        ("npm server", npm),
    ];
    let peer = |(name, command): (_, Option<_>)| Some(Peer { name, command: command?, arguments: json!({}) });
    copies.into_iter().filter_map(peer).collect()
}

fn on_twin(twin: &mut Twin) -> anyhow::Result<()> {
    let costs = (0..ROUNDS).map(|_| twin.cost()).collect::<anyhow::Result<Vec<_>>>()?;
    let least = micros(costs.into_iter().min().unwrap_or_default());
    println!("twin, GET /v2/pods with 50 Pods");
    println!("{least:.1} µs of processor time, so {:.0} requests/s on one core\n", 1e6 / least);
    Ok(())
}

/// `list-pods` with 50 Pods upstream.
fn on_fifty(peers: &[Peer], pods: &[Value]) -> anyhow::Result<()> {
    let body = twin::page(pods, 50);
    let stub = Stub::answering(&body)?;
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); peers.len()];
    for _ in 0..ROUNDS {
        for (peer, costs) in peers.iter().zip(&mut costs) {
            costs.push(calls::cost(peer, &stub, CALLS)?);
        }
    }
    let least = |costs: &Vec<Cost>| costs.iter().copied().min_by_key(|cost| cost.cpu);
    let costs: Vec<Cost> = costs.iter().filter_map(least).collect();
    println!("stdio, {CALLS} list-pods of 50 Pods, {} bytes upstream", body.len());
    println!(
        "{:<16} {:>12} {:>8} {:>16} {:>16}",
        "", "µs of CPU", "ratio", "MiB after list", "MiB after calls"
    );
    let ours = costs.first().map_or(1.0, |cost| micros(cost.cpu));
    let mib = |kib: u64| kib as f64 / 1024.0;
    for (Peer { name, .. }, Cost { cpu, listed, called }) in peers.iter().zip(costs) {
        let cpu = micros(cpu);
        println!("{name:<16} {cpu:>12.0} {:>8.2} {:>16.1} {:>16.1}", cpu / ours, mib(listed), mib(called));
    }
    Ok(())
}

/// The same as the account grows; answers the picture of it.
fn growth(peer: &Peer, pods: &[Value]) -> anyhow::Result<String> {
    println!(
        "\nstdio, list-pods as the account grows\n{:<16} {:>12} {:>12}",
        "Pods", "µs of CPU", "µs per Pod"
    );
    let mut points = Vec::new();
    for (count, calls) in GROWTH {
        let stub = Stub::answering(&twin::page(pods, count as usize))?;
        let cost = |_| calls::cost(peer, &stub, calls).map(|cost| cost.cpu);
        let costs = (0..ROUNDS).map(cost).collect::<anyhow::Result<Vec<_>>>()?;
        let least = micros(costs.into_iter().min().unwrap_or_default());
        println!("{count:<16} {least:>12.0} {:>12.2}", least / f64::from(count));
        points.push((f64::from(count), least / 1e3));
    }
    let axes = ("Pods in the answer of Runpod", "ms of processor time for one call");
    Ok(plot::draw("list-pods over stdio", axes, &points))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
