//! The environment as a value.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::vault::Places;

/// Environment variables. What is not Unicode is replaced by U+FFFD.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The variables of this process. Called once, in `main`.
    #[must_use]
    pub fn of_process() -> Self {
        // Not `vars`, which panics on what is not Unicode.
        std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect()
    }

    /// The value of a variable, unless it is blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Whether a variable is set to nothing.
    #[must_use]
    pub(super) fn is_blank(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.trim().is_empty())
    }

    /// The names that are set, blank ones too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Where the configuration file is looked for.
    #[must_use]
    pub fn config_file(&self) -> Option<PathBuf> {
        let folder = match (self.get("XDG_CONFIG_HOME"), cfg!(windows), cfg!(target_os = "macos")) {
            (Some(folder), ..) => PathBuf::from(folder),
            (None, true, _) => PathBuf::from(self.get("APPDATA")?),
            (None, _, true) => self.home()?.join("Library").join("Application Support"),
            (None, ..) => self.home()?.join(".config"),
        };
        Some(folder.join("runpod-mcp").join("config.toml"))
    }

    /// Where runpodctl keeps its key.
    pub(super) fn runpodctl_file(&self) -> Option<PathBuf> {
        Some(self.home()?.join(".runpod").join("config.toml"))
    }

    /// Where `login` and `bridge` may keep things.
    #[must_use]
    pub fn places(&self) -> Places {
        Places { folder: self.kept_folder(), session_bus: self.session_bus() }
    }

    fn kept_folder(&self) -> Option<PathBuf> {
        let absolute = self.get("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
        let folder = match (absolute, cfg!(windows), cfg!(target_os = "macos")) {
            (Some(folder), ..) => folder,
            (None, true, _) => PathBuf::from(self.get("LOCALAPPDATA")?),
            (None, _, true) => self.home()?.join("Library").join("Application Support"),
            (None, ..) => self.home()?.join(".local").join("share"),
        };
        Some(folder.join("runpod-mcp"))
    }

    /// Where programs of this desktop meet; a login without a desktop has none.
    fn session_bus(&self) -> Option<String> {
        let usual = || {
            let socket = PathBuf::from(self.get("XDG_RUNTIME_DIR")?).join("bus");
            socket.exists().then(|| format!("unix:path={}", socket.display()))
        };
        self.get("DBUS_SESSION_BUS_ADDRESS").map(str::to_owned).or_else(usual)
    }

    fn home(&self) -> Option<PathBuf> {
        self.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl std::fmt::Debug for Env {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
