//! `WWW-Authenticate`: how a server says that a token is missing or no good.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// What a challenge for a bearer token said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Where the protected-resource metadata is.
    pub resource_metadata: Option<String>,
    /// What the token must allow.
    pub scope: Option<String>,
    /// What was wrong with the token that was sent.
    pub error: Option<String>,
}

impl Challenge {
    /// The challenge of an answer, if there is one for a bearer token.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| Self::parse(value.to_str().ok()?))
    }

    fn parse(text: &str) -> Option<Self> {
        let scheme = text.get(..6)?;
        let rest = text.get(6..).filter(|rest| rest.is_empty() || rest.starts_with(' '))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut challenge = Self::default();
        for (name, value) in Params(rest) {
            match name.to_ascii_lowercase().as_str() {
                "resource_metadata" => challenge.resource_metadata = Some(value),
                "scope" => challenge.scope = Some(value),
                "error" => challenge.error = Some(value),
                _ => (),
            }
        }
        Some(challenge)
    }
}

/// `name=token` and `name="quoted \" text"`, separated by commas.
struct Params<'a>(&'a str);

impl<'a> Iterator for Params<'a> {
    type Item = (&'a str, String);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_once('=')?;
        let name = name.trim_matches([' ', ',', '\t']);
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (value, rest) = rest.split_at(end);
                (value.trim().to_owned(), rest)
            }
        };
        self.0 = rest;
        Some((name, value))
    }
}

/// The text up to the closing quote, and what is behind it.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_challenge_is_read_whatever_its_order_and_quoting() {
        let metadata = Some("https://a/.well-known/oauth-protected-resource".to_owned());
        for text in [
            r#"Bearer realm="mcp", resource_metadata="https://a/.well-known/oauth-protected-resource", scope="a b""#,
            r#"bearer scope="a b",resource_metadata="https://a/.well-known/oauth-protected-resource",x=y"#,
            r#"Bearer error_description="a, \"b\"=c", scope="a b", resource_metadata=https://a/.well-known/oauth-protected-resource"#,
        ] {
            let challenge = Challenge::parse(text).unwrap();
            assert_eq!(challenge.resource_metadata, metadata, "{text}");
            assert_eq!(challenge.scope.as_deref(), Some("a b"), "{text}");
        }
        assert_eq!(Challenge::parse("Bearer"), Some(Challenge::default()));
        assert_eq!(Challenge::parse("Basic realm=x"), None);
        assert_eq!(Challenge::parse("Bearerish a=b"), None);
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(text in "(Bearer )?[ -~]{0,60}") {
            let _ = Challenge::parse(&text);
        }
    }
}
