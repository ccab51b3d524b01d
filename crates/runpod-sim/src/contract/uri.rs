//! The format `uri` as Runpod uses it.
//!
//! It declares the addresses of an endpoint's jobs to be URIs and leaves a `{job_id}` in them for the reader to
//! fill in (observed 2026), which RFC 3986 does not allow; so braces pass here, and nothing else does that
//! should not.

use std::error::Error;

use boon::Format;
use serde_json::Value;

pub(super) const FORMAT: Format = Format { name: "uri", func: check };

/// Characters of RFC 3986, section 2, that are neither letters nor digits, and braces.
const MARKS: &str = "-._~:/?#[]@!$&'()*+,;=%{}";

fn check(value: &Value) -> Result<(), Box<dyn Error>> {
    let Value::String(text) = value else { return Ok(()) };
    let (scheme, rest) = text.split_once(':').ok_or("no scheme")?;
    let mut letters = scheme.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if !begins || !letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter)) {
        return Err("no scheme".into());
    }
    let wrong = rest.chars().find(|letter| !letter.is_ascii_alphanumeric() && !MARKS.contains(*letter));
    wrong.map_or(Ok(()), |letter| Err(format!("unexpected character {letter:?}").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_let_through_and_what_is_no_address_is_not() {
        let fits = |text: &str| check(&Value::from(text)).is_ok();
        assert!(fits("https://api.example/v2/e/status/{job_id}"));
        assert!(fits("https://a.example/b?c=d#e"));
        for text in ["", "a", "//a.example", "/v2/e", "1a:b", ":b", "https://a b", "https://ä"] {
            assert!(!fits(text), "{text}");
        }
    }
}
