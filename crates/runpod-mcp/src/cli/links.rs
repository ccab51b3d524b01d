//! `links`: one-click links for the clients that have them, for a page, a chat or a script.

use std::process::ExitCode;

use clap::ValueEnum;
use runpod_api::Base;
use serde_json::Value;

use super::{Usage, out};
use crate::config::Env;
use crate::install::hosted::OFFICIAL;
use crate::links::{Client, Entry, Link, Server};

const ADDRESS: &str = "Address of the hosted server [default: RUNPOD_MCP_URL, else https://mcp.getrunpod.io/, which has Runpod's tools]";

#[derive(Debug, clap::Args)]
pub(super) struct LinksArgs {
    /// Only these: hosted (an address) or local (a program that the client starts)
    #[arg(long)]
    mode: Option<Mode>,
    /// Where the hosted server is
    #[arg(long, help = ADDRESS)]
    url: Option<String>,
    /// Package that npx starts
    #[arg(long, value_name = "NAME@VERSION", default_value = "runpod-mcp@latest")]
    package: String,
    /// What the client calls the server
    #[arg(long, default_value = "runpod")]
    name: String,
    /// Print a list of objects: client, mode, app (the client's own link) and web (for a page)
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print a table for a README
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Hosted,
    Local,
}

impl Mode {
    /// Over the column of a table.
    fn heading(self) -> &'static str {
        match self {
            Self::Hosted => "hosted",
            Self::Local => "local, through npx",
        }
    }
}

pub(super) fn run(args: &LinksArgs, env: &Env) -> anyhow::Result<ExitCode> {
    let modes = args.mode.map_or(vec![Mode::Hosted, Mode::Local], |mode| vec![mode]);
    let entries = modes.iter().map(|mode| entry(*mode, args, env)).collect::<Result<Vec<_>, _>>()?;
    if args.markdown {
        out::data(&table(&modes, &entries))?;
        return Ok(ExitCode::SUCCESS);
    }
    let links =
        entries.iter().flat_map(|entry| Client::ALL.map(|client| (client, entry, client.link(entry))));
    match args.json {
        true => {
            out::json(&links.map(|(client, entry, link)| link.described(client, entry)).collect::<Value>())?
        }
        false => out::data(&links.map(line).collect::<Vec<_>>().join("\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn entry(mode: Mode, args: &LinksArgs, env: &Env) -> Result<Entry, Usage> {
    let server = match mode {
        Mode::Hosted => Server::Hosted { url: address(args, env)? },
        Mode::Local => Server::Local {
            command: "npx".to_owned(),
            args: ["-y", &args.package, "serve"].map(str::to_owned).to_vec(),
        },
    };
    Ok(Entry { name: args.name.clone(), server })
}

/// A link is shared, so nothing that could be a secret may stand in its address.
fn address(args: &LinksArgs, env: &Env) -> Result<String, Usage> {
    let (from, url) = match (&args.url, env.get("RUNPOD_MCP_URL")) {
        (Some(url), _) => ("--url", url.as_str()),
        (None, Some(url)) => ("RUNPOD_MCP_URL", url),
        (None, None) => ("the default", OFFICIAL),
    };
    match Base::parse(url) {
        Ok(_) => Ok(url.trim().to_owned()),
        Err(wrong) => Err(Usage(format!("{from} {wrong}"))),
    }
}

fn line((client, entry, link): (Client, &Entry, Link)) -> String {
    format!("{:16}  {:6}  {}", client.title(), entry.server.mode(), link.app)
}

fn table(modes: &[Mode], entries: &[Entry]) -> String {
    let heads: Vec<_> = modes.iter().map(|mode| mode.heading()).collect();
    let mut rows =
        vec![format!("| | {} |", heads.join(" | ")), format!("|---|{}", "---|".repeat(modes.len()))];
    for client in Client::ALL {
        let cells: Vec<_> =
            entries.iter().map(|entry| format!("[add]({})", client.link(entry).web)).collect();
        rows.push(format!("| {} | {} |", client.title(), cells.join(" | ")));
    }
    rows.join("\n")
}
