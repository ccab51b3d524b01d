//! Where a browser may be sent with a code.
//!
//! Addresses are compared and judged as they were written: nothing is decoded or normalised first, because what a
//! parser mends here, another reads differently there (RFC 9700 section 4.1, RFC 8252 section 7.3). A loopback address
//! is always fine, with any port; any other address must be listed, letter by letter.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;

/// Longest address, in bytes.
pub(super) const LONGEST: usize = 512;

/// Callbacks that every deployment accepts: those of Claude.
const BUILT_IN: [&str; 2] =
    ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"];

/// Schemes that browsers run or read instead of handing them to a program.
const NOT_PRIVATE: [&str; 13] = [
    "http",
    "https",
    "javascript",
    "data",
    "vbscript",
    "blob",
    "file",
    "about",
    "ws",
    "wss",
    "ftp",
    "filesystem",
    "view-source",
];

/// What sort of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A program on the computer of the browser.
    Loopback,
    Https,
    /// A scheme that a program registered for itself, such as `cursor:`.
    Private,
}

/// Addresses that are accepted beside those on loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirects(Vec<String>);

impl Redirects {
    /// A list of further addresses, each exactly as clients send it.
    ///
    /// # Errors
    /// One sentence for each that can never be accepted.
    pub fn parse(list: &[String]) -> Result<Self, Vec<String>> {
        let bad = |text: &&String| kind(text).is_none();
        let say = |text: &String| {
            format!(
                "the redirect address {:?} must be https, http on localhost, 127.0.0.1 or [::1], or a scheme of a \
                 program, without user information or fragment, at most {LONGEST} bytes",
                text.chars().take(80).collect::<String>()
            )
        };
        let problems: Vec<_> = list.iter().filter(bad).map(say).collect();
        if problems.is_empty() { Ok(Self(list.to_vec())) } else { Err(problems) }
    }

    /// Whether an address is on the list.
    pub(super) fn lists(&self, text: &str) -> bool {
        BUILT_IN.contains(&text) || self.0.iter().any(|one| one == text)
    }

    /// Whether a browser may be sent there.
    pub(super) fn admit(&self, text: &str) -> bool {
        match kind(text) {
            Some(Kind::Loopback) => true,
            Some(Kind::Https | Kind::Private) => self.lists(text),
            None => false,
        }
    }
}

/// What sort of address a text is, if a browser can be sent there at all.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
    if text.len() > LONGEST || !text.bytes().all(plain) {
        return None;
    }
    if let Some(rest) = text.strip_prefix("http://") {
        return is_loopback(authority(rest)).then_some(Kind::Loopback);
    }
    if let Some(rest) = text.strip_prefix("https://") {
        return is_host(authority(rest)).then_some(Kind::Https);
    }
    let (scheme, rest) = text.split_once(':')?;
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(&byte);
    let own = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(letters)
        && !NOT_PRIVATE.contains(&scheme);
    // Even here nobody may be named before the `@`.
    (own && !rest.is_empty() && !rest.contains('@')).then_some(Kind::Private)
}

/// Whether the address that is asked for is the one that was registered. On loopback the port is free.
pub(super) fn same(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let both = [registered, asked].map(|text| (kind(text) == Some(Kind::Loopback)).then(|| portless(text)));
    matches!(both, [Some(one), Some(other)] if one == other)
}

/// The host of an address, for people and logs.
pub(super) fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = authority(rest);
    host.split_once('@').map_or(host, |(_, host)| host)
}

/// Host and what follows the port, of a loopback address.
fn portless(text: &str) -> (&str, &str) {
    let rest = text.strip_prefix("http://").unwrap_or(text);
    let all = authority(rest);
    (split_port(all).0, rest.get(all.len()..).unwrap_or_default())
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Host and port of an authority; the brackets of an IPv6 address belong to the host.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let end = authority.rfind(']').map_or(0, |at| at + 1);
    match authority.get(end..).and_then(|rest| rest.find(':')) {
        Some(at) => (authority.get(..end + at).unwrap_or_default(), authority.get(end + at + 1..)),
        None => (authority, None),
    }
}

fn is_loopback(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    ["localhost", "127.0.0.1", "[::1]"].contains(&host) && port.is_none_or(is_port)
}

/// A name of a host or an address in brackets, with or without a port.
fn is_host(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let fits = match inside {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(name) && !host.starts_with('.') && !host.ends_with('.'),
    };
    fits && port.is_none_or(is_port)
}

