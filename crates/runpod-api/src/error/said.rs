//! The words of an error answer: short, printable, without the key.
//!
//! Whoever answers may be a proxy with an HTML page, a gateway that echoes the request, or worse. So a text is
//! reduced to what a reader needs before it goes anywhere.

use serde_json::{Map, Value};

use crate::secret::ApiKey;
use crate::text::is_invisible;

/// Longest text, in bytes.
const CAP: usize = 2048;
/// Longest single finding, in bytes.
const PROBLEM_CAP: usize = 512;
/// Most findings.
const PROBLEMS: usize = 24;
/// Longest title of an HTML page that is repeated, in bytes.
const TITLE_CAP: usize = 80;

/// What an error answer says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) problems: Vec<String>,
}

impl Said {
    /// Reads the body of an error answer: problem+json (RFC 9457), `{message}`, `{error}`, text or HTML.
    pub(crate) fn read(body: &[u8], status: http::StatusCode, key: Option<&ApiKey>) -> Self {
        let mut said = match serde_json::from_slice(body) {
            Ok(json) => Self::json(&json),
            Err(_) => Self { text: plain(&String::from_utf8_lossy(body)), problems: Vec::new() },
        };
        said.text = tidy(&said.text, CAP, key);
        if said.text.is_empty() {
            // GraphQL has nothing but findings.
            said.text = tidy(&said.problems.join(", "), CAP, key);
        }
        if said.text.is_empty() {
            let reason = status.canonical_reason().unwrap_or("an unknown status");
            said.text = format!("{reason}, without further words");
        }
        said.problems = list(said.problems.iter().map(|p| tidy(p, PROBLEM_CAP, key)));
        said
    }

    fn json(json: &Value) -> Self {
        match json {
            Value::Object(fields) => Self { text: headline(fields), problems: problems(fields) },
            Value::String(text) => Self { text: plain(text), problems: Vec::new() },
            Value::Null => Self::default(),
            other => Self { text: other.to_string(), problems: Vec::new() },
        }
    }
}

/// Title and detail, or the first of the other names under which a message is known to stand.
fn headline(fields: &Map<String, Value>) -> String {
    let words = |name: &str| fields.get(name).and_then(message).filter(|w| !w.is_empty());
    match (words("title"), words("detail")) {
        (Some(title), Some(detail)) if title != detail => format!("{title}: {detail}"),
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => {
            ["message", "error", "msg"].iter().find_map(|name| words(name)).unwrap_or_else(|| {
                if matches!(fields.get("errors"), Some(Value::Array(_) | Value::String(_)))
                    || fields.is_empty()
                {
                    String::new()
                } else {
                    Value::Object(fields.clone()).to_string()
                }
            })
        }
    }
}

/// The findings under `errors`: a list of texts by contract, but a single text and objects have been seen.
fn problems(fields: &Map<String, Value>) -> Vec<String> {
    match fields.get("errors") {
        Some(Value::Array(items)) => {
            items.iter().map(|item| message(item).unwrap_or_else(|| item.to_string())).collect()
        }
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn message(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            ["message", "detail", "title"].iter().find_map(|name| fields.get(*name)?.as_str().map(Into::into))
        }
        _ => None,
    }
}

/// At most so many, and how many are missing.
fn list(problems: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = problems.len().saturating_sub(PROBLEMS);
    let more = (more > 0).then(|| format!("and {more} more"));
    problems.take(PROBLEMS).chain(more).collect()
}

/// A text as it is; of an HTML page no more than its title.
fn plain(text: &str) -> String {
    if !is_html(text.as_bytes()) {
        return text.to_owned();
    }
    match title(text).map(|title| tidy(title, TITLE_CAP, None)).filter(|t| !t.is_empty()) {
        Some(title) => format!("an HTML page titled {title:?}"),
        None => "an HTML page".to_owned(),
    }
}

fn title(page: &str) -> Option<&str> {
    // ASCII case does not move byte positions.
    let lower = page.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    page.get(start..end)
}

