//! The computer that clients are looked for on, as a value: system, home, variables, where one stands.
//!
//! Paths of clients follow from it alone, so those of three systems are tested on one. It asks the disk whether something
//! is there; it starts nothing.

use std::path::{Path, PathBuf};

use crate::config::Env;

/// A family of operating systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Linux,
    MacOs,
    Windows,
}

impl System {
    /// The one that this was built for.
    #[must_use]
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}

/// A computer, and somebody's place on it.
#[derive(Clone, Debug)]
pub struct Machine {
    system: System,
    home: PathBuf,
    env: Env,
    folder: PathBuf,
}

impl Machine {
    /// A computer with these variables, seen from this folder; `None` when its variables name no home.
    #[must_use]
    pub fn new(system: System, env: Env, folder: PathBuf) -> Option<Self> {
        let name = if system == System::Windows { "USERPROFILE" } else { "HOME" };
        let home = env.get(name).map(PathBuf::from).filter(|home| home.is_absolute())?;
        Some(Self { system, home, env, folder })
    }

    pub(super) fn system(&self) -> System {
        self.system
    }

    /// A path below the home.
    pub(super) fn home(&self, below: &str) -> PathBuf {
        join(&self.home, below)
    }

    /// The folder that one stands in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder that a variable names. A blank one is unset, and a relative one would mean another place in every folder.
    pub(super) fn named(&self, variable: &str) -> Option<PathBuf> {
        self.env.get(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The same where the client itself takes a relative one from where it is started.
    pub(super) fn named_from_here(&self, variable: &str) -> Option<PathBuf> {
        self.env.get(variable).map(|value| self.folder.join(value))
    }

    /// `$XDG_CONFIG_HOME`, else `~/.config`.
    pub(super) fn xdg(&self, below: &str) -> PathBuf {
        join(&self.named("XDG_CONFIG_HOME").unwrap_or_else(|| self.home(".config")), below)
    }

    /// `%APPDATA%`.
    pub(super) fn appdata(&self, below: &str) -> PathBuf {
        join(&self.named("APPDATA").unwrap_or_else(|| self.home("AppData/Roaming")), below)
    }

    /// `%LOCALAPPDATA%`.
    pub(super) fn local_appdata(&self, below: &str) -> PathBuf {
        join(&self.named("LOCALAPPDATA").unwrap_or_else(|| self.home("AppData/Local")), below)
    }

    /// Where applications of this system keep their settings.
    pub(super) fn settings(&self, below: &str) -> PathBuf {
        match self.system {
            System::Linux => self.xdg(below),
            System::MacOs => join(&self.home("Library/Application Support"), below),
            System::Windows => self.appdata(below),
        }
    }

    /// Whether a program of this name can be started: in a folder of `PATH`, or in one of these below the home.
    pub(super) fn program(&self, name: &str, homes: &[&str]) -> Option<PathBuf> {
        let path = self.env.get("PATH").unwrap_or_default();
        let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        let folders = folders.chain(homes.iter().map(|below| self.home(below)));
        let names: Vec<String> = match self.system {
            System::Windows => [".exe", ".cmd"].map(|end| format!("{name}{end}")).into(),
            System::Linux | System::MacOs => vec![name.to_owned()],
        };
        folders
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
            .find(|file| file.is_file())
    }

    /// An application of macOS.
    pub(super) fn bundle(&self, name: &str) -> Option<PathBuf> {
        let places = [PathBuf::from("/Applications"), self.home("Applications")];
        let bundles = places.into_iter().map(|place| place.join(format!("{name}.app")));
        if self.system == System::MacOs { bundles.into_iter().find(|bundle| bundle.is_dir()) } else { None }
    }

    /// The folders right inside of one, by name.
    pub(super) fn folders_in(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        found.sort();
        found
    }
}

/// A path with `/` between its parts, below a folder.
pub(super) fn join(folder: &Path, below: &str) -> PathBuf {
    below.split('/').filter(|part| !part.is_empty()).fold(folder.to_owned(), |path, part| path.join(part))
}
