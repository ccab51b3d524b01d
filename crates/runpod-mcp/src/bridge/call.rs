//! One message on its way to the server, and what comes back.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::{RequestBuilder, Response};

use super::Way;
use super::answer::{self, Answered};
use super::envelope::{self, Envelope, complaint};
use super::session::{SESSION, VERSION};
use crate::remote::{Challenge, cause};
use crate::serve::stdio::outbox::Sender;
use crate::vault::Secret;

const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
/// How long the server may take to accept what has no answer.
const ACCEPT: Duration = Duration::from_secs(10);
/// How long it may take to be told goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A message for the server.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) way: Arc<Way>,
    pub(super) line: Bytes,
    pub(super) envelope: Envelope,
}

impl Call {
    /// Sends a request and passes on what comes back; in any case the client gets an answer.
    pub(super) async fn ask(&self, id: &str, out: &Sender) {
        if let Err(why) = self.answer(id, out).await {
            let why = format!("{} {why}", self.way.address.host());
            tracing::warn!(method = self.envelope.method, "{why}");
            // Whoever does not take it has hung up.
            drop(out.post(complaint(Some(id), envelope::INTERNAL_ERROR, &why)).await);
        }
    }

    async fn answer(&self, id: &str, out: &Sender) -> Answered {
        let opens = self.envelope.method == "initialize";
        if opens {
            self.way.session.opens(&self.line);
        }
        let response = self.let_in(true).await?;
        if !response.status().is_success() {
            let line = answer::refusal(response, id, &self.way.address.host()).await;
            return out.post(line).await.map_err(|_| "the client does not listen any more".to_owned());
        }
        if opens {
            self.way.session.named(response.headers());
        }
        let session = &self.way.session;
        answer::pass_on(response, id, out, |message| {
            if opens {
                session.agreed(message)
            }
        })
        .await
    }

    /// Sends what has no answer. What goes wrong is for the log: the client asked nothing.
    pub(super) async fn tell(&self) {
        let why = match tokio::time::timeout(ACCEPT, self.let_in(false)).await {
            Ok(Ok(response)) if response.status().is_success() => return,
            Ok(Ok(response)) => format!("answered {}", response.status()),
            Ok(Err(why)) => why,
            Err(_) => "took too long".to_owned(),
        };
        tracing::warn!(method = self.envelope.method, "{} {why}", self.way.address.host());
    }

    /// Sends with what lets it in: signs in once where that is asked for and may be, opens the session anew where it
    /// was lost.
    async fn let_in(&self, may_sign_in: bool) -> Result<Response, String> {
        let mut token = self.way.pass.token().await;
        let mut response = self.way.post(&self.line, &self.headers(), token.as_ref()).await?;
        if response.status() == StatusCode::UNAUTHORIZED && may_sign_in {
            let challenge = Challenge::of(response.headers());
            let renewed = self.way.pass.renew(token, challenge).await.map_err(|closed| closed.to_string())?;
            response = self.way.post(&self.line, &self.headers(), Some(&renewed)).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                return Err("does not accept the token that it gave out just now".to_owned());
            }
            token = Some(renewed);
        }
        if response.status() == StatusCode::NOT_FOUND && self.way.reopen(token.as_ref()).await {
            response = self.way.post(&self.line, &self.headers(), token.as_ref()).await?;
        }
        Ok(response)
    }

    /// What stands in headers because of this message.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name, value: Option<HeaderValue>| {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        };
        if self.envelope.is_modern() {
            put(VERSION, self.envelope.version.as_deref().map(spelled));
            put(METHOD, Some(spelled(&self.envelope.method)));
            put(NAME, self.envelope.subject.as_deref().map(spelled));
        } else if self.envelope.method != "initialize" {
            let held = self.way.session.held();
            put(VERSION, held.version);
            put(SESSION, held.id);
        }
        headers
    }
}

impl Way {
    async fn post(
        &self,
        line: &Bytes,
        headers: &HeaderMap,
        token: Option<&Secret>,
    ) -> Result<Response, String> {
        let request = self
            .http
            .post(self.address.url().clone())
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .headers(headers.clone())
            .body(line.clone());
        let sent = self.with_pass(request, token).send().await;
        sent.map_err(|e| format!("cannot be reached: {}; the next request tries again", cause(e)))
    }

    fn with_pass(&self, request: RequestBuilder, token: Option<&Secret>) -> RequestBuilder {
        let request = request.headers(self.headers.clone());
        let Some(token) = token else { return request };
        let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.reveal())) else {
            return request;
        };
        value.set_sensitive(true);
        request.header(http::header::AUTHORIZATION, value)
    }

    /// Opens a session anew that the server forgot; tells whether there was one and it is open again.
    async fn reopen(&self, token: Option<&Secret>) -> bool {
        let held = self.session.held();
        let (Some(_), Some(opening)) = (held.id, held.opening) else { return false };
        self.session.lost();
        let Ok(opened) = self.post(&opening, &HeaderMap::new(), token).await else { return false };
        if !opened.status().is_success() {
            return false;
        }
        self.session.named(opened.headers());
        let held = self.session.held();
        let mut headers = HeaderMap::new();
        headers.extend(held.id.map(|id| (SESSION, id)));
        headers.extend(held.version.map(|version| (VERSION, version)));
        let told = self.post(&Bytes::from_static(INITIALIZED), &headers, token).await;
        told.is_ok_and(|told| told.status().is_success())
    }

    /// Ends the session at the server, if there is one. Whoever does not listen ends it by himself.
    pub(super) async fn leave(&self) {
        let Some(id) = self.session.held().id else { return };
        let token = self.pass.token().await;
        let request = self.http.delete(self.address.url().clone()).header(SESSION, id);
        drop(self.with_pass(request, token.as_ref()).timeout(GOODBYE).send().await);
    }
}

/// A text as a header can carry it: as it is, or in base64 where it has other characters than visible ASCII.
fn spelled(text: &str) -> HeaderValue {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim() == text
        && !text.starts_with("=?");
    let value = if plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) };
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static(""))
}
