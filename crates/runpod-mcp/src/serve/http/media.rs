//! In which forms a request comes and an answer may go.

use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::refusal::Refusal;

/// Refuses what does not come as JSON.
///
/// # Errors
/// 415.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    let unsupported = |message| Err(Refusal::of_http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (first, second) = (types.next().and_then(|value| value.to_str().ok()), types.next());
    if second.is_some() || !first.is_some_and(is_json) {
        return unsupported("send the message with `Content-Type: application/json`");
    }
    // What is small when it arrives may be huge when it is unpacked.
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            unsupported("send the message without Content-Encoding")
        }
        _ => Ok(()),
    }
}

fn is_json(value: &str) -> bool {
    let (kind, charset) = value.split_once(';').unwrap_or((value, ""));
    let charset = charset.trim().to_ascii_lowercase();
    let utf8 = charset.is_empty() || !charset.starts_with("charset=") || charset.contains("utf-8");
    kind.trim().eq_ignore_ascii_case("application/json") && utf8
}

/// Whether the client takes a stream of events as well.
///
/// # Errors
/// 406 when it takes no JSON.
pub(super) fn streams(headers: &HeaderMap) -> Result<bool, Refusal> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut taken = Taken::default();
    values.flat_map(|value| value.split(',')).for_each(|range| taken.hear(range));
    // Who says nothing takes JSON; whether it knows what to do with a stream is another matter.
    if !taken.something {
        return Ok(false);
    }
    if !taken.json.or(taken.application).or(taken.all).unwrap_or(false) {
        return Err(Refusal::of_http(
            StatusCode::NOT_ACCEPTABLE,
            "answers are JSON: send `Accept: application/json, text/event-stream`",
        ));
    }
    Ok(taken.events.or(taken.text).unwrap_or(false))
}

/// Which of the forms that matter here a client takes. Of two words about one form the first counts.
#[derive(Debug, Default)]
struct Taken {
    something: bool,
    json: Option<bool>,
    application: Option<bool>,
    all: Option<bool>,
    events: Option<bool>,
    text: Option<bool>,
}

impl Taken {
    /// One range of an Accept header; a quality of nothing means not.
    fn hear(&mut self, range: &str) {
        let (kind, more) = range.split_once(';').unwrap_or((range, ""));
        let kind = kind.trim();
        if kind.is_empty() {
            return;
        }
        self.something = true;
        let forms = [
            ("application/json", &mut self.json),
            ("text/event-stream", &mut self.events),
            ("*/*", &mut self.all),
            ("application/*", &mut self.application),
            ("text/*", &mut self.text),
        ];
        let said = forms.into_iter().find(|(form, _)| kind.eq_ignore_ascii_case(form));
        if let Some((_, said)) = said {
            said.get_or_insert(!is_nothing(more));
        }
    }
}

/// Whether the parameters of a range give it no quality at all.
fn is_nothing(parameters: &str) -> bool {
    let mut parts = parameters.split(';').map(str::trim);
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    quality.is_some_and(|quality| quality.parse::<f32>() == Ok(0.0))
}

/// What streams of events are sent as.
pub(super) const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: Option<&str>) -> Result<bool, u16> {
        let mut headers = HeaderMap::new();
        value.map(|value| headers.insert(ACCEPT, value.parse().unwrap()));
        streams(&headers).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn json_is_accepted_unless_it_is_excluded() {
        let both = Some("application/json, text/event-stream");
        assert_eq!(
            (accept(both), accept(Some("text/event-stream, application/*;q=0.1"))),
            (Ok(true), Ok(true))
        );
        for value in
            [None, Some("*/*"), Some("application/*"), Some("APPLICATION/JSON"), Some("text/html, */*;q=0.8")]
        {
            assert_eq!(accept(value), Ok(false), "{value:?}");
        }
        for value in [
            "text/html",
            "text/event-stream",
            "application/json;q=0",
            "*/*, application/json;q=0.0",
            "application/json; v=1; Q=0, */*",
        ] {
            assert_eq!(accept(Some(value)), Err(406), "{value}");
        }
    }

    #[test]
    fn t38_only_json_is_json() {
        let send = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            check(&headers).is_ok()
        };
        for value in
            ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=\"UTF-8\""]
        {
            assert!(send(value), "{value}");
        }
        for value in [
            "text/plain",
            "application/jsonx",
            "application/json-patch+json",
            "",
            "application/json; charset=utf-16",
        ] {
            assert!(!send(value), "{value}");
        }
    }

    #[test]
    fn t32_nothing_packed_is_taken() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(check(&headers).unwrap_err().status, 415);
        headers.insert(CONTENT_ENCODING, "identity".parse().unwrap());
        assert!(check(&headers).is_ok());
    }
}
