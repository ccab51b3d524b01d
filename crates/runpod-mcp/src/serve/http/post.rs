//! A message of a client, from its headers to whoever answers it.
//!
//! The order of the questions is the order of what they cost, and each is asked before the next: size, key, form, body,
//! message. Nothing is asked of Runpod before all of them are answered.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, StatusCode};

use super::front::Front;
use super::message::{Message, Request};
use super::refusal::Refusal;
use super::visit::{Noted, Visit};
use super::{bearer, body, media};
use crate::mcp::Server;

/// Who asks, and in what form the answer may go.
#[derive(Debug)]
pub(super) struct Client<'a> {
    pub(super) parts: &'a Parts,
    pub(super) visit: &'a Visit,
    /// `None` where everybody acts for the account of the server.
    pub(super) token: Option<&'a str>,
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
        let token = self.token(base, &parts)?;
        media::check(&parts.headers)?;
        let streams = media::streams(&parts.headers)?;
        let _room = self.room()?;
        let server = self.toolsets.at(sets, &parts.headers)?;
        let body = body::read(body, &self.settings.limits).await?;
        match Message::read(&body, &parts.headers)? {
            Message::Notification | Message::Answer => Ok(StatusCode::ACCEPTED.into_response()),
            Message::Request(request) => {
                let client = Client { parts: &parts, visit, token, streams };
                let answer = self.attend(&server, &request, &client, &body).await;
                answer.map_err(|refusal| refusal.to(Some(request.id)))
            }
        }
    }

    /// Answers a request that could be read, if its caller may ask now.
    async fn attend(
        &self,
        server: &Server,
        request: &Request<'_>,
        client: &Client<'_>,
        body: &Bytes,
    ) -> Result<Response, Refusal> {
        let who = client.token.map(|token| self.callers.name(token));
        let tool = request.name().and_then(|name| server.selection().find(name)).map(|tool| tool.card.name);
        client.visit.note(Noted { method: request.act.method(), tool, who });
        self.pace(server, request, client.visit, client.token).await?;
        self.dispatch(server, request, client, body).await
    }

    /// The token of the caller.
    fn token<'a>(&self, base: &str, parts: &'a Parts) -> Result<Option<&'a str>, Refusal> {
        if !self.settings.bearer {
            return Ok(None);
        }
        match bearer::token(&parts.headers) {
            Ok(Some(token)) => Ok(Some(token)),
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
