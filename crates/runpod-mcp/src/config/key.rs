//! Where the account key of a local server comes from.
//!
//! The environment, then what `login` kept, then runpodctl's file. Nothing is looked for before a call needs it, and a
//! keyring that does not answer keeps no call waiting for longer than [`PATIENCE`]: it is asked from a thread of its
//! own, whose answer is taken when it is there.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use runpod_api::ApiKey;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::vault::{Item, Kept, Trouble, Vault};

/// Longest time that a call waits for the keyring.
const PATIENCE: Duration = Duration::from_secs(2);

type Asked = JoinHandle<Result<Option<Kept>, Trouble>>;

/// The places where the key of whoever started this process may be, in order. The default has none: what a server for
/// others must have.
#[derive(Clone, Debug)]
pub struct Keys {
    given: Option<ApiKey>,
    vault: Option<Arc<Vault>>,
    runpodctl: Option<PathBuf>,
    found: OnceLock<Located>,
    /// A question to the vault that was not answered in time.
    asked: Arc<Mutex<Option<Asked>>>,
    patience: Duration,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            given: None,
            vault: None,
            runpodctl: None,
            found: OnceLock::new(),
            asked: Arc::default(),
            patience: PATIENCE,
        }
    }
}

/// A key, and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The key.
    pub key: ApiKey,
    /// What to call its place when speaking to a person.
    pub place: String,
}

impl Keys {
    /// A key that is at hand, and the file to look into when it is not.
    #[must_use]
    pub fn new(given: Option<ApiKey>, runpodctl: Option<PathBuf>) -> Self {
        Self { given, runpodctl, ..Self::default() }
    }

    /// The same, looking into a vault before the file.
    #[must_use]
    pub fn with_vault(mut self, vault: Arc<Vault>) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Whether a key is at hand that was given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Looks for the key; again, as long as there is none.
    pub async fn find(&self) -> Option<ApiKey> {
        self.locate().await.map(|located| located.key)
    }

    /// The same, and where it was.
    pub async fn locate(&self) -> Option<Located> {
        if let Some(key) = &self.given {
            return Some(Located { key: key.clone(), place: "RUNPOD_API_KEY".to_owned() });
        }
        if let Some(found) = self.found.get() {
            return Some(found.clone());
        }
        let located = match self.of_vault().await {
            Some(located) => located,
            None => self.of_runpodctl()?,
        };
        Some(self.found.get_or_init(|| located).clone())
    }

    async fn of_vault(&self) -> Option<Located> {
        let vault = Arc::clone(self.vault.as_ref()?);
        let mut asked = self.asked.lock().await;
        // One that was waited for already is only looked at.
        let patience = if asked.is_some() { Duration::ZERO } else { self.patience };
        let mut question =
            asked.take().unwrap_or_else(|| tokio::task::spawn_blocking(move || vault.find(Item::AccountKey)));
        let Ok(answer) = tokio::time::timeout(patience, &mut question).await else {
            *asked = Some(question);
            tracing::warn!("the keyring does not answer; going on without it");
            return None;
        };
        match answer {
            Ok(Ok(kept)) => {
                kept.map(|kept| Located { key: ApiKey::new(kept.secret.reveal()), place: kept.place })
            }
            Ok(Err(trouble)) => {
                tracing::warn!("the key that `login` kept cannot be read: {trouble}");
                None
            }
            Err(_) => None,
        }
    }

    fn of_runpodctl(&self) -> Option<Located> {
        let path = self.runpodctl.as_ref()?;
        let key = of_runpodctl(&std::fs::read_to_string(path).ok()?)?;
        Some(Located { key, place: format!("runpodctl's {}", path.display()) })
    }
}

