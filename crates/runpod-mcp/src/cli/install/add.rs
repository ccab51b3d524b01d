//! `add`: make this server known to MCP clients.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;

use super::ask::{self, Answers, Said};
use super::key::{self, Checked, Source, Typed};
use super::{Common, cancelled, machine, nobody, nobody_named, told};
use crate::cli::flags::Flags;
use crate::cli::{Usage, out};
use crate::config::Env;
use crate::install::apply::{self, Mode, Offer, Order};
use crate::install::client::Key;
use crate::install::hosted::{Host, OFFICIAL};
use crate::install::launch::Launch;
use crate::install::machine::Machine;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct AddArgs {
    #[command(flatten)]
    common: Common,
    /// Reach a hosted server by its address, or start this program (the default is hosted)
    #[arg(long, value_name = "WORD")]
    mode: Option<ModeWord>,
    /// Where the key comes from: oauth (hosted: sign in), keyring (local: what `runpod-mcp login` keeps), env (the client's
    /// variable RUNPOD_API_KEY), inline or header (written into the client's file)
    #[arg(long, value_name = "WORD")]
    auth: Option<Auth>,
    /// Read the key from stdin
    #[arg(long, conflicts_with = "api_key_env")]
    api_key_stdin: bool,
    /// Read the key from this variable
    #[arg(long, value_name = "NAME")]
    api_key_env: Option<String>,
    /// Address of the hosted server, else RUNPOD_MCP_URL, else Runpod's own
    #[arg(long)]
    url: Option<String>,
    /// The program that clients start, else this one
    #[arg(long, value_name = "PATH")]
    command: Option<PathBuf>,
    /// Do not ask Runpod whether the key is good
    #[arg(long)]
    no_verify: bool,
    /// Also where a client cannot sign in
    #[arg(long)]
    force: bool,
    /// Print what to paste, and change nothing
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ModeWord {
    Hosted,
    Local,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Auth {
    Oauth,
    Header,
    Env,
    Keyring,
    Inline,
}

pub(in crate::cli) fn run(args: &AddArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    args.common.check()?;
    let flags = top.under(args.flags.clone());
    flags.refuse_print("add")?;
    let machine = machine(env)?;
    let host = host(args, env)?;
    let Some(answers) = answers(args, &machine, &host, &flags)? else { return Ok(cancelled()) };
    if answers.clients.is_empty() {
        return Ok(nobody(
            "no MCP client is selected, or none was found on this computer; name one with --client",
        ));
    }
    let auth = fit(answers.mode, answers.auth, &flags)?;
    let (key, checked) = key_of(args, &answers, auth, (&flags, env))?;
    if let Checked::Rejected = checked {
        return Ok(key::rejected());
    }
    let mode = mode(answers.mode, host, &flags);
    let launch = launch(args.command.as_deref(), env)?;
    let key = match (auth, &key) {
        (Auth::Inline | Auth::Header, Some(key)) => Key::Inline(key.expose()),
        (Auth::Inline | Auth::Header, None) => Key::Inline("<your key>"),
        (Auth::Env, _) => Key::Variable("RUNPOD_API_KEY"),
        (Auth::Oauth | Auth::Keyring, _) => Key::Elsewhere,
    };
    let common = &args.common;
    let project = common.project(&machine)?;
    let order =
        Order { machine: &machine, name: &common.name, project: project.as_deref(), manner: common.manner() };
    let offer = Offer { mode: &mode, key, launch: &launch, force: args.force };
    let one = if args.print { apply::snippets } else { apply::add };
    let reports: Vec<_> = answers.clients.iter().flat_map(|client| one(client, &order, &offer)).collect();
    let told = told::Told {
        action: "add",
        mode: Some(&mode),
        dry_run: common.dry_run,
        checked: &checked,
        asked: answers.asked,
    };
    told.tell(&reports, common.json, args.print)?;
    Ok(told::code(&reports))
}

/// The key that is to be written, if one is, and whether the key is good that will be used.
fn key_of(
    args: &AddArgs,
    answers: &Answers,
    auth: Auth,
    (flags, env): (&Flags, &Env),
) -> anyhow::Result<(Option<Typed>, Checked)> {
    if args.print {
        return Ok((None, Checked::Not));
    }
    let key = match auth {
        Auth::Inline | Auth::Header => Some(key::read(&source(args, env, answers.asked))?),
        Auth::Oauth | Auth::Keyring | Auth::Env => None,
    };
    let checked = match &key {
        _ if args.no_verify || flags.says("sandbox") => Checked::Not,
        Some(key) => key::check(key, flags, env)?,
        None if answers.mode == ModeWord::Local => key::check_stored(flags, env)?,
        None => Checked::Not,
    };
    Ok((key, checked))
}

/// What is wanted, asked for where it was not said; nothing when somebody said no.
fn answers(args: &AddArgs, machine: &Machine, host: &Host, flags: &Flags) -> anyhow::Result<Option<Answers>> {
    let clients = args.common.has_choice().then(|| args.common.clients(machine)).transpose()?;
    // What goes with one mode only says which.
    let local = args.auth == Some(Auth::Keyring) || args.command.is_some() || !flags.is_empty();
    let mode = args.mode.or(local.then_some(ModeWord::Local));
    if args.common.asks() && !args.print {
        return ask::add(Said { clients, mode, auth: args.auth }, machine, host);
    }
    let clients = clients.ok_or_else(nobody_named)?;
    Ok(Some(Answers { clients, mode: mode.unwrap_or(ModeWord::Hosted), auth: args.auth, asked: false }))
}

fn host(args: &AddArgs, env: &Env) -> Result<Host, Usage> {
    let (text, from) = match (&args.url, env.get("RUNPOD_MCP_URL")) {
        (Some(url), _) => (url.as_str(), "--url"),
        (None, Some(url)) => (url, "RUNPOD_MCP_URL"),
        (None, None) => (OFFICIAL, "the address"),
    };
    Host::parse(text).map_err(|bad| Usage(format!("{from}: {bad}")))
}

/// Where the key comes from, if that goes with the mode.
fn fit(mode: ModeWord, auth: Option<Auth>, flags: &Flags) -> Result<Auth, Usage> {
    let wrong = |what: &str| Err(Usage(what.to_owned()));
    match (mode, auth) {
        (ModeWord::Hosted, _) if !flags.is_empty() => {
            wrong("settings of the server go with --mode local: a hosted server has its own")
        }
        (ModeWord::Hosted, Some(Auth::Keyring)) => {
            wrong("--auth keyring goes with --mode local; hosted takes oauth, header, inline or env")
        }
        (ModeWord::Local, Some(Auth::Oauth | Auth::Header)) => {
            wrong("--auth oauth and --auth header go with --mode hosted; local takes keyring, inline or env")
        }
        (ModeWord::Hosted, auth) => Ok(auth.unwrap_or(Auth::Oauth)),
        (ModeWord::Local, auth) => Ok(auth.unwrap_or(Auth::Keyring)),
    }
}

fn source<'a>(args: &'a AddArgs, env: &'a Env, asked: bool) -> Source<'a> {
    match &args.api_key_env {
        _ if args.api_key_stdin => Source::Stdin,
        Some(name) => Source::Variable(env, name),
        None if asked || args.common.asks() => Source::Prompt,
        None => Source::Variable(env, "RUNPOD_API_KEY"),
    }
}

fn mode(word: ModeWord, host: Host, flags: &Flags) -> Mode {
    match word {
        ModeWord::Hosted => Mode::Hosted(host),
        ModeWord::Local => Mode::Local([vec!["serve".to_owned()], flags.words()].concat()),
    }
}

fn launch(command: Option<&std::path::Path>, env: &Env) -> anyhow::Result<Launch> {
    match command {
        Some(command) if command.is_absolute() => {
            Ok(Launch { command: command.display().to_string(), args: Vec::new() })
        }
        Some(_) => {
            Err(Usage("--command takes an absolute path: clients start it from anywhere".to_owned()).into())
        }
        None => {
            let binary = std::env::current_exe().context("where this program is cannot be told")?;
            Ok(Launch::of(&binary, env.get("RUNPOD_MCP_PACKAGE"), cfg!(windows)))
        }
    }
}

/// What is said above the result.
pub(super) fn whose(mode: &Mode) -> Option<String> {
    match mode {
        Mode::Hosted(host) => Some(host.whose()),
        Mode::Local(_) => None,
    }
}

/// For those who read no documentation.
pub(super) fn explain_login() {
    out::talk("No key is in any file. `runpod-mcp login` keeps yours once, for every client.");
}
