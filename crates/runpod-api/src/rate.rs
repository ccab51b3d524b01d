//! What a 429 says about waiting, read without trusting it.
//!
//! An agent that waits too little hammers a closed door, so the longest wait of all sources wins and any part that
//! could not be read turns the figure into a lower bound. Nothing from the headers reaches the text but window
//! names of at most 32 printable characters and numbers of at most seven days.
//!
//! `RateLimit` is draft-ietf-httpapi-ratelimit-headers as Runpod's REST v2 sends it (observed 2026-08):
//! `"minute";r=0;t=12, "hour";r=2800;t=1812`. Names no header but these two and `Date`.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;
mod window;

use std::time::Duration;

use http::HeaderMap;
use http::header::{AsHeaderName, DATE, RETRY_AFTER};

use window::{Left, Windows};

/// Longest wait that is believed, in seconds: seven days.
const LONGEST: u64 = 604_800;

/// How long to stay away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The longest wait that could be read.
    pub(crate) after: Option<Duration>,
    /// Whether `after` is the whole truth: everything was readable.
    pub(crate) sure: bool,
    /// The same for a reader.
    pub(crate) hint: String,
}

impl Pace {
    /// Reads the headers of a 429.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let again = Again::read(headers);
        let mut windows = Windows::read(&joined(headers, "ratelimit"));
        windows.spent.sort_by_key(|w| std::cmp::Reverse(w.reset));
        let first = windows.spent.first();
        let wait = first.and_then(|w| w.reset).max(again.seconds).filter(|s| *s > 0);
        let named = first.and_then(|w| w.name.as_deref());
        let unclear = windows.dropped || again.unreadable || windows.spent.iter().any(|w| w.reset.is_none());
        let sure = wait.is_some() && !unclear;
        let hint = match wait {
            Some(seconds) => wait_for(named, seconds, sure),
            None if windows.spent.is_empty() && !again.unreadable => {
                "leave some time before the next call and make fewer of them".to_owned()
            }
            None => no_figure(named),
        };
        Self { after: wait.map(Duration::from_secs), sure, hint }
    }
}

/// What is left of the allowance of a key, in requests, as far as an answer said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headroom {
    /// In this minute.
    pub minute: Option<u64>,
    /// In this hour.
    pub hour: Option<u64>,
    /// In this day.
    pub day: Option<u64>,
}

impl Headroom {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut room = Self::default();
        if !headers.contains_key("ratelimit") {
            return room;
        }
        for Left { name, requests } in window::left(&joined(headers, "ratelimit")) {
            match name.as_str() {
                "minute" => room.minute = Some(requests),
                "hour" => room.hour = Some(requests),
                "day" => room.day = Some(requests),
                _ => (),
            }
        }
        room
    }
}

fn wait_for(name: Option<&str>, seconds: u64, sure: bool) -> String {
    let quota = name.map(|name| format!("the {name} quota is used up: ")).unwrap_or_default();
    let hedge = if sure { "" } else { "at least " };
    format!("{quota}wait {hedge}{}", spoken(seconds))
}

fn no_figure(name: Option<&str>) -> String {
    let quota = name.map(|name| format!("the {name} quota is used up, and ")).unwrap_or_default();
    format!("{quota}when it opens again was not said in a usable way: stay away for several minutes")
}

/// A duration for a reader: rounded up, with the exact seconds.
fn spoken(seconds: u64) -> String {
    let (unit, size) = match seconds {
        0..120 => return format!("~{seconds}s"),
        120..3_600 => ("minute", 60),
        3_600..172_800 => ("hour", 3_600),
        _ => ("day", 86_400),
    };
    let count = seconds.div_ceil(size);
    let plural = if count == 1 { "" } else { "s" };
    format!("~{count} {unit}{plural} ({seconds}s)")
}

/// `Retry-After`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Again {
    /// The longest wait, if one was readable; 0 is readable and no wait.
    seconds: Option<u64>,
    /// Whether some of it was not readable.
    unreadable: bool,
}

impl Again {
    fn read(headers: &HeaderMap) -> Self {
        let now = headers.get(DATE).and_then(|d| httpdate::parse_http_date(d.to_str().ok()?).ok());
        let mut again = Self::default();
        for value in headers.get_all(RETRY_AFTER) {
            match String::from_utf8_lossy(value.as_bytes()).trim() {
                "" => (),
                text => match seconds(text).or_else(|| until(text, now?)) {
                    Some(wait) => again.seconds = again.seconds.max(Some(wait)),
                    None => again.unreadable = true,
                },
            }
        }
        again
    }
}

