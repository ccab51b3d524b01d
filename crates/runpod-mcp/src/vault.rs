//! What is kept on this computer between two runs: the account key of `login`, and what signing in at a server gave.
//!
//! The keyring of the operating system where there is one, else files that only their owner may read. A secret is in
//! one place at a time, and what is taken back is taken back everywhere. Everything here may block, for as long as a
//! person needs to unlock a keyring: whoever must not wait asks from a thread of its own. No environment is read;
//! where things are is told by whoever builds a [`Vault`].

mod file;
#[cfg(any(target_os = "macos", windows))]
mod native;
mod secret;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use std::fmt;
use std::path::PathBuf;

pub use file::PrivateFiles;
pub use secret::Secret;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// Key of the Runpod account.
    AccountKey,
    /// Tokens of MCP servers, by their addresses.
    SignIns,
}

impl Item {
    /// Its name in keyrings and folders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountKey => "account-key",
            Self::SignIns => "sign-ins",
        }
    }
}

/// Why a place could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no such place on this computer.
    #[error("{0}")]
    Absent(String),
    /// It is there and does not open.
    #[error("{place} is locked: unlock it and try again, or use --key-store file")]
    Locked {
        /// Which place.
        place: String,
    },
    /// Others could have read or changed what is there.
    #[error(
        "{path} can be read by others (mode {mode:03o}): run `chmod 600 {path}`, or `runpod-mcp login` again"
    )]
    Loose {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// Anything else.
    #[error("{place}: {why}")]
    Failed {
        /// Which place.
        place: String,
        /// What it said, without what was to be kept there.
        why: String,
    },
}

/// One place where secrets are kept.
pub trait Store: fmt::Debug + Send + Sync {
    /// What to call it when speaking to a person.
    fn place(&self) -> String;

    /// What is kept there.
    ///
    /// # Errors
    /// [`Trouble`] when the place cannot be asked, or what is there is not to be trusted.
    fn get(&self, item: Item) -> Result<Option<Secret>, Trouble>;

    /// Keeps something in place of what was there.
    ///
    /// # Errors
    /// [`Trouble`] when it could not be kept; what was there stays.
    fn put(&self, item: Item, secret: &Secret) -> Result<(), Trouble>;

    /// Forgets it; tells whether there was something.
    ///
    /// # Errors
    /// [`Trouble`] when it may still be there.
    fn remove(&self, item: Item) -> Result<bool, Trouble>;
}

/// Which places may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The keyring where there is one, else files.
    #[default]
    Auto,
    /// The keyring and nothing else.
    Keyring,
    /// Files and nothing else.
    File,
}

/// Where the places of this computer are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The folder for our own files.
    pub folder: Option<PathBuf>,
    /// Address of the D-Bus session bus, where the system has such.
    pub session_bus: Option<String>,
}

/// All places, the best first.
#[derive(Debug)]
pub struct Vault(Vec<Box<dyn Store>>);

/// Something that was kept, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The secret.
    pub secret: Secret,
    /// What its place is called.
    pub place: String,
}

/// What came of forgetting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Where there was something, and is no more.
    pub from: Vec<String>,
    /// Where something may still be.
    pub troubles: Vec<Trouble>,
}

impl Vault {
    /// The places of this computer.
    #[must_use]
    pub fn of_machine(choice: Choice, places: Places) -> Self {
        let keyring = (choice != Choice::File).then(|| keyring(places.session_bus)).flatten();
        let files = places.folder.filter(|_| choice != Choice::Keyring).map(PrivateFiles::in_folder);
        let files = files.map(|files| -> Box<dyn Store> { Box::new(files) });
        Self(keyring.into_iter().chain(files).collect())
    }

    /// These places, the best first.
    #[must_use]
    pub fn of(stores: Vec<Box<dyn Store>>) -> Self {
        Self(stores)
    }

    /// Looks for something, place by place.
    ///
    /// # Errors
    /// The first [`Trouble`], when nothing was found and a place could not be asked.
    pub fn find(&self, item: Item) -> Result<Option<Kept>, Trouble> {
        let mut trouble = None;
        for store in &self.0 {
            match store.get(item) {
                Ok(Some(secret)) => return Ok(Some(Kept { secret, place: store.place() })),
                Ok(None) | Err(Trouble::Absent(_)) => (),
                Err(other) => trouble = trouble.or(Some(other)),
            }
        }
        trouble.map_or(Ok(None), Err)
    }

    /// Keeps something in the best place there is, and nowhere else; tells where.
    ///
    /// # Errors
    /// [`Trouble`] of the best place that exists: a locked keyring is no reason to write a file.
    pub fn keep(&self, item: Item, secret: &Secret) -> Result<String, Trouble> {
        let mut absent = Trouble::Absent(NOWHERE.to_owned());
        for (at, store) in self.0.iter().enumerate() {
            match store.put(item, secret) {
                Ok(()) => {
                    self.clear_behind(at, item);
                    return Ok(store.place());
                }
                Err(none @ Trouble::Absent(_)) => absent = none,
                Err(trouble) => return Err(trouble),
            }
        }
        Err(absent)
    }

    /// Forgets something in every place.
    #[must_use]
    pub fn forget(&self, item: Item) -> Forgotten {
        let mut forgotten = Forgotten::default();
        for store in &self.0 {
            match store.remove(item) {
                Ok(true) => forgotten.from.push(store.place()),
                Ok(false) | Err(Trouble::Absent(_)) => (),
                Err(trouble) => forgotten.troubles.push(trouble),
            }
        }
        forgotten
    }

    /// An older copy in a place that is asked later would come back to life when the better place is gone.
    fn clear_behind(&self, at: usize, item: Item) {
        for store in self.0.iter().skip(at + 1) {
            if let Err(trouble) = store.remove(item) {
                tracing::debug!("an older copy may be left: {trouble}");
            }
        }
    }
}

const NOWHERE: &str = "there is no keyring here and no folder for files: set HOME, or use RUNPOD_API_KEY";

#[cfg(all(unix, not(target_os = "macos")))]
fn keyring(session_bus: Option<String>) -> Option<Box<dyn Store>> {
    Some(Box::new(secret_service::SecretService::at(session_bus?)))
}

#[cfg(any(target_os = "macos", windows))]
fn keyring(_: Option<String>) -> Option<Box<dyn Store>> {
    Some(Box::new(native::Native))
}

#[cfg(not(any(unix, windows)))]
fn keyring(_: Option<String>) -> Option<Box<dyn Store>> {
    None
}

#[cfg(test)]
mod tests;
