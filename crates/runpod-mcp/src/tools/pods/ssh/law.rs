//! What holds for every text that comes as a public key.

use runpod_api::Env;

use super::{PublicKeys, VARIABLE};
use crate::error::ToolError;

/// What is taken is tidy and gets where images look for it, beside what was there; what is not is never repeated.
///
/// Behind a zero byte stands what the variable held before.
pub(crate) fn any_key(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (text, before) = text.split_once('\0').unwrap_or((&text, ""));
    match PublicKeys::parse(text) {
        Ok(keys) => {
            is_tidy(&keys);
            is_added(&keys, before);
        }
        Err(error) => {
            assert!(REFUSALS.map(refusal).contains(&Some(error)), "no two refusals differ by the text")
        }
    }
}

/// Texts that are refused, for each reason there is.
const REFUSALS: [&str; 3] = ["", "PRIVATE KEY", "~/.ssh/id_ed25519.pub"];

fn refusal(text: &str) -> Option<ToolError> {
    PublicKeys::parse(text).err()
}

fn is_tidy(keys: &PublicKeys) {
    let PublicKeys(text) = keys;
    assert_eq!(PublicKeys::parse(text).ok().map(|again| again.0).as_ref(), Some(text));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
    assert!(text.lines().all(|line| !line.is_empty() && line == line.trim()), "{text:?}");
    assert!(!text.to_lowercase().contains("private key"), "{text:?}");
}

fn is_added(keys: &PublicKeys, before: &str) {
    let before: Env = [(VARIABLE.to_owned(), before.to_owned())].into_iter().collect();
    let mut env = Env::default();
    keys.add_to(&mut env, Some(&before));
    let held = env.0.get(VARIABLE).cloned().unwrap_or_default();
    let lines: Vec<_> = held.lines().map(str::trim).collect();
    assert!(keys.0.lines().all(|key| lines.contains(&key)), "{:?} is not in {held:?}", keys.0);
    let there = before.0.get(VARIABLE).map(|keys| keys.trim()).unwrap_or_default();
    assert!(held.starts_with(there), "{there:?} is lost in {held:?}");
    keys.add_to(&mut env, None);
    assert_eq!(env.0.get(VARIABLE), Some(&held), "no key is added twice");
}
