//! W3C trace context: which trace a call belongs to, so that Runpod's side of it can be found.
//!
//! A header that breaks the rules of <https://www.w3.org/TR/trace-context/> is as good as none; what is sent onward
//! is always well formed. Ids tell requests apart and protect nothing, so ordinary randomness makes them.

use std::fmt::{self, Write as _};
use std::sync::Arc;

/// Longest `tracestate` that is passed on, in bytes; longer ones are dropped whole, as the standard allows.
const LONGEST_STATE: usize = 512;
/// Most members of it.
const MOST_MEMBERS: usize = 32;

/// A place in a trace: one span, and what vendors said about the trace.
#[derive(Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    sampled: bool,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// A new trace.
    #[must_use]
    pub fn start(sampled: bool) -> Self {
        Self { trace: fastrand::u128(1..), span: fastrand::u64(1..), sampled, state: None }
    }

    /// Reads `traceparent`, and `tracestate` (several lines of it joined by commas). A bad `tracestate` costs only
    /// itself.
    #[must_use]
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let (version, rest) = traceparent.split_at_checked(2)?;
        let (fields, more) = rest.split_at_checked(53)?;
        let known = match version {
            "ff" => return None,
            "00" => more.is_empty(),
            _ => more.is_empty() || more.starts_with('-'),
        };
        let mut fields = fields.strip_prefix('-')?.split('-');
        let (trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?);
        let trace = u128::from_str_radix(hex(trace, 32)?, 16).ok().filter(|id| *id != 0)?;
        let span = u64::from_str_radix(hex(span, 16)?, 16).ok().filter(|id| *id != 0)?;
        let flags = u8::from_str_radix(hex(flags, 2)?, 16).ok()?;
        let good = known && hex(version, 2).is_some() && fields.next().is_none();
        let state = tracestate.and_then(state);
        good.then_some(Self { trace, span, sampled: flags & 1 == 1, state })
    }

    /// A new span inside of this one.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { span: fastrand::u64(1..), ..self.clone() }
    }

    /// Value of `traceparent`.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id(), self.span_id(), u8::from(self.sampled))
    }

    /// Value of `tracestate`.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The trace, 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The span, 16 hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span)
    }

    /// Whether whoever began the trace records it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.sampled
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({})", self.traceparent())
    }
}

/// Exactly so many small hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<&str> {
    let good = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == digits && text.bytes().all(good)).then_some(text)
}

/// The list, without its empty members, when all others could be members of one.
fn state(text: &str) -> Option<Arc<str>> {
    let members = || text.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|m| !m.is_empty());
    let good = text.len() <= LONGEST_STATE && members().count() <= MOST_MEMBERS && members().all(is_member);
    let mut list = String::new();
    for member in members().filter(|_| good) {
        let comma = if list.is_empty() { "" } else { "," };
        let _ = write!(list, "{comma}{member}");
    }
    (!list.is_empty()).then(|| list.into())
}

fn is_member(text: &str) -> bool {
    let key = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/@".contains(&b);
    let value = |b: u8| matches!(b, b' '..=b'~') && b != b'=';
    text.split_once('=').is_some_and(|(name, said)| {
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        starts && name.bytes().all(key) && !said.is_empty() && said.bytes().all(value)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_trace_is_read_and_told_onward_with_a_new_span() {
        let parent = TraceContext::parse(PARENT, Some("rojo=00f067aa0ba902b7, ,congo=t61rcWkgMzE")).unwrap();
        assert_eq!(parent.traceparent(), PARENT);
        assert_eq!(parent.tracestate(), Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"));
        let child = parent.child();
        assert_eq!((child.trace_id(), child.is_sampled()), (parent.trace_id(), true));
        assert_eq!(child.tracestate(), parent.tracestate());
        assert_ne!(child.span_id(), parent.span_id());
    }

    #[test]
    fn what_breaks_the_rules_is_none() {
        for bad in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331--01",
            "0é-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceContext::parse(bad, None), None, "{bad}");
        }
        let later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes";
        assert_eq!(TraceContext::parse(later, None).unwrap().traceparent(), PARENT, "a later version");
        for bad in ["x", "A=1", "a=", "a=b=c", "a=\u{7f}", "é=1", "a=1,b", "-a=1"] {
            assert_eq!(TraceContext::parse(PARENT, Some(bad)).unwrap().tracestate(), None, "{bad}");
        }
        let long = format!("a={}", "x".repeat(511));
        let many = vec!["a=1"; 33].join(",");
        assert!([long, many].iter().all(|bad| state(bad).is_none()));
    }

    proptest! {
        #[test]
        fn whatever_comes_in_what_goes_out_is_well_formed(
            parent in "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,4})?|\\PC{0,60}", state in "\\PC{0,40}|[a-z=,0-9 ]{0,40}"
        ) {
            if let Some(read) = TraceContext::parse(&parent, Some(&state)) {
                let child = read.child();
                prop_assert_eq!(TraceContext::parse(&child.traceparent(), child.tracestate()), Some(child.clone()));
                prop_assert!(child.tracestate().is_none_or(|s| http::HeaderValue::from_str(s).is_ok()));
            }
        }
    }

    #[test]
    fn a_new_trace_is_one() {
        let new = TraceContext::start(false);
        assert_eq!(TraceContext::parse(&new.traceparent(), None), Some(new));
    }
}
