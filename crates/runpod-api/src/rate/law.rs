//! What holds for all headers, whoever wrote them.

use std::time::Duration;

use http::header::{DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};

use super::{Headroom, LONGEST, Pace};

/// A wait is none or a believable one, no further wait is undercut, and nothing unclear becomes clear again.
///
/// Each line is a header: its first letter says which.
pub(crate) fn any_headers(bytes: &[u8]) {
    let headers = headers(bytes);
    let pace = Pace::read(&headers);
    holds(&pace);
    let _ = Headroom::read(&headers);
    for seconds in [0, 30, LONGEST] {
        let mut more = headers.clone();
        more.append(RETRY_AFTER, HeaderValue::from(seconds));
        let then = Pace::read(&more);
        let wait = (seconds > 0).then(|| Duration::from_secs(seconds));
        assert_eq!(then.after, pace.after.max(wait), "one more wait of {seconds} s");
        assert!(pace.sure || pace.after.is_none() || !then.sure, "unclear stays unclear");
    }
    let mut more = headers;
    more.append("ratelimit", HeaderValue::from_static(r#""z";r=0;t=604800"#));
    let then = Pace::read(&more);
    // An open string before it may swallow the new member, which must then show.
    assert!(!then.sure || then.after == Some(Duration::from_secs(LONGEST)), "{then:?}");
}

fn holds(pace: &Pace) {
    let Pace { after, sure, hint } = pace;
    assert!(hint.len() < 200 && hint.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{hint:?}");
    assert!(after.is_none_or(|wait| (1..=LONGEST).contains(&wait.as_secs())), "{after:?}");
    assert!(after.is_some() || !sure);
    // What stands before the colon is a name that somebody else chose.
    let advice = hint.rsplit(": ").next().unwrap_or_default();
    assert_eq!(after.is_some() && !sure, advice.starts_with("wait at least ~"), "{hint}");
}

fn headers(bytes: &[u8]) -> HeaderMap {
    let mut all = HeaderMap::new();
    let lines = bytes.split(|byte| *byte == b'\n').take(16);
    for (name, value) in lines.filter_map(|line| line.split_first()).filter_map(header) {
        all.append(name, value);
    }
    all
}

fn header((kind, value): (&u8, &[u8])) -> Option<(HeaderName, HeaderValue)> {
    let name = match kind {
        b'r' => HeaderName::from_static("ratelimit"),
        b'a' => RETRY_AFTER,
        b'd' => DATE,
        _ => return None,
    };
    Some((name, HeaderValue::from_bytes(value).ok()?))
}
