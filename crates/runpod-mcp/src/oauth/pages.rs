//! What is shown and how it is sent: nothing is kept by anybody, framed, or told where it came from.
//!
//! Pages work without scripts and load nothing. What others wrote is text in them.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use runpod_api::is_invisible;
use serde_json::Value;

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// With a browser.
    Person,
    Program,
}

impl Reader {
    /// A browser asks for HTML by name; programs do not.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        match accepts.flat_map(|value| value.split(',')).any(|one| one.trim().starts_with("text/html")) {
            true => Self::Person,
            false => Self::Program,
        }
    }
}

/// What the page before a sign-in shows.
pub(super) struct Consent<'a> {
    /// The name that the client gave itself, if it did.
    pub(super) client: Option<&'a str>,
    /// The host that vouches for the client, if one does.
    pub(super) from: Option<&'a str>,
    /// Where the browser goes afterwards.
    pub(super) host: &'a str,
    pub(super) loopback: bool,
    /// What proves that this page was shown.
    pub(super) token: &'a str,
    /// Where the form may lead, as a policy writes it.
    pub(super) console: &'a str,
}

/// JSON that nobody keeps.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    sent(status, "application/json", value.to_string(), "'none'")
}

/// On to another address.
pub(super) fn redirect(status: StatusCode, to: &str) -> Option<Response> {
    let to = HeaderValue::from_str(to).ok()?;
    let mut response = sent(status, "text/plain; charset=utf-8", String::new(), "'none'");
    response.headers_mut().insert(header::LOCATION, to);
    Some(response)
}

/// Why it does not go on.
pub(super) fn refusal(status: StatusCode, why: &str) -> Response {
    let body = format!(
        "<p>{}.</p>\n<p>Close this page and start again from the program that opened it.</p>",
        safe(why)
    );
    sent(status, HTML, frame("Signing in did not work", &body), "'none'")
}

/// Asks a person whether this client is the one that was meant.
pub(super) fn consent(shown: &Consent<'_>) -> Response {
    let Consent { client, from, host, loopback, token, console } = shown;
    let name = client.unwrap_or("A program that gave no name");
    let from = from.map(|host| format!(" (from {})", safe(host))).unwrap_or_default();
    let warning = match loopback {
        true => {
            "<p>That is this computer. Go on only if you have just started the sign-in here yourself.</p>\n"
        }
        false => "",
    };
    let body = format!(
        "<p><b>{}</b>{from} wants to act with your Runpod account. It will get an API key of its own.</p>\n\
         <p>Afterwards your browser goes to <b>{}</b>.</p>\n{warning}\
         <form method=\"post\" action=\"authorize\">\n<input type=\"hidden\" name=\"consent\" value=\"{}\">\n\
         <button>Go on to Runpod</button>\n</form>\n<p>If you did not expect this, close the page.</p>",
        safe(name),
        safe(host),
        safe(token),
    );
    let mut response =
        sent(StatusCode::OK, HTML, frame("Sign in with Runpod", &body), &format!("'self' {console}"));
    // The browser must say where the form came from, which it does not under `no-referrer`.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

const HTML: &str = "text/html; charset=utf-8";

fn sent(status: StatusCode, media: &'static str, body: String, form_action: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let policy =
        format!("default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action {form_action}");
    let fixed = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Browsers heed it on https only.
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    ];
    let fixed = fixed.map(|(name, value): (HeaderName, _)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(fixed);
    if let Ok(policy) = HeaderValue::try_from(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n</head>\n\
         <body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
}

/// Text that a page shows and does not obey.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control() && !is_invisible(*letter)) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        assert_eq!(safe("<a b='c' d=\"e\">&\u{202e}\u{0}x"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;x");
    }

    #[test]
    fn a_browser_is_known_by_what_it_accepts() {
        let of = |accept: &'static str| {
            Reader::of(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert_eq!(of("text/html,application/xhtml+xml,*/*;q=0.8"), Reader::Person);
        assert_eq!((of("*/*"), of("application/json")), (Reader::Program, Reader::Program));
        assert_eq!(Reader::of(&HeaderMap::new()), Reader::Program);
    }

    #[test]
    fn no_letter_of_an_address_ends_a_header() {
        assert!(redirect(StatusCode::FOUND, "https://a/\r\nx: y").is_none());
    }
}
