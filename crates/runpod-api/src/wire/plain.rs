//! One question with nothing around it: no turn, no second try, no tracking headers.
//!
//! For the check of a key, which must not wait behind the calls that it lets in.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};

use super::Wire;
use super::parcel::{JSON, bearer, url};
use crate::client::Outcome;
use crate::error::Error;
use crate::op::Api;
use crate::secret::ApiKey;

/// Longest wait for the whole answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// Most that is read of it, in bytes.
const CAP: usize = 64 * 1024;
/// What errors call it.
const OPERATION: &str = "graphql:myself";

/// An answer whatever its status.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    /// Asks the GraphQL host for the account with this key.
    ///
    /// # Errors
    /// When there is no answer within its time, or one that is too long.
    pub(crate) async fn ask_plainly(&self, key: &ApiKey, question: &'static str) -> Outcome<Plain> {
        let settings = &self.pool.settings;
        let base = settings.hosts.base(Api::GraphqlAuthed);
        let mut request = reqwest::Request::new(Method::POST, url(base.as_str())?);
        *request.headers_mut() = HeaderMap::from_iter([(CONTENT_TYPE, JSON), (AUTHORIZATION, bearer(key)?)]);
        *request.body_mut() = Some(question.into());
        let http = self.pool.http()?;
        tokio::select! {
            biased;
            answer = read(http.execute(request)) => answer,
            () = settings.clock.sleep(PATIENCE) => {
                Err(Error::Timeout { operation: OPERATION, after: PATIENCE, sent: true, write: false })
            }
        }
    }
}

async fn read(exchange: impl Future<Output = reqwest::Result<reqwest::Response>>) -> Outcome<Plain> {
    let broken = |error: reqwest::Error| {
        let why = error.without_url().to_string();
        Error::Connection { operation: OPERATION, why, sent: true, write: false }
    };
    let mut response = exchange.await.map_err(broken)?;
    let (status, mut body) = (response.status().as_u16(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > CAP {
            return Err(Error::TooLarge { operation: OPERATION, limit: CAP });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Plain { status, body })
}
