//! What a caller shows as its token: a key of Runpod as it is, or one that was sealed for this server.

use runpod_api::ApiKey;
use runpod_api::flash::Minted;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::seal::{Keyring, Purpose};
use super::{Desk, Issuer, resource};

/// Which tokens are given out and taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tokens {
    /// The key itself is the token.
    #[default]
    Raw,
    /// Sealed tokens are given out; keys that callers bring themselves are taken too.
    Sealed,
    /// Only sealed tokens are taken.
    OnlySealed,
}

impl Tokens {
    pub(super) fn are_sealed(self) -> bool {
        self != Self::Raw
    }
}

/// Why a token is no good here. The text is for the challenge of a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Rejected(&'static str);

/// What a sealed token holds.
#[derive(Serialize, Deserialize)]
struct Token {
    key: String,
    aud: String,
    client: String,
    iat: u64,
}

/// The token that stands for a key at one address of this server.
pub(super) fn seal(
    desk: &Desk,
    issuer: &Issuer,
    key: &Minted,
    (aud, client): (String, String),
) -> Result<String, Fault> {
    let token = Token { key: key.for_its_owner().to_owned(), aud, client, iat: desk.settings.wall.now() };
    desk.sealed(Purpose::Token, issuer, &token)
}

/// The key that a token stands for.
pub(super) fn open(desk: &Desk, issuer: &Issuer, text: &str) -> Result<ApiKey, Rejected> {
    if !Keyring::is_sealed(text) {
        return match desk.settings.tokens {
            Tokens::OnlySealed => {
                Err(Rejected("this server takes only tokens of its own; sign in to get one"))
            }
            Tokens::Raw | Tokens::Sealed => Ok(ApiKey::new(text)),
        };
    }
    let stale = Rejected("this token was not made for this server, or too long ago; sign in again");
    let keys = desk.settings.keys.as_ref().ok_or(stale)?;
    let token: Token = keys.open(Purpose::Token, &issuer.0, text).ok_or(stale)?;
    let own = desk.settings.resource.as_deref() == Some(token.aud.as_str());
    match own || resource::canonical(issuer, &token.aud).is_some() {
        true => Ok(ApiKey::new(&token.key)),
        false => Err(stale),
    }
}
