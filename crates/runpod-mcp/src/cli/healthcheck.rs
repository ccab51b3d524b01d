//! `healthcheck`: whether a server is well, for images that have nothing else to ask with.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use super::{Usage, block_on, out};
use crate::config::Env;
use crate::web;

/// Longest wait for the answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a server listens unless somebody says.
const PORT: &str = "8471";

#[derive(Debug, clap::Args)]
pub(super) struct HealthcheckArgs {
    /// Address to ask [default: http://127.0.0.1:8471/healthz, or $PORT where that is set]
    url: Option<String>,
}

pub(super) fn run(args: &HealthcheckArgs, env: &Env) -> anyhow::Result<ExitCode> {
    let port = env.get("PORT").filter(|port| port.parse::<u16>().is_ok()).unwrap_or(PORT);
    let url = args.url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{port}/healthz"));
    let usable = reqwest::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !usable {
        return Err(
            Usage("the address must be a URL such as http://127.0.0.1:8471/healthz".to_owned()).into()
        );
    }
    match block_on(ask(&url, env))? {
        Ok(200) => Ok(ExitCode::SUCCESS),
        Ok(status) => {
            out::talk(&format!("runpod-mcp: {url} answered {status}"));
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error),
    }
}

async fn ask(url: &str, env: &Env) -> anyhow::Result<u16> {
    let roots =
        env.get("SSL_CERT_FILE").map(std::fs::read).transpose().context("SSL_CERT_FILE cannot be read")?;
    let answer = web::client(roots.map(Into::into))?.get(url).timeout(PATIENCE).send().await;
    Ok(answer
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("{url} does not answer"))?
        .status()
        .as_u16())
}
