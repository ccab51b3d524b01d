//! The authorization endpoint: checks who asks for what, asks the backend for a key, and hands the browser over to the
//! console.
//!
//! Until the redirect address is known to be good, whatever goes wrong is told here and nobody is sent anywhere.
//! Nothing is asked of the backend before everything was checked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use runpod_api::flash::Created;

use super::client_id::Client;
use super::fault::Fault;
use super::pages::{self, Reader};
use super::params::Params;
use super::pkce::Challenge;
use super::{Caller, Desk, Issuer, callback, consent, handoff, limits, redirect, resource};

/// Longest state of a client, in bytes: in our own callback it travels inside of ours.
const STATE: usize = 4096;
const STATE_INSIDE: usize = 1024;

/// What is asked for, checked.
pub(super) struct Ask {
    pub(super) client: Client,
    pub(super) client_id: Option<String>,
    pub(super) redirect: String,
    pub(super) state: Option<String>,
    pub(super) challenge: Challenge,
    pub(super) resource: Option<String>,
}

/// Why not, and where that may be told.
struct Refusal {
    fault: Fault,
    /// The redirect address and the state, once they can be trusted.
    back: Option<(String, Option<String>)>,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, back: None }
    }
}

/// A browser comes to sign in.
pub(super) async fn authorize(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let reader = Reader::of(&headers);
    if let Err(fault) = desk.limits.pass(&limits::AUTHORIZE, caller.peer).await {
        return fault.told(reader);
    }
    let query = uri.query().unwrap_or_default();
    match desk.begin(&caller.issuer, query).await {
        Ok(Next::Console(to)) => sent(StatusCode::FOUND, &to, reader),
        Ok(Next::Ask(ask)) => {
            consent::ask(&desk, &caller.issuer, &ask, query).unwrap_or_else(|fault| fault.told(reader))
        }
        Err(refusal) => desk.refuse(&caller.issuer, refusal, reader),
    }
}

/// What comes after the checks.
enum Next {
    /// The console, at this address.
    Console(String),
    /// A person must see who asks.
    Ask(Box<Ask>),
}

impl Desk {
    /// Checks a query, and goes on where nobody has to be asked first.
    async fn begin(&self, issuer: &Issuer, query: &str) -> Result<Next, Refusal> {
        let ask = self.asked(issuer, query).await?;
        match self.settings.consent.is_needed(self.settings.redirects.lists(&ask.redirect)) {
            true => Ok(Next::Ask(Box::new(ask))),
            false => Ok(Next::Console(self.handed_off(issuer, &ask).await?)),
        }
    }

    /// Checks a query that a person agreed to, and goes on.
    pub(super) async fn agreed(&self, issuer: &Issuer, query: &str) -> Result<String, Fault> {
        let ask = self.asked(issuer, query).await.map_err(|refusal| refusal.fault)?;
        self.handed_off(issuer, &ask).await
    }

    /// Asks the backend for a key; the address of the console where a person decides about it.
    async fn handed_off(&self, issuer: &Issuer, ask: &Ask) -> Result<String, Fault> {
        let name = self.settings.key_name.of(ask.client.name());
        let created = self.backend.create(name.as_deref(), &ask.challenge).await?;
        tracing::info!(event = "oauth_authorize_handoff", host = redirect::host(&self.settings.console));
        self.address(issuer, ask, &created)
    }

    fn address(&self, issuer: &Issuer, ask: &Ask, created: &Created) -> Result<String, Fault> {
        let console = self.settings.console.as_str();
        if !self.settings.callback {
            return Ok(handoff::address(console, created.id.reveal(), &ask.redirect, ask.state.as_deref()));
        }
        let state = callback::state(self, issuer, ask, created)?;
        let own = format!("{}{}", issuer.0, callback::PATH);
        Ok(handoff::address(console, created.id.reveal(), &own, Some(&state)))
    }

    async fn asked(&self, issuer: &Issuer, query: &str) -> Result<Ask, Refusal> {
        let params = Params::read(query)?;
        let client_id = params.get("client_id");
        let redirect = params.get("redirect_uri").ok_or(Fault::invalid_request("redirect_uri is missing"))?;
        self.log(&params, redirect);
        // Judged before the client is looked up: that may ask somebody else.
        if redirect::kind(redirect).is_none() {
            return Err(NOT_ALLOWED.into());
        }
        let client = self.client(issuer, client_id).await?;
        if !client.may_return_to(&self.settings.redirects, redirect) {
            return Err(NOT_ALLOWED.into());
        }
        let state = params.get("state").map(str::to_owned);
        let back = Some((redirect.to_owned(), state.clone()));
        let (challenge, resource) =
            self.wanted(issuer, &params).map_err(|fault| Refusal { fault, back: back.clone() })?;
        let (client_id, redirect) = (client_id.map(str::to_owned), redirect.to_owned());
        Ok(Ask { client, client_id, redirect, state, challenge, resource })
    }

