//! What callers are called in the log: the same name for the same token as long as this process lives, and one from
//! which nobody can tell the token.

use std::hash::{BuildHasher, RandomState};

/// Letters of a name.
const LENGTH: usize = 12;

/// Names callers.
#[derive(Debug, Default)]
pub(super) struct Callers(RandomState);

impl Callers {
    /// The name of whoever shows this token.
    pub(super) fn name(&self, token: &str) -> String {
        // A keyed hash, of which the log shows three quarters.
        format!("{:0LENGTH$x}", self.0.hash_one(token) >> 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_for_one_process_and_one_token() {
        let (one, other) = (Callers::default(), Callers::default());
        assert_eq!(one.name("rpa_a"), one.name("rpa_a"));
        assert!(one.name("rpa_a") != one.name("rpa_b") && one.name("rpa_a") != other.name("rpa_a"));
        assert_eq!(one.name("rpa_a").len(), LENGTH);
    }
}
