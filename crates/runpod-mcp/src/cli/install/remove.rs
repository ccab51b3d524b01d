//! `remove`: take the entry out of the files of MCP clients.

use std::process::ExitCode;

use super::key::Checked;
use super::{Common, ask, cancelled, machine, nobody, nobody_named, told};
use crate::config::Env;
use crate::install::apply::{self, Order};
use crate::install::client::Client;
use crate::install::clients::CLIENTS;
use crate::install::status;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RemoveArgs {
    #[command(flatten)]
    common: Common,
}

pub(in crate::cli) fn run(args: &RemoveArgs, env: &Env) -> anyhow::Result<ExitCode> {
    let common = &args.common;
    common.check()?;
    let machine = machine(env)?;
    let chosen = if common.has_choice() {
        common.clients(&machine)?
    } else if common.asks() {
        let has = |client: &'static Client| !status::of(client, &machine, &common.name).is_empty();
        let with_entry: Vec<_> = CLIENTS.iter().filter(|client| has(client)).collect();
        match ask::remove(&with_entry)? {
            Some(chosen) => chosen,
            None => return Ok(cancelled()),
        }
    } else {
        return Err(nobody_named().into());
    };
    if chosen.is_empty() {
        return Ok(nobody("no MCP client with such an entry was found on this computer"));
    }
    let project = common.project(&machine)?;
    let order =
        Order { machine: &machine, name: &common.name, project: project.as_deref(), manner: common.manner() };
    let reports: Vec<_> = chosen.iter().flat_map(|client| apply::remove(client, &order)).collect();
    let told = told::Told {
        action: "remove",
        mode: None,
        dry_run: common.dry_run,
        checked: &Checked::Not,
        asked: false,
    };
    told.tell(&reports, common.json, false)?;
    Ok(told::code(&reports))
}
