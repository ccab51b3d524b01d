//! Jobs on Serverless endpoints: submit, ask, collect, stop.
//!
//! The Serverless runtime is a host of its own and has no versions. A job's output may have any size; an answer that
//! can carry one is read through a [`Window`] and never held as a whole.

mod input;
mod report;

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Serialize;

pub use crate::scan::{BadPointer, Excerpt, Kind, Pointer, Rest, Unit, Window};
pub use input::{Policy, S3, Submit};
pub use report::{Health, Job, JobCounts, Purged, Report, WorkerCounts, is_terminal};

use crate::client::Outcome;
use crate::error::Error;
use crate::id::Id;
use crate::mapped::Mapped;
use crate::op::Op;
use crate::query::Pairs;
use crate::retry::Tries;
use crate::scan::Scan;
use crate::wire::{Reading, Request, Terms, Wire};

static RUN: Op = Op::serverless("runJob", Method::POST, "/{endpointId}/run");
static RUN_SYNC: Op = Op::serverless("runJobSync", Method::POST, "/{endpointId}/runsync");
static STATUS: Op = Op::serverless("getJobStatus", Method::GET, "/{endpointId}/status/{jobId}");
static STREAM: Op = Op::serverless("streamJob", Method::GET, "/{endpointId}/stream/{jobId}").draining();
static CANCEL: Op = Op::serverless("cancelJob", Method::POST, "/{endpointId}/cancel/{jobId}");
static RETRY: Op = Op::serverless("retryJob", Method::POST, "/{endpointId}/retry/{jobId}");
static PURGE: Op = Op::serverless("purgeQueue", Method::POST, "/{endpointId}/purge-queue");
static HEALTH: Op = Op::serverless("getEndpointHealth", Method::GET, "/{endpointId}/health");

/// Largest answer, in bytes after decoding. A job's output has no documented limit of its own.
const LARGEST: u64 = 1 << 30;
/// Longest time for reading an answer, within the deadline of the call.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How long the host holds `runsync` when nothing is said.
const RUN_SYNC_HOLD: Duration = Duration::from_secs(90);
/// How long the host holds `stream` when nothing is said and there is nothing new.
const STREAM_HOLD: Duration = Duration::from_secs(10);

/// Calls on jobs.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'a>(pub(crate) &'a Wire);

/// Where the bytes of an output go.
pub trait Sink: Send {
    /// Takes the next piece. Nothing further is read before it is done.
    ///
    /// # Errors
    /// Ends the reading.
    fn put(&mut self, piece: Bytes) -> impl Future<Output = io::Result<()>> + Send;
}

