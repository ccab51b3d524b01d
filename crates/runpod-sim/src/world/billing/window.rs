//! The stretch of time that a bill covers, in whole buckets.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Timelike};

use crate::clock::Time;
use crate::world::Denied;
use crate::world::meter::Usage;

/// `BillingBucketSize` of the contract. Weeks begin on Monday; everything is UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bucket {
    Hour,
    #[default]
    Day,
    Week,
    Month,
    Year,
}

/// A half-open stretch of whole buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) bucket: Bucket,
}

impl Bucket {
    /// Reads what the contract spells.
    pub(crate) fn read(word: &str) -> Option<Self> {
        [Bucket::Hour, Bucket::Day, Bucket::Week, Bucket::Month, Bucket::Year]
            .into_iter()
            .find(|bucket| bucket.word() == word)
    }

    /// As the contract spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Bucket::Hour => "hour",
            Bucket::Day => "day",
            Bucket::Week => "week",
            Bucket::Month => "month",
            Bucket::Year => "year",
        }
    }

    /// The beginning of the bucket that an instant lies in.
    pub(crate) fn floor(self, at: Time) -> Time {
        let (day, time) = (at.date_naive(), at.time());
        match self {
            Bucket::Hour => midnight(day) + TimeDelta::hours(time.hour().into()),
            Bucket::Day => midnight(day),
            Bucket::Week => {
                let days = day.weekday().num_days_from_monday();
                midnight(day.checked_sub_days(Days::new(days.into())).unwrap_or(day))
            }
            Bucket::Month => midnight(day.with_day(1).unwrap_or(day)),
            Bucket::Year => midnight(day.with_ordinal(1).unwrap_or(day)),
        }
    }

    /// The beginning of the next bucket. At the end of the calendar there is none; then the instant itself.
    pub(crate) fn next(self, start: Time) -> Time {
        let next = match self {
            Bucket::Hour => start.checked_add_signed(TimeDelta::hours(1)),
            Bucket::Day => start.checked_add_days(Days::new(1)),
            Bucket::Week => start.checked_add_days(Days::new(7)),
            Bucket::Month => start.checked_add_months(Months::new(1)),
            Bucket::Year => start.checked_add_months(Months::new(12)),
        };
        next.unwrap_or(start)
    }

    /// The beginning of the bucket so many before this one; not before 1970.
    fn back(self, start: Time, count: u32) -> Time {
        let days = |n: u32| start.checked_sub_days(Days::new(u64::from(count) * u64::from(n)));
        let back = match self {
            Bucket::Hour => start.checked_sub_signed(TimeDelta::hours(count.into())),
            Bucket::Day => days(1),
            Bucket::Week => days(7),
            Bucket::Month => start.checked_sub_months(Months::new(count)),
            Bucket::Year => count.checked_mul(12).and_then(|n| start.checked_sub_months(Months::new(n))),
        };
        back.filter(|back| *back > Time::UNIX_EPOCH).unwrap_or(self.floor(Time::UNIX_EPOCH))
    }
}

impl Window {
    /// From the bucket of the start to the bucket of the end, both whole.
    pub(crate) fn between(start: Time, end: Time, bucket: Bucket) -> Result<Self, Denied> {
        if end < start {
            return Err(Denied::contradiction("`endTime` lies before `startTime`"));
        }
        let (from, floor) = (bucket.floor(start), bucket.floor(end));
        let to = if floor == end && end > from { end } else { bucket.next(floor) };
        Ok(Self { from, to, bucket })
    }

    /// The window between two instants; without them, the thirty days before now.
    pub(crate) fn asked(
        (start, end): (Option<Time>, Option<Time>),
        now: Time,
        bucket: Bucket,
    ) -> Result<Self, Denied> {
        let end = end.unwrap_or(now);
        Self::between(start.unwrap_or(end - TimeDelta::days(30)), end, bucket)
    }

    /// The last so many buckets, the one that is not over yet included.
    pub(crate) fn last(count: u32, now: Time, bucket: Bucket) -> Self {
        let current = bucket.floor(now);
        let from = bucket.back(current, count.saturating_sub(1));
        Self { from, to: bucket.next(current), bucket }
    }

    /// The buckets of this window in which a usage cost something until now.
    pub(crate) fn buckets_of(&self, usage: &Usage, now: Time) -> impl Iterator<Item = (Time, Time)> {
        let end = usage.to.unwrap_or(now).min(now).min(self.to);
        let first = self.bucket.floor(usage.from.max(self.from));
        let bucket = self.bucket;
        let starts = std::iter::successors(Some(first), move |start| Some(bucket.next(*start)));
        let starts = starts.take_while(move |start| *start < end && usage.rate > 0.0);
        starts.map(move |start| (start, bucket.next(start)))
    }
}

fn midnight(day: NaiveDate) -> Time {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::stamp;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn window(start: &str, end: &str, bucket: Bucket) -> (String, String) {
        let window = Window::between(at(start), at(end), bucket).unwrap();
        (stamp(window.from), stamp(window.to))
    }

    #[test]
    fn the_start_snaps_down_and_the_end_up() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let (start, end) = ("2026-05-13T10:20:30Z", "2026-05-20T10:20:30Z");
        assert_eq!(window(start, end, Bucket::Hour), pair("2026-05-13T10:00:00Z", "2026-05-20T11:00:00Z"));
        assert_eq!(window(start, end, Bucket::Day), pair("2026-05-13T00:00:00Z", "2026-05-21T00:00:00Z"));
        assert_eq!(window(start, end, Bucket::Week), pair("2026-05-11T00:00:00Z", "2026-05-25T00:00:00Z"));
        assert_eq!(window(start, end, Bucket::Month), pair("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"));
        assert_eq!(window(start, end, Bucket::Year), pair("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
    }

    #[test]
    fn an_end_on_a_border_adds_no_bucket_and_a_window_is_never_empty() {
        let midnight = "2026-05-14T00:00:00Z";
        assert_eq!(window("2026-05-13T10:00:00Z", midnight, Bucket::Day).1, midnight);
        assert_eq!(window(midnight, midnight, Bucket::Day).1, "2026-05-15T00:00:00Z");
        assert!(Window::between(at(midnight), at("2026-05-13T23:59:59Z"), Bucket::Day).is_err());
    }

    #[test]
    fn the_last_buckets_end_with_the_current_one() {
        let now = at("2026-03-31T12:00:00Z");
        let last = |count, bucket| {
            let window = Window::last(count, now, bucket);
            (stamp(window.from), stamp(window.to))
        };
        assert_eq!(last(1, Bucket::Day).0, "2026-03-31T00:00:00Z");
        assert_eq!(last(3, Bucket::Month), ("2026-01-01T00:00:00Z".into(), "2026-04-01T00:00:00Z".into()));
        assert_eq!(last(u32::MAX, Bucket::Year).0, "1970-01-01T00:00:00Z");
        assert_eq!(last(u32::MAX, Bucket::Hour).0, "1970-01-01T00:00:00Z");
    }
}
