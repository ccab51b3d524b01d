//! One request on its way: a turn, a try, perhaps another, an answer; all before one deadline.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use http::header::{CONTENT_ENCODING, LOCATION};
use http::{HeaderMap, StatusCode};

use super::Pool;
use super::cause::{distrust, line, untouched};
use super::parcel::{Parcel, Sent};
use crate::answer::Answer;
use crate::client::Outcome;
use crate::clock::Deadline;
use crate::error::Error;
use crate::error::said::{Said, tidy};
use crate::rate::Pace;
use crate::retry::Tries;

/// Largest JSON answer, in bytes after decoding.
const JSON_CAP: usize = 32 * 1024 * 1024;
/// How much of an error answer is read, in bytes.
const ERROR_CAP: usize = 64 * 1024;
/// Longest wait for the words of an error whose status is already known.
const ERROR_PATIENCE: Duration = Duration::from_secs(2);
/// Longest line of what others wrote, other than the words of an error, in bytes.
const LINE_CAP: usize = 300;

/// A request and what it needs to get through.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) pool: Arc<Pool>,
    pub(super) parcel: Parcel,
    pub(super) sent: Arc<Sent>,
    until: Deadline,
}

impl Errand {
    pub(super) fn new(pool: Arc<Pool>, parcel: Parcel, until: Deadline) -> Self {
        Self { pool, parcel, sent: Arc::default(), until }
    }

    /// Tries until there is an answer, a failure that stands, or no time left.
    pub(super) async fn run(&self) -> Outcome<Answer> {
        let limit = self.until.remaining(Duration::MAX);
        if limit.is_zero() {
            return Err(self.timeout(limit));
        }
        tokio::select! {
            biased;
            answer = self.tries() => answer,
            () = self.until.clock().sleep(limit) => Err(self.timeout(limit)),
        }
    }

    async fn tries(&self) -> Outcome<Answer> {
        let mut tries = Tries::new(self.parcel.op.repeat);
        loop {
            let error = match self.once().await {
                Ok(answer) => return Ok(answer),
                Err(error) if tries.took_effect(&error) => return Ok(Answer::deleted(self.parcel.op)),
                Err(error) => error,
            };
            match tries.next(&error, self.pool.settings.jitter) {
                Some(wait) if self.until.allows(wait) => self.until.clock().sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    /// One exchange, in its turn.
    async fn once(&self) -> Outcome<Answer> {
        // The semaphore is never closed, so there is always a turn to wait for.
        let _turn = self.pool.turns.acquire().await;
        let response = self.open().await?;
        let status = response.status().as_u16();
        let body = self.body(response).await?;
        Answer::new(self.parcel.op, status, body.freeze())
    }

    /// Sends, and judges the head of the answer.
    async fn open(&self) -> Outcome<reqwest::Response> {
        let http = self.pool.http()?;
        if !self.parcel.has_body() && !self.sent.leave() {
            return Err(self.broken("withdrawn before it was sent"));
        }
        let response = http.execute(self.parcel.copy(&self.sent)).await.map_err(|e| self.unopened(e))?;
        match response.status().as_u16() {
            200..300 => Ok(response),
            300..400 => Err(self.redirected(&response)),
            429 => Err(self.too_fast(response.headers())),
            _ => Err(self.refused(response).await),
        }
    }

    /// The whole body, unless it is larger than any answer may be.
    async fn body(&self, mut response: reqwest::Response) -> Outcome<BytesMut> {
        let op = self.parcel.op;
        if let Some(coding) = encoded(response.headers()) {
            let (operation, status) = (op.id, response.status().as_u16());
            let why = self.tidy(&format!("it is encoded as {coding}, which was not asked for"));
            return Err(Error::Shape { operation, status, why });
        }
        let too_large = || Error::TooLarge { operation: op.id, limit: JSON_CAP };
        if response.content_length().is_some_and(|length| length > JSON_CAP as u64) {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(&line(e)))? {
            if body.len() + chunk.len() > JSON_CAP {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn redirected(&self, response: &reqwest::Response) -> Error {
        let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok());
        let to = location.and_then(|l| self.parcel.url.join(l).ok());
        let to = to.as_ref().and_then(|url| url.host_str());
        let to = to.map_or("no readable address".to_owned(), |host| self.tidy(host));
        Error::Redirected { operation: self.parcel.op.id, status: response.status().as_u16(), to }
    }

    fn too_fast(&self, headers: &HeaderMap) -> Error {
        // A 429 is a definite no: nothing was carried out.
        self.sent.come_back();
        let Pace { after, sure, hint } = Pace::read(headers);
        Error::TooFast { operation: self.parcel.op.id, after, sure, hint: self.tidy(&hint) }
    }

    /// The refusal in its own words, or without words when they do not come.
    async fn refused(&self, mut response: reqwest::Response) -> Error {
        let status = response.status();
        // The status is worth more than the words: half of what is left, so that it is never lost to the deadline.
        let patience = self.until.remaining(ERROR_PATIENCE * 2) / 2;
        let mut body = Vec::new();
        if encoded(response.headers()).is_none() {
            tokio::select! {
                biased;
                () = words(&mut response, &mut body) => (),
                () = self.until.clock().sleep(patience) => (),
            }
        }
        self.refusal(status, &body)
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Error {
        let Said { text, problems } = Said::read(body, status, self.parcel.key.as_ref());
        Error::Refused { operation: self.parcel.op.id, status: status.as_u16(), said: text, problems }
    }

    fn timeout(&self, after: Duration) -> Error {
        let op = self.parcel.op;
        let (sent, write) = (self.sent.has_left(), op.repeat.changes());
        Error::Timeout { operation: op.id, after, sent, write }
    }

    /// The error for a request that got no head of an answer.
    fn unopened(&self, error: reqwest::Error) -> Error {
        if untouched(&error) || (!self.parcel.has_body() && error.is_connect()) {
            self.sent.come_back();
        }
        match distrust(&error) {
            Some(why) => Error::Untrusted { operation: self.parcel.op.id, why: self.tidy(&why) },
            None => self.broken(&line(error)),
        }
    }

    fn broken(&self, why: &str) -> Error {
        let op = self.parcel.op;
        let why = self.tidy(&format!("{}: {why}", self.parcel.url.host_str().unwrap_or_default()));
        let (sent, write) = (self.sent.has_left(), op.repeat.changes());
        Error::Connection { operation: op.id, why, sent, write }
    }

    /// One line of what others wrote, without the key.
    fn tidy(&self, text: &str) -> String {
        tidy(text, LINE_CAP, self.parcel.key.as_ref())
    }
}

/// Reads as much of an error answer as is of use; a break ends it as well as its end.
async fn words(response: &mut reqwest::Response, body: &mut Vec<u8>) {
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ERROR_CAP.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if room <= chunk.len() {
            return;
        }
    }
}

/// A content coding other than none. None is asked for, so a coded body is not Runpod's doing.
fn encoded(headers: &HeaderMap) -> Option<&str> {
    let coding = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("something unreadable");
    (!coding.eq_ignore_ascii_case("identity")).then_some(coding)
}
