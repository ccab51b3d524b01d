//! The key that a request brings: from one header, in one form, and from nowhere else.

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// Longest token, in bytes. Sealed ones are longer than keys.
const LONGEST: usize = 4 << 10;

/// Why a header holds no token that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

/// The token of a request. `None` when it brings none, or something of another kind.
///
/// # Errors
/// When what it brings is broken.
pub(super) fn token(headers: &HeaderMap) -> Result<Option<&str>, Malformed> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Malformed("the Authorization header stands more than once"));
    }
    let text = value.to_str().map_err(|_| Malformed("the Authorization header is not plain text"))?;
    let (scheme, token) = text.trim_matches(SPACE).split_once(SPACE).unwrap_or((text, ""));
    let token = token.trim_matches(SPACE);
    match scheme.eq_ignore_ascii_case("bearer") {
        _ if token.is_empty() => Ok(None),
        false => Ok(None),
        true if token.len() > LONGEST => Err(Malformed("the bearer token is longer than 4 KiB")),
        true if !is_token68(token) => {
            Err(Malformed("the bearer token has characters that no token has: send `Bearer KEY`"))
        }
        true => Ok(Some(token)),
    }
}

const SPACE: [char; 2] = [' ', '\t'];

/// RFC 9110, 11.2.
fn is_token68(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !bare.is_empty() && bare.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(values: &[&str]) -> Result<Option<String>, &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        token(&headers).map(|token| token.map(str::to_owned)).map_err(|Malformed(why)| why)
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_spaces_and_the_case() {
        for value in ["Bearer rpa_X", "bearer rpa_X", "BEARER  rpa_X", "Bearer\trpa_X ", " Bearer rpa_X"] {
            assert_eq!(read(&[value]), Ok(Some("rpa_X".to_owned())), "{value:?}");
        }
        assert_eq!(read(&["Bearer v1.k.a-b_c~d+e/f=="]).unwrap().unwrap(), "v1.k.a-b_c~d+e/f==");
    }

    #[test]
    fn no_token_is_not_a_broken_one() {
        for values in
            [vec![], vec![""], vec!["Bearer"], vec!["Bearer "], vec!["Basic dTpw"], vec!["Bearerx y"]]
        {
            assert_eq!(read(&values), Ok(None), "{values:?}");
        }
    }

    #[test]
    fn t34_a_broken_or_doubled_header_is_refused() {
        let long = format!("Bearer {}", "x".repeat(LONGEST + 1));
        for values in [
            vec!["Bearer a", "Bearer a"],
            vec!["Bearer a b"],
            vec!["Bearer a,b"],
            vec!["Bearer ä"],
            vec!["Bearer ="],
            vec![&long],
        ] {
            assert!(read(&values).is_err(), "{values:?}");
        }
    }
}
