//! The page before the console: a person sees which program asks and where the browser goes afterwards.
//!
//! Nothing is asked of the backend before the form was sent, so a page that is only looked at, by a person or by a
//! browser that reads ahead, costs nothing. The form carries a sealed proof of what was shown, and counts only when the
//! browser says that it comes from this very page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::authorize::{Ask, sent};
use super::client_id::Client;
use super::fault::Fault;
use super::pages::{self, Reader};
use super::params::Params;
use super::seal::Purpose;
use super::{Caller, Desk, Issuer, body, limits, redirect};

/// How long the page can be used, in seconds.
const LIFE: u64 = 600;

/// Longest query that a proof can hold, in bytes.
const LONGEST: usize = 5500;

/// When the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Never.
    #[default]
    Off,
    /// For redirect addresses that nobody listed: on loopback, or of a client with a document.
    Unlisted,
    /// For all.
    Always,
}

impl Consent {
    /// Reads `MCP_CONSENT`.
    ///
    /// # Errors
    /// A sentence that says what is accepted.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "off" => Ok(Self::Off),
            "unlisted" => Ok(Self::Unlisted),
            "always" => Ok(Self::Always),
            other => Err(format!("{other:?} is none of off, unlisted, always")),
        }
    }

    pub(super) fn is_needed(self, listed: bool) -> bool {
        match self {
            Self::Off => false,
            Self::Unlisted => !listed,
            Self::Always => true,
        }
    }
}

/// What was shown.
#[derive(Serialize, Deserialize)]
struct Shown {
    query: String,
    exp: u64,
}

/// Shows the page.
pub(super) fn ask(desk: &Desk, issuer: &Issuer, ask: &Ask, query: &str) -> Result<Response, Fault> {
    if query.len() > LONGEST {
        return Err(Fault::invalid_request("the request is too long; send a shorter state"));
    }
    let shown = Shown { query: query.to_owned(), exp: desk.settings.wall.now() + LIFE };
    let token = desk.sealed(Purpose::Consent, issuer, &shown)?;
    let from = match &ask.client {
        Client::Document(document) => Some(document.host.as_str()),
        Client::Plain | Client::Registered(_) => None,
    };
    Ok(pages::consent(&pages::Consent {
        client: ask.client.name(),
        from,
        host: redirect::host(&ask.redirect),
        loopback: redirect::kind(&ask.redirect) == Some(redirect::Kind::Loopback),
        token: &token,
        console: &origin(&desk.settings.console),
    }))
}

/// The form of the page was sent.
pub(super) async fn agreed(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let reader = Reader::of(&headers);
    match desk.consented(&caller, &headers, body).await {
        Ok(to) => sent(StatusCode::SEE_OTHER, &to, reader),
        Err(fault) => fault.told(reader),
    }
}

impl Desk {
    async fn consented(&self, caller: &Caller, headers: &HeaderMap, body: Body) -> Result<String, Fault> {
        self.limits.pass(&limits::AUTHORIZE, caller.peer).await?;
        let issuer = &caller.issuer;
        if !is_from_here(issuer, headers) {
            return Err(STRANGE.with_status(StatusCode::FORBIDDEN));
        }
        let body = body::read(body).await?;
        let params = Params::read(std::str::from_utf8(&body).map_err(|_| STRANGE)?)?;
        let keys = self.settings.keys.as_ref().ok_or(STRANGE)?;
        let token = params.get("consent").unwrap_or_default();
        let shown: Shown = keys.open(Purpose::Consent, &issuer.0, token).ok_or(STRANGE)?;
        match self.settings.wall.now() > shown.exp {
            true => Err(Fault::invalid_request(
                "this page is too old; start again from the program that opened it",
            )),
            false => self.agreed(issuer, &shown.query).await,
        }
    }
}

const STRANGE: Fault = Fault::invalid_request("this form was not sent from the page of this server");

/// Whether the browser says that the form stands on a page of this server. One that says nothing is not believed.
fn is_from_here(issuer: &Issuer, headers: &HeaderMap) -> bool {
    let is =
        |name: &str, value: &str| headers.get(name).is_some_and(|said| said.as_bytes() == value.as_bytes());
    is("sec-fetch-site", "same-origin") || is(header::ORIGIN.as_str(), &origin(issuer.as_str()))
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
}
