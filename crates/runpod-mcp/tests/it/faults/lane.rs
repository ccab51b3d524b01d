//! One walk through all tools, with some of the faults at each.

use serde_json::{Map, Value};

use super::table;
use super::tour::{Stop, Tour};
use super::trouble::{How, Trouble};

/// A walk.
pub(super) struct Lane {
    tour: Tour,
    share: Vec<&'static Trouble>,
    told: Told,
}

/// What was found on it.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) cells: usize,
    pub(super) findings: Vec<String>,
}

impl Lane {
    pub(super) async fn enter(share: Vec<&'static Trouble>) -> Self {
        Self { tour: Tour::begin().await, share, told: Told::default() }
    }

    pub(super) async fn walk(mut self, stops: &[Stop]) -> Told {
        for stop in stops {
            let args = self.tour.arrive(stop);
            if stop.is_met() {
                self.linger(stop, &args).await;
            }
            self.tour.visit(stop, args).await;
        }
        self.told
    }

    /// All the faults of this lane, at each thing that this tool asks for.
    async fn linger(&mut self, stop: &Stop, args: &Map<String, Value>) {
        for trouble in self.share.clone() {
            // Of a host that cannot be reached nothing can be asked, so the first question decides.
            let most = if let How::Nobody(_) = trouble.how { 1 } else { usize::MAX };
            for asked in stop.operations.iter().take(most) {
                let struck = (asked.operation.as_str(), trouble.how);
                let came = self.tour.place.struck(&stop.tool, args.clone(), struck).await;
                self.told.cells += 1;
                self.told.findings.extend(table::judge(&stop.tool, asked, trouble, &came));
            }
        }
    }
}
