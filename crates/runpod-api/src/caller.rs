//! Who is calling: the tracking headers that go on every request.

use std::sync::Arc;

/// The identity Runpod sees in `User-Agent` and `X-Runpod-Session-Id`.
///
/// Built once per process (stdio) or per request (HTTP); every part is reduced to characters that a header can
/// carry, so a client name with CR/LF or emoji cannot break or forge one.
#[derive(Clone, Debug)]
pub struct Caller {
    user_agent: Arc<str>,
    session: Arc<str>,
    trace: Option<Trace>,
}

/// The place of a call in a trace that somebody else keeps (W3C Trace Context): passed on, never made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    parent: Arc<str>,
    state: Option<Arc<str>>,
}

impl Trace {
    /// Reads `traceparent` and `tracestate`. `None` when the first is not of the form that the standard gives it; a
    /// second that could not stand in a header is left out.
    #[must_use]
    pub fn read(parent: &str, state: Option<&str>) -> Option<Self> {
        let state = state.filter(|state| (1..=LONGEST_STATE).contains(&state.len()));
        let state = state.filter(|state| state.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        is_parent(parent).then(|| Self { parent: parent.into(), state: state.map(Into::into) })
    }

    /// Value of `traceparent`.
    #[must_use]
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// Value of `tracestate`.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// Longest `tracestate`, in bytes, that must be passed on.
const LONGEST_STATE: usize = 512;

/// `00-` and 32, 16 and 2 digits; neither id is nothing but zeros.
fn is_parent(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else { return false };
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = |part: &str, length| hex(part, length) && part.bytes().any(|byte| byte != b'0');
    *version == "00" && is_id(trace, 32) && is_id(span, 16) && hex(flags, 2)
}

impl Caller {
    /// `product` is `name/version` of the program, such as `runpod-mcp/1.2.0`; `client` and `version` are what the MCP client said of itself,
    /// `transport` is `stdio` or `http`, `session` a UUID.
    #[must_use]
    pub fn new(product: &str, client: (&str, &str), transport: &str, session: &str) -> Self {
        let (name, version) = (token(client.0), token(client.1));
        let agent = format!(
            "{} (caller=mcp; client={name}; client_version={version}; transport={})",
            product.split('/').map(token).collect::<Vec<_>>().join("/"),
            token(transport)
        );
        Self { user_agent: agent.into(), session: token(session).into(), trace: None }
    }

    /// The same within a trace.
    #[must_use]
    pub fn within(self, trace: Option<Trace>) -> Self {
        Self { trace, ..self }
    }

    /// The trace that it is in.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Value of `User-Agent`.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// Value of `X-Runpod-Session-Id`.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }
}

/// Longest part of a client name that is passed on, in characters.
const LONGEST: usize = 64;

/// A text reduced to header token characters; what is not becomes `_`, nothing becomes `unknown`.
fn token(text: &str) -> String {
    const DELIMITERS: &str = "()<>@,;:\\\"/[]?={}";
    let safe = |c: char| c.is_ascii_graphic() && !DELIMITERS.contains(c);
    match text {
        "" => "unknown".to_owned(),
        _ => text.chars().take(LONGEST).map(|c| if safe(c) { c } else { '_' }).collect(),
    }
}

impl Default for Caller {
    fn default() -> Self {
        let product = concat!("runpod-api/", env!("CARGO_PKG_VERSION"));
        Self::new(product, ("", ""), "library", &uuid::Uuid::new_v4().to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_caller_is_named_as_runpod_expects_it() {
        let named = Caller::new("runpod-mcp/1.2.0", ("claude code", "2.0"), "stdio", "s");
        assert_eq!(
            named.user_agent(),
            "runpod-mcp/1.2.0 (caller=mcp; client=claude_code; client_version=2.0; transport=stdio)"
        );
        let inbound = Caller::new("p/1", ("claude-code/2.0.1 (cli)", ""), "http", "s");
        assert!(inbound.user_agent().contains("client=claude-code_2.0.1__cli_; client_version=unknown;"));
    }

    #[test]
    fn only_a_trace_of_the_standard_is_passed_on() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let trace = Trace::read(good, Some("congo=t61rcWkgMzE")).unwrap();
        assert_eq!((trace.parent(), trace.state()), (good, Some("congo=t61rcWkgMzE")));
        assert_eq!(Trace::read(good, Some("a\r\nb")).unwrap().state(), None);
        assert_eq!(Trace::read(good, Some(&"x".repeat(513))).unwrap().state(), None);
        let zeros = good.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32));
        for bad in [
            "",
            "x",
            &good[1..],
            &good.to_uppercase(),
            &zeros,
            &good.replace("00-4", "ff-4"),
            &format!("{good}-x"),
        ] {
            assert_eq!(Trace::read(bad, None), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_name_breaks_out_of_its_field(
            product in "\\PC{0,80}", name in any::<String>(), version in "[\r\n;=() 😀a-z]{0,100}", session in any::<String>()
        ) {
            let caller = Caller::new(&product, (&name, &version), "stdio", &session);
            let agent = caller.user_agent();
            prop_assert!(agent.bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(agent.matches(['(', ')', ';', '=']).count(), 9, "{}", agent);
            prop_assert!(http::HeaderValue::from_str(caller.session()).is_ok() && !caller.session().is_empty());
        }
    }
}
