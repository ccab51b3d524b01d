//! Proof key for code exchange (RFC 7636), S256 only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a client commits itself to: 43 letters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Challenge(String);

/// What only that client knows. It has no `Debug`.
pub(super) struct Verifier(Zeroizing<String>);

impl Challenge {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (text.len() == 43 && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the verifier is the one that was committed to. Takes the same time whichever it is.
    pub(super) fn is_of(&self, verifier: &Verifier) -> bool {
        let made = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.0.as_bytes()));
        made.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl Verifier {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        ((43..=128).contains(&text.len()) && text.bytes().all(fits))
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// What tells two verifiers apart without keeping them.
    pub(super) fn mark(&self) -> [u8; 32] {
        let mut mark = [0; 32];
        mark.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_vector_of_rfc_7636_fits_and_no_other() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_of(&Verifier::parse(VERIFIER).unwrap()));
        let other = VERIFIER.replace('d', "e");
        assert!(!challenge.is_of(&Verifier::parse(&other).unwrap()));
    }

    #[test]
    fn what_is_too_short_too_long_or_of_other_letters_is_none() {
        for text in ["", &CHALLENGE[1..], &format!("{CHALLENGE}x"), &CHALLENGE.replace('-', "+")] {
            assert!(Challenge::parse(text).is_none(), "{text}");
        }
        for text in
            ["", &VERIFIER[1..], &"a".repeat(129), &VERIFIER.replace('-', "+"), &VERIFIER.replace('-', "é")]
        {
            assert!(Verifier::parse(text).is_none(), "{text}");
        }
        assert!(Verifier::parse(&"~".repeat(128)).is_some());
    }
}
