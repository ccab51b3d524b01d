//! What callers are called in the log: the same name for the same token as long as this process lives, and one from
//! which nobody can tell the token.

use ring::{hmac, rand};

/// Letters of a name.
const LENGTH: usize = 12;

/// Names callers.
#[derive(Debug)]
pub(super) struct Callers(hmac::Key);

impl Callers {
    pub(super) fn new() -> Self {
        let random = rand::SystemRandom::new();
        // Without chance there would be no TLS either, and no key would ever get here.
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &random);
        Self(key.unwrap_or_else(|_| hmac::Key::new(hmac::HMAC_SHA256, uuid::Uuid::new_v4().as_bytes())))
    }

    /// The name of whoever shows this token.
    pub(super) fn name(&self, token: &str) -> String {
        let tag = hmac::sign(&self.0, token.as_bytes());
        let digits = tag.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.take(LENGTH).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_for_one_process_and_one_token() {
        let (one, other) = (Callers::new(), Callers::new());
        assert_eq!(one.name("rpa_a"), one.name("rpa_a"));
        assert!(one.name("rpa_a") != one.name("rpa_b") && one.name("rpa_a") != other.name("rpa_a"));
        assert_eq!(one.name("rpa_a").len(), LENGTH);
    }
}
