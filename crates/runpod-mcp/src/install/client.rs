//! What there is to know of a client: how it is found, where its entry goes and in what shape, whether it can sign in at a
//! host, and what a person has to do next.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::edit::{Dialect, Place};
use super::file::Target;
use super::machine::Machine;

/// An MCP client.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// The word for it on the command line.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What shows that it is on a computer.
    pub signals: fn(&Machine) -> Vec<PathBuf>,
    /// Where its entry goes for one person.
    pub seats: fn(&Machine) -> Vec<Seat>,
    /// Where its entry goes for one project, if it knows such a place.
    pub project: Option<fn(&Path) -> Seat>,
    /// Other places whose entry wins over that of the person.
    pub shadows: fn(&Machine) -> Vec<Seat>,
    /// Whether its file takes the address of a server.
    pub reach: Reach,
    /// How its file names a variable of the environment.
    pub reference: Reference,
    /// What has to be done after its file changed.
    pub next: &'static str,
    /// The same, to sign in at a host; `{name}` is the name of the entry.
    pub sign_in: &'static str,
}

/// Whether a client connects to a server by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does, and signs in by sending a browser back to these addresses.
    Hosted(&'static [&'static str]),
    /// It does, and nobody knows how it signs in.
    HostedUnproved,
    /// Its file knows programs only.
    Stdio,
}

/// A loopback address of whatever port.
pub(super) const LOOPBACK: &[&str] = &["http://127.0.0.1/"];

/// How a variable of the environment is named in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// `${NAME}`
    Dollar,
    /// `${env:NAME}`
    Env,
    /// `{env:NAME}`
    Brace,
    /// By a key of its own, which takes the bare name.
    Own,
    /// In no way.
    None,
}

impl Reference {
    fn to(self, name: &str) -> Option<String> {
        match self {
            Self::Dollar => Some(format!("${{{name}}}")),
            Self::Env => Some(format!("${{env:{name}}}")),
            Self::Brace => Some(format!("{{env:{name}}}")),
            Self::Own => Some(name.to_owned()),
            Self::None => None,
        }
    }
}

/// A place for an entry.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The file.
    pub target: Target,
    /// The keys that lead to the map of servers.
    pub map: Vec<String>,
    /// How an entry looks there.
    pub shape: fn(&Wanted<'_>) -> Value,
    /// A client that does not find the rest of this file does not start; it is not made from nothing.
    pub must_exist: bool,
}

impl Seat {
    pub(super) fn new(
        path: PathBuf,
        dialect: Dialect,
        map: &[&str],
        shape: fn(&Wanted<'_>) -> Value,
    ) -> Self {
        let map = map.iter().map(|key| (*key).to_owned()).collect();
        Self { target: Target { path, dialect }, map, shape, must_exist: false }
    }

    /// The place of an entry of this name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<Place> {
        Place::new(self.map.clone(), name)
    }
}

/// Where a client gets the account key from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// Not from its file.
    Elsewhere,
    /// It is written into its file.
    Inline(&'a str),
    /// Its file names the variable that holds it.
    Variable(&'a str),
}

/// What is to be reached through an entry.
#[derive(Clone, Copy, Debug)]
pub enum Goal<'a> {
    /// A program on this computer.
    Local {
        /// The program.
        command: &'a str,
        /// What it is told.
        args: &'a [String],
    },
    /// A server at an address.
    Hosted {
        /// The address.
        url: &'a str,
    },
}

/// An entry, before it has the shape of a client.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it reaches.
    pub goal: Goal<'a>,
    /// Where the key comes from.
    pub key: Key<'a>,
    /// How the client names variables.
    pub reference: Reference,
}

/// The variable that a local server reads its key from.
pub(super) const VARIABLE: &str = "RUNPOD_API_KEY";

impl Wanted<'_> {
    /// The key as the value of a variable of a program: itself, or a reference to it.
    pub(super) fn variable(&self) -> Option<String> {
        match self.key {
            Key::Elsewhere => None,
            Key::Inline(key) => Some(key.to_owned()),
            Key::Variable(name) => self.reference.to(name).filter(|_| self.reference != Reference::Own),
        }
    }

    /// The key as a header: itself, or a reference to it.
    pub(super) fn authorization(&self) -> Option<String> {
        self.variable().map(|key| format!("Bearer {key}"))
    }

    /// The bare name of the variable, for a client with a key of its own for it.
    pub(super) fn bare_variable(&self) -> Option<&str> {
        match self.key {
            Key::Variable(name) if self.reference == Reference::Own => Some(name),
            _ => None,
        }
    }
}

/// What shows that a client is here, out of what there may be.
pub(super) fn there(candidates: impl IntoIterator<Item = Option<PathBuf>>) -> Vec<PathBuf> {
    candidates.into_iter().flatten().filter(|path| path.exists()).collect()
}

/// No other place wins.
pub(super) fn no_shadows(_: &Machine) -> Vec<Seat> {
    Vec::new()
}
