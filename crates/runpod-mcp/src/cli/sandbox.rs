//! `sandbox`: the imitation of Runpod alone, for any Runpod client.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use runpod_sim::{Pace, Scenario, Seed, Sim, Without};

use super::{block_on, log, out};
use crate::config::Log;

#[derive(Debug, clap::Args)]
pub(super) struct SandboxArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8472")]
    listen: SocketAddr,
    /// The world to start with: empty, demo (a small lived-in account) or busy (hundreds of Pods)
    #[arg(long, default_value = "demo")]
    seed: Seed,
    /// How time passes: real, x60 (so many times as fast) or manual (when told to)
    #[arg(long, default_value = "real")]
    clock: Pace,
    /// Faults and times from a TOML file
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Refuse with 429 when a rate window is used up, instead of only counting
    #[arg(long)]
    enforce_rate_limits: bool,
    /// Imitate an older host: cpu-pods, template-id or pagination
    #[arg(long, value_name = "FEATURE")]
    without: Vec<Without>,
}

pub(super) fn run(args: SandboxArgs) -> anyhow::Result<ExitCode> {
    log::start(Log::Info, false);
    let scenario = args.scenario.as_deref().map(read).transpose()?.unwrap_or_default();
    let mut builder = Sim::builder().seed(args.seed).clock(args.clock).scenario(scenario);
    if args.enforce_rate_limits {
        builder = builder.enforce_rate_limits();
    }
    let builder = args.without.into_iter().fold(builder, runpod_sim::Builder::without);
    block_on(async {
        let at = args.listen;
        let sim = builder.start_at(at).await.with_context(|| format!("cannot listen on {at}"))?;
        out::data(&exports(&sim))?;
        out::talk(&format!("A Runpod in memory listens on {}. Ctrl-C ends it.", sim.url()));
        tokio::signal::ctrl_c().await?;
        anyhow::Ok(())
    })??;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<Scenario> {
    let at = || format!("--scenario {}", path.display());
    let text = std::fs::read_to_string(path).with_context(at)?;
    text.parse().map_err(|e| super::Usage(format!("{}: {e}", at())).into())
}

/// Lines for a shell. Older and newer clients read different variables for the same address.
fn exports(sim: &Sim) -> String {
    let lines = [
        ("RUNPOD_API_KEY", sim.key().to_owned()),
        ("RUNPOD_REST_V2_API_URL", sim.rest_v2_url()),
        ("RUNPOD_API_BASE_URL", sim.url().to_owned()),
        ("RUNPOD_REST_API_URL", sim.rest_v1_url()),
        ("RUNPOD_SERVERLESS_API_URL", sim.serverless_url()),
        ("RUNPOD_GRAPHQL_URL", sim.graphql_url()),
        ("RUNPOD_PUBLIC_GRAPHQL_URL", sim.graphql_url()),
        ("RUNPOD_AUTHED_GRAPHQL_URL", sim.graphql_url()),
        ("CONSOLE_BASE_URL", sim.console_url()),
    ];
    lines.map(|(name, value)| format!("export {name}={value}")).join("\n")
}
