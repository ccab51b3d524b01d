//! The settings as flags, made from the table that the file and the environment are read by.

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use super::Usage;
use crate::config::{Given, Kind, SETTINGS, Section, Setting};

/// The settings that were given as flags.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    pub(super) given: Given,
    pub(super) print_config: bool,
}

const PRINT: &str = "print-config";

impl Flags {
    /// Whether none was given.
    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty() && !self.print_config
    }

    /// These flags and, over them, those that stood behind the verb.
    pub(super) fn under(mut self, over: Self) -> Self {
        self.given.extend(over.given);
        self.print_config |= over.print_config;
        self
    }

    /// Refuses settings where they would do nothing.
    ///
    /// # Errors
    /// When there are some.
    pub(super) fn refuse(&self, verb: &str) -> Result<(), Usage> {
        match self.given.first() {
            None if !self.print_config => Ok(()),
            first => {
                let key = first.map_or(PRINT, |(key, _)| key);
                Err(Usage(format!("--{key} has no meaning for `{verb}`")))
            }
        }
    }
}

impl Flags {
    /// Whether this one was given.
    pub(super) fn says(&self, key: &str) -> bool {
        self.given.iter().any(|(given, value)| *given == key && value != "false")
    }

    /// The flags as one would type them.
    pub(super) fn words(&self) -> Vec<String> {
        let word = |(key, value): &(&str, String)| match value.as_str() {
            "true" => format!("--{key}"),
            value => format!("--{key}={value}"),
        };
        self.given.iter().map(word).collect()
    }

    /// Refuses to show the settings where they are only handed on.
    ///
    /// # Errors
    /// When that was asked for.
    pub(super) fn refuse_print(&self, verb: &str) -> Result<(), Usage> {
        match self.print_config {
            true => Err(Usage(format!("--{PRINT} has no meaning for `{verb}`"))),
            false => Ok(()),
        }
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let public = SETTINGS.iter().filter(|setting| setting.is_public());
        let command = public.fold(command, |command, setting| command.arg(arg(setting)));
        let about = "Show every setting, its value and where that came from, and exit";
        let print =
            Arg::new(PRINT).long(PRINT).action(ArgAction::SetTrue).help(about).help_heading("Settings");
        command.arg(print)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let values = |setting: &'static Setting| {
            let values = matches.get_many::<String>(setting.key).into_iter().flatten();
            values.map(|value| (setting.key, value.clone()))
        };
        let given = SETTINGS.iter().filter(|setting| setting.is_public()).flat_map(values).collect();
        Ok(Self { given, print_config: matches.get_flag(PRINT) })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn arg(setting: &'static Setting) -> Arg {
    let arg =
        Arg::new(setting.key).long(setting.key).help(setting.about).help_heading(heading(setting.section));
    let arg = arg.hide_short_help(is_rare(setting.section));
    match setting.kind {
        // `--read-only` alone means true; `--read-only=false` overrules the environment.
        Kind::Switch => {
            arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("BOOL")
        }
        Kind::Word(words) => {
            let arg = arg.value_parser(words.to_vec()).ignore_case(true).hide_possible_values(true);
            arg.value_name("WORD").hide(setting.key.starts_with("rest-version-"))
        }
        Kind::Words(name) => arg.value_name(name).action(ArgAction::Append),
        Kind::Url | Kind::ProxyUrl => arg.value_name("URL"),
        Kind::Text(name) | Kind::Number(name) => arg.value_name(name),
        Kind::Secret => arg.hide(true),
    }
}

fn heading(section: Section) -> &'static str {
    match section {
        Section::Account | Section::Log => "Settings",
        Section::Tools => "Which tools",
        Section::Addresses => "Addresses of Runpod",
        Section::Network => "Network",
        Section::Versions => "Versions of Runpod's REST API",
        Section::Hosted => "Serving over HTTP",
    }
}

/// Shown by `--help`, not by `-h`.
fn is_rare(section: Section) -> bool {
    matches!(section, Section::Addresses | Section::Network | Section::Versions | Section::Hosted)
}
