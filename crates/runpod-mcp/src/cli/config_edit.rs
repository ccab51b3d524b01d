//! `config-edit`: the editor of configuration files, for checks and scripts.
//!
//! stdout carries one word, stderr the reason and, for a dry run, the difference. Hidden: people have `add` and `remove`.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use serde_json::Value;

use super::{Usage, out};
use crate::install::edit::{Change, Dialect, Place};
use crate::install::file::{Manner, Target, change};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("change").required(true).args(["set", "remove"]))]
pub(super) struct ConfigEditArgs {
    /// How the program that reads the file reads it
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Dialect::ALL.map(Dialect::word)))]
    format: String,
    /// The keys that lead to the map, with dots between them (`\.` is a dot in a key), or a JSON list of them
    #[arg(long, value_name = "KEYS")]
    path: String,
    /// The name of the entry
    #[arg(long)]
    name: String,
    /// The value of the entry; `-` reads it from stdin
    #[arg(long, value_name = "JSON")]
    set: Option<String>,
    /// Take the entry out
    #[arg(long)]
    remove: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not keep the file of before beside it
    #[arg(long)]
    no_backup: bool,
    /// The file; absolute
    file: PathBuf,
}

impl std::fmt::Debug for ConfigEditArgs {
    /// Without the value, which may hold a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConfigEditArgs").field("file", &self.file).finish_non_exhaustive()
    }
}

pub(super) fn run(args: ConfigEditArgs) -> anyhow::Result<ExitCode> {
    let place = Place::new(keys(&args.path)?, &args.name);
    let place = place.ok_or_else(|| Usage("--path and --name must not have empty parts".to_owned()))?;
    let wanted = match &args.set {
        Some(text) => Change::Set(value(text)?),
        None => Change::Remove,
    };
    let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.word() == args.format);
    let dialect = dialect.ok_or_else(|| Usage(format!("--format does not know {}", args.format)))?;
    let target = Target { path: args.file, dialect };
    let manner = Manner { dry_run: args.dry_run, backup: !args.no_backup };
    match change(&target, &place, &wanted, manner) {
        Ok(done) => {
            if let Some(difference) = done.difference.filter(|_| args.dry_run) {
                out::talk(difference.trim_end());
            }
            if let Some(backup) = done.backup {
                out::talk(&format!("the file of before is in {}", backup.display()));
            }
            out::data(done.outcome.word())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            out::talk(&format!("{:#}", anyhow::Error::new(failure)));
            out::data("refused")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn value(text: &str) -> anyhow::Result<Value> {
    let mut stdin = String::new();
    let text = match text {
        "-" => {
            std::io::stdin().lock().read_to_string(&mut stdin)?;
            stdin.as_str()
        }
        text => text,
    };
    // The parser's own words would quote the value.
    let parsed = serde_json::from_str(text);
    parsed.map_err(|e| Usage(format!("--set is not JSON: line {} column {}", e.line(), e.column())).into())
}

/// The keys of a path.
fn keys(text: &str) -> Result<Vec<String>, Usage> {
    if text.starts_with('[') {
        return serde_json::from_str(text).map_err(|_| Usage("--path is no JSON list of texts".to_owned()));
    }
    let mut keys = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, keys.last_mut()) {
            ('.', _) => keys.push(String::new()),
            ('\\', Some(key)) => key.extend(letters.next()),
            (letter, Some(key)) => key.push(letter),
            (_, None) => (),
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_keys_between_dots() {
        let keys = |text| keys(text).map_err(|usage| usage.0);
        assert_eq!(keys("a.b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(keys(r"amp\.mcpServers"), Ok(vec!["amp.mcpServers".to_owned()]));
        assert_eq!(keys(r#"["a.b","c"]"#), Ok(vec!["a.b".to_owned(), "c".to_owned()]));
        assert!(keys("[1]").is_err());
    }
}
