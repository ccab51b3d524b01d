//! What only this client knows: a verifier, its challenge, and a state.

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// PKCE with S256, and a state.
pub(super) struct Proof {
    verifier: String,
    challenge: String,
    state: String,
}

impl Proof {
    pub(super) fn new() -> anyhow::Result<Self> {
        let verifier = random()?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        Ok(Self { verifier, challenge, state: random()? })
    }

    pub(super) fn verifier(&self) -> &str {
        &self.verifier
    }

    pub(super) fn challenge(&self) -> &str {
        &self.challenge
    }

    pub(super) fn state(&self) -> &str {
        &self.state
    }
}

fn random() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| anyhow!("this machine has no randomness to give"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
