//! Measures what calls cost the server and the twin, beside programs that do no more than copy the bytes and beside the npm server.
//!
//! `bench-peers RUNPOD_MCP COPY PLOT.svg [NODE NPM_SERVER]`; `scripts/bench.sh` builds and finds them. What counts is the
//! processor time that the kernel charges a server, which a busy machine changes little; rounds are interleaved and the
//! least of them counts.

#![expect(clippy::print_stdout, reason = "tables on stdout are what this program is for")]

mod calls;
mod plot;
mod stub;
mod twin;
mod wire;

use std::ffi::OsString;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::calls::Cost;
use crate::stub::Stub;
use crate::twin::Twin;

const USAGE: &str = "usage: bench-peers RUNPOD_MCP COPY PLOT.svg [NODE NPM_SERVER]";

/// How often everything is measured.
const ROUNDS: usize = 5;
const CALLS: u32 = 200;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let mut next = || arguments.next().context(USAGE);
    let (ours, copy, picture) = (next()?, next()?, next()?);
    let mut servers: Vec<(&'static str, Vec<OsString>)> = vec![
        ("runpod-mcp", vec![ours.clone(), "serve".into()]),
        ("copy, sockets", vec![copy.clone()]),
        ("copy, reqwest", vec![copy, "reqwest".into()]),
    ];
    if let Ok(node) = next() {
        servers.push(("npm server", vec![node, next()?]));
    }

    let mut twin = Twin::start(&ours)?;
    let pods = twin.pods()?;
    let costs = (0..ROUNDS).map(|_| twin.cost()).collect::<anyhow::Result<Vec<_>>>()?;
    let least = costs.into_iter().min().unwrap_or_default();
    println!("twin, GET /v2/pods with 50 Pods");
    println!(
        "{:.1} µs of processor time, so {:.0} requests/s on one core\n",
        micros(least),
        1e6 / micros(least)
    );

    fifty(&servers, &pods)?;
    let ours = servers.first().context(USAGE)?;
    std::fs::write(&picture, growth(ours, &pods)?).context("writing the plot")
}

/// `list-pods` with 50 Pods upstream.
fn fifty(servers: &[(&'static str, Vec<OsString>)], pods: &[Value]) -> anyhow::Result<()> {
    let body = twin::page(pods, 50);
    let stub = Stub::answering(&body)?;
    let mut best: Vec<Option<Cost>> = vec![None; servers.len()];
    for _ in 0..ROUNDS {
        for ((name, command), best) in servers.iter().zip(&mut best) {
            let cost = calls::cost(name, command, &stub, CALLS)?;
            *best = Some(best.map_or(cost, |best| if cost.cpu < best.cpu { cost } else { best }));
        }
    }
    println!("stdio, {CALLS} list-pods of 50 Pods, {} bytes upstream", body.len());
    println!(
        "{:<16} {:>12} {:>8} {:>16} {:>16}",
        "", "µs of CPU", "ratio", "MiB after list", "MiB after calls"
    );
    let ours = best.first().copied().flatten().map_or(1.0, |cost| micros(cost.cpu));
    for ((name, _), cost) in servers.iter().zip(best) {
        let Some(Cost { cpu, listed, called }) = cost else { continue };
        let (cpu, mib) = (micros(cpu), |kib: u64| kib as f64 / 1024.0);
        println!("{name:<16} {cpu:>12.0} {:>8.2} {:>16.1} {:>16.1}", cpu / ours, mib(listed), mib(called));
    }
    Ok(())
}

/// The same with 10 to 10,000 Pods; answers the picture of it.
fn growth((name, command): &(&'static str, Vec<OsString>), pods: &[Value]) -> anyhow::Result<String> {
    println!(
        "\nstdio, list-pods as the account grows\n{:<16} {:>12} {:>12}",
        "Pods", "µs of CPU", "µs per Pod"
    );
    let mut points = Vec::new();
    for (count, calls) in [(10, 200), (100, 100), (1_000, 20), (10_000, 5)] {
        let stub = Stub::answering(&twin::page(pods, count))?;
        let costs = (0..ROUNDS)
            .map(|_| calls::cost(name, command, &stub, calls))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let least = costs.iter().map(|cost| cost.cpu).min().unwrap_or_default();
        println!("{count:<16} {:>12.0} {:>12.2}", micros(least), micros(least) / count as f64);
        points.push((count as f64, micros(least) / 1e3));
    }
    let axes = ("Pods in the answer of Runpod", "ms of processor time for one call");
    Ok(plot::draw("list-pods over stdio", axes, &points))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
