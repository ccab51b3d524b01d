//! Where the account key of a local server comes from.

use std::path::PathBuf;
use std::sync::OnceLock;

use runpod_api::ApiKey;

/// The places where a key may be, in order: the environment, then runpodctl's file.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    given: Option<ApiKey>,
    runpodctl: Option<PathBuf>,
    found: OnceLock<ApiKey>,
}

impl Keys {
    /// A key that is at hand, and the file to look into when it is not.
    #[must_use]
    pub fn new(given: Option<ApiKey>, runpodctl: Option<PathBuf>) -> Self {
        Self { given, runpodctl, found: OnceLock::new() }
    }

    /// Whether a key is at hand that was given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Looks for the key. The file is read on the first call that needs it, and again as long as it has none.
    #[must_use]
    pub fn find(&self) -> Option<ApiKey> {
        if let Some(key) = self.given.as_ref().or_else(|| self.found.get()) {
            return Some(key.clone());
        }
        let text = std::fs::read_to_string(self.runpodctl.as_ref()?).ok()?;
        let key = of_runpodctl(&text)?;
        Some(self.found.get_or_init(|| key).clone())
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
    use super::*;

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

    #[test]
    fn a_key_that_appears_later_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let keys = Keys::new(None, Some(file.clone()));
        assert_eq!(keys.find(), None);
        std::fs::write(&file, "apikey = \"rpa_later\"").unwrap();
        assert_eq!(keys.find(), Some(ApiKey::new("rpa_later")));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(keys.find(), Some(ApiKey::new("rpa_later")));
    }

    #[test]
    fn the_environment_comes_first() {
        let keys = Keys::new(Some(ApiKey::new("a")), Some("/nonexistent".into()));
        assert_eq!(keys.find(), Some(ApiKey::new("a")));
    }
}