impl Jobs<'_> {
    /// Queues a job (`POST /{endpointId}/run`, at most 10 MB). Its result is kept for 30 minutes after its end. Not
    /// repeated on failure: the job may run already.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn run(&self, endpoint: &Id, new: &Submit) -> Outcome<Mapped<Job>> {
        let body = input::Body::from(new);
        Mapped::read(&self.0.send(&RUN, Request::body(&[endpoint.into()], &body)).await?)
    }

    /// Queues a job and waits for its end (`POST /{endpointId}/runsync`, at most 20 MB): `hold` long, or 90 s, which
    /// is what the host does when nothing is said. It takes 1 s to 5 minutes. Its result is kept for a minute.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn run_sync(
        &self,
        endpoint: &Id,
        new: &Submit,
        hold: Option<Duration>,
        window: &Window,
    ) -> Outcome<Report> {
        let body = input::Body::from(new);
        let request = Request { parts: &[endpoint.into()], query: held(hold), body: Some(&body) };
        let patience = hold.unwrap_or(RUN_SYNC_HOLD) + self.slack();
        let reading = self.open(&RUN_SYNC, request, patience).await?;
        read(reading, window).await
    }

    /// How a job is, with what the window shows of its output (`GET /{endpointId}/status/{jobId}`). Never waits. 404
    /// after the result has expired.
    ///
    /// # Errors
    /// See [`crate::Error`]; [`Error::Shape`] for an answer that breaks off or is no job.
    pub async fn status(&self, endpoint: &Id, job: &Id, window: &Window) -> Outcome<Report> {
        let mut tries = Tries::new(STATUS.repeat);
        loop {
            let reading = self.open_status(endpoint, job).await?;
            let error = match read(reading, window).await {
                Err(error @ Error::Connection { .. }) => error,
                done => return done,
            };
            // The body broke off: what was kept of it is worth nothing, and asking again is safe.
            match tries.next(&error, self.0.jitter()) {
                Some(wait) if self.0.deadline().allows(wait) => self.0.clock().sleep(wait).await,
                _ => return Err(error),
            }
        }
    }

    /// The same with every byte of the value at `path` given to a sink as it came.
    ///
    /// # Errors
    /// As [`Jobs::status`], and [`Error::Sink`].
    pub async fn save(
        &self,
        endpoint: &Id,
        job: &Id,
        path: &Pointer,
        sink: &mut impl Sink,
    ) -> Outcome<Report> {
        let window = Window { path: path.clone(), from: 0, to: None, most: 0 };
        let mut reading = self.open_status(endpoint, job).await?;
        let mut scan = Scan::new(&window);
        while let Some(chunk) = reading.chunk().await? {
            let part = scan.feed(&chunk).map_err(|flaw| reading.shape(flaw.to_string()))?;
            if !part.is_empty() {
                let kept = sink.put(chunk.slice(part)).await;
                kept.map_err(|e| Error::Sink { operation: STATUS.id, why: e.to_string() })?;
            }
        }
        let found = scan.finish().map_err(|flaw| reading.shape(flaw.to_string()))?;
        Report::of(found).map_err(|why| reading.shape(why))
    }

    /// What a job has handed out since the last time (`GET /{endpointId}/stream/{jobId}`), as the window shows it of
    /// `/stream`. Each piece is handed out once. Holds for `hold`, or 10 s, while there is nothing.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn stream(
        &self,
        endpoint: &Id,
        job: &Id,
        hold: Option<Duration>,
        window: &Window,
    ) -> Outcome<Report> {
        let parts = [endpoint.into(), job.into()];
        let request = Request { parts: &parts, query: held(hold), body: None::<&()> };
        let reading = self.open(&STREAM, request, hold.unwrap_or(STREAM_HOLD) + self.slack()).await?;
        read(reading, window).await
    }

    /// Stops a job (`POST /{endpointId}/cancel/{jobId}`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn cancel(&self, endpoint: &Id, job: &Id) -> Outcome<Mapped<Job>> {
        Mapped::read(&self.0.send(&CANCEL, Request::to(&[endpoint.into(), job.into()])).await?)
    }

    /// Queues a job again under its id (`POST /{endpointId}/retry/{jobId}`); only one that failed or timed out. Its
    /// output is dropped.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn retry(&self, endpoint: &Id, job: &Id) -> Outcome<Mapped<Job>> {
        Mapped::read(&self.0.send(&RETRY, Request::to(&[endpoint.into(), job.into()])).await?)
    }

    /// Drops all queued jobs (`POST /{endpointId}/purge-queue`). Running ones go on.
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn purge_queue(&self, endpoint: &Id) -> Outcome<Mapped<Purged>> {
        Mapped::read(&self.0.send(&PURGE, Request::to(&[endpoint.into()])).await?)
    }

    /// Jobs and workers in numbers (`GET /{endpointId}/health`).
    ///
    /// # Errors
    /// See [`crate::Error`].
    pub async fn health(&self, endpoint: &Id) -> Outcome<Mapped<Health>> {
        Mapped::read(&self.0.send(&HEALTH, Request::to(&[endpoint.into()])).await?)
    }

    /// How much longer than the host holds an answer back it may take to come: 5 s with the usual timeout.
    fn slack(&self) -> Duration {
        self.0.request_timeout() / 6
    }

    async fn open_status(&self, endpoint: &Id, job: &Id) -> Outcome<Reading> {
        let parts = [endpoint.into(), job.into()];
        self.open(&STATUS, Request::to(&parts), self.0.request_timeout()).await
    }

    /// An open answer. Its head has to come within `patience`; the body, which may be long, has the time of the call.
    async fn open<B: Serialize + ?Sized>(
        &self,
        op: &'static Op,
        request: Request<'_, B>,
        patience: Duration,
    ) -> Outcome<Reading> {
        let patience = self.0.deadline().remaining(patience);
        let (sent, write) = (true, op.repeat.changes());
        tokio::select! {
            biased;
            opened = self.0.open(op, request, Terms::json(LONGEST, LARGEST)) => opened,
            () = self.0.clock().sleep(patience) => {
                Err(Error::Timeout { operation: op.id, after: patience, sent, write })
            }
        }
    }
}

/// Reads an answer to its end, through a window.
async fn read(mut reading: Reading, window: &Window) -> Outcome<Report> {
    let mut scan = Scan::new(window);
    while let Some(chunk) = reading.chunk().await? {
        scan.feed(&chunk).map_err(|flaw| reading.shape(flaw.to_string()))?;
    }
    let found = scan.finish().map_err(|flaw| reading.shape(flaw.to_string()))?;
    Report::of(found).map_err(|why| reading.shape(why))
}

/// How long the host is to hold its answer, in ms.
fn held(hold: Option<Duration>) -> Vec<(&'static str, String)> {
    Pairs::default().set("wait", hold.map(|hold| hold.as_millis())).into_vec()
}
