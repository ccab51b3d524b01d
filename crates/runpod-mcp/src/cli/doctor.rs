//! `doctor`: looks for what is wrong, hop by hop, and says what to do.

use std::process::ExitCode;
use std::time::SystemTime;

use serde_json::json;

use super::flags::Flags;
use super::{Usage, block_on, configure, connect, log, out};
use crate::config::{Config, Env};
use crate::doctor::entry::{self, Entry};
use crate::doctor::network::{self, Host};
use crate::doctor::{Check, Outcome, account, hosted};
use crate::remote::Address;

/// Exit code for a key that Runpod rejects.
const REJECTED: u8 = 3;

/// Check everything between a client and Runpod, and say what to do about what is wrong
///
/// Nothing is changed and no key is shown. Exit code 1 means that a check failed, 3 that Runpod rejects the key.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Look at this hosted MCP server, too
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print the findings as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: &DoctorArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags.clone()), env)? else { return Ok(ExitCode::SUCCESS) };
    log::start(config.log, config.json_log.unwrap_or(false));
    let url = args.url.as_deref().map(|url| Address::parse(url).map_err(|e| Usage(format!("{url:?} {e}"))));
    let (checks, verified) = block_on(look(config, url.transpose()?))??;
    match args.json {
        true => out::json(&json!({
            "schema": 1, "action": "doctor", "key": {"verified": verified}, "checks": checks,
        }))?,
        false => out::data(&checks.iter().map(line).collect::<Vec<_>>().join("\n"))?,
    }
    let failed = checks.iter().any(|check| check.outcome == Outcome::Fail);
    Ok(match verified {
        Some(false) => ExitCode::from(REJECTED),
        _ if failed => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

async fn look(config: Config, url: Option<Address>) -> anyhow::Result<(Vec<Check>, Option<bool>)> {
    let reach = connect::reach(&config).await?;
    let (key, verified) = account::check(reach.key, &reach.client).await;
    let mut checks = vec![key];
    let network = &config.network;
    checks.push(network::proxy(network.proxy.is_some(), network.no_proxy.as_deref()));
    let http = reach.settings.engine()?;
    checks.extend(network::check(&http, &hosts(&reach.settings.hosts), SystemTime::now()).await);
    if let Some(url) = url {
        checks.extend(hosted::check(&http, &url).await);
    }
    checks.push(entry::check(&own(config.sandbox)?).await);
    Ok((checks, verified))
}

/// What a client would start that was given this program.
fn own(sandbox: bool) -> anyhow::Result<Entry> {
    let args = ["serve"].into_iter().chain(sandbox.then_some("--sandbox")).map(str::to_owned).collect();
    Ok(Entry { client: "this program".to_owned(), command: std::env::current_exe()?, args, env: Vec::new() })
}

/// The hosts, each once.
fn hosts(hosts: &runpod_api::Hosts) -> Vec<Host> {
    let all = [
        ("REST v2", &hosts.rest_v2),
        ("REST v1", &hosts.rest_v1),
        ("Serverless", &hosts.serverless),
        ("GraphQL", &hosts.graphql_authed),
        ("public GraphQL", &hosts.graphql_public),
    ];
    let mut hosts: Vec<Host> = Vec::new();
    for (name, base) in all {
        if !hosts.iter().any(|host| host.url == base.as_str()) {
            hosts.push(Host { name: name.to_owned(), url: base.as_str().to_owned() });
        }
    }
    hosts
}

fn line(check: &Check) -> String {
    let mark = match check.outcome {
        Outcome::Ok => "ok  ",
        Outcome::Warn => "warn",
        Outcome::Fail => "FAIL",
    };
    let remedy = check.remedy.as_ref().map(|remedy| format!("\n     -> {remedy}")).unwrap_or_default();
    format!("{mark} {}: {}{remedy}", check.name, check.finding)
}
