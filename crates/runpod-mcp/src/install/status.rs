//! Which entries of a name there are, in whatever file of whatever client.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{Client, Seat};
use super::clients::CLIENTS;
use super::file;
use super::machine::Machine;
use super::report::Scope;
use super::secret;

/// An entry, or a file that could not be read.
#[derive(Clone, Debug)]
pub struct Found {
    /// The client.
    pub client: &'static Client,
    /// The file.
    pub path: PathBuf,
    /// The keys that lead to its map.
    pub map: Vec<String>,
    /// Whose entry.
    pub scope: Scope,
    /// What stands there; not for showing, since a key may be in it.
    pub entry: Option<Value>,
    /// Why the file could not be read.
    pub problem: Option<String>,
    /// Others than the owner can read a file that holds a key.
    pub is_open: bool,
    /// It wins over the entry of the person.
    pub shadows: bool,
}

/// Looks into every file of every client.
#[must_use]
pub fn look(machine: &Machine, name: &str) -> Vec<Found> {
    CLIENTS.iter().flat_map(|client| of(client, machine, name)).collect()
}

/// The same for one client.
#[must_use]
pub fn of(client: &'static Client, machine: &Machine, name: &str) -> Vec<Found> {
    let mine = (client.seats)(machine).into_iter().map(|seat| (seat, Scope::User, false));
    let project = client.project.map(|seat| (seat(machine.folder()), Scope::Project, false));
    let shadows = (client.shadows)(machine).into_iter().map(|seat| (seat, Scope::Project, true));
    let mut found: Vec<Found> = Vec::new();
    for (seat, scope, wins) in mine.chain(shadows).chain(project) {
        let is_new = |other: &Found| other.path != seat.target.path || other.map != seat.map;
        if found.iter().all(is_new) {
            found.extend(in_seat(client, &seat, name, scope).map(|entry| Found { shadows: wins, ..entry }));
        }
    }
    found
}

fn in_seat(client: &'static Client, seat: &Seat, name: &str, scope: Scope) -> Option<Found> {
    let (path, map) = (seat.target.path.clone(), seat.map.clone());
    let found =
        Found { client, path, map, scope, entry: None, problem: None, is_open: false, shadows: false };
    match file::entry(&seat.target, &seat.place(name)?) {
        Ok(None) => None,
        Ok(Some(entry)) => {
            let is_open = secret::has_secret(&entry) && file::is_open_to_others(&found.path);
            Some(Found { is_open, entry: Some(entry), ..found })
        }
        Err(failure) => Some(Found { problem: Some(failure.to_string()), ..found }),
    }
}

impl Found {
    /// What it reaches: `local`, `bridge` or `hosted`.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        match (&self.entry, self.url()) {
            (None, _) => "unknown",
            (Some(_), Some(_)) => "hosted",
            (Some(_), None) if self.command().iter().any(|word| word == "bridge") => "bridge",
            (Some(_), None) => "local",
        }
    }

    fn url(&self) -> Option<&str> {
        let entry = self.entry.as_ref()?;
        let inner = entry.get("transport").unwrap_or(entry);
        ["url", "serverUrl", "httpUrl", "uri"].iter().find_map(|key| inner.get(key)?.as_str())
    }

    /// The program and its arguments, if it is one.
    #[must_use]
    pub fn command(&self) -> Vec<String> {
        let Some(entry) = &self.entry else { return Vec::new() };
        let entry = entry.get("transport").unwrap_or(entry);
        let parts = ["command", "cmd", "args"].iter().filter_map(|key| entry.get(key));
        let words = parts.flat_map(|part| match part {
            Value::Array(words) => words.clone(),
            other => vec![other.clone()],
        });
        words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }

    /// The address, or the command as one would type it, without secrets.
    #[must_use]
    pub fn reaches(&self) -> String {
        let text = self.url().map_or_else(|| self.command().join(" "), str::to_owned);
        let hidden = self.entry.as_ref().map(secret::secrets).unwrap_or_default();
        secret::without(&text, &hidden)
    }

    /// The last four letters of the key in it.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        let secrets = self.entry.as_ref().map(secret::secrets)?;
        let key = secrets.iter().find(|text| text.contains("rpa_")).or_else(|| secrets.first())?;
        let letters: Vec<char> = key.chars().collect();
        let tail = letters.len().checked_sub(4).filter(|_| letters.len() >= 12)?;
        Some(letters.iter().skip(tail).collect())
    }

    /// For a program.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "id": self.client.id,
            "name": self.client.name,
            "path": self.path.display().to_string(),
            "scope": self.scope.word(),
            "mode": self.mode(),
            "reaches": self.reaches(),
            "key_ends_with": self.key(),
            "readable_by_others": self.is_open,
            "wins_over_user_scope": self.shadows,
            "problem": self.problem,
        })
    }
}