    /// What is wanted, of a client that is known to be reached where it says.
    fn wanted(&self, issuer: &Issuer, params: &Params) -> Result<(Challenge, Option<String>), Fault> {
        let is_code = params.get("response_type").map(|kind| kind == "code");
        if !is_code.unwrap_or(self.settings.keys.is_none()) {
            let text = "response_type must be code";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "unsupported_response_type", text));
        }
        let longest = if self.settings.callback { STATE_INSIDE } else { STATE };
        if params.get("state").is_some_and(|state| state.len() > longest) {
            return Err(Fault::invalid_request("state is too long"));
        }
        if params.get("code_challenge_method") != Some("S256") {
            return Err(Fault::invalid_request("code_challenge_method must be S256"));
        }
        let challenge = params.get("code_challenge").and_then(Challenge::parse);
        let challenge = challenge.ok_or(Fault::invalid_request(
            "code_challenge must be 43 letters of base64url, made with S256",
        ))?;
        Ok((challenge, self.target(issuer, params)?))
    }

    /// The address of ours that a token is wanted for, if one was named. Several must all be ours.
    pub(super) fn target(&self, issuer: &Issuer, params: &Params) -> Result<Option<String>, Fault> {
        let mut named = None;
        for text in params.all("resource") {
            let own = self.settings.resource.as_deref() == Some(text);
            let known = if own { Some(text.to_owned()) } else { resource::canonical(issuer, text) };
            named = Some(known.ok_or(Fault::invalid_target())?);
        }
        Ok(named)
    }

    fn log(&self, params: &Params, redirect: &str) {
        tracing::info!(
            event = "oauth_authorize",
            client = self.tags.of(params.get("client_id").unwrap_or_default()),
            host = self.log_host(redirect),
            has_state = params.get("state").is_some(),
            has_challenge = params.get("code_challenge").is_some(),
        );
    }

    /// The host of an address, where it is one that could be trusted with a log line.
    pub(super) fn log_host<'a>(&self, redirect: &'a str) -> &'a str {
        if redirect::kind(redirect).is_some() { redirect::host(redirect) } else { "[not allowed]" }
    }

    /// Tells a refusal: to the client by way of the browser where that is safe and wanted, else here.
    fn refuse(&self, issuer: &Issuer, refusal: Refusal, reader: Reader) -> Response {
        let Refusal { fault, back } = refusal;
        tracing::info!(event = "oauth_authorize_rejected", code = fault.code, why = fault.text);
        match back {
            Some((redirect, state)) if self.settings.keys.is_some() && reader == Reader::Person => {
                let to = self.back(
                    issuer,
                    &redirect,
                    &[("error", fault.code), ("error_description", fault.text)],
                    state.as_deref(),
                );
                sent(StatusCode::FOUND, &to, reader)
            }
            _ => fault.told(reader),
        }
    }

    /// The address of a client with what is to be told, its state, and who tells it.
    pub(super) fn back(
        &self,
        issuer: &Issuer,
        redirect: &str,
        said: &[(&str, &str)],
        state: Option<&str>,
    ) -> String {
        let state = state.map(|state| ("state", state));
        let iss = self.settings.callback.then_some(("iss", issuer.as_str()));
        let pairs: Vec<_> = said.iter().copied().chain(state).chain(iss).collect();
        handoff::with_query(redirect, &pairs)
    }
}

const NOT_ALLOWED: Fault = Fault::invalid_request(
    "redirect_uri is not allowed: it must be http on localhost, 127.0.0.1 or [::1], or an address that the operator of \
     this server listed in MCP_ALLOWED_REDIRECT_URIS, and be among those that the client registered",
);

pub(super) fn sent(status: StatusCode, to: &str, reader: Reader) -> Response {
    let broken = Fault::server_error("the address to go on to cannot be written into a header");
    pages::redirect(status, to).unwrap_or_else(|| broken.told(reader))
}
