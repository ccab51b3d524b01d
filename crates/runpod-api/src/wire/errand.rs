//! One request on its way: a turn, a try, perhaps another, an answer; all before one deadline.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, LOCATION};
use tokio::sync::OwnedSemaphorePermit;

use super::Pool;
use super::cause::{distrust, line, untouched};
use super::parcel::{Parcel, Sent};
use crate::answer::Answer;
use crate::client::Outcome;
use crate::clock::Deadline;
use crate::error::Error;
use crate::error::said::{Said, tidy};
use crate::exchange::Exchange;
use crate::op::Op;
use crate::rate::{Headroom, Pace};
use crate::retry::Tries;
use crate::trace::TraceContext;

/// Most room that is made for a body because its sender says that it is so long.
const RESERVED: u64 = 256 * 1024;
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
    /// What there was until the deadline when it set out.
    time: Duration,
}

/// A good answer of which the head was read, and the turn that it holds until it is dropped.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) response: reqwest::Response,
    _turn: OwnedSemaphorePermit,
}

impl Opened {
    fn status(&self) -> u16 {
        self.response.status().as_u16()
    }
}

/// What an errand brings home: an answer read to its end, or one left open.
pub(super) trait Harvest: Send + Sized + 'static {
    /// Makes it from the head of a good answer. A failure counts as one of the try.
    fn reap(errand: &Errand, opened: Opened) -> impl Future<Output = Outcome<Self>> + Send;
    /// What stands for a DELETE of which an earlier try worked.
    fn deleted(op: &'static Op) -> Option<Self>;
    /// HTTP status.
    fn status(&self) -> u16;
}

impl Harvest for Answer {
    async fn reap(errand: &Errand, opened: Opened) -> Outcome<Self> {
        let status = opened.status();
        let body = errand.body(opened.response).await?;
        Self::new(errand.parcel.op, status, body.freeze())
    }

    fn deleted(op: &'static Op) -> Option<Self> {
        Some(Self::deleted(op))
    }

    fn status(&self) -> u16 {
        self.status
    }
}

impl Harvest for Opened {
    async fn reap(errand: &Errand, opened: Opened) -> Outcome<Self> {
        errand.plain(&opened.response)?;
        Ok(opened)
    }

    fn deleted(_: &'static Op) -> Option<Self> {
        None
    }

    fn status(&self) -> u16 {
        Self::status(self)
    }
}

impl Errand {
    pub(super) fn new(pool: Arc<Pool>, parcel: Parcel, until: Deadline) -> Self {
        let time = until.remaining(Duration::MAX);
        Self { pool, parcel, sent: Arc::default(), until, time }
    }

    /// Tries until there is an answer, a failure that stands, or no time left.
    pub(super) async fn run<T: Harvest>(&self) -> Outcome<T> {
        self.in_time(self.tries()).await
    }

    /// What comes of it before the deadline.
    pub(super) async fn in_time<T>(&self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let limit = self.until.remaining(Duration::MAX);
        if limit.is_zero() {
            return Err(self.timeout());
        }
        tokio::select! {
            biased;
            outcome = work => outcome,
            () = self.until.clock().sleep(limit) => Err(self.timeout()),
        }
    }

