//! `serve`: answer one MCP client over stdin and stdout, or many over HTTP.

mod http;

use std::net::SocketAddr;
use std::process::ExitCode;

use super::flags::Flags;
use super::{block_on, configure, connect, log, out};
use crate::config::{Config, Env};

#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArgs {
    /// Serve MCP over HTTP at / and /mcp [default: 127.0.0.1:8471, or 0.0.0.0 and $PORT where that is set]
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "no flag, a flag alone, a flag with an address")]
    http: Option<Option<SocketAddr>>,
    #[command(flatten)]
    flags: Flags,
}

impl ServeArgs {
    /// Serves as these arguments say, and the flags that stood before the verb.
    pub(super) fn run(self, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
        let flags = top.under(self.flags);
        let Some(at) = self.http else { return run(&flags, env) };
        let Some(config) = configure(&flags, env)? else { return Ok(ExitCode::SUCCESS) };
        log::start(config.log, config.json_log.unwrap_or(true));
        http::run(at, config)
    }
}

/// Serves one client over stdin and stdout, or many where `MCP_TRANSPORT` says so.
pub(super) fn run(flags: &Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(flags, env)? else { return Ok(ExitCode::SUCCESS) };
    if config.hosted.over_http {
        log::start(config.log, config.json_log.unwrap_or(true));
        return http::run(None, config);
    }
    log::start(config.log, config.json_log.unwrap_or(false));
    announce(&config);
    block_on(async {
        let connection = connect::open(config).await?;
        crate::serve::stdio::run(connection.server.clone()).await?;
        anyhow::Ok(())
    })??;
    Ok(ExitCode::SUCCESS)
}

/// Says what a person would want to know before calls are made.
pub(super) fn announce(config: &Config) {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    if config.sandbox {
        return tracing::info!("sandbox: an imitation of Runpod in memory; nothing is rented");
    }
    for (name, address) in config.foreign_hosts() {
        tracing::warn!("{name} is not at Runpod: {address}");
    }
}

/// What somebody sees who types `runpod-mcp` in a terminal.
pub(super) fn explain() -> anyhow::Result<ExitCode> {
    out::data(EXPLANATION)?;
    Ok(ExitCode::SUCCESS)
}

const EXPLANATION: &str = "\
runpod-mcp lets an MCP client (Claude Code, Cursor, VS Code, Codex, ...) run a Runpod account.
A client starts it and talks to it over stdin and stdout, so there is nothing to see here. Try:

  runpod-mcp demo                          the whole way on an imitation of Runpod; costs nothing
  runpod-mcp tools                         what a client can do with it
  runpod-mcp call list-pods --sandbox      one call from the shell
  runpod-mcp login                         keep the key of your account on this computer
  runpod-mcp add                           make it known to the MCP clients on this computer
  runpod-mcp --help                        everything else

The account key: RUNPOD_API_KEY, else what `login` kept, else runpodctl's ~/.runpod/config.toml.";
