//! The account key for an installation: from a hidden prompt, stdin or a variable, never from an argument; and whether it is good.

use std::process::ExitCode;

use anyhow::Context;
use runpod_api::ApiKey;
use serde_json::{Value, json};

use crate::cli::flags::Flags;
use crate::cli::{Usage, block_on, connect, out, typed};
use crate::config::{Config, Env};
use crate::doctor::account::{Verdict, verdict};

/// Where a key is read from.
pub(super) enum Source<'a> {
    Prompt,
    Stdin,
    Variable(&'a Env, &'a str),
}

/// Whether Runpod takes a key.
pub(super) enum Checked {
    /// Nobody asked.
    Not,
    Good,
    Rejected,
    /// Nobody answered.
    Unknown(String),
}

impl Checked {
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Good => json!(true),
            Self::Rejected => json!(false),
            Self::Not | Self::Unknown(_) => json!(null),
        }
    }
}

/// A key as text, which is about to be written into a file.
pub(super) struct Typed(String);

impl Typed {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

/// Reads the key.
pub(super) fn read(source: &Source<'_>) -> anyhow::Result<Typed> {
    let text = match source {
        Source::Prompt => super::ask::key()?,
        Source::Stdin => typed::piped().context("stdin cannot be read")?,
        Source::Variable(env, name) => {
            let missing = || {
                Usage(format!(
                    "a key is to be written into files, and {name} is not set; give one with --api-key-stdin or --api-key-env NAME"
                ))
            };
            env.get(name).ok_or_else(missing)?.to_owned()
        }
    };
    let key = text.trim();
    match typed::is_word(key) {
        true => Ok(Typed(key.to_owned())),
        false => Err(Usage(
            "what was given is no key: it is empty, or has spaces or other characters in it".to_owned(),
        )
        .into()),
    }
}

/// Asks Runpod, or the imitation that the settings name.
pub(super) fn check(key: &Typed, flags: &Flags, env: &Env) -> anyhow::Result<Checked> {
    ask(&Config::read(&flags.given, env)?, Some(ApiKey::new(key.expose())))
}

/// The same for the key that the server itself would find; nothing to check when there is none.
pub(super) fn check_stored(flags: &Flags, env: &Env) -> anyhow::Result<Checked> {
    ask(&Config::read(&flags.given, env)?, None)
}

/// The question that `login` and `doctor` ask, too.
fn ask(config: &Config, key: Option<ApiKey>) -> anyhow::Result<Checked> {
    block_on(async {
        let reach = connect::reach(config).await?;
        let Some(key) = key.or(reach.key.map(|located| located.key)) else { return Ok(Checked::Not) };
        Ok(match verdict(&reach.client, key).await {
            // A key that may not list Pods is a key all the same.
            Verdict::Accepted | Verdict::Limited => Checked::Good,
            Verdict::Rejected => Checked::Rejected,
            Verdict::Unknown(why) => Checked::Unknown(why),
        })
    })?
}

/// The end when a key is no good.
pub(super) fn rejected() -> ExitCode {
    out::talk(
        "runpod-mcp: Runpod rejects this key, so nothing was changed. Make one at \
         https://console.runpod.io/user/settings, or use --no-verify",
    );
    ExitCode::from(3)
}
