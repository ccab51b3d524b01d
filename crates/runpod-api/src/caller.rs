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
        Self { user_agent: agent.into(), session: token(session).into() }
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
    // `tchar` of RFC 9110, section 5.6.2.
    let is_mark = |c| matches!(c, '!' | '#'..='\'' | '*' | '+' | '-' | '.' | '^'..='`' | '|' | '~');
    let safe = |c: char| c.is_ascii_alphanumeric() || is_mark(c);
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
