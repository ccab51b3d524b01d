//! Flags over environment over file, setting by setting.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use runpod_api::Base;

use super::env::Env;
use super::settings::{Kind, SETTINGS, Setting, find};
use crate::near;

/// Flags as they were given: setting and value. A switch has `true`; several values stand several times.
pub type Given = Vec<(&'static str, String)>;

/// Prefixes under which a variable that is no setting is a mistake. Pods and people set other `RUNPOD_*`.
const OURS: [&str; 2] = ["RUNPOD_MCP_", "RUNPOD_REST_VERSION_"];

/// Ours, and no settings of the server: the package that started us, which its launcher tells, and the address that `add` and `links` take.
const TOLD: [&str; 2] = ["RUNPOD_MCP_PACKAGE", "RUNPOD_MCP_URL"];

/// A setting with its value and where that came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Key of the setting.
    pub key: &'static str,
    /// Its value; secrets are only `set`. `None` is the default.
    pub value: Option<String>,
    /// `--flag`, `$VARIABLE`, a file, or `default`.
    pub origin: String,
}

#[derive(Clone, Debug)]
enum Origin {
    Flag,
    Env(&'static str),
    File(PathBuf),
}

/// The values that hold, and the problems that were met.
#[derive(Debug)]
pub(super) struct Layers {
    values: BTreeMap<&'static str, (String, Origin)>,
    pub(super) problems: Vec<String>,
}

impl Layers {
    /// Lays the layers on each other.
    pub(super) fn new(given: &Given, env: &Env) -> Self {
        let mut layers = Self { values: BTreeMap::new(), problems: Vec::new() };
        // From the weakest to the strongest.
        layers.take_file(env);
        layers.take_env(env);
        layers.take_flags(given);
        layers
    }

    fn take_file(&mut self, env: &Env) {
        let Some(path) = env.config_file() else { return };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return,
            Err(e) => return self.problems.push(format!("{}: {e}", path.display())),
        };
        match text.parse::<toml::Table>() {
            Ok(table) => table.iter().for_each(|(key, value)| self.take_entry(&path, key, value)),
            Err(e) => self.problems.push(format!("{}: {}", path.display(), e.message())),
        }
    }

    fn take_entry(&mut self, path: &Path, key: &str, value: &toml::Value) {
        let at = path.display();
        let Some(setting) = find(key).filter(|setting| setting.is_public()) else {
            return self.problems.push(format!("{at}: {}", unknown(key, &file_keys())));
        };
        match plain(value) {
            Some(text) => self.put(setting, text, Origin::File(path.to_owned())),
            None => self.problems.push(format!(
                "{at}: `{key}` must be a string, a whole number, true, false or a list of strings"
            )),
        }
    }

    fn take_env(&mut self, env: &Env) {
        for setting in SETTINGS {
            let set = setting.env.iter().find_map(|name| Some((*name, env.get(name)?)));
            if let Some((name, value)) = set {
                self.put(setting, value.to_owned(), Origin::Env(name));
            }
        }
        let known: Vec<_> = SETTINGS.iter().flat_map(|setting| setting.env).copied().collect();
        let ours = |name: &&str| OURS.iter().any(|prefix| name.starts_with(prefix));
        for name in env.names().filter(ours).filter(|name| !known.contains(name) && !TOLD.contains(name)) {
            let names: Vec<_> =
                known.iter().copied().filter(|k| OURS.iter().any(|prefix| k.starts_with(prefix))).collect();
            self.problems.push(unknown(name, &names));
        }
    }

    fn take_flags(&mut self, given: &Given) {
        for (key, _) in given {
            let values: Vec<_> = given.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect();
            let value = |setting: &Setting| match setting.kind {
                Kind::Words(_) => values.join(","),
                _ => values.last().copied().unwrap_or_default().to_owned(),
            };
            if let Some(setting) = find(key) {
                self.put(setting, value(setting), Origin::Flag);
            }
        }
    }

