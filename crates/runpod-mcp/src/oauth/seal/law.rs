//! What holds for every text that comes as something sealed, and for everything that is sealed.

use super::{Keyring, Purpose};

const ISSUER: &str = "https://mcp.example";
const RING: &str =
    "a:gKWKpdCv5K/e8y1KVXqRrNv3FjNQZ4+c+NcRLktoneA=,b:T0tqnbHTDytJbYulwOMBIEFfe5m41/ETKU1ri6jJ6/0=";
const ALL: [Purpose; 5] = [Purpose::Client, Purpose::State, Purpose::Code, Purpose::Token, Purpose::Consent];

/// Nothing that was not sealed opens, and what was opens as it was, unchanged and for its purpose only.
///
/// The first two bytes say what is done to a sealed text.
pub(crate) fn any_text(bytes: &[u8]) {
    let [purpose, strike, text @ ..] = bytes else { return };
    let text = String::from_utf8_lossy(text);
    let Ok(ring) = Keyring::parse(RING) else { return };
    assert!(ALL.iter().all(|purpose| ring.open::<serde_json::Value>(*purpose, ISSUER, &text).is_none()));
    let problems = Keyring::parse(&text).err().unwrap_or_default();
    assert!(problems.iter().all(|problem| problem.is_ascii() && problem.len() < 120), "{problems:?}");
    let Some(purpose) = ALL.get(usize::from(*purpose) % ALL.len()).copied() else { return };
    let Some(sealed) = ring.seal(purpose, ISSUER, &text) else { return };
    for other in ALL {
        let opened = ring.open::<String>(other, ISSUER, &sealed);
        assert_eq!(opened, (other == purpose).then(|| text.to_string()), "{purpose:?} as {other:?}");
    }
    assert_eq!(ring.open::<String>(purpose, &format!("{ISSUER}/"), &sealed), None, "for another issuer");
    let struck = struck(&sealed, usize::from(*strike));
    assert_eq!(ring.open::<String>(purpose, ISSUER, &struck), None, "{struck} is not {sealed}");
}

/// The text with one letter changed.
fn struck(sealed: &str, at: usize) -> String {
    let change = |letter: char| if letter == 'A' { 'B' } else { 'A' };
    let at = at % sealed.len().max(1);
    sealed.chars().enumerate().map(|(nth, letter)| if nth == at { change(letter) } else { letter }).collect()
}
