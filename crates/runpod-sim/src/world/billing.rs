//! Bills: what the meter recorded, cut into buckets of time.
//!
//! A bill is a view of the meter, so it grows with the clock and its records always add up to what ran.

mod lines;
mod window;

use std::collections::BTreeMap;

use crate::clock::Time;
use crate::world::Visit;
use crate::world::meter::{Charge, Payer, Usage};

pub(crate) use lines::{Group, Line};
pub(crate) use window::{Bucket, Window};

/// US dollars by what they are for.
pub(crate) type Amounts = BTreeMap<(Payer, Charge), f64>;

/// One line of a bill: a bucket of time and, unless everything is added up, a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// The resource that ran; empty when the line adds up everything.
    pub(crate) id: String,
    pub(crate) amounts: Amounts,
}

/// Whose costs are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scope<'a> {
    /// Everything, added up.
    Whole,
    /// One kind of resource, added up.
    Sum(Payer),
    /// One kind of resource, each for itself; only one of them when an id is given.
    Each(Payer, Option<&'a str>),
}

impl Scope<'_> {
    fn takes(&self, usage: &Usage) -> bool {
        match self {
            Scope::Whole => true,
            Scope::Sum(payer) => usage.payer == *payer,
            Scope::Each(payer, id) => usage.payer == *payer && id.is_none_or(|id| id == usage.id),
        }
    }

    /// The line that a usage belongs to, beside its bucket.
    fn line(&self, usage: &Usage) -> String {
        match self {
            Scope::Whole | Scope::Sum(_) => String::new(),
            Scope::Each(..) => usage.id.clone(),
        }
    }
}

impl Visit<'_> {
    /// The bill for a window: by time, then by resource. Buckets in which nothing ran have no record.
    pub(crate) fn bill(&self, scope: Scope<'_>, window: &Window) -> Vec<Record> {
        let mut lines = BTreeMap::<(Time, String), Record>::new();
        for usage in self.account.meter.usages().iter().filter(|usage| scope.takes(usage)) {
            for (from, to) in window.buckets_of(usage, self.now) {
                let cost = usage.cost((from, to), self.now);
                let id = scope.line(usage);
                let record = lines.entry((from, id.clone())).or_default();
                (record.from, record.to, record.id) = (from, to, id);
                *record.amounts.entry((usage.payer, usage.charge)).or_default() += cost;
            }
        }
        lines.into_values().collect()
    }
}

/// The sum of all records, amount by amount.
pub(crate) fn totals(records: &[Record]) -> Amounts {
    let mut totals = Amounts::new();
    for (what, amount) in records.iter().flat_map(|record| &record.amounts) {
        *totals.entry(*what).or_default() += amount;
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::meter::Detail;
    use crate::world::{Account, World};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    const PAYERS: [(Payer, Charge); 5] = [
        (Payer::Pod, Charge::Gpu),
        (Payer::Pod, Charge::Disk),
        (Payer::Serverless, Charge::Gpu),
        (Payer::NetworkVolume, Charge::StandardStorage),
        (Payer::Cluster, Charge::Gpu),
    ];

    fn minute(n: i64) -> Time {
        // 2026-03-01: leap days, months of different lengths and the turn of a year are within reach.
        Time::from_timestamp(1_772_323_200 + n * 60, 0).unwrap()
    }

    fn usage() -> impl Strategy<Value = Usage> {
        (0..5_usize, 0..4, 0.0..10.0_f64, 0..600_000_i64, proptest::option::of(0..600_000_i64)).prop_map(
            |(kind, id, rate, from, length)| {
                let ((payer, charge), id) = (PAYERS[kind], format!("r{id}"));
                let to = length.map(|length| minute(from + length));
                Usage { payer, id, charge, rate, from: minute(from), to, detail: Detail::default() }
            },
        )
    }

    fn bucket() -> impl Strategy<Value = Bucket> {
        prop_oneof![
            Just(Bucket::Hour),
            Just(Bucket::Day),
            Just(Bucket::Week),
            Just(Bucket::Month),
            Just(Bucket::Year)
        ]
    }

    fn record(account: &mut Account, usages: &[Usage]) {
        for usage in usages {
            account.meter.record(usage.clone());
        }
    }

    fn sum(amounts: &Amounts) -> f64 {
        amounts.values().sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn records_add_up_to_rate_times_time(
            usages in proptest::collection::vec(usage(), 0..20),
            bucket in bucket(),
            now in 0..700_000_i64,
        ) {
            let mut world = World::new(1);
            world.open("u", "k");
            let visit = world.visit("k", minute(now)).unwrap();
            record(visit.account, &usages);
            let window = Window::between(minute(0), minute(700_000), bucket).unwrap();

            let owed = |payer: Option<Payer>| -> f64 {
                let hours = |usage: &Usage| {
                    let end = usage.to.map_or(minute(now), |to| to.min(minute(now)));
                    (end - usage.from).num_minutes().max(0) as f64 / 60.0
                };
                let theirs = usages.iter().filter(|usage| payer.is_none_or(|payer| payer == usage.payer));
                theirs.map(|usage| usage.rate * hours(usage)).sum()
            };
            let whole = totals(&visit.bill(Scope::Whole, &window));
            prop_assert!((sum(&whole) - owed(None)).abs() < 1e-6);
            for payer in [Payer::Pod, Payer::Serverless, Payer::NetworkVolume, Payer::Cluster] {
                let each = totals(&visit.bill(Scope::Each(payer, None), &window));
                prop_assert!((sum(&each) - owed(Some(payer))).abs() < 1e-6);
                // A scope shows the same as its part of the whole.
                for (what, amount) in &each {
                    prop_assert!((whole[what] - amount).abs() < 1e-6);
                }
            }
        }

        #[test]
        fn records_lie_in_their_window_and_never_overlap(
            usages in proptest::collection::vec(usage(), 1..10),
            bucket in bucket(),
            start in 0..600_000_i64,
            length in 0..100_000_i64,
        ) {
            let mut world = World::new(1);
            world.open("u", "k");
            let visit = world.visit("k", minute(650_000)).unwrap();
            record(visit.account, &usages);
            let window = Window::between(minute(start), minute(start + length), bucket).unwrap();
            let records = visit.bill(Scope::Whole, &window);
            for record in &records {
                prop_assert!(window.from <= record.from && record.from < record.to && record.to <= window.to);
            }
            for pair in records.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from);
            }
        }
    }

    #[test]
    fn two_windows_side_by_side_show_as_much_as_one_over_both() {
        let mut world = World::new(1);
        world.open("u", "k");
        let visit = world.visit("k", minute(100_000)).unwrap();
        let (payer, charge) = PAYERS[0];
        let (id, from) = ("p".to_owned(), minute(100));
        visit.account.meter.record(Usage {
            payer,
            id,
            charge,
            rate: 3.0,
            from,
            to: None,
            detail: Detail::default(),
        });
        let day = |n: i64| minute(n * 1440);
        let cost = |from, to| {
            let window = Window::between(from, to, Bucket::Day).unwrap();
            sum(&totals(&visit.bill(Scope::Whole, &window)))
        };
        assert!((cost(day(0), day(10)) + cost(day(10), day(40)) - cost(day(0), day(40))).abs() < 1e-9);
        assert_eq!(cost(day(1), day(1) + TimeDelta::hours(1)), 72.0);
    }
}
