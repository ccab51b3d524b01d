//! Who is asking: from the header of a request to a key, and whether Runpod knows that key.

use http::request::Parts;
use http::{HeaderValue, StatusCode};
use runpod_api::ApiKey;

use super::bearer::{self, Malformed};
use super::front::Front;
use super::refusal::Refusal;
use super::visit::Visit;
use crate::credential::Verdict;
use crate::oauth::Issuer;

/// What a dead key is told, in the challenge too.
const DEAD: &str = "the key is not in force (any more)";

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller<'a> {
    /// What was sent, to tell callers apart.
    pub(super) token: &'a str,
    /// What it stands for.
    pub(super) key: ApiKey,
}

impl Front {
    /// Who asks; `None` where everybody acts for the account of the server.
    ///
    /// # Errors
    /// 401 without a token or with one of another server, 400 when it is broken.
    pub(super) fn caller<'a>(
        &self,
        issuer: &Issuer,
        parts: &'a Parts,
    ) -> Result<Option<Caller<'a>>, Refusal> {
        if !self.settings.bearer {
            return Ok(None);
        }
        let token = match bearer::token(&parts.headers) {
            Ok(Some(token)) => token,
            Ok(None) => return Err(self.who_are_you(issuer, parts)),
            Err(Malformed(why)) => return Err(Refusal::bad_request(why)),
        };
        let Some(sign_in) = &self.sign_in else {
            return Ok(Some(Caller { token, key: ApiKey::new(token) }));
        };
        match sign_in.bearer(issuer, token) {
            Ok(key) => Ok(Some(Caller { token, key })),
            Err(rejected) => Err(self.not_you(issuer, parts, &rejected.to_string())),
        }
    }

    /// Whether Runpod knows the key, as far as it can be said.
    ///
    /// # Errors
    /// 401 when it certainly does not, 429 when too many such keys came from there.
    pub(super) async fn known(
        &self,
        issuer: &Issuer,
        parts: &Parts,
        caller: Option<&Caller<'_>>,
        visit: &Visit,
    ) -> Result<(), Refusal> {
        let (Some(gate), Some(caller)) = (&self.gate, caller) else { return Ok(()) };
        match gate.check(&caller.key, &visit.from).await {
            Verdict::Passed => Ok(()),
            Verdict::Rejected => Err(self.not_you(issuer, parts, DEAD)),
            Verdict::TooMany(wait) => {
                let message = "too many keys that are not in force came from this address";
                Err(Refusal::busy(StatusCode::TOO_MANY_REQUESTS, message, wait.as_secs().max(1)))
            }
        }
    }

    /// What is said to somebody without a key.
    pub(super) fn who_are_you(&self, issuer: &Issuer, parts: &Parts) -> Refusal {
        let message = "sign in first, or send a Runpod API key as `Authorization: Bearer KEY`";
        Refusal::unauthorized(message, self.challenge(issuer, parts, None))
    }

    /// What is said to somebody whose key opens nothing.
    fn not_you(&self, issuer: &Issuer, parts: &Parts, why: &str) -> Refusal {
        let message = format!("{why}: sign in again, or send a Runpod API key that is in force");
        Refusal::unauthorized(message, self.challenge(issuer, parts, Some(why)))
    }

    fn challenge(&self, issuer: &Issuer, parts: &Parts, rejected: Option<&str>) -> HeaderValue {
        match (&self.sign_in, rejected) {
            (Some(sign_in), _) => sign_in.challenge(issuer, parts.uri.path(), rejected),
            (None, None) => HeaderValue::from_static(r#"Bearer realm="mcp""#),
            (None, Some(_)) => HeaderValue::from_static(r#"Bearer realm="mcp", error="invalid_token""#),
        }
    }
}
