//! What has to be remembered travels sealed: no replica keeps anything, and every one with the same keys reads it.
//!
//! A sealed text is `v1.<kid>.<base64url of salt, ciphertext, tag>`. Each has a key of its own: HKDF-SHA256 of the named
//! master key, a random salt of 24 bytes and the purpose. So AES-256-GCM never meets a nonce twice however many are made,
//! and what was sealed for one purpose opens for no other. Version, name of the key, purpose and issuer are
//! authenticated too. The first key seals, all open: that is how keys are changed. See docs/adr/0015.
//!
//! Randomness is the one thing that is not handed in here: a test that could choose it could break the seal.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

const VERSION: &str = "v1";
const SALT: usize = 24;
const KEY: usize = 32;
const NONCE: usize = 12;
/// Longest sealed text that is looked at, in bytes.
const LONGEST: usize = 8192;

/// What a sealed text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The id of a registered client.
    Client,
    /// What the console brings back to our own callback.
    State,
    /// An authorization code.
    Code,
    /// An access token.
    Token,
    /// The proof that a person saw who asks.
    Consent,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::State => "state",
            Self::Code => "code",
            Self::Token => "token",
            Self::Consent => "consent",
        }
    }
}

/// The keys that seal and open. Their `Debug` shows names only.
#[derive(Clone)]
pub struct Keyring(Vec<Key>);

#[derive(Clone)]
struct Key {
    kid: String,
    master: Zeroizing<[u8; KEY]>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keyring").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

impl Keyring {
    /// Reads `kid:base64,kid:base64`. The first key seals, all open.
    ///
    /// # Errors
    /// One sentence for each key that cannot be used; none shows a key.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let (mut keys, mut problems) = (Vec::<Key>::new(), Vec::new());
        for (place, part) in text.split(',').map(str::trim).filter(|part| !part.is_empty()).enumerate() {
            match Key::parse(part, &keys) {
                Ok(key) => keys.push(key),
                Err(why) => problems.push(format!("key {} {why}", place + 1)),
            }
        }
        if keys.is_empty() && problems.is_empty() {
            problems.push("there is no key in it; write kid:base64 of 32 random bytes".to_owned());
        }
        if problems.is_empty() { Ok(Self(keys)) } else { Err(problems) }
    }