    async fn tries<T: Harvest>(&self) -> Outcome<T> {
        let mut tries = Tries::new(self.parcel.op.repeat);
        loop {
            let error = match self.once().await {
                Ok(answer) => return Ok(answer),
                Err(error) if tries.took_effect(&error) => return T::deleted(self.parcel.op).ok_or(error),
                Err(error) => error,
            };
            match tries.next(&error, self.pool.settings.jitter) {
                Some(wait) if self.until.allows(wait) => self.until.clock().sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    /// One exchange, in its turn.
    async fn once<T: Harvest>(&self) -> Outcome<T> {
        let turn = Arc::clone(&self.pool.turns).acquire_owned().await;
        let turn = turn.map_err(|_| self.broken("this client takes no more calls"))?;
        let mut witness = Witness::new(self);
        let response = self.open(&mut witness).await?;
        T::reap(self, Opened { response, _turn: turn }).await
    }

    /// Sends, and judges the head of the answer.
    async fn open(&self, witness: &mut Witness<'_>) -> Outcome<reqwest::Response> {
        let http = self.pool.http()?;
        if !self.parcel.has_body() && !self.sent.leave() {
            return Err(self.broken("withdrawn before it was sent"));
        }
        let copy = self.parcel.copy(&self.sent, witness.span.as_ref());
        let response = http.execute(copy).await.map_err(|e| self.unopened(e))?;
        witness.saw(&response);
        match response.status().as_u16() {
            200..300 => Ok(response),
            300..400 => Err(self.redirected(&response)),
            429 => Err(self.too_fast(response).await),
            _ => Err(self.refused(response).await),
        }
    }

    /// The whole body, unless it is larger than any answer may be.
    async fn body(&self, mut response: reqwest::Response) -> Outcome<BytesMut> {
        self.plain(&response)?;
        let limit = self.parcel.op.api.cap();
        let too_large = || Error::TooLarge { operation: self.parcel.op.id, limit };
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let said = response.content_length().unwrap_or_default().min(RESERVED);
        let mut body = BytesMut::with_capacity(usize::try_from(said).unwrap_or_default());
        while let Some(chunk) = self.chunk(&mut response).await? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The next piece of a body, as the socket gave it.
    pub(super) async fn chunk(&self, response: &mut reqwest::Response) -> Outcome<Option<Bytes>> {
        response.chunk().await.map_err(|e| self.broken(&line(e)))
    }

    /// Refuses a body that was packed although nobody asked for it.
    fn plain(&self, response: &reqwest::Response) -> Outcome<()> {
        let Some(coding) = encoded(response.headers()) else { return Ok(()) };
        let (operation, status) = (self.parcel.op.id, response.status().as_u16());
        let why = self.tidy(&format!("it is encoded as {coding}, which was not asked for"));
        Err(Error::Shape { operation, status, why })
    }

    fn redirected(&self, response: &reqwest::Response) -> Error {
        let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok());
        let to = location.and_then(|l| self.parcel.url.join(l).ok());
        let to = to.as_ref().and_then(|url| url.host_str());
        let to = to.map_or("no readable address".to_owned(), |host| self.tidy(host));
        Error::Redirected { operation: self.parcel.op.id, status: response.status().as_u16(), to }
    }

    async fn too_fast(&self, response: reqwest::Response) -> Error {
        // A 429 is a definite no: nothing was carried out.
        self.sent.come_back();
        let Pace { after, sure, hint } = Pace::read(response.headers());
        let Said { text: said, .. } = self.said(response).await;
        Error::TooFast { operation: self.parcel.op.id, said, after, sure, hint: self.tidy(&hint) }
    }

    async fn refused(&self, response: reqwest::Response) -> Error {
        let status = response.status().as_u16();
        let Said { text: said, problems } = self.said(response).await;
        Error::Refused { operation: self.parcel.op.id, status, said, problems }
    }

    /// The words of a refusal, or that there are none when they do not come.
    async fn said(&self, mut response: reqwest::Response) -> Said {
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
        Said::read(&body, status, self.parcel.key.as_ref())
    }

    fn timeout(&self) -> Error {
        let op = self.parcel.op;
        let (sent, write) = (self.sent.has_left(), op.repeat.changes());
        Error::Timeout { operation: op.id, after: self.time, sent, write }
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

/// Sees one exchange, and tells about it at its end, also where nobody waits for that.
struct Witness<'a> {
    errand: &'a Errand,
    began: Duration,
    span: Option<TraceContext>,
    status: Option<u16>,
    left: Headroom,
}

impl<'a> Witness<'a> {
    fn new(errand: &'a Errand) -> Self {
        let (began, span) =
            (errand.until.clock().now(), errand.parcel.trace.as_ref().map(TraceContext::child));
        Self { errand, began, span, status: None, left: Headroom::default() }
    }

    fn saw(&mut self, response: &reqwest::Response) {
        self.status = Some(response.status().as_u16());
        self.left = Headroom::read(response.headers());
    }
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        let Parcel { op, key, trace, .. } = &self.errand.parcel;
        let took = self.errand.until.clock().now().saturating_sub(self.began);
        let (status, left, span) = (self.status, self.left, self.span.as_ref());
        let parent = trace.as_ref();
        let exchange = Exchange::of(op, key.as_ref());
        let exchange = Exchange { status, took, left, span, parent, ..exchange };
        self.errand.pool.settings.on_exchange.tell(&exchange);
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
