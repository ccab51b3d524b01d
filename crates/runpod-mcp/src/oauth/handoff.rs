//! The address at which the console takes over. Compatible to the letter with what the console reads.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a form leaves as it is (WHATWG URL, `application/x-www-form-urlencoded`).
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// What a component leaves as it is (ECMA-262, `encodeURIComponent`).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Where a person decides about a request. The base is used as it is, so a slash at its end would be doubled.
pub(super) fn address(console: &str, request: &str, redirect: &str, state: Option<&str>) -> String {
    let state = state.map(|state| format!("&state={}", form(state))).unwrap_or_default();
    let inner =
        format!("/integrations/mcp/login?request={}&redirect_uri={}{state}", form(request), form(redirect));
    format!("{console}/login?redirect={}", utf8_percent_encode(&inner, COMPONENT))
}

/// An address with more in its query.
pub(super) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = address.to_owned();
    for (name, value) in pairs {
        let joint = if out.contains('?') { '&' } else { '?' };
        out.push(joint);
        out.push_str(name);
        out.push('=');
        out.extend(utf8_percent_encode(value, COMPONENT));
    }
    out
}

/// A value as a form writes it. A percent sign is escaped itself, so no other `%20` can be there.
fn form(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hand_off_is_nested_as_the_console_reads_it() {
        assert_eq!(
            address(
                "https://console.runpod.io",
                "req_1",
                "http://localhost:3118/callback",
                Some("a b+c&d=e/~*é")
            ),
            "https://console.runpod.io/login?redirect=%2Fintegrations%2Fmcp%2Flogin%3Frequest%3Dreq_1\
             %26redirect_uri%3Dhttp%253A%252F%252Flocalhost%253A3118%252Fcallback\
             %26state%3Da%2Bb%252Bc%2526d%253De%252F%257E*%25C3%25A9"
        );
        assert_eq!(
            address("https://c.example/", "r", "http://[::1]/", None),
            "https://c.example//login?redirect=%2Fintegrations%2Fmcp%2Flogin%3Frequest%3Dr\
             %26redirect_uri%3Dhttp%253A%252F%252F%255B%253A%253A1%255D%252F"
        );
    }

    #[test]
    fn t35_nothing_in_a_state_ends_the_line() {
        let address =
            address("https://c.example", "r", "http://localhost/", Some("x\r\nSet-Cookie: a=b\0\u{2028}"));
        assert!(address.bytes().all(|byte| byte.is_ascii_graphic()), "{address}");
    }

    #[test]
    fn a_query_is_added_to_or_begun() {
        assert_eq!(
            with_query("http://localhost/cb", &[("code", "a b"), ("state", "&")]),
            "http://localhost/cb?code=a%20b&state=%26"
        );
        assert_eq!(
            with_query("http://localhost/cb?x=1", &[("error", "e")]),
            "http://localhost/cb?x=1&error=e"
        );
    }
}
