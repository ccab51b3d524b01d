//! A message of a client, from its headers to whoever answers it.
//!
//! The order of the questions is the order of what they cost, and each is asked before the next: size, key, form, body,
//! message. Nothing is asked of Runpod before all of them are answered.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;

use super::credentials::Caller;
use super::dispatch::trace;
use super::front::Front;
use super::message::{Message, Request};
use super::refusal::Refusal;
use super::spans::Place;
use super::visit::{Noted, Visit};
use super::{body, media};
use crate::oauth::Issuer;

/// Who asks, and in what form the answer may go.
#[derive(Debug)]
pub(super) struct Client<'a> {
    pub(super) parts: &'a Parts,
    pub(super) visit: &'a Visit,
    /// `None` where everybody acts for the account of the server.
    pub(super) caller: Option<Caller<'a>>,
    /// Whether it takes a stream of events.
    pub(super) streams: bool,
}

impl Front {
    /// Takes in a message and answers it, if it wants an answer.
    ///
    /// # Errors
    /// When it is not served.
    pub(super) async fn post(
        &self,
        visit: &Visit,
        issuer: &Issuer,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Refusal> {
        body::announced(&parts.headers, &self.settings.limits)?;
        let caller = self.caller(issuer, parts)?;
        media::check(&parts.headers)?;
        let streams = media::streams(&parts.headers)?;
        let _room = self.room()?;
        let body = body::read(body, &self.settings.limits).await?;
        let client = Client { parts, visit, caller, streams };
        match Message::read(&body, &parts.headers)? {
            Message::Answer => Ok(StatusCode::ACCEPTED.into_response()),
            Message::Notification => {
                self.known(issuer, parts, client.caller.as_ref(), visit).await?;
                Ok(StatusCode::ACCEPTED.into_response())
            }
            Message::Request(request) => {
                let answer = self.attend(issuer, &request, &client, &body).await;
                answer.map_err(|refusal| refusal.to(Some(request.id)))
            }
        }
    }

    /// Answers a request that could be read, if its caller may ask now.
    async fn attend(
        &self,
        issuer: &Issuer,
        request: &Request<'_>,
        client: &Client<'_>,
        body: &Bytes,
    ) -> Result<Response, Refusal> {
        let Client { parts, visit, caller, .. } = client;
        let server = self.toolsets.at(parts)?;
        let who = caller.as_ref().map(|caller| self.callers.name(caller.token));
        let tool = request.name().and_then(|name| server.selection().find(name)).map(|tool| tool.card.name);
        let trace = trace(parts, &request.meta);
        let place = self.spans.as_ref().map(|_| Place::within(trace));
        visit.note(Noted { method: request.act.method(), tool, who, place });
        self.pace(&server, request, visit, caller.as_ref()).await?;
        self.known(issuer, parts, caller.as_ref(), visit).await?;
        self.dispatch(&server, request, client, body).await
    }
}
