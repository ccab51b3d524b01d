//! `login`, `logout`: the account key on this computer.
//!
//! A key is never an argument: those can be read by everybody on the computer and stay in the shell's history.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use runpod_api::ApiKey;

use super::flags::Flags;
use super::{Usage, block_on, configure, connect, log, out, typed};
use crate::config::{Config, Env};
use crate::doctor::account::{Verdict, verdict};
use crate::remote::{Address, Wallet};
use crate::vault::{Forgotten, Item, Secret};

/// Exit code for a key that Runpod rejects.
const REJECTED: u8 = 3;
/// Exit code for a prompt that was broken off.
const CANCELLED: u8 = 130;

#[derive(Debug, clap::Args)]
pub(super) struct LoginArgs {
    /// Read the key from standard input
    #[arg(long, conflicts_with = "api_key_env")]
    api_key_stdin: bool,
    /// Read the key from this environment variable
    #[arg(long, value_name = "NAME")]
    api_key_env: Option<String>,
    /// Keep the key without asking Runpod about it
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, clap::Args)]
pub(super) struct LogoutArgs {
    /// Forget only the sign-in at this MCP server
    #[arg(value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn login(args: &LoginArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags.clone()), env)? else { return Ok(ExitCode::SUCCESS) };
    log::start(config.log, config.json_log.unwrap_or(false));
    let Some(key) = key(args, env)? else {
        out::talk("No key was given; nothing is changed.");
        return Ok(ExitCode::from(CANCELLED));
    };
    if !args.no_verify
        && let Some(refused) = refused(block_on(ask(&config, &key))??)
    {
        return Ok(refused);
    }
    let place = config.vault.keep(Item::AccountKey, &key)?;
    out::talk(&format!("The key is kept in {place}. Servers that your clients start find it there."));
    if env.get("RUNPOD_API_KEY").is_some() {
        out::talk("RUNPOD_API_KEY is set, too, and wins over it where a client hands it on.");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn logout(args: &LogoutArgs, top: Flags, env: &Env) -> anyhow::Result<ExitCode> {
    let Some(config) = configure(&top.under(args.flags.clone()), env)? else { return Ok(ExitCode::SUCCESS) };
    log::start(config.log, config.json_log.unwrap_or(false));
    let wallet = Wallet::of(Arc::clone(&config.vault));
    if let Some(url) = &args.url {
        let address = Address::parse(url).map_err(|e| Usage(format!("{url:?} {e}")))?;
        out::talk(match wallet.forget(&address)? {
            true => "The sign-in is forgotten. The server may know its token still: revoke it there.",
            false => "There is no sign-in at this server; nothing is changed.",
        });
        return Ok(ExitCode::SUCCESS);
    }
    let gone = [tell("key", config.vault.forget(Item::AccountKey)), tell("sign-ins", wallet.forget_all())];
    if let Some(place) = block_on(config.keys.locate())?.map(|located| located.place) {
        out::talk(&format!("A key is still found in {place}, which is not ours to remove."));
    }
    Ok(if gone.iter().all(|gone| *gone) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what was forgotten and from where; tells whether nothing can be left.
fn tell(what: &str, Forgotten { from, troubles }: Forgotten) -> bool {
    match from.is_empty() {
        false => out::talk(&format!("Removed the {what} from {}.", from.join(" and "))),
        true if troubles.is_empty() => out::talk(&format!("No {what} kept here.")),
        true => (),
    }
    for trouble in &troubles {
        out::talk(&format!("The {what} may still be there: {trouble}"));
    }
    troubles.is_empty()
}

/// The key from wherever it was said to be; `None` when the person gave none.
fn key(args: &LoginArgs, env: &Env) -> anyhow::Result<Option<Secret>> {
    let text = match (&args.api_key_env, args.api_key_stdin) {
        (Some(name), _) => typed::in_variable(env, name)?.to_owned(),
        (None, true) => typed::piped()?,
        (None, false) if !io::stdin().is_terminal() => {
            let ways =
                "there is no terminal to ask for the key at: use --api-key-stdin or --api-key-env NAME";
            return Err(Usage(ways.to_owned()).into());
        }
        (None, false) => match rpassword::prompt_password("Runpod API key (not shown): ") {
            Ok(text) if !text.trim().is_empty() => text,
            Ok(_) => return Ok(None),
            Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => {
                return Ok(None);
            }
            Err(e) => return Err(e.into()),
        },
    };
    Ok(Some(checked(text.trim())?))
}

/// A key that a header can carry; what is wrong is said without repeating it.
fn checked(text: &str) -> Result<Secret, Usage> {
    match typed::is_word(text) {
        true => Ok(Secret::new(text)),
        false => {
            Err(Usage("the key must be one word of visible ASCII characters, such as rpa_...".to_owned()))
        }
    }
}

async fn ask(config: &Config, key: &Secret) -> anyhow::Result<Verdict> {
    let reach = connect::reach(config).await?;
    Ok(verdict(&reach.client, ApiKey::new(key.reveal())).await)
}

/// Says why nothing is kept; `None` when all is well.
fn refused(verdict: Verdict) -> Option<ExitCode> {
    match verdict {
        Verdict::Accepted => None,
        Verdict::Limited => {
            out::talk("Runpod knows the key; it may not list Pods, so some tools will be refused.");
            None
        }
        Verdict::Rejected => {
            out::talk(
                "Runpod rejects this key; nothing is kept. Make one in the console: Settings, API Keys.",
            );
            Some(ExitCode::from(REJECTED))
        }
        Verdict::Unknown(why) => {
            out::talk(&format!(
                "Runpod could not be asked about the key: {why}\nNothing is kept. Try again, see \
                 `runpod-mcp doctor`, or use --no-verify to keep it unchecked."
            ));
            Some(ExitCode::FAILURE)
        }
    }
}
