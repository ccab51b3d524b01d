//! Our own callback, where the console sends the browser instead of sending it to the client.
//!
//! So the client never sees the id of the request, which alone would be enough to read the key: it gets a sealed code,
//! bound to the client, to its redirect address, to its challenge and to the resource.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, Uri};
use ring::digest::{SHA256, digest};
use runpod_api::flash::Created;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::authorize::{Ask, sent};
use super::fault::Fault;
use super::flash::seconds;
use super::pages::Reader;
use super::params::Params;
use super::pkce::Challenge;
use super::seal::Purpose;
use super::{Caller, Desk, Issuer};

/// Where it is.
pub(super) const PATH: &str = "/callback";

/// Longest life of a sign-in, in seconds (RFC 6749 section 4.1.2 recommends ten minutes).
const LIFE: u64 = 600;

/// What the console brings back to us, sealed.
#[derive(Serialize, Deserialize)]
struct Handed {
    code: Code,
    state: Option<String>,
}

/// What a code is bound to.
#[derive(Serialize, Deserialize)]
pub(super) struct Code {
    /// The id of the request at the backend.
    pub(super) id: String,
    /// Digest of the client id.
    pub(super) client: String,
    pub(super) redirect: String,
    pub(super) challenge: Challenge,
    pub(super) resource: Option<String>,
    /// Seconds since 1970.
    pub(super) exp: u64,
}

/// The state under which the console comes back.
pub(super) fn state(desk: &Desk, issuer: &Issuer, ask: &Ask, created: &Created) -> Result<String, Fault> {
    let latest = desk.settings.wall.now() + LIFE;
    let exp = created.expires_at.as_deref().and_then(seconds).map_or(latest, |at| at.min(latest));
    let code = Code {
        id: created.id.reveal().to_owned(),
        client: client_mark(ask.client_id.as_deref().unwrap_or_default()),
        redirect: ask.redirect.clone(),
        challenge: ask.challenge.clone(),
        resource: ask.resource.clone(),
        exp,
    };
    desk.sealed(Purpose::State, issuer, &Handed { code, state: ask.state.clone() })
}

/// What stands for a client id in a code.
pub(super) fn client_mark(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, id.as_bytes()))
}

/// The console sends the browser back.
pub(super) async fn callback(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let reader = Reader::of(&headers);
    match desk.returned(&caller.issuer, uri.query().unwrap_or_default()) {
        Ok(to) => sent(StatusCode::FOUND, &to, reader),
        Err(fault) => fault.told(reader),
    }
}

impl Desk {
    /// Where the browser goes on to: the address of the client.
    fn returned(&self, issuer: &Issuer, query: &str) -> Result<String, Fault> {
        let params = Params::read(query)?;
        let keys = self.settings.keys.as_ref().ok_or(STRANGE)?;
        let handed: Handed = params
            .get("state")
            .and_then(|state| keys.open(Purpose::State, &issuer.0, state))
            .ok_or(STRANGE)?;
        if self.settings.wall.now() > handed.code.exp {
            return Err(Fault::invalid_request(
                "this sign-in is over; start again from the program that opened it",
            ));
        }
        let (redirect, state) = (handed.code.redirect.clone(), handed.state.clone());
        if let Some(error) = params.get("error") {
            return Ok(self.back(issuer, &redirect, &[("error", known(error))], state.as_deref()));
        }
        let code = params.get("code").unwrap_or_default();
        if !bool::from(code.as_bytes().ct_eq(handed.code.id.as_bytes())) {
            return Err(STRANGE);
        }
        let code = self.sealed(Purpose::Code, issuer, &handed.code)?;
        Ok(self.back(issuer, &redirect, &[("code", &code)], state.as_deref()))
    }

    pub(super) fn sealed<T: Serialize>(
        &self,
        purpose: Purpose,
        issuer: &Issuer,
        value: &T,
    ) -> Result<String, Fault> {
        let keys = self.settings.keys.as_ref();
        let sealed = keys.and_then(|keys| keys.seal(purpose, &issuer.0, value));
        sealed.ok_or(Fault::server_error("nothing could be sealed"))
    }
}

/// An error of the console as it may be handed on.
fn known(error: &str) -> &'static str {
    let words = ["access_denied", "temporarily_unavailable"];
    words.into_iter().find(|word| *word == error).unwrap_or("server_error")
}

const STRANGE: Fault = Fault::invalid_request("this does not belong to a sign-in that began here");
