//! Runs the server for a long time, over stdio and over HTTP, and looks whether anything grows or gets lost.
//!
//! `soak RUNPOD_MCP [MINUTES] [SEED]`; `scripts/soak.sh` builds it. Random tools are called on a sandbox that misbehaves;
//! calls are cancelled, clients leave in the middle, come back, send halves. The seed decides what each of them does.
//!
//! Asserted: each request that was not given up has exactly one answer; memory and threads are flat after a warm-up;
//! at rest there are as many descriptors as before. What it prints is a page of `docs/soak.md`.

#![expect(clippy::print_stdout, reason = "a table on stdout is what this program is for")]

mod calls;
mod http;
mod ledger;
mod stdio;
mod town;
mod watch;
mod weather;

use std::ffi::OsString;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::calls::Known;
use crate::ledger::Ledger;
use crate::stdio::Session;
use crate::town::{Host, Town};
use crate::watch::Watch;

const USAGE: &str = "usage: soak RUNPOD_MCP [MINUTES] [SEED]";
/// The seed when none is given.
const SEED: u64 = 20_261_130;
/// Clients over HTTP at a time.
const GUESTS: usize = 8;
/// Longest wait for the last answers: longer than any call may take here.
const SETTLED: Duration = Duration::from_secs(120);

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let binary = arguments.next().context(USAGE)?;
    let mut number = |otherwise: u64| match arguments.next() {
        Some(text) => text.to_str().and_then(|text| text.parse().ok()).context(USAGE),
        None => Ok(otherwise),
    };
    let (minutes, seed) = (number(30)?, number(SEED)?);
    println!("{minutes} minutes, seed {seed}\n");
    // Everything here is on loopback and in clear; the engine wants one all the same. Nobody else has set any.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(soak(binary, Duration::from_secs(60 * minutes), seed))
}

async fn soak(binary: OsString, time: Duration, seed: u64) -> anyhow::Result<()> {
    let town = Town::found(&binary).await?;
    let host = town.host(&binary).await?;
    let session = Session::open(&town, &binary).await?;
    let mut watch = Watch::begin(session.id()?, &host).await?;
    let dice = fastrand::Rng::with_seed(seed);
    let ledgers = live((&town, &host, session), &mut watch, (binary, dice), time).await;
    let ledgers = ledgers.with_context(|| host.last_words())?;
    watch.print();
    let mut failures = ledger::print(&ledgers);
    failures.extend(watch.judge());
    ensure!(failures.is_empty(), "\n{}", failures.join("\n"));
    println!("\nNothing grew, nothing was lost.");
    Ok(())
}

/// Lets everybody call until the time is over, and everything come to rest; answers what came of all requests.
async fn live(
    (town, host, mut session): (&Town, &Host, Session),
    watch: &mut Watch,
    (binary, mut dice): (OsString, fastrand::Rng),
    time: Duration,
) -> anyhow::Result<Vec<(&'static str, Ledger)>> {
    let known = Known::ask(&mut session).await?;
    let until = Instant::now() + time;
    let guests: Vec<_> = (0..GUESTS)
        .map(|_| tokio::spawn(http::visit(host.clone(), known.clone(), dice.fork(), until)))
        .collect();
    let weather = tokio::spawn(weather::change(town.base.clone(), dice.fork(), until));
    let callers = stdio::come_and_go(town.env.clone(), binary, known.clone(), (dice.fork(), until));
    let callers = tokio::spawn(callers);
    let local = tokio::spawn(session.talk(known, dice.fork(), until));
    watch.until(until).await?;

    weather.await??;
    let (local, callers) = (local.await??, callers.await??);
    let mut ledgers = Vec::new();
    for guest in guests {
        ledgers.push(("HTTP", guest.await??));
    }
    watch.rest().await?;
    ledgers.extend([("stdio", local.end().await?), ("stdio, short sessions", callers)]);
    Ok(ledgers)
}