/// Digits only, at most seven days.
fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|s| *s <= LONGEST)
}

/// An HTTP-date (RFC 9110 section 5.6.7) at most seven days after the server's own `Date`; a past one is no wait.
fn until(text: &str, now: std::time::SystemTime) -> Option<u64> {
    let at = httpdate::parse_http_date(text).ok()?;
    let wait = at.duration_since(now).map_or(0, |d| d.as_secs());
    (wait <= LONGEST).then_some(wait)
}

/// All lines of a list header as one list (RFC 9110 section 5.3).
fn joined(headers: &HeaderMap, name: impl AsHeaderName) -> String {
    let lines = headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes()));
    lines.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn pace(limit: &str, again: &str) -> Pace {
        let mut headers = HeaderMap::new();
        for (name, value) in [("ratelimit", limit), ("retry-after", again)] {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(name, value);
            }
        }
        Pace::read(&headers)
    }

    #[test]
    fn what_is_left_is_read_by_the_name_of_its_window() {
        let room = |limit: &'static str| {
            Headroom::read(&HeaderMap::from_iter([(
                http::HeaderName::from_static("ratelimit"),
                HeaderValue::from_static(limit),
            )]))
        };
        let all = room(r#""minute";r=12;t=44, "hour";r=0;t=1724, "day";r=49999"#);
        assert_eq!(all, Headroom { minute: Some(12), hour: Some(0), day: Some(49_999) });
        assert_eq!(room(r#""minute";r=x, "second";r=1, 7;r=9"#), Headroom::default());
        assert_eq!(room(r#""day";r=99999999999999999999999"#).day, None, "more than a number holds");
        assert_eq!(Headroom::read(&HeaderMap::new()), Headroom::default());
    }

    const GENERIC: &str = "leave some time before the next call and make fewer of them";

    /// Name in the text, wait in the text or what is said instead, hedged or not.
    type Row = (&'static str, &'static str, Option<&'static str>, &'static str);

    const ROWS: [Row; 18] = [
        (r#""minute";r=12;t=44, "hour";r=0;t=1724"#, "", Some("hour"), "wait ~29 minutes (1724s)"),
        (r#""minute";r=0;t=12, "hour";r=0;t=1812"#, "12", Some("hour"), "wait ~31 minutes (1812s)"),
        (r#""hour";r=0;t=300"#, "900", Some("hour"), "wait ~15 minutes (900s)"),
        ("", "30", None, "wait ~30s"),
        (r#""day";r=0"#, "", Some("day"), "not said"),
        (r#""day";r=0"#, "90", Some("day"), "wait at least ~90s"),
        (
            r#""hour";r=0;t=1812"#,
            "Wed, 21 Oct 2026 07:28:00 GMT",
            Some("hour"),
            "wait at least ~31 minutes (1812s)",
        ),
        (r#""hour";r=0;t=1812"#, "0", Some("hour"), "wait ~31 minutes (1812s)"),
        (r#""minute";r=0;t=10, "hour";t=3600"#, "", Some("minute"), "wait at least ~10s"),
        (r#""hour";r=0;t=3600 "minute";r=0;t=10"#, "", None, GENERIC),
        (r#""hour";r=0;t=3599;t, "minute";r=0;t=10"#, "", Some("minute"), "wait at least ~10s"),
        (r#""a,b";r=0;t=3600"#, "", Some("a,b"), "wait ~1 hour (3600s)"),
        (r#""day";r=0;t=604801"#, "", Some("day"), "not said"),
        ("", "100000000000000", None, "not said"),
        ("", "+5", None, "not said"),
        (r#""minute";r=0;t=0"#, "", Some("minute"), "not said"),
        ("limit=100, remaining=0, reset=50", "", None, GENERIC),
        (r#"garbage, "hour";r=0;t=60"#, "", Some("hour"), "wait at least ~60s"),
    ];

    #[test]
    fn every_known_shape_of_the_headers_gives_its_advice() {
        for (limit, again, name, words) in ROWS {
            let pace = pace(limit, again);
            assert!(pace.hint.contains(words), "{limit} | {again}: {}", pace.hint);
            assert_eq!(pace.sure, words.starts_with("wait ~"), "{limit} | {again}");
            match name {
                Some(name) => assert!(pace.hint.contains(&format!("the {name} quota")), "{}", pace.hint),
                None => assert!(!pace.hint.contains("quota"), "{}", pace.hint),
            }
        }
    }

    #[test]
    fn a_date_counts_when_the_answer_says_what_time_it_is() {
        let dated = |again: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("date", HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT"));
            headers.insert("retry-after", HeaderValue::from_static(again));
            Pace::read(&headers)
        };
        assert_eq!(dated("Wed, 21 Oct 2026 07:28:30 GMT").hint, "wait ~30s");
        assert_eq!(dated("Wed, 21 Oct 2026 07:00:00 GMT").hint, GENERIC);
        assert!(dated("Thu, 29 Oct 2026 07:28:00 GMT").hint.contains("not said"));
        assert!(dated("tomorrow").hint.contains("not said"));
    }

    #[test]
    fn rounding_never_promises_too_little() {
        let spoken = |s| spoken(s);
        assert_eq!(spoken(119), "~119s");
        assert_eq!(spoken(140), "~3 minutes (140s)");
        assert_eq!(spoken(3_601), "~2 hours (3601s)");
        assert_eq!(spoken(172_800), "~2 days (172800s)");
    }

    #[test]
    fn several_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append("ratelimit", HeaderValue::from_static(r#""minute";r=0;t=12"#));
        headers.append("ratelimit", HeaderValue::from_static(r#""hour";r=0;t=900"#));
        headers.append("retry-after", HeaderValue::from_static("5"));
        headers.append("retry-after", HeaderValue::from_static("1000"));
        assert_eq!(Pace::read(&headers).hint, "the hour quota is used up: wait ~17 minutes (1000s)");
    }

    /// A list member whose meaning is known because it was built from it.
    #[derive(Clone, Debug)]
    enum Member {
        Spent(u64),
        SpentUnknown,
        Left(u64, u64),
        Broken(&'static str),
    }

    impl Member {
        fn text(&self) -> String {
            match self {
                Self::Spent(t) => format!("\"w\";r=0;t={t}"),
                Self::SpentUnknown => "\"w\"; r=0".to_owned(),
                Self::Left(r, t) => format!("\"w\";R={r};T={t};vendor"),
                Self::Broken(text) => (*text).to_owned(),
            }
        }
    }

    fn member() -> impl Strategy<Value = Member> {
        let broken = [
            "x",
            "\"w\";r",
            "\"w\";r=0;r=0",
            "\"w\";r=0;x;t=5",
            "w;r= 0",
            "w;r=0;t=\"a\"b",
            "w;q\"\"=1;r=0",
            "w;r=-1",
            "w;r=;t=5",
            "w;r=0x0;t=5",
            "w;r=1e0;t=5",
        ];
        prop_oneof![
            (0..=LONGEST).prop_map(Member::Spent),
            Just(Member::SpentUnknown),
            (1..100u64, 0..=LONGEST).prop_map(|(r, t)| Member::Left(r, t)),
            prop::sample::select(broken.to_vec()).prop_map(Member::Broken),
        ]
    }

    proptest! {
        #[test]
        fn no_readable_wait_is_undercut_and_nothing_unreadable_is_hidden(
            members in prop::collection::vec(member(), 0..6),
            again in prop::option::of(0..=LONGEST),
        ) {
            let limit = members.iter().map(Member::text).collect::<Vec<_>>().join(", ");
            let pace = pace(&limit, &again.map(|s| s.to_string()).unwrap_or_default());
            let waits = members.iter().filter_map(|m| match m { Member::Spent(t) => Some(*t), _ => None });
            let longest = waits.chain(again).max().filter(|s| *s > 0);
            prop_assert_eq!(pace.after.map(|d| d.as_secs()), longest);
            let unclear = members.iter().any(|m| matches!(m, Member::SpentUnknown | Member::Broken(_)));
            if longest.is_some() {
                prop_assert_eq!(pace.sure, !unclear);
                prop_assert_eq!(pace.hint.contains("at least"), unclear);
            } else {
                prop_assert!(!pace.sure);
            }
        }

        #[test]
        fn no_header_breaks_the_reader(limit in "\\PC*", again in "[ -~]*") {
            let pace = pace(&limit, &again);
            prop_assert!(pace.hint.len() < 200);
            prop_assert!(pace.after.is_none_or(|d| d.as_secs() > 0 && d.as_secs() <= LONGEST));
        }

        #[test]
        fn no_mixture_of_the_grammar_breaks_the_reader(limit in "[rt=;,\"%\\\\ 0-9a*]{0,60}") {
            let pace = pace(&limit, "");
            prop_assert!(pace.after.is_none_or(|d| d.as_secs() <= LONGEST));
        }
    }
}