    /// The names of the keys, the one that seals first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.kid.as_str())
    }

    /// Seals a value. Nothing when this machine has no randomness to give.
    pub(super) fn seal<T: Serialize>(&self, purpose: Purpose, issuer: &str, value: &T) -> Option<String> {
        let key = self.0.first()?;
        let mut salt = [0; SALT];
        SystemRandom::new().fill(&mut salt).ok()?;
        let mut inner = Zeroizing::new(serde_json::to_vec(value).ok()?);
        let (sealing, nonce) = key.derived(&salt, purpose)?;
        let aad = Aad::from(context(&key.kid, purpose, issuer));
        let tag = sealing.seal_in_place_separate_tag(nonce, aad, &mut inner).ok()?;
        let whole = [salt.as_slice(), &inner, tag.as_ref()].concat();
        Some(format!("{VERSION}.{}.{}", key.kid, URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Opens what was sealed with one of these keys for this purpose and this issuer.
    pub(super) fn open<T: DeserializeOwned>(&self, purpose: Purpose, issuer: &str, text: &str) -> Option<T> {
        let (kid, body) = Self::parts(text)?;
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let whole = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (salt, inner) = whole.split_at_checked(SALT)?;
        let mut inner = Zeroizing::new(inner.to_vec());
        let (opening, nonce) = key.derived(salt, purpose)?;
        let aad = Aad::from(context(kid, purpose, issuer));
        serde_json::from_slice(opening.open_in_place(nonce, aad, &mut inner).ok()?).ok()
    }

    /// Whether a text looks like something that was sealed, by whatever key.
    pub(super) fn is_sealed(text: &str) -> bool {
        Self::parts(text).is_some()
    }

    fn parts(text: &str) -> Option<(&str, &str)> {
        let rest = text.strip_prefix(VERSION)?.strip_prefix('.').filter(|_| text.len() <= LONGEST)?;
        rest.split_once('.').filter(|(kid, body)| is_name(kid) && !body.contains('.'))
    }
}

impl Key {
    fn parse(text: &str, before: &[Self]) -> Result<Self, &'static str> {
        let (kid, encoded) = text.split_once(':').ok_or("must be written kid:base64")?;
        if !is_name(kid) {
            return Err("needs a name of 1 to 16 letters, digits, - or _ before the colon");
        }
        let trimmed = encoded.trim_end_matches('=');
        let bytes = STANDARD.decode(encoded).or_else(|_| URL_SAFE.decode(encoded));
        let bytes = bytes.or_else(|_| URL_SAFE_NO_PAD.decode(trimmed));
        let bytes = Zeroizing::new(bytes.map_err(|_| "is not base64")?);
        let master: [u8; KEY] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| "must be exactly 32 bytes; make one with `openssl rand -base64 32`")?;
        let master = Zeroizing::new(master);
        if is_guessable(&master) {
            return Err("is a placeholder, not a random key; make one with `openssl rand -base64 32`");
        }
        match before.iter().any(|key| key.kid == kid || key.master == master) {
            true => Err("has the name or the value of a key before it"),
            false => Ok(Self { kid: kid.to_owned(), master }),
        }
    }

    /// The key and the nonce of one sealed text.
    fn derived(&self, salt: &[u8], purpose: Purpose) -> Option<(LessSafeKey, Nonce)> {
        let secret = Salt::new(HKDF_SHA256, salt).extract(self.master.as_slice());
        let label = format!("rpmcp/v1/{}", purpose.word());
        let info = [label.as_bytes()];
        let mut bytes = Zeroizing::new([0; KEY + NONCE]);
        secret.expand(&info, Length).ok()?.fill(bytes.as_mut_slice()).ok()?;
        let (key, nonce) = bytes.split_at_checked(KEY)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        Some((key, Nonce::try_assume_unique_for_key(nonce).ok()?))
    }
}

/// How much is derived.
#[derive(Clone, Copy)]
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY + NONCE
    }
}

/// What is authenticated beside the content. No part can contain the border between them.
fn context(kid: &str, purpose: Purpose, issuer: &str) -> String {
    [VERSION, kid, purpose.word(), issuer].join("\0")
}

fn is_name(kid: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=16).contains(&kid.len()) && kid.bytes().all(fits)
}

