//! `status`: which clients know this server, and how.

use std::process::ExitCode;

use serde_json::json;

use super::machine;
use crate::cli::out;
use crate::config::Env;
use crate::install::clients::CLIENTS;
use crate::install::status::{Found, look};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatusArgs {
    /// The name of the entry
    #[arg(long, default_value = "runpod")]
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Also list the clients that do not know it
    #[arg(long)]
    all: bool,
}

pub(in crate::cli) fn run(args: &StatusArgs, env: &Env) -> anyhow::Result<ExitCode> {
    let machine = machine(env)?;
    let found = look(&machine, &args.name);
    let others = CLIENTS.iter().filter(|client| found.iter().all(|found| found.client.id != client.id));
    let others = others.map(|client| (client, !(client.signals)(&machine).is_empty()));
    let others: Vec<_> = others.filter(|(_, detected)| *detected || args.all).collect();
    if args.json {
        let without = others
            .iter()
            .map(|(client, detected)| json!({"id": client.id, "name": client.name, "detected": detected}));
        let without: Vec<_> = without.collect();
        let entries: Vec<_> = found.iter().map(Found::json).collect();
        out::json(
            &json!({"schema": 1, "action": "status", "name": args.name, "entries": entries, "without": without}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines: Vec<String> = found.iter().flat_map(lines).collect();
    if found.is_empty() {
        lines.push(format!("No client has an entry called {}. `runpod-mcp add` makes one.", args.name));
    }
    for (client, detected) in &others {
        let where_ = if *detected { "here, without an entry" } else { "not found" };
        lines.push(format!("{:24} {where_}", client.name));
    }
    out::data(&lines.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn lines(found: &Found) -> Vec<String> {
    let mut lines = match &found.problem {
        Some(problem) => vec![format!("{:24} {problem}", found.client.name)],
        None => vec![format!("{:24} {:7} {}", found.client.name, found.mode(), found.reaches())],
    };
    lines.push(format!("  {} ({})", found.path.display(), found.scope.word()));
    lines.extend(found.key().map(|key| format!("  a key that ends with {key} is in this file")));
    lines.extend(found.is_open.then(|| "  others can read this file: chmod 600 it".to_owned()));
    lines.extend(found.shadows.then(|| "  in this folder it wins over your own entry".to_owned()));
    lines
}
