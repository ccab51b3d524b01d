//! What is kept in place of a text.
//!
//! For a server that replicas share, half of an HMAC-SHA256 under a secret of the deployment: who reads it there learns
//! neither a token nor an address, and cannot try out guesses. For what never leaves the process, a SipHash under a
//! secret of the process, which costs a tenth: each request makes several, and nobody outside can look for two texts
//! with the same.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use ring::hmac;

/// The digest of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u128);

impl Digest {
    /// One of `count` places, each as likely as the others.
    pub(crate) fn place(self, count: usize) -> usize {
        let high = usize::try_from(self.0 >> 96).unwrap_or_default();
        high.checked_rem(count).unwrap_or_default()
    }
}

#[cfg(test)]
impl Digest {
    /// One of many that differ, without the work of making it.
    pub(crate) fn number(number: u64) -> Self {
        let odd = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        Self(u128::from(number).wrapping_mul(odd))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.0);
    }
}

/// Makes digests that others make, too, who have the same secret.
pub(crate) struct Digester(hmac::Key);

impl Digester {
    /// Under this secret.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The digest of a text that stands for something of this kind.
    pub(crate) fn of(&self, kind: &str, text: impl AsRef<[u8]>) -> Digest {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [kind.as_bytes(), &[0], text.as_ref()] {
            context.update(part);
        }
        let tag = context.sign();
        Digest(tag.as_ref().first_chunk().map_or(0, |half| u128::from_be_bytes(*half)))
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digester([redacted])")
    }
}

/// Makes digests that no other process can make.
#[derive(Clone, Default)]
pub(crate) struct Own(RandomState);

impl Own {
    /// The digest of something of this kind.
    pub(crate) fn of(&self, kind: &str, what: impl Hash) -> Digest {
        let hash = u128::from(self.0.hash_one((kind, what)));
        Digest(hash << 64 | hash)
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own([redacted])")
    }
}

/// A digest is as random as any hash of it, to whoever does not know the secret.
#[derive(Debug, Default)]
pub(crate) struct Already(u64);

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, digest: u128) {
        self.0 = u64::try_from(digest & u128::from(u64::MAX)).unwrap_or_default();
    }
}

/// A map from digests.
pub(crate) type Map<V> = std::collections::HashMap<Digest, V, BuildHasherDefault<Already>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_secret_kind_and_text_and_shows_none_of_them() {
        let digester = Digester::new(b"CANARY secret");
        let digest = digester.of("rule", "CANARY");
        assert_eq!(digest, Digester::new(b"CANARY secret").of("rule", "CANARY"), "replicas agree");
        assert_ne!(digest, digester.of("other", "CANARY"));
        assert_ne!(digest, digester.of("rule", "CANARY "));
        assert_ne!(digester.of("a", "b"), digester.of("ab", ""));
        assert!(!format!("{digester:?} {digest:?} {digest}").contains("CANARY"));
    }

    #[test]
    fn what_stays_in_the_process_has_digests_of_its_own() {
        let (own, other) = (Own::default(), Own::default());
        let digest = own.of("rule", "CANARY");
        assert_eq!(digest, own.clone().of("rule", "CANARY"));
        for different in [own.of("other", "CANARY"), own.of("rule", "CANARY "), other.of("rule", "CANARY")] {
            assert_ne!(digest, different);
        }
        assert_ne!(own.of("a", "b"), own.of("ab", ""));
        assert!(!format!("{own:?} {digest:?} {digest}").contains("CANARY"));
    }
}