/// Whether nobody rolled dice for it: few different bytes, or a text.
fn is_guessable(key: &[u8; KEY]) -> bool {
    let mut sorted = *key;
    sorted.sort_unstable();
    let different = sorted.chunk_by(|one, other| one == other).count();
    different < 12 || key.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ISSUER: &str = "https://mcp.example";
    const ALL: [Purpose; 5] =
        [Purpose::Client, Purpose::State, Purpose::Code, Purpose::Token, Purpose::Consent];

    /// A key that depends on the seed; random enough for the check at the start.
    fn key(kid: &str, seed: u8) -> String {
        let bytes: Vec<u8> = (0..32u8).map(|n| n.wrapping_mul(37).wrapping_add(seed) ^ 0x80).collect();
        format!("{kid}:{}", STANDARD.encode(bytes))
    }

    fn ring(text: &str) -> Keyring {
        Keyring::parse(text).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_for_its_purpose_and_issuer_only() {
        let ring = ring(&key("a", 1));
        for purpose in ALL {
            let sealed = ring.seal(purpose, ISSUER, &"secret").unwrap();
            assert!(sealed.starts_with("v1.a.") && Keyring::is_sealed(&sealed) && !sealed.contains("secret"));
            for other in ALL {
                let opened = ring.open::<String>(other, ISSUER, &sealed);
                assert_eq!(opened.is_some(), other == purpose, "{purpose:?} {other:?}");
            }
            assert_eq!(ring.open::<String>(purpose, "https://other.example", &sealed), None);
        }
        assert_ne!(
            ring.seal(Purpose::Code, ISSUER, &1),
            ring.seal(Purpose::Code, ISSUER, &1),
            "the same value is sealed differently each time"
        );
    }

    #[test]
    fn t20_no_byte_of_a_sealed_text_can_be_changed() {
        let ring = ring(&[key("a", 1), key("b", 2)].join(","));
        for purpose in ALL {
            let sealed = ring.seal(purpose, ISSUER, &"x").unwrap();
            for at in 0..sealed.len() {
                for bit in 0..8 {
                    let mut bytes = sealed.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    let Ok(forged) = String::from_utf8(bytes) else { continue };
                    assert_eq!(ring.open::<String>(purpose, ISSUER, &forged), None, "byte {at}, bit {bit}");
                }
            }
            assert_eq!(ring.open::<String>(purpose, ISSUER, &sealed.replacen("v1.a.", "v1.b.", 1)), None);
            assert_eq!(ring.open::<String>(purpose, ISSUER, &sealed[..sealed.len() - 1]), None);
        }
    }

    #[test]
    fn keys_are_changed_without_a_break() {
        let (old, new) = (key("old", 1), key("new", 2));
        let before = ring(&old).seal(Purpose::Client, ISSUER, &1).unwrap();
        // First known everywhere, then the one that seals, then the old one goes.
        let known = ring(&format!("{old},{new}"));
        let promoted = ring(&format!("{new},{old}"));
        let after = promoted.seal(Purpose::Client, ISSUER, &2).unwrap();
        assert!(after.starts_with("v1.new."));
        assert_eq!(promoted.open(Purpose::Client, ISSUER, &before), Some(1));
        assert_eq!(known.open(Purpose::Client, ISSUER, &after), Some(2));
        let last = ring(&new);
        assert_eq!(last.open::<i32>(Purpose::Client, ISSUER, &before), None);
        assert_eq!(last.open(Purpose::Client, ISSUER, &after), Some(2));
    }

    #[test]
    fn bad_keys_are_named_and_not_shown() {
        let short = format!("a:{}", STANDARD.encode([7; 16]));
        let same = format!("a:{}", STANDARD.encode([7; 32]));
        let text = format!("a:{}", STANDARD.encode("change-me-change-me-change-me-32"));
        for (list, words) in [
            ("", "there is no key"),
            ("CANARY", "kid:base64"),
            (":CANARY", "needs a name"),
            ("a b:CANARY", "needs a name"),
            ("a:CANARY!", "is not base64"),
            (short.as_str(), "exactly 32 bytes"),
            (same.as_str(), "placeholder"),
            (text.as_str(), "placeholder"),
        ] {
            let problems = Keyring::parse(list).unwrap_err().join("; ");
            assert!(problems.contains(words) && !problems.contains("CANARY"), "{list}: {problems}");
        }
        let twice = format!("{},{}", key("a", 1), key("a", 2));
        assert!(Keyring::parse(&twice).unwrap_err()[0].starts_with("key 2 has the name"));
        let again = format!("{},{}", key("a", 1), key("b", 1));
        assert!(Keyring::parse(&again).is_err());
        assert_eq!(format!("{:?}", ring(&key("a", 1))), "Keyring([\"a\"])");
    }

    proptest! {
        #[test]
        fn anything_comes_back_as_it_was(text in "\\PC{0,200}") {
            let ring = ring(&key("k", 9));
            let sealed = ring.seal(Purpose::State, ISSUER, &text).unwrap();
            prop_assert_eq!(ring.open::<String>(Purpose::State, ISSUER, &sealed), Some(text));
        }

        #[test]
        fn nothing_else_opens(text in "v1\\.k\\.[A-Za-z0-9_-]{0,120}|\\PC{0,60}") {
            prop_assert_eq!(ring(&key("k", 9)).open::<serde_json::Value>(Purpose::Code, ISSUER, &text), None);
        }
    }
}
