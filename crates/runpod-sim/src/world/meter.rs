//! What ran, at what price, from when to when: the one source of every bill.
//!
//! A resource reports a [`Usage`] when something starts to cost money and closes it when that ends. Bills are
//! computed from these intervals and from nothing else, so they reconcile with what ran by construction.

use chrono::TimeDelta;

use crate::clock::Time;

/// An interval in which something cost the same amount per hour.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Usage {
    pub(crate) payer: Payer,
    /// The id of the resource that the bill names.
    pub(crate) id: String,
    pub(crate) charge: Charge,
    /// US dollars per hour.
    pub(crate) rate: f64,
    pub(crate) from: Time,
    /// The end, possibly in the future; none while no end is known.
    pub(crate) to: Option<Time>,
    pub(crate) detail: Detail,
}

/// What some bills group and filter by, and measure beside money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Detail {
    /// The type of GPU of the machine.
    pub(crate) gpu: Option<&'static str>,
    /// The data centre.
    pub(crate) site: Option<&'static str>,
    /// The worker that ran, where an endpoint pays.
    pub(crate) worker: String,
    /// What ran.
    pub(crate) image: String,
    /// How large the disk is, where it is paid for.
    pub(crate) gigabytes: u32,
}

/// Which of the bills an amount belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Payer {
    Pod,
    Serverless,
    NetworkVolume,
    Cluster,
    PublicEndpoint,
}

/// What an amount is for. Not every payer knows every charge: volumes pay for storage only, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Charge {
    Gpu,
    Cpu,
    /// Container disks and persistent mounts.
    Disk,
    StandardStorage,
    HighPerformanceStorage,
    Networking,
    /// Calls of public endpoints.
    Calls,
}

impl Usage {
    /// What the part of this usage inside a half-open window costs, as seen now.
    pub(crate) fn cost(&self, window: (Time, Time), now: Time) -> f64 {
        // Whole microseconds and a fraction: exact enough to reconcile to a millionth of a dollar.
        let micros = self.span(window, now).num_microseconds();
        micros.map_or(0.0, |micros| self.rate * (micros as f64 / 3.6e9))
    }

    /// How long this usage lasted inside a half-open window, as seen now.
    pub(crate) fn span(&self, (from, to): (Time, Time), now: Time) -> TimeDelta {
        let end = self.to.unwrap_or(now).min(now).min(to);
        (end - self.from.max(from)).max(TimeDelta::zero())
    }
}

/// One usage, for whoever has to end it alone.
#[derive(Debug)]
pub(crate) struct Entry(usize);

/// The usages of one account, in the order in which they were reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    usages: Vec<Usage>,
    last: Option<Reading>,
}

/// What was spent at an instant, and the most that can be spent after it without a new usage.
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Time,
    /// Usages that it knows of.
    usages: usize,
    spent: f64,
    /// US dollars per hour of all that had not ended.
    rate: f64,
}

impl Meter {
    /// Reports that something costs money from an instant on, or did so for a while.
    pub(crate) fn record(&mut self, usage: Usage) -> Entry {
        self.usages.push(usage);
        Entry(self.usages.len() - 1)
    }

    /// Ends one usage, also if an end was planned for later.
    pub(crate) fn end(&mut self, Entry(place): Entry, at: Time) {
        if let Some(usage) = self.usages.get_mut(place).filter(|usage| !usage.ended(at)) {
            usage.to = Some(at.max(usage.from));
        }
    }

    /// Ends whatever this resource still pays for, also what was to end later.
    pub(crate) fn stop(&mut self, payer: Payer, id: &str, at: Time) {
        let running = |usage: &&mut Usage| usage.payer == payer && usage.id == id && !usage.ended(at);
        self.usages.iter_mut().filter(running).for_each(|usage| usage.to = Some(at.max(usage.from)));
    }

    pub(crate) fn usages(&self) -> &[Usage] {
        &self.usages
    }

    /// Whether this much is spent by now.
    ///
    /// Every request asks so, of an account with thousands of usages: they are gone through only when there is a new
    /// one, or when what they cost an hour may have come to it since.
    pub(crate) fn reaches(&mut self, funds: f64, now: Time) -> bool {
        let known = self.last.filter(|last| last.usages == self.usages.len() && last.at <= now);
        if known.is_some_and(|last| last.most(now) < funds) {
            return false;
        }
        let spent = self.spent(now);
        let open = self.usages.iter().filter(|usage| !usage.ended(now));
        let rate = open.map(|usage| usage.rate.max(0.0)).sum();
        self.last = Some(Reading { at: now, usages: self.usages.len(), spent, rate });
        spent >= funds
    }

    /// Everything spent until now.
    pub(crate) fn spent(&self, now: Time) -> f64 {
        self.usages.iter().map(|usage| usage.cost((Time::MIN_UTC, now), now)).sum()
    }
}

impl Reading {
    fn most(&self, now: Time) -> f64 {
        // A cent more, for what rounding does to sums.
        let hours = (now - self.at).num_milliseconds() as f64 / 3.6e6;
        self.spent + self.rate * (hours + 1e-6) + 0.01
    }
}

impl Usage {
    fn ended(&self, at: Time) -> bool {
        self.to.is_some_and(|to| to <= at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hour(n: i64) -> Time {
        Time::UNIX_EPOCH + TimeDelta::hours(n)
    }

    fn usage(from: i64, to: Option<i64>) -> Usage {
        let (payer, charge) = (Payer::Pod, Charge::Gpu);
        let (id, detail) = ("p".into(), Detail::default());
        Usage { payer, id, charge, rate: 2.0, from: hour(from), to: to.map(hour), detail }
    }

    #[test]
    fn an_open_usage_costs_until_now_and_no_longer() {
        assert_eq!(usage(1, None).cost((hour(0), hour(9)), hour(4)), 6.0);
        assert_eq!(usage(1, Some(7)).cost((hour(0), hour(9)), hour(4)), 6.0);
    }

    #[test]
    fn a_window_cuts_on_both_sides() {
        assert_eq!(usage(1, Some(7)).cost((hour(2), hour(3)), hour(9)), 2.0);
        assert_eq!(usage(1, Some(2)).cost((hour(5), hour(6)), hour(9)), 0.0);
    }

    #[test]
    fn a_stopped_resource_costs_no_more_even_if_an_end_was_planned() {
        let mut meter = Meter::default();
        meter.record(usage(0, None));
        meter.record(usage(0, Some(100)));
        meter.stop(Payer::Pod, "p", hour(1));
        assert_eq!(meter.spent(hour(50)), 4.0);
    }

    proptest! {
        #[test]
        fn funds_are_reached_when_so_much_is_spent_whatever_was_asked_and_ended_before(
            steps in prop::collection::vec((0..5i64, prop::option::of(0..6i64), 0..3u8, 0..40u32), 1..30)
        ) {
            let (mut meter, mut now) = (Meter::default(), 0);
            for (later, lasts, what, funds) in steps {
                now += later;
                match what {
                    0 => drop(meter.record(usage(now, lasts.map(|hours| now + hours)))),
                    1 => meter.stop(Payer::Pod, "p", hour(now)),
                    _ => (),
                }
                let (funds, spent) = (f64::from(funds), meter.spent(hour(now)));
                prop_assert_eq!(meter.reaches(funds, hour(now)), spent >= funds);
            }
        }
    }
}