/// Whether a body is markup: no answer of Runpod's APIs begins with `<`.
pub(crate) fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// One line of printable text without the key, at most `cap` bytes.
pub(crate) fn tidy(text: &str, cap: usize, key: Option<&ApiKey>) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_invisible(*c));
    let line = visible.collect::<String>();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(key.map_or(line.clone(), |key| key.hide_in(&line)), cap)
}

fn cut(mut text: String, cap: usize) -> String {
    if text.len() > cap {
        text.truncate(text.floor_char_boundary(cap.saturating_sub('…'.len_utf8())));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Said {
        Said::read(body.as_bytes(), StatusCode::BAD_REQUEST, Some(&ApiKey::new("rpa_CANARY0123456789")))
    }

    #[test]
    fn every_shape_of_an_error_gives_its_words() {
        for (body, words) in [
            (
                r#"{"title":"Unauthorized","status":401,"detail":"missing bearer token"}"#,
                "Unauthorized: missing bearer token",
            ),
            (r#"{"title":"Not Found","status":404,"detail":"Not Found"}"#, "Not Found"),
            (r#"{"message":"no such pod"}"#, "no such pod"),
            (r#"{"error":"no such job"}"#, "no such job"),
            (r#"{"error":{"message":"nested","code":7}}"#, "nested"),
            (r#""just a text""#, "just a text"),
            ("upstream connect\r\n error", "upstream connect error"),
            (r#"{"code":17}"#, r#"{"code":17}"#),
            (r#"{"errors":[{"message":"bad field"},{"message":"and another"}]}"#, "bad field, and another"),
            (r#"{"errors":{"odd":1}}"#, r#"{"errors":{"odd":1}}"#),
            ("", "Bad Request, without further words"),
            ("null", "Bad Request, without further words"),
            ("<html><body>long</body></html>", "an HTML page"),
            ("\n<!DOCTYPE html><TITLE>502 Bad\nGateway</TITLE>", "an HTML page titled \"502 Bad Gateway\""),
        ] {
            assert_eq!(read(body).text, words, "{body}");
        }
    }

    #[test]
    fn findings_are_kept_apart() {
        let said = read(
            r#"{"title":"Unprocessable Entity","status":422,"detail":"invalid body",
            "errors":["$: additional properties 'bogus' not allowed",{"message":"nested"},7]}"#,
        );
        assert_eq!(said.problems, ["$: additional properties 'bogus' not allowed", "nested", "7"]);
        assert_eq!(read(r#"{"errors":"one text"}"#).problems, ["one text"]);
        let many = format!(r#"{{"errors":[{}"x"]}}"#, r#""x","#.repeat(99));
        assert_eq!(read(&many).problems.last().map(String::as_str), Some("and 76 more"));
    }

    #[test]
    fn an_echoed_key_is_hidden_even_in_pieces() {
        for body in [
            "bad header Authorization: Bearer rpa_CANARY0123456789",
            r#"{"detail":"rpa_CANARY0123456789","errors":["got rpa_CANARY0123456789"]}"#,
            "rpa_CAN\u{200b}ARY0123456789",
            "<title>rpa_CANARY0123456789</title>",
        ] {
            let said = format!("{:?}", read(body));
            assert!(!said.contains("CANARY"), "{said}");
        }
    }

    proptest! {
        #[test]
        fn words_are_always_short_printable_and_never_empty(body in prop::collection::vec(any::<u8>(), 0..4096)) {
            let said = Said::read(&body, StatusCode::BAD_GATEWAY, None);
            prop_assert!(!said.text.is_empty() && said.text.len() <= CAP);
            prop_assert!(!said.text.chars().any(|c| c.is_control() || is_invisible(c)));
        }

        #[test]
        fn long_words_end_at_a_character(text in "[aß😀]{900,1200}") {
            let said = Said::read(text.as_bytes(), StatusCode::BAD_GATEWAY, None);
            prop_assert!(said.text.len() <= CAP);
            prop_assert!(text.starts_with(said.text.trim_end_matches('…')));
        }
    }
}
