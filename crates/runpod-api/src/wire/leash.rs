//! A change that goes on when its caller leaves.
//!
//! Dropping the connection of a sent write would not undo it; it would only hide how it ended. So a change runs as
//! a task of its own. Leaving calls it back while nothing of it was sent; afterwards it ends unattended and its end
//! is reported, for the audit line.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tracing::Instrument as _;

use super::Pool;
use super::errand::{Errand, Harvest};
use super::parcel::Sent;
use crate::client::{Detached, OnDetached, Outcome};
use crate::error::Error;

/// Runs an errand to its end, with or without the caller.
pub(super) async fn walk<T: Harvest>(errand: Arc<Errand>, report: OnDetached) -> Outcome<T> {
    let operation = errand.parcel.op.id;
    let sent = Arc::clone(&errand.sent);
    let under_way = UnderWay::new(Arc::clone(&errand.pool));
    let (tell, told) = oneshot::channel();
    let unattended = report.clone();
    let task = async move {
        let _under_way = under_way;
        let outcome = errand.run().await;
        if let Err(outcome) = tell.send(outcome) {
            ended(operation, &outcome, &unattended);
        }
    };
    let task = tokio::spawn(task.in_current_span()).abort_handle();
    Leash { told, task, sent, operation, report }.outcome().await
}

fn ended<T: Harvest>(operation: &'static str, outcome: &Outcome<T>, report: &OnDetached) {
    let outcome = outcome.as_ref().map(Harvest::status);
    match outcome {
        Ok(status) => tracing::info!(operation, status, "finished after its caller had left"),
        Err(error) => tracing::warn!(operation, %error, "failed after its caller had left"),
    }
    report.tell(&Detached { operation, outcome });
}

/// The caller's end.
struct Leash<T: Harvest> {
    told: oneshot::Receiver<Outcome<T>>,
    task: AbortHandle,
    sent: Arc<Sent>,
    operation: &'static str,
    report: OnDetached,
}

impl<T: Harvest> Leash<T> {
    async fn outcome(mut self) -> Outcome<T> {
        (&mut self.told).await.unwrap_or_else(|_| {
            let why = "the runtime stopped in the middle of it".to_owned();
            Err(Error::Connection { operation: self.operation, why, sent: self.sent.has_left(), write: true })
        })
    }
}

impl<T: Harvest> Drop for Leash<T> {
    fn drop(&mut self) {
        self.told.close();
        match self.told.try_recv() {
            // It ended between the last look and now.
            Ok(outcome) => ended(self.operation, &outcome, &self.report),
            Err(_) if self.sent.withdraw() => self.task.abort(),
            Err(_) => (),
        }
    }
}

/// Counts a change as under way for as long as it lives.
#[derive(Debug)]
pub struct UnderWay(Arc<Pool>);

impl UnderWay {
    pub(super) fn new(pool: Arc<Pool>) -> Self {
        pool.changes.send_modify(|count| *count += 1);
        Self(pool)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.changes.send_modify(|count| *count = count.saturating_sub(1));
    }
}
