//! `tools`: what a client would be offered.

use std::process::ExitCode;

use serde_json::Value;

use super::flags::Flags;
use super::{configure, connect, out};
use crate::config::Env;
use crate::tool::first_sentence;

#[derive(Debug, clap::Args)]
pub(super) struct ToolsArgs {
    /// Print exactly what tools/list answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(args: ToolsArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags), env)? else { return Ok(ExitCode::SUCCESS) };
    let listing = connect::server(config)?.listing();
    match args.json {
        true => out::json(&listing)?,
        false => out::data(&lines(&listing))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(listing: &Value) -> String {
    let tools: Vec<_> = listing.get("tools").and_then(Value::as_array).into_iter().flatten().collect();
    let text = |tool: &Value, key: &str| tool.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let width = tools.iter().map(|tool| text(tool, "name").len()).max().unwrap_or_default();
    let line = |tool: &&Value| {
        let about = text(tool, "description");
        format!("{:width$}  {}", text(tool, "name"), first_sentence(&about))
    };
    tools.iter().map(line).collect::<Vec<_>>().join("\n")
}
