//! Bills that group what ran by what it ran on, and measure time and gigabytes beside money.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::Window;
use crate::clock::Time;
use crate::world::Visit;
use crate::world::meter::{Charge, Payer, Usage};

/// What the lines of one bucket are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// The resource that pays.
    Resource,
    /// The worker that ran.
    Worker,
    /// The GPU type; machines without one are together.
    Gpu,
    /// Nothing: there is one line.
    Nothing,
}

/// One line: what one group cost in one bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    /// The beginning of the bucket.
    pub(crate) from: Time,
    /// An id as the grouping says; empty where there is none.
    pub(crate) group: String,
    /// US dollars.
    pub(crate) amount: f64,
    /// How long machines ran, those beside each other added up.
    pub(crate) ran: TimeDelta,
    /// Every disk there was, at its largest.
    pub(crate) gigabytes: u32,
    /// The part of it that is fast storage.
    pub(crate) fast: Fast,
}

/// What of a line is for high-performance storage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Fast {
    /// US dollars.
    pub(crate) amount: f64,
    pub(crate) gigabytes: u32,
}

/// Disks by whose they are, each at its largest.
type Disks = BTreeMap<(String, String), (u32, bool)>;

impl Group {
    fn of(self, usage: &Usage) -> String {
        match self {
            Group::Resource => usage.id.clone(),
            Group::Worker => usage.detail.worker.clone(),
            Group::Gpu => usage.detail.gpu.unwrap_or_default().to_owned(),
            Group::Nothing => String::new(),
        }
    }
}

impl Visit<'_> {
    /// What a kind of payer paid for, as far as `takes` says, by time and then by group. Buckets in which nothing
    /// ran have no line.
    pub(crate) fn lines(
        &self,
        payer: Payer,
        (window, group): (&Window, Group),
        takes: impl Fn(&Usage) -> bool,
    ) -> Vec<Line> {
        let mut lines = BTreeMap::<(Time, String), (Line, Disks)>::new();
        let usages = self.account.meter.usages().iter();
        for usage in usages.filter(|usage| usage.payer == payer && takes(usage)) {
            for bucket in window.buckets_of(usage, self.now) {
                let key = (bucket.0, group.of(usage));
                let (line, disks) = lines.entry(key.clone()).or_default();
                (line.from, line.group) = key;
                line.add(usage, bucket, self.now);
                keep_largest(disks, usage);
            }
        }
        lines.into_values().map(|(line, disks)| line.with(&disks)).collect()
    }
}

impl Line {
    fn add(&mut self, usage: &Usage, bucket: (Time, Time), now: Time) {
        let cost = usage.cost(bucket, now);
        self.amount += cost;
        match usage.charge {
            Charge::Gpu | Charge::Cpu => self.ran += usage.span(bucket, now),
            Charge::HighPerformanceStorage => self.fast.amount += cost,
            Charge::Disk | Charge::StandardStorage | Charge::Networking | Charge::Calls => {}
        }
    }

    fn with(mut self, disks: &Disks) -> Self {
        self.gigabytes = disks.values().map(|(size, _)| size).sum();
        self.fast.gigabytes = disks.values().filter(|(_, fast)| *fast).map(|(size, _)| size).sum();
        self
    }
}

fn keep_largest(disks: &mut Disks, usage: &Usage) {
    if usage.detail.gigabytes == 0 {
        return;
    }
    let owner = (usage.id.clone(), usage.detail.worker.clone());
    let (size, fast) = disks.entry(owner).or_default();
    *size = usage.detail.gigabytes.max(*size);
    *fast = usage.charge == Charge::HighPerformanceStorage;
}
