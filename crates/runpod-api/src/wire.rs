//! The one way to send: address, key, deadline, body cap, status to error.
//!
//! Only this module attaches the key, and only to hosts that may get it. Redirects are not followed: a redirect
//! is an answer from somebody who does not know where the key may go.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use serde::Serialize;

use crate::answer::Answer;
use crate::client::{Call, Outcome, Settings};
use crate::clock::{Clock, Deadline};
use crate::error::Error;
use crate::op::{Op, Part, Repeat};

/// Largest JSON answer, in bytes after decoding.
const JSON_CAP: usize = 32 * 1024 * 1024;

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct Pool {
    settings: Settings,
    http: OnceLock<reqwest::Client>,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, http: OnceLock::new() }
    }

    fn http(&self, op: &'static Op) -> Outcome<&reqwest::Client> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let built = engine(&self.settings).map_err(|why| Error::Connection {
            operation: op.id,
            why,
            sent: false,
            write: false,
        })?;
        Ok(self.http.get_or_init(|| built))
    }
}

fn engine(_settings: &Settings) -> Result<reqwest::Client, String> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .pool_idle_timeout(std::time::Duration::from_secs(90))
        .build()
        .map_err(|e| e.to_string())
}

/// One request of an operation: path parts, query, body.
#[derive(Debug)]
pub(crate) struct Request<'a, B: Serialize + ?Sized = ()> {
    pub(crate) parts: &'a [Part<'a>],
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<&'a B>,
}

impl<'a> Request<'a> {
    pub(crate) fn to(parts: &'a [Part<'a>]) -> Self {
        Self { parts, query: Vec::new(), body: None }
    }

    pub(crate) fn query(query: Vec<(&'static str, String)>) -> Self {
        Self { parts: &[], query, body: None }
    }
}

impl<'a, B: Serialize + ?Sized> Request<'a, B> {
    pub(crate) fn body(parts: &'a [Part<'a>], body: &'a B) -> Self {
        Self { parts, query: Vec::new(), body: Some(body) }
    }
}

/// Sends, for one caller and until one deadline.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pool: Arc<Pool>,
    call: Call,
}

impl Wire {
    pub(crate) fn new(pool: Arc<Pool>, call: Call) -> Self {
        Self { pool, call }
    }

    pub(crate) fn acting_for(&self, call: Call) -> Self {
        Self { pool: Arc::clone(&self.pool), call }
    }

    pub(crate) fn deadline(&self) -> &Deadline {
        &self.call.deadline
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.pool.settings.clock
    }

    /// Sends and reads the whole answer.
    ///
    /// # Errors
    /// Every way in which there is no 2xx answer; see [`Error`].
    pub(crate) async fn send<B: Serialize + ?Sized>(
        &self,
        op: &'static Op,
        request: Request<'_, B>,
    ) -> Outcome<Answer> {
        let built = self.build(op, &request)?;
        let limit = self.call.deadline.remaining(self.pool.settings.request_timeout);
        let exchange = exchange(op, self.pool.http(op)?, built);
        tokio::select! {
            answer = exchange => answer,
            () = self.clock().sleep(limit) => {
                Err(Error::Timeout { operation: op.id, after: limit, write: op.repeat == Repeat::Write })
            }
        }
    }

    fn build<B: Serialize + ?Sized>(
        &self,
        op: &'static Op,
        request: &Request<'_, B>,
    ) -> Outcome<reqwest::Request> {
        let base = self.pool.settings.hosts.base(op.api);
        let url = format!("{}{}", base.as_str(), op.fill(request.parts)?);
        let key = self.call.key.as_ref().ok_or(Error::NoKey)?;
        let mut building = self
            .pool
            .http(op)?
            .request(op.method.clone(), url)
            .header(AUTHORIZATION, format!("Bearer {}", key.reveal()))
            .header(USER_AGENT, self.call.caller.user_agent())
            .header("x-runpod-session-id", self.call.caller.session())
            .header(ACCEPT, "application/json");
        if !request.query.is_empty() {
            building = building.query(&request.query);
        }
        if let Some(body) = request.body {
            let json = serde_json::to_vec(body)
                .map_err(|e| Error::Argument { field: "body", why: e.to_string() })?;
            building = building.header(CONTENT_TYPE, "application/json").body(json);
        }
        building.build().map_err(|e| Error::Argument { field: "request", why: e.to_string() })
    }
}

async fn exchange(op: &'static Op, http: &reqwest::Client, request: reqwest::Request) -> Outcome<Answer> {
    let broken = |e: &reqwest::Error| Error::Connection {
        operation: op.id,
        why: e.to_string(),
        sent: !e.is_connect(),
        write: op.repeat == Repeat::Write,
    };
    let mut response = http.execute(request).await.map_err(|e| broken(&e))?;
    let status = response.status().as_u16();
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| broken(&e))? {
        if body.len() + chunk.len() > JSON_CAP {
            return Err(Error::TooLarge { operation: op.id, limit: JSON_CAP });
        }
        body.extend_from_slice(&chunk);
    }
    judge(op, status, body.freeze())
}

fn judge(op: &'static Op, status: u16, body: Bytes) -> Outcome<Answer> {
    if (200..300).contains(&status) {
        return Ok(Answer { op, status, body });
    }
    let said = String::from_utf8_lossy(&body).chars().take(2048).collect();
    Err(Error::Refused { operation: op.id, status, said, problems: Vec::new() })
}
