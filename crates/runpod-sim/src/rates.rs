//! How many requests an account has left, per minute, hour and day.
//!
//! Windows are fixed: each begins with the first request after the last one ended. They are counted and shown
//! always; refusing at zero is the door's decision.

use chrono::TimeDelta;

use crate::clock::Time;

/// Name, quota and seconds of each window (`RateLimit-Policy` as observed in 2026).
const POLICY: [(&str, u64, i64); 3] = [("minute", 60, 60), ("hour", 3000, 3600), ("day", 50_000, 86_400)];

/// The value of `RateLimit-Policy`.
pub(crate) const POLICY_TEXT: &str = "\"minute\";q=60;w=60, \"hour\";q=3000;w=3600, \"day\";q=50000;w=86400";

/// The windows of one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates([Window; 3]);

/// One window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    since: Option<Time>,
    used: u64,
}

/// The state of one window after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) name: &'static str,
    pub(crate) requests: u64,
    /// Seconds until the window ends, rounded up.
    pub(crate) seconds: u64,
    /// Whether this very request was one too many.
    pub(crate) over: bool,
}

impl Rates {
    /// Counts a request and tells what is left.
    pub(crate) fn count(&mut self, now: Time) -> [Left; 3] {
        let mut policy = POLICY.into_iter();
        self.0.each_mut().map(|window| window.count(policy.next().unwrap_or(("", 0, 0)), now))
    }
}

impl Window {
    /// Counts a request in a window of this name, quota and seconds.
    pub(crate) fn count(&mut self, (name, quota, length): (&'static str, u64, i64), now: Time) -> Left {
        let length = TimeDelta::seconds(length);
        let since = self.since.filter(|since| now - since < length);
        self.used = since.map_or(0, |_| self.used) + 1;
        let since = *self.since.insert(since.unwrap_or(now));
        let left = since + length - now;
        let seconds = u64::try_from((left.num_milliseconds() + 999) / 1000).unwrap_or(0);
        Left { name, requests: quota.saturating_sub(self.used), seconds, over: self.used > quota }
    }
}

/// The value of `RateLimit`.
pub(crate) fn header(windows: &[Left; 3]) -> String {
    let [minute, hour, day] = windows.map(|w| (w.name, w.requests, w.seconds));
    format!(
        "\"{}\";r={};t={}, \"{}\";r={};t={}, \"{}\";r={};t={}",
        minute.0, minute.1, minute.2, hour.0, hour.1, hour.2, day.0, day.1, day.2
    )
}

/// The window that refuses this request, the longest when several do.
pub(crate) fn exhausted(windows: &[Left; 3]) -> Option<Left> {
    windows.iter().filter(|window| window.over).max_by_key(|window| window.seconds).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_count_down_and_begin_anew_when_their_time_is_over() {
        let (mut rates, start) = (Rates::default(), Time::UNIX_EPOCH);
        rates.count(start);
        let left = rates.count(start + TimeDelta::milliseconds(48_500));
        assert_eq!(header(&left), r#""minute";r=58;t=12, "hour";r=2998;t=3552, "day";r=49998;t=86352"#);
        let left = rates.count(start + TimeDelta::seconds(60));
        assert_eq!(header(&left), r#""minute";r=59;t=60, "hour";r=2997;t=3540, "day";r=49997;t=86340"#);
    }

    #[test]
    fn the_sixty_first_request_of_a_minute_is_one_too_many() {
        let mut rates = Rates::default();
        let last =
            |rates: &mut Rates, n: usize| (0..n).map(|_| rates.count(Time::UNIX_EPOCH)).last().unwrap();
        assert_eq!(exhausted(&last(&mut rates, 60)), None);
        assert_eq!(exhausted(&last(&mut rates, 1)).unwrap().name, "minute");
    }
}