/// The key in runpodctl's file: `apikey` as its current versions write it, `apiKey` as older ones did.
fn of_runpodctl(text: &str) -> Option<ApiKey> {
    let table: toml::Table = text.parse().ok()?;
    let (_, key) = table.iter().find(|(name, _)| name.eq_ignore_ascii_case("apikey"))?;
    key.as_str().filter(|key| !key.trim().is_empty()).map(ApiKey::new)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::vault::{Secret, Store};

    #[test]
    fn both_spellings_of_runpodctl_are_read_and_nothing_else() {
        for text in ["apikey = \"rpa_x\"", "apiKey = 'rpa_x'\napiurl = 'https://a'", "\napikey = ' rpa_x\\n'"]
        {
            let text = text.replace("' rpa_x\\n'", "\" rpa_x\\n\"");
            assert_eq!(of_runpodctl(&text), Some(ApiKey::new("rpa_x")), "{text}");
        }
        for text in ["", "apikey = ''", "apikey = 5", "key = 'rpa_x'", "not toml"] {
            assert_eq!(of_runpodctl(text), None, "{text}");
        }
    }

    /// A keyring that answers when it is told what; counts how often it is asked.
    #[derive(Debug)]
    struct Slow(std::sync::Mutex<Receiver<Result<Option<Secret>, Trouble>>>);

    impl Store for Slow {
        fn place(&self) -> String {
            "keyring".to_owned()
        }

        fn get(&self, _: Item) -> Result<Option<Secret>, Trouble> {
            self.0.lock().unwrap().recv().unwrap_or(Ok(None))
        }

        fn put(&self, _: Item, _: &Secret) -> Result<(), Trouble> {
            Ok(())
        }

        fn remove(&self, _: Item) -> Result<bool, Trouble> {
            Ok(false)
        }
    }

    fn slow() -> (Sender<Result<Option<Secret>, Trouble>>, Arc<Vault>) {
        let (answer, answers) = channel();
        (answer, Arc::new(Vault::of(vec![Box::new(Slow(std::sync::Mutex::new(answers)))])))
    }

    #[tokio::test]
    async fn a_key_that_appears_later_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let keys = Keys::new(None, Some(file.clone()));
        assert_eq!(keys.find().await, None);
        std::fs::write(&file, "apikey = \"rpa_later\"").unwrap();
        assert_eq!(keys.find().await, Some(ApiKey::new("rpa_later")));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(keys.find().await, Some(ApiKey::new("rpa_later")));
    }

    #[tokio::test]
    async fn environment_then_login_then_runpodctl() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "apikey = \"rpa_ctl\"").unwrap();
        let (answer, vault) = slow();
        // Nobody asks a keyring when the environment has the key: this one would never answer.
        let keys = Keys::new(Some(ApiKey::new("a")), Some(file.clone())).with_vault(Arc::clone(&vault));
        assert_eq!(keys.locate().await.unwrap().place, "RUNPOD_API_KEY");
        let keys = Keys::new(None, Some(file.clone())).with_vault(vault);
        answer.send(Ok(Some(Secret::new("rpa_login")))).unwrap();
        let located = Located { key: ApiKey::new("rpa_login"), place: "keyring".to_owned() };
        assert_eq!(keys.locate().await, Some(located));
        assert_eq!(keys.find().await, Some(ApiKey::new("rpa_login")), "it is not asked a second time");
    }

    #[tokio::test]
    async fn a_keyring_in_trouble_does_not_hide_the_other_places() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "apikey = \"rpa_ctl\"").unwrap();
        let (answer, vault) = slow();
        answer.send(Err(Trouble::Locked { place: "keyring".to_owned() })).unwrap();
        assert_eq!(Keys::new(None, Some(file)).with_vault(vault).find().await, Some(ApiKey::new("rpa_ctl")));
    }

    #[tokio::test]
    async fn a_keyring_that_hangs_is_waited_for_once_and_heard_when_it_answers() {
        let (answer, vault) = slow();
        let mut keys = Keys::new(None, None).with_vault(vault);
        keys.patience = Duration::from_millis(1);
        assert_eq!(keys.find().await, None);
        // Had the second call to wait, the test would not end.
        keys.patience = Duration::MAX;
        assert_eq!(keys.find().await, None);
        answer.send(Ok(Some(Secret::new("rpa_late")))).unwrap();
        let found = async {
            loop {
                match keys.find().await {
                    Some(key) => return key,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        assert_eq!(found.await, ApiKey::new("rpa_late"));
    }
}