    /// Blank is unset, so it hides nothing below it.
    fn put(&mut self, setting: &'static Setting, value: String, origin: Origin) {
        if !value.trim().is_empty() {
            self.values.insert(setting.key, (value, origin));
        }
    }

    fn raw(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|(value, _)| value.trim().to_owned())
    }

    /// Adds a problem with the value of a setting, named by where it came from.
    pub(super) fn problem(&mut self, key: &str, what: &str) {
        let from = match self.values.get(key).map(|(_, origin)| origin) {
            Some(Origin::Env(name)) => (*name).to_owned(),
            Some(Origin::File(path)) => format!("{}: `{key}`", path.display()),
            _ => format!("--{key}"),
        };
        self.problems.push(format!("{from}: {what}"));
    }

    /// Free text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.raw(key)
    }

    /// Names separated by commas.
    pub(super) fn words(&self, key: &str) -> Vec<String> {
        let text = self.raw(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// true or false; false when unset.
    pub(super) fn switch(&mut self, key: &str) -> bool {
        let words = [("true", true), ("false", false), ("1", true), ("0", false)];
        let more = [("yes", true), ("no", false), ("on", true), ("off", false)];
        let all: Vec<_> = words.into_iter().chain(more).collect();
        self.word(key, &all).unwrap_or_default()
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.raw(key)?;
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.problem(key, &format!("{} is none of {}", quoted(&text), words.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number in a range.
    pub(super) fn number(&mut self, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let text = self.raw(key)?;
        let found = text.parse().ok().filter(|number| range.contains(number));
        if found.is_none() {
            let (least, most) = (range.start(), range.end());
            self.problem(key, &format!("{} is no whole number from {least} to {most}", quoted(&text)));
        }
        found
    }

    /// An address.
    pub(super) fn base(&mut self, key: &str) -> Option<Base> {
        let text = self.raw(key)?;
        self.parse_base(key, &text)
    }

    /// An address that was made from the value of a setting.
    pub(super) fn parse_base(&mut self, key: &str, text: &str) -> Option<Base> {
        match Base::parse(text) {
            Ok(base) => Some(base),
            Err(e) => {
                // Not the address itself: who put a key into it would find it in the log.
                self.problem(key, &format!("the address {e}"));
                None
            }
        }
    }

    /// Every setting for `--print-config`.
    pub(super) fn shown(&self) -> Vec<Shown> {
        let show = |setting: &'static Setting| {
            let (value, origin) = match self.values.get(setting.key) {
                Some((value, origin)) => (Some(harmless(setting.kind, value)), origin.to_string_for(setting)),
                None => (None, "default".to_owned()),
            };
            Shown { key: setting.key, value, origin }
        };
        SETTINGS.iter().map(show).collect()
    }
}

impl Origin {
    fn to_string_for(&self, setting: &Setting) -> String {
        match self {
            Self::Flag => format!("--{}", setting.key),
            Self::Env(name) => format!("${name}"),
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_deref().unwrap_or("-");
        write!(f, "{:<30} {value:<40} {}", self.key, self.origin)
    }
}

/// A value as it may be shown.
fn harmless(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Secret => "[set, not shown]".to_owned(),
        // `user:password@` in an address.
        Kind::ProxyUrl | Kind::Url => match value.rsplit_once('@') {
            Some((_, host)) => format!("[not shown]@{host}"),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(is) => Some(is.to_string()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            let words: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            words.map(|words| words.join(","))
        }
        _ => None,
    }
}

fn file_keys() -> Vec<&'static str> {
    SETTINGS.iter().filter(|setting| setting.is_public()).map(|setting| setting.key).collect()
}

fn unknown(name: &str, known: &[&'static str]) -> String {
    let shown = quoted(name);
    match near::to(name, known.iter().copied()).as_slice() {
        [] => format!("there is no setting {shown}; there are {}", known.join(", ")),
        near => format!("there is no setting {shown}; did you mean {}?", near.join(" or ")),
    }
}

/// At most 60 characters, escaped: it goes to a terminal.
fn quoted(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}
