//! The questions of `add` and `remove`, on a terminal only. Escape at any of them changes nothing.

use std::io;

use dialoguer::console::{Term, style};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, MultiSelect, Password, Select};

use super::add::{Auth, ModeWord};
use crate::cli::out;
use crate::install::client::Client;
use crate::install::hosted::{Host, SignIn};
use crate::install::machine::Machine;

/// What was said before anything is asked.
pub(super) struct Said {
    pub(super) clients: Option<Vec<&'static Client>>,
    pub(super) mode: Option<ModeWord>,
    pub(super) auth: Option<Auth>,
}

/// Everything that has to be known.
pub(super) struct Answers {
    pub(super) clients: Vec<&'static Client>,
    pub(super) mode: ModeWord,
    pub(super) auth: Option<Auth>,
    /// Somebody is there to type a key.
    pub(super) asked: bool,
}

/// The questions of `add`, apart from what was said; nothing when somebody said no.
pub(super) fn add(said: Said, machine: &Machine, host: &Host) -> anyhow::Result<Option<Answers>> {
    head("Add Runpod to your MCP clients");
    let Some(clients) = said.clients.map_or_else(|| clients(machine), |said| Ok(Some(said)))? else {
        return Ok(None);
    };
    let Some(mode) = said.mode.map_or_else(|| mode_of(host), |said| Ok(Some(said)))? else { return Ok(None) };
    let auth = said.auth.map_or_else(|| auth_of(mode, &clients, host), |said| Ok(Some(said)))?;
    if auth.is_none() || !clients.is_empty() && !is_sure(&clients)? {
        return Ok(None);
    }
    Ok(Some(Answers { clients, mode, auth, asked: true }))
}

fn clients(machine: &Machine) -> anyhow::Result<Option<Vec<&'static Client>>> {
    let found = super::detected(machine);
    let is_found = |wanted: &Client| found.iter().any(|client| client.id == wanted.id);
    let others = super::known(machine).into_iter().filter(|client| !is_found(client));
    let all: Vec<_> = found.iter().copied().chain(others).collect();
    several("Which clients?", &all, is_found)
}

fn is_sure(clients: &[&Client]) -> anyhow::Result<bool> {
    let names: Vec<_> = clients.iter().map(|client| client.name).collect();
    let theme = theme();
    let question =
        Confirm::with_theme(&theme).with_prompt(format!("Write to {}?", names.join(", "))).default(true);
    Ok(ask(question.interact_opt())? == Some(true))
}

/// The question of `remove`.
pub(super) fn remove(with_entry: &[&'static Client]) -> anyhow::Result<Option<Vec<&'static Client>>> {
    head("Remove Runpod from your MCP clients");
    if with_entry.is_empty() {
        return Ok(Some(Vec::new()));
    }
    several("Which clients?", with_entry, |_| true)
}

/// The key, not shown.
pub(super) fn key() -> anyhow::Result<String> {
    out::talk(
        "  Keys are made at https://console.runpod.io/user/settings; give this one no more than it needs.",
    );
    let typed = ask(Password::with_theme(&theme()).with_prompt("Runpod API key").interact().map(Some))?;
    typed.ok_or_else(|| super::Usage("no key was given".to_owned()).into())
}

fn mode_of(host: &Host) -> anyhow::Result<Option<ModeWord>> {
    out::talk(&format!("  {}", style(host.whose()).dim()));
    let ways = [
        format!("hosted   {}: nothing to run, sign in with the browser", host.url()),
        "local    this program on this computer, all its tools".to_owned(),
    ];
    let chosen = ask(Select::with_theme(&theme())
        .with_prompt("Which server?")
        .items(&ways)
        .default(0)
        .interact_opt())?;
    Ok(chosen.map(|index| if index == 0 { ModeWord::Hosted } else { ModeWord::Local }))
}

fn auth_of(mode: ModeWord, clients: &[&Client], host: &Host) -> anyhow::Result<Option<Auth>> {
    let (ways, auths): (&[&str], _) = match mode {
        ModeWord::Hosted => {
            let refused = |client: &&&Client| matches!(host.sign_in(client), SignIn::Refused(_));
            for client in clients.iter().filter(refused) {
                out::talk(&format!(
                    "  {} cannot sign in there; give it the key, or choose local.",
                    client.name
                ));
            }
            (
                &["sign in with the browser, no key in any file", "write the key into the files"],
                [Auth::Oauth, Auth::Inline],
            )
        }
        ModeWord::Local => (
            &["what `runpod-mcp login` keeps, no key in any file", "write the key into the files"],
            [Auth::Keyring, Auth::Inline],
        ),
    };
    let chosen =
        ask(Select::with_theme(&theme()).with_prompt("Which key?").items(ways).default(0).interact_opt())?;
    Ok(chosen.and_then(|index| auths.get(index).copied()))
}

/// Some of several; nothing when somebody said no.
fn several(
    question: &str,
    clients: &[&'static Client],
    is_set: impl Fn(&Client) -> bool,
) -> anyhow::Result<Option<Vec<&'static Client>>> {
    let rows: Vec<_> = clients.iter().map(|client| (client.name, is_set(client))).collect();
    let prompt = format!("{question} (space selects, enter goes on)");
    let theme = theme();
    let chosen = ask(MultiSelect::with_theme(&theme).with_prompt(prompt).items_checked(rows).interact_opt())?;
    Ok(chosen.map(|chosen| chosen.into_iter().filter_map(|index| clients.get(index).copied()).collect()))
}

fn head(text: &str) {
    drop(Term::stderr().write_line(&format!("\n{}\n", style(text).bold())));
}

fn theme() -> ColorfulTheme {
    ColorfulTheme::default()
}

/// Control-C is an answer too: no.
fn ask<T>(answer: dialoguer::Result<Option<T>>) -> anyhow::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(e)) if e.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(e) => Err(e.into()),
    }
}
