//! Spans, sent to a collector where one is configured.
//!
//! OTLP over HTTP in JSON, by hand (ADR 0016). Recording never waits: a span goes into a queue of fixed length or is
//! dropped and counted. One task sends what has gathered, every few seconds; a collector that is slow or gone costs
//! spans and nothing else. Spans name operations, tools and statuses. Never keys, addresses, ids, arguments or bodies.

mod courier;
mod json;
mod settings;
mod span;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use runpod_api::Clock;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use courier::Courier;

pub use settings::{BadSettings, Settings};
pub use span::{Kind, Span, Value};

/// Spans that may wait to be sent.
const QUEUE: usize = 2_048;

/// Takes spans. Clones are the same exporter.
#[derive(Clone, Debug)]
pub struct Exporter {
    queue: mpsc::Sender<Span>,
    dropped: Arc<AtomicU64>,
    clock: Arc<dyn Clock>,
}

/// The task that sends them.
#[derive(Debug)]
pub struct Sending {
    task: JoinHandle<()>,
    end: CancellationToken,
}

impl Exporter {
    /// Begins to send. `wall` is the time on the wall while the clock says what it says now: spans are timed by a
    /// clock that never goes back, and collectors want dates.
    ///
    /// # Errors
    /// [`BadSettings`] when nothing could ever be sent with these.
    pub fn start(
        settings: Settings,
        clock: Arc<dyn Clock>,
        wall: SystemTime,
    ) -> Result<(Self, Sending), BadSettings> {
        let (queue, spans) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let epoch =
            wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().saturating_sub(clock.now());
        let courier = Courier::new(settings, Arc::clone(&clock), epoch, Arc::clone(&dropped))?;
        let end = CancellationToken::new();
        let task = tokio::spawn(courier.run(spans, end.clone()));
        Ok((Self { queue, dropped, clock }, Sending { task, end }))
    }

    /// The time by which spans are told.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Takes a span, if its trace is recorded at all.
    pub fn record(&self, span: Span) {
        if span.place.is_sampled() && self.queue.try_send(span).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many spans were never sent.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Sending {
    /// Takes no more spans, and completes when all that were recorded are sent; after this much time what is left is
    /// given up.
    pub async fn finish(self, clock: &Arc<dyn Clock>, patience: Duration) {
        let Self { mut task, end } = self;
        end.cancel();
        tokio::select! {
            biased;
            _ = &mut task => (),
            () = clock.sleep(patience) => task.abort(),
        }
    }
}