/// 1 to 65535, written as a number is written.
fn is_port(text: &str) -> bool {
    !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_what_they_look_like() {
        for text in [
            "http://localhost",
            "http://localhost:1/",
            "http://127.0.0.1:65535/cb?x=1",
            "http://[::1]:8080/cb",
            "http://[::1]",
            "http://127.0.0.1?x",
        ] {
            assert_eq!(kind(text), Some(Kind::Loopback), "{text}");
        }
        for text in [
            "https://claude.ai/api",
            "https://a.example:8443/x",
            "https://[2001:db8::1]/x",
            "https://[2001:db8::]:8443/x",
        ] {
            assert_eq!(kind(text), Some(Kind::Https), "{text}");
        }
        assert_eq!(kind("cursor://anysphere.cursor-mcp/oauth/callback"), Some(Kind::Private));
        assert_eq!(kind("com.example.app:/cb"), Some(Kind::Private));
    }

    #[test]
    fn an_address_may_be_as_long_as_is_said_and_no_longer() {
        let of = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
        assert_eq!(of(LONGEST).len(), LONGEST);
        assert_eq!(kind(&of(LONGEST)), Some(Kind::Https));
        assert_eq!([LONGEST + 1, LONGEST + 2].map(|length| kind(&of(length))), [None, None]);
    }

    #[test]
    fn a_port_is_a_number_that_a_port_can_have() {
        for port in ["0", "080", "+80", "65536", "99999", "8o", "-1", ""] {
            assert_eq!(kind(&format!("http://localhost:{port}/")), None, "{port}");
            assert_eq!(kind(&format!("https://a.example:{port}/")), None, "{port}");
        }
    }

    #[test]
    fn the_host_of_an_address_is_told_without_what_is_around_it() {
        for (text, said) in [
            ("https://a.example/cb?x", "a.example"),
            ("http://[::1]:80?x", "[::1]:80"),
            ("cursor://who@there/cb", "there"),
            ("com.example:/cb", "com.example:"),
        ] {
            assert_eq!(host(text), said, "{text}");
        }
    }

    #[test]
    fn the_port_is_free_on_loopback_and_nowhere_else() {
        assert!(same("http://localhost/cb", "http://localhost:3118/cb"));
        assert!(same("http://[::1]:1/cb?a=b", "http://[::1]:2/cb?a=b"));
        assert!(same("https://a.example/cb", "https://a.example/cb"));
        for (one, other) in [
            ("http://localhost:1/cb", "http://127.0.0.1:1/cb"),
            ("http://localhost:1/cb", "http://localhost:1/other"),
            ("http://localhost:1/cb", "http://localhost:1/cb?x"),
            ("https://a.example/cb", "https://a.example:444/cb"),
            ("https://a.example/cb", "https://A.example/cb"),
            ("cursor://a/cb", "cursor://a:1/cb"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_list_names_what_can_never_be_accepted() {
        let list = |text: &str| Redirects::parse(&[text.to_owned()]);
        assert!(
            list("cursor://anysphere.cursor-mcp/oauth/callback")
                .unwrap()
                .admit("cursor://anysphere.cursor-mcp/oauth/callback")
        );
        assert!(list("https://vscode.dev/redirect").unwrap().admit("https://vscode.dev/redirect"));
        assert!(!list("https://vscode.dev/redirect").unwrap().admit("https://vscode.dev/redirect/"));
        for text in ["http://a.example/cb", "javascript:alert(1)", "https://a@b/", "https://a/#f", "", "x"] {
            let problems = list(text).unwrap_err();
            assert!(problems[0].contains("must be https"), "{problems:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_loopback_leads_to_loopback_for_every_reader(
            text in "http://(localhost|127\\.0\\.0\\.1|\\[::1\\]|[a-z0-9.:@%\\[\\]\\\\]{1,12})(:[0-9]{0,6})?[/?#@\\\\a-z.:%]{0,12}"
        ) {
            if kind(&text) == Some(Kind::Loopback) {
                let url: http::Uri = text.parse().unwrap();
                let host = url.host().unwrap();
                prop_assert!(["localhost", "127.0.0.1", "[::1]"].contains(&host), "{}", text);
                prop_assert!(!url.authority().unwrap().as_str().contains('@'));
                prop_assert!(!text.contains(['#', '\\', '@']) || text.find('@') > text.find(['/', '?']));
            }
        }

        #[test]
        fn an_address_is_the_same_as_itself_and_admitted_only_if_it_can_be_told(text in "\\PC{0,40}") {
            prop_assert!(same(&text, &text));
            prop_assert!(kind(&text).is_some() || !Redirects::default().admit(&text));
        }
    }
}
