//! Gathers spans and carries them to the collector.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use runpod_api::Clock;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use super::json;
use super::settings::{BadSettings, Settings};
use super::span::Span;
use crate::web;

/// Most spans in one request.
const BATCH: usize = 512;
/// How long spans gather.
const GATHER: Duration = Duration::from_secs(5);
/// Longest time for one request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

pub(super) struct Courier {
    settings: Settings,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// From the epoch to when the clock said nothing.
    epoch: Duration,
    dropped: Arc<AtomicU64>,
    complained: bool,
}

impl Courier {
    pub(super) fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        epoch: Duration,
        dropped: Arc<AtomicU64>,
    ) -> Result<Self, BadSettings> {
        let http = web::client(settings.roots_pem.clone()).map_err(|_| BadSettings::Roots)?;
        Ok(Self { settings, http, clock, epoch, dropped, complained: false })
    }

    /// Sends until nobody can record any more, or it is told to end; and what is left then.
    pub(super) async fn run(mut self, mut spans: Receiver<Span>, end: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let next = tokio::select! {
                biased;
                next = spans.recv() => next,
                () = end.cancelled(), if !spans.is_closed() => {
                    spans.close();
                    continue;
                }
            };
            let Some(first) = next else { return };
            batch.push(first);
            self.gather(&mut spans, &mut batch, &end).await;
            self.deliver(&batch).await;
            batch.clear();
        }
    }

    /// Waits for company, until there is enough of it or time is up.
    async fn gather(&self, spans: &mut Receiver<Span>, batch: &mut Vec<Span>, end: &CancellationToken) {
        let mut time = self.clock.sleep(GATHER);
        while batch.len() < BATCH {
            let room = BATCH - batch.len();
            tokio::select! {
                biased;
                count = spans.recv_many(batch, room) => if count == 0 { return },
                () = &mut time => return,
                () = end.cancelled() => return,
            }
        }
    }

    async fn deliver(&mut self, batch: &[Span]) {
        let body = json::batch(&self.settings.service, batch, self.epoch).to_string();
        let mut pauses = PAUSES.iter();
        loop {
            let refused = match self.post(body.clone()).await {
                Ok(()) => return self.complained = false,
                Err(refused) => refused,
            };
            match pauses.next().filter(|_| refused.again) {
                Some(pause) => self.clock.sleep(*pause).await,
                None => return self.give_up(batch.len(), refused.status),
            }
        }
    }

    fn give_up(&mut self, count: usize, status: Option<u16>) {
        self.dropped.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(
                status,
                "the collector at OTEL_EXPORTER_OTLP_ENDPOINT takes no spans: they are dropped"
            );
        }
    }

    async fn post(&self, body: String) -> Result<(), Refused> {
        let headers = self.settings.headers.clone();
        let post = self.http.post(self.settings.endpoint.clone()).headers(headers);
        let posting = post.header(CONTENT_TYPE, "application/json").body(body).send();
        tokio::select! {
            biased;
            answer = posting => match answer.map(|answer| answer.status().as_u16()) {
                Ok(200..300) => Ok(()),
                Ok(status) => Err(Refused { status: Some(status), again: matches!(status, 429 | 502..=504) }),
                Err(_) => Err(Refused { status: None, again: true }),
            },
            () = self.clock.sleep(PATIENCE) => Err(Refused { status: None, again: false }),
        }
    }
}

/// Why a batch was not taken.
struct Refused {
    status: Option<u16>,
    /// Whether it may be taken later.
    again: bool,
}
