//! A message of a client, from its headers to whoever answers it.
//!
//! The order of the questions is the order of what they cost, and each is asked before the next: size, key, form, body,
//! message. Nothing is asked of Runpod before all of them are answered.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use runpod_api::ApiKey;

use super::front::Front;
use super::message::Message;
use super::refusal::Refusal;
use super::visit::Visit;
use super::{bearer, body, media};

/// Who asks, and in what form the answer may go.
#[derive(Debug)]
pub(super) struct Client<'a> {
    pub(super) parts: &'a Parts,
    pub(super) visit: &'a Visit,
    /// `None` where everybody acts for the account of the server.
    pub(super) key: Option<ApiKey>,
    /// Whether it takes a stream of events.
    pub(super) streams: bool,
}

impl Front {
    pub(super) async fn post(
        &self,
        visit: &Visit,
        base: &str,
        sets: &str,
        parts: Parts,
        body: Body,
    ) -> Result<Response, Refusal> {
        body::announced(&parts.headers, &self.settings.limits)?;
        let key = self.key(base, &parts)?;
        media::check(&parts.headers)?;
        let streams = media::streams(&parts.headers)?;
        let _room = self.room()?;
        let server = self.toolsets.at(sets, &parts.headers)?;
        let body = body::read(body, &self.settings.limits).await?;
        match Message::read(&body, &parts.headers)? {
            Message::Notification | Message::Answer => Ok(StatusCode::ACCEPTED.into_response()),
            Message::Request(request) => {
                let client = Client { parts: &parts, visit, key, streams };
                let answer = self.dispatch(&server, &request, &client, &body).await;
                answer.map_err(|refusal| refusal.to(Some(request.id)))
            }
        }
    }

    /// The key of the caller.
    fn key(&self, base: &str, parts: &Parts) -> Result<Option<ApiKey>, Refusal> {
        if !self.settings.bearer {
            return Ok(None);
        }
        match bearer::token(&parts.headers) {
            Ok(Some(token)) => Ok(Some(ApiKey::new(token))),
            Ok(None) => Err(self.who_are_you(base, parts.uri.path(), None)),
            Err(bearer::Malformed(why)) => Err(Refusal::bad_request(why)),
        }
    }

    /// What is said to somebody without a key, or with one that does not open anything.
    pub(super) fn who_are_you(&self, base: &str, path: &str, rejected: Option<&str>) -> Refusal {
        let message = match rejected {
            None => "sign in first: send a Runpod API key as `Authorization: Bearer KEY`",
            Some(_) => "the key was not accepted: sign in again, or send a Runpod API key that is in force",
        };
        Refusal::unauthorized(message, challenge(base, path, rejected))
    }
}

/// How to get a key, for the client.
fn challenge(base: &str, path: &str, rejected: Option<&str>) -> HeaderValue {
    let path = path.trim_end_matches('/');
    let error = rejected.map(|why| format!(r#", error="invalid_token", error_description="{why}""#));
    let error = error.unwrap_or_default();
    let text = format!(
        r#"Bearer realm="mcp"{error}, resource_metadata="{base}/.well-known/oauth-protected-resource{path}""#
    );
    // The base was allowed and the path was routed, so neither has anything that a header cannot hold.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(r#"Bearer realm="mcp""#))
}
