//! From a configuration to a server.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use runpod_api::{Client, Settings};

use crate::config::{Config, Problems};
use crate::mcp::{Server, Setup};
use crate::policy::Policy;
use crate::tool::Detail;
use crate::tools::Selection;

/// Longest time for one call over stdio.
const PATIENCE: Duration = Duration::from_secs(300);

/// The server that a configuration describes.
///
/// # Errors
/// When it names tools that do not exist, or a certificate file that cannot be read.
pub(super) fn server(config: Config) -> anyhow::Result<Server> {
    let selection =
        Selection::of(&config.toolsets, &config.tools, &config.exclude_tools).map_err(Problems)?;
    let client = Client::new(settings(&config)?);
    Ok(Server::new(Setup {
        client,
        selection,
        policy: Policy { read_only: config.read_only, no_spend: config.no_spend },
        detail: if config.full_detail { Detail::Full } else { Detail::Summary },
        keys: config.keys,
        patience: PATIENCE,
        sandbox: false,
        transport: "stdio",
    }))
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let network = config.network.clone();
    let read =
        |path: PathBuf| std::fs::read(&path).with_context(|| format!("SSL_CERT_FILE {}", path.display()));
    Ok(Settings {
        hosts: config.hosts.clone(),
        proxy: network.proxy,
        no_proxy: network.no_proxy,
        roots_pem: network.cert_file.map(read).transpose()?,
        ..Settings::default()
    })
}
