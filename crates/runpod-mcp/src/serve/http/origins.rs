//! Which web pages may call the server, and what their browsers are told about it.
//!
//! There are no cookies: a page needs a key that somebody gave it. What is refused here is the page that talks to a
//! server on the visitor's own machine.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::hosts;
use super::refusal::Refusal;
use super::settings::Settings;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");

/// Every header that a client of MCP may send.
const TAKEN: HeaderValue = HeaderValue::from_static(
    "Accept, Authorization, Content-Type, Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, \
     X-MCP-Toolsets, X-Request-Id, X-Runpod-Analytics, traceparent, tracestate",
);

const GIVEN: HeaderValue =
    HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id, Content-Type, Retry-After, X-Request-Id");

/// The rule for pages.
#[derive(Debug)]
pub(super) struct Origins {
    listed: Option<Vec<String>>,
    own: Option<String>,
    /// Whether the server has a name outside of this machine.
    public: bool,
}

impl Origins {
    pub(super) fn new(settings: &Settings) -> Self {
        let plain = |origin: &String| origin.trim_end_matches('/').to_lowercase();
        Self {
            listed: settings.origins.as_ref().map(|listed| listed.iter().map(plain).collect()),
            own: settings.public_url.as_ref().map(plain),
            public: !settings.loopback,
        }
    }

    /// The page behind a request, if there is one.
    ///
    /// # Errors
    /// When it may not call.
    pub(super) fn check<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a HeaderValue>, Refusal> {
        let mut values = headers.get_all(ORIGIN).iter();
        let (Some(value), more) = (values.next(), values.next()) else { return Ok(None) };
        let origin = value.to_str().ok().filter(|_| more.is_none());
        match origin.is_some_and(|origin| self.allows(&origin.to_lowercase())) {
            true => Ok(Some(value)),
            false => Err(Refusal::of_http(
                StatusCode::FORBIDDEN,
                "this server may not be called from that web page; its operator can add the origin to MCP_ALLOWED_ORIGINS",
            )),
        }
    }

    fn allows(&self, origin: &str) -> bool {
        if self.own.as_deref() == Some(origin) {
            return true;
        }
        match &self.listed {
            Some(listed) => listed.iter().any(|known| known == origin || known == "*"),
            None => match origin.split_once("://") {
                Some(("https", _)) if self.public => true,
                Some(("http" | "https", host)) => hosts::is_loopback(host),
                _ => false,
            },
        }
    }
}

/// What every answer to a page says.
pub(super) fn expose(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, GIVEN);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

/// What the question before a request is answered with.
pub(super) fn preflight(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, TAKEN);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    headers.append(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(settings: &Settings, origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        Origins::new(settings).check(&headers).is_ok()
    }

    #[test]
    fn t30_a_local_server_is_called_by_local_pages_only() {
        let local = Settings::default();
        for origin in ["http://localhost:6274", "https://127.0.0.1", "http://[::1]:3000"] {
            assert!(allows(&local, origin), "{origin}");
        }
        for origin in
            ["https://evil.example", "null", "http://localhost.evil.example", "file://", "localhost"]
        {
            assert!(!allows(&local, origin), "{origin}");
        }
    }

    #[test]
    fn t31_a_public_server_is_called_over_https_or_by_whom_it_names() {
        let public = Settings { loopback: false, ..Settings::default() };
        assert!(allows(&public, "https://client.example"));
        assert!(!allows(&public, "http://client.example") && !allows(&public, "null"));
        let own = Some("https://mcp.example".to_owned());
        let listed =
            Settings { origins: Some(vec!["https://a.example/".into()]), public_url: own, ..public.clone() };
        assert!(allows(&listed, "https://A.example") && allows(&listed, "https://mcp.example"));
        assert!(!allows(&listed, "https://b.example"));
        let all = Settings { origins: Some(vec!["*".into()]), ..public };
        assert!(allows(&all, "null"));
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, HeaderValue::from_static("http://localhost"));
        headers.append(ORIGIN, HeaderValue::from_static("http://localhost"));
        assert!(Origins::new(&Settings::default()).check(&headers).is_err());
    }
}
