//! What stands for a client id in a log: enough to follow one, too little to use it.

use ring::hmac;
use ring::rand::SystemRandom;

/// Makes tags that mean nothing outside of this process.
#[derive(Debug)]
pub(super) struct Tags(Option<hmac::Key>);

impl Tags {
    pub(super) fn new() -> Self {
        Self(hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok())
    }

    /// Eight letters for a text; a dash for none.
    pub(super) fn of(&self, text: &str) -> String {
        match &self.0 {
            Some(key) if !text.is_empty() => {
                let tag = hmac::sign(key, text.as_bytes());
                tag.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
            }
            _ => "-".to_owned(),
        }
    }
}
