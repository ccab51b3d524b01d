//! Time that moves when told.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use runpod_api::Clock;
use tokio::sync::watch;

/// A clock that stands still until it is moved, and remembers who wanted to sleep how long.
#[derive(Debug)]
pub(crate) struct Hand {
    now: watch::Sender<Duration>,
    asked: watch::Sender<Vec<Duration>>,
}

impl Hand {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { now: watch::Sender::new(Duration::ZERO), asked: watch::Sender::new(Vec::new()) })
    }

    pub(crate) fn advance(&self, time: Duration) {
        self.now.send_modify(|now| *now += time);
    }

    /// Everything that was slept for, in order.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.asked.borrow().clone()
    }

    /// Completes when somebody wants to sleep exactly this long.
    pub(crate) async fn until_asked(&self, time: Duration) {
        self.asked.subscribe().wait_for(|asked| asked.contains(&time)).await.unwrap();
    }
}

impl Clock for Hand {
    fn now(&self) -> Duration {
        *self.now.borrow()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.asked.send_modify(|asked| asked.push(time));
        let (mut now, at) = (self.now.subscribe(), self.now() + time);
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}
