//! What happens when an account's money is gone: its Pods stop, at that very instant, whoever looks later.
//!
//! Volumes stay and go on costing, so what is left goes below zero. Workers and clusters are not stopped here: nothing
//! is known of what becomes of them.

use chrono::TimeDelta;

use super::{Account, Ground, Visit};
use crate::clock::Time;

impl Account {
    /// Stops what can no longer be paid for, as of the instant from which it could not.
    pub(crate) fn settle_money(&mut self, ground: &mut Ground, now: Time) {
        let since = std::mem::replace(&mut self.settled, now).min(now);
        if !self.meter.reaches(self.funds, now) {
            return;
        }
        let own = self.pods.values().filter(|pod| pod.lease.cluster.is_none() && pod.cost(now) > 0.0);
        let running: Vec<_> = own.map(|pod| pod.id.clone()).collect();
        if running.is_empty() {
            return;
        }
        let broke = self.broke_at(since, now);
        let mut visit = Visit { account: self, ground, now: broke };
        running.iter().for_each(|id| visit.cut_off_pod(id));
    }

    /// The first instant at which everything is spent, to the microsecond. It is, by `now` at the latest.
    fn broke_at(&self, since: Time, now: Time) -> Time {
        let (mut early, mut late) = (since, now);
        while late - early > TimeDelta::microseconds(1) {
            let middle = early + (late - early) / 2;
            match self.meter.spent(middle) < self.funds {
                true => early = middle,
                false => late = middle,
            }
        }
        late
    }
}
