//! Where spans go.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

/// Where spans go. Nothing is read from the environment.
#[derive(Clone)]
pub struct Settings {
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, or `OTEL_EXPORTER_OTLP_ENDPOINT` and `/v1/traces`.
    pub(super) endpoint: reqwest::Url,
    /// `OTEL_EXPORTER_OTLP_HEADERS`; may hold secrets.
    pub(super) headers: HeaderMap,
    /// `OTEL_SERVICE_NAME`.
    pub(super) service: String,
    /// PEM certificates to trust instead of the built-in web roots (`SSL_CERT_FILE`).
    pub(super) roots_pem: Option<Bytes>,
}

/// Why a setting cannot be used. Says nothing of its value, which may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The address is none.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://collector.internal:4318")]
    Endpoint,
    /// The headers are none.
    #[error("OTEL_EXPORTER_OTLP_HEADERS must be a list such as name=value,other=value, percent-encoded")]
    Headers,
    /// The certificates are none.
    #[error("SSL_CERT_FILE holds no PEM certificate that the collector could be checked against")]
    Roots,
}

impl Settings {
    /// To the collector at this base address.
    ///
    /// # Errors
    /// [`BadSettings::Endpoint`].
    pub fn to(endpoint: &str) -> Result<Self, BadSettings> {
        let base = Self::to_exactly(endpoint)?;
        Self::to_exactly(&format!("{}/v1/traces", base.endpoint.as_str().trim_end_matches('/')))
    }

    /// To exactly this address.
    ///
    /// # Errors
    /// [`BadSettings::Endpoint`].
    pub fn to_exactly(endpoint: &str) -> Result<Self, BadSettings> {
        let endpoint = reqwest::Url::parse(endpoint.trim()).map_err(|_| BadSettings::Endpoint)?;
        if !matches!(endpoint.scheme(), "http" | "https") || !endpoint.has_host() {
            return Err(BadSettings::Endpoint);
        }
        let (headers, service) = (HeaderMap::new(), env!("CARGO_PKG_NAME").to_owned());
        Ok(Self { endpoint, headers, service, roots_pem: None })
    }

    /// With these headers: `name=value,other=value`, values percent-encoded.
    ///
    /// # Errors
    /// [`BadSettings::Headers`].
    pub fn with_headers(mut self, list: &str) -> Result<Self, BadSettings> {
        for pair in list.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(BadSettings::Headers)?;
            let name: HeaderName = name.trim().parse().map_err(|_| BadSettings::Headers)?;
            let value: Vec<u8> = percent_decode_str(value.trim()).collect();
            let mut value = HeaderValue::from_bytes(&value).map_err(|_| BadSettings::Headers)?;
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// As this service.
    #[must_use]
    pub fn named(mut self, service: &str) -> Self {
        service.clone_into(&mut self.service);
        self
    }

    /// Trusting these PEM certificates instead of the built-in roots.
    #[must_use]
    pub fn trusting(mut self, roots_pem: Option<Bytes>) -> Self {
        self.roots_pem = roots_pem;
        self
    }
}

impl fmt::Debug for Settings {
    /// Without the address and the headers, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("service", &self.service).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_gets_the_path_and_an_exact_address_does_not() {
        let to = |base: &str| Settings::to(base).map(|s| s.endpoint.to_string());
        assert_eq!(to("http://c:4318/").as_deref(), Ok("http://c:4318/v1/traces"));
        assert_eq!(to(" https://c/otlp").as_deref(), Ok("https://c/otlp/v1/traces"));
        let exactly = Settings::to_exactly("http://c/x").map(|s| s.endpoint.to_string());
        assert_eq!(exactly.as_deref(), Ok("http://c/x"));
        for bad in ["", "collector:4318", "grpc://c", "http://"] {
            assert_eq!(to(bad), Err(BadSettings::Endpoint), "{bad}");
        }
    }

    #[test]
    fn headers_are_decoded_and_shown_to_nobody() {
        let settings = Settings::to("http://user:CANARY@c")
            .and_then(|s| s.with_headers("authorization=Bearer%20CANARY, x=1,"));
        let settings = settings.expect("headers");
        assert_eq!(settings.headers["authorization"], "Bearer CANARY");
        assert_eq!(settings.headers["x"], "1");
        assert!(!format!("{settings:?} {:?}", settings.headers).contains("CANARY"));
        for bad in ["novalue", "a b=1", "x=%0a"] {
            assert_eq!(
                Settings::to("http://c").and_then(|s| s.with_headers(bad)).err(),
                Some(BadSettings::Headers),
                "{bad}"
            );
        }
    }
}
