//! `doctor`: looks for what is wrong, hop by hop, and says what to do.

use std::process::ExitCode;
use std::time::SystemTime;

use serde_json::json;

use super::flags::Flags;
use super::{Usage, block_on, configure, connect, install, log, out};
use crate::config::{Config, Env};
use crate::doctor::entry::{self, Entry};
use crate::doctor::network::{self, Host};
use crate::doctor::subject::Subject;
use crate::doctor::{Check, Outcome, account, hosted};
use crate::install::status::{self, Found};
use crate::remote::Address;

/// Exit code for a key that Runpod rejects.
const REJECTED: u8 = 3;

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Look at this hosted MCP server, too
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The name of the entries to look at in the files of clients
    #[arg(long, default_value = "runpod")]
    name: String,
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
    let (url, found) = (url.transpose()?, found(&config, &args.name, env));
    let (checks, verified) = block_on(look(config, url, &found))??;
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

async fn look(
    config: Config,
    url: Option<Address>,
    found: &[Found],
) -> anyhow::Result<(Vec<Check>, Option<bool>)> {
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
    for found in found {
        checks.extend(unread(found).into_iter().chain(open(found)));
        if let Some(entry) = &found.entry {
            checks.extend(Subject::of(found.client.name, entry).check(&http).await);
        }
    }
    Ok((checks, verified))
}

/// What the clients of this computer have under our name. In a sandbox nothing outside of it is looked at, and where
/// there is no home there are no clients.
fn found(config: &Config, name: &str, env: &Env) -> Vec<Found> {
    match install::machine(env) {
        Ok(machine) if !config.sandbox => status::look(&machine, name),
        _ => Vec::new(),
    }
}

fn unread(found: &Found) -> Option<Check> {
    let problem = found.problem.as_ref()?;
    let remedy = "mend the file by hand: the client may not read it either";
    Some(Check::warn(named(found), format!("{}: {problem}", found.path.display()), remedy))
}

fn open(found: &Found) -> Option<Check> {
    let finding = || format!("{} holds a key and can be read by others", found.path.display());
    let remedy = "run `runpod-mcp login`, then `runpod-mcp add` again: the file needs no key then";
    found.is_open.then(|| Check::warn(named(found), finding(), remedy))
}

fn named(found: &Found) -> String {
    format!("entry of {}", found.client.name)
}

/// What a client would start that was given this program.
fn own(sandbox: bool) -> anyhow::Result<Entry> {
    let args = ["serve"].into_iter().chain(sandbox.then_some("--sandbox")).map(str::to_owned).collect();
    Ok(Entry { client: "this program".to_owned(), command: std::env::current_exe()?, args, env: Vec::new() })
}

/// The hosts, each once.
fn hosts(hosts: &runpod_api::Hosts) -> Vec<Host> {
    let mut all: Vec<Host> = Vec::new();
    for (name, base) in hosts.named() {
        if !all.iter().any(|host| host.url == base.as_str()) {
            all.push(Host { name: name.to_owned(), url: base.as_str().to_owned() });
        }
    }
    all
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
