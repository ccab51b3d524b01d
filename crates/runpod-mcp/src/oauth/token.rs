//! The token endpoint: a code and the verifier that belongs to it become an API key.
//!
//! Whatever can be checked without the backend is checked first, because the read that finds an approved key takes it
//! away. With sealed codes that includes the verifier, so a wrong one costs nobody a key.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use runpod_api::flash::{Minted, RequestId};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::bearer;
use super::callback::{Code, client_mark};
use super::fault::Fault;
use super::flash::{End, SKEW};
use super::params::Params;
use super::pkce::Verifier;
use super::seal::Purpose;
use super::{Caller, Desk, Issuer, body, limits, pages};

/// What is redeemed, checked as far as it can be without the backend.
struct Grant {
    id: RequestId,
    verifier: Verifier,
    /// The address of ours that the token is for.
    audience: String,
    client_id: String,
}

/// Redeems a code.
pub(super) async fn token(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    uri: Uri,
    body: Body,
) -> Result<Response, Fault> {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(Fault::invalid_request("parameters belong into the body, not into the address"));
    }
    desk.limits.pass(&limits::TOKEN, caller.peer).await?;
    let params = desk.form(&headers, body).await?;
    let issuer = &caller.issuer;
    let grant = desk.grant(issuer, &params).await.inspect_err(|fault| {
        tracing::info!(event = "oauth_token_rejected", code = fault.code, why = fault.text);
    })?;
    let end = desk.backend.redeem(&grant.id, grant.verifier, desk.settings.callback).await;
    tracing::info!(event = "oauth_token", outcome = word(&end), client = desk.tags.of(&grant.client_id));
    match end {
        End::Key(key) => desk.handed_over(issuer, &key, (grant.audience, &grant.client_id)),
        end => Err(fault(&end)),
    }
}

impl Desk {
    async fn form(&self, headers: &HeaderMap, body: Body) -> Result<Params, Fault> {
        let media = body::essence(headers);
        let body = body::read(body).await?;
        match media.as_str() {
            "application/x-www-form-urlencoded" => {
                let text = std::str::from_utf8(&body);
                Params::read(text.map_err(|_| Fault::invalid_request("the body is not UTF-8"))?)
            }
            "application/json" if self.settings.keys.is_none() => Params::of_json(&body),
            _ => Err(Fault::invalid_request("the body must be sent as application/x-www-form-urlencoded")
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        }
    }

    async fn grant(&self, issuer: &Issuer, params: &Params) -> Result<Grant, Fault> {
        if params.get("grant_type") != Some("authorization_code") {
            let text = "grant_type must be authorization_code";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", text));
        }
        let code = params.get("code").ok_or(Fault::invalid_request("code is missing"))?;
        let client_id = params.get("client_id");
        let redirect = params.get("redirect_uri").unwrap_or_default();
        let client = self.client(issuer, client_id).await;
        let client = client.map_err(|fault| fault.with_status(StatusCode::UNAUTHORIZED))?;
        if !client.may_return_to(&self.settings.redirects, redirect) {
            return Err(Fault::invalid_grant("redirect_uri is missing or not one of this client"));
        }
        let verifier = params.get("code_verifier").and_then(Verifier::parse);
        let verifier = verifier.ok_or(Fault::invalid_grant(
            "code_verifier must be 43 to 128 of the letters A-Z a-z 0-9 - . _ ~",
        ))?;
        let target = self.target(issuer, params)?;
        let client_id = client_id.unwrap_or_default().to_owned();
        let (id, bound) = match self.settings.callback {
            true => self.unsealed(issuer, code, (&client_id, redirect, &verifier)).await?,
            false => (RequestId::parse(code).ok_or(NO_CODE)?, None),
        };
        if bound.is_some() && target.is_some() && bound != target {
            return Err(Fault::invalid_target());
        }
        let audience = bound.or(target).unwrap_or_else(|| issuer.as_str().to_owned());
        Ok(Grant { id, verifier, audience, client_id })
    }

    /// The request behind a sealed code, and the resource that it was asked for.
    async fn unsealed(
        &self,
        issuer: &Issuer,
        code: &str,
        (client_id, redirect, verifier): (&str, &str, &Verifier),
    ) -> Result<(RequestId, Option<String>), Fault> {
        let keys = self.settings.keys.as_ref().ok_or(NO_CODE)?;
        let code: Code = keys.open(Purpose::Code, &issuer.0, code).ok_or(NO_CODE)?;
        let own = client_mark(client_id);
        let same_client = bool::from(own.as_bytes().ct_eq(code.client.as_bytes()));
        if !same_client || code.redirect != redirect || self.settings.wall.now() > code.exp + SKEW {
            return Err(NO_CODE);
        }
        let id = RequestId::parse(&code.id).ok_or(NO_CODE)?;
        self.limits.try_verifier(&id).await?;
        if !code.challenge.is_of(verifier) {
            return Err(WRONG_VERIFIER);
        }
        self.limits.verifier_was_right(&id).await;
        Ok((id, code.resource))
    }

    /// The answer that gives the key to its owner.
    fn handed_over(
        &self,
        issuer: &Issuer,
        key: &Minted,
        (audience, client_id): (String, &str),
    ) -> Result<Response, Fault> {
        let token = match self.settings.tokens.are_sealed() {
            true => bearer::seal(self, issuer, key, (audience, client_mark(client_id)))?,
            false => key.for_its_owner().to_owned(),
        };
        Ok(pages::json(StatusCode::OK, &json!({ "access_token": token, "token_type": "Bearer" })))
    }
}

const NO_CODE: Fault = Fault::invalid_grant(
    "the code is not valid, expired, or belongs to another client or redirect_uri; start the sign-in again",
);

const WRONG_VERIFIER: Fault = Fault::invalid_grant("code_verifier does not belong to this code");

fn fault(end: &End) -> Fault {
    match end {
        End::Mismatch => WRONG_VERIFIER,
        End::Unknown => NO_CODE,
        End::Used => Fault::invalid_grant("the code was used before; start the sign-in again"),
        End::Expired => Fault::invalid_grant("the code has expired; start the sign-in again"),
        End::Denied => {
            Fault::new(StatusCode::BAD_REQUEST, "access_denied", "the sign-in was denied in the console")
        }
        End::Pending => Fault::new(
            StatusCode::BAD_REQUEST,
            "authorization_pending",
            "nobody has approved the sign-in in the console yet; ask again",
        ),
        End::Busy => Fault::too_many(5),
        End::Broken | End::Key(_) => {
            Fault::unavailable("Runpod did not answer the question for the key; try again in a moment")
        }
    }
}

fn word(end: &End) -> &'static str {
    match end {
        End::Key(_) => "key",
        End::Mismatch => "mismatch",
        End::Unknown => "unknown",
        End::Used => "used",
        End::Denied => "denied",
        End::Expired => "expired",
        End::Pending => "pending",
        End::Broken => "broken",
        End::Busy => "busy",
    }
}
