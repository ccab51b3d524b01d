//! The HTTP engine: TLS by rustls and ring, the built-in web roots, HTTP/2 where the host offers it.
//!
//! The system's certificate store is never parsed: that costs milliseconds at every start. Who needs other roots
//! hands them in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::client::{Outcome, Settings};
use crate::error::Error;

/// Longest time for DNS, TCP and TLS together, so that a try on a dead address leaves time for another.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(90);
/// A connection that is in use is asked for a sign of life this often, and given up without one.
const PING: Duration = Duration::from_secs(10);

pub(crate) fn build(settings: &Settings) -> Outcome<reqwest::Client> {
    let building = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(settings)?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // What is sent twice is decided in `retry.rs` alone.
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
        .pool_idle_timeout(IDLE);
    let building = match proxy(settings)? {
        Some(proxy) => building.proxy(proxy),
        None => building,
    };
    building.build().map_err(|e| refuse("engine", e.without_url().to_string()))
}

/// An engine for one host that is to be found at this address and nowhere else. It goes through no proxy, keeps no
/// connection, and speaks https only.
pub(super) fn pinned(settings: &Settings, host: &str, at: SocketAddr) -> Outcome<reqwest::Client> {
    let building = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(settings)?)
        .no_proxy()
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .resolve(host, at);
    building.build().map_err(|e| refuse("engine", e.without_url().to_string()))
}

fn tls(settings: &Settings) -> Outcome<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| refuse("engine", e.to_string()))?
        .with_root_certificates(roots(settings)?)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}

/// The given roots instead of the built-in ones.
fn roots(settings: &Settings) -> Outcome<RootCertStore> {
    let Some(pem) = &settings.roots_pem else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| refuse("roots_pem", "is not PEM".to_owned()))?;
        // As everywhere, a root that this library does not understand is left out: bundles have such.
        roots.add_parsable_certificates([certificate]);
    }
    match roots.is_empty() {
        true => Err(refuse("roots_pem", "contains no usable certificate".to_owned())),
        false => Ok(roots),
    }
}

/// A tunnel for https. Plain http is spoken to loopback only, which no proxy could reach.
fn proxy(settings: &Settings) -> Outcome<Option<reqwest::Proxy>> {
    let Some(address) = settings.proxy.as_deref().map(str::trim).filter(|p| !p.is_empty()) else {
        return Ok(None);
    };
    let accepted = || refuse("proxy", "must be a URL such as http://proxy.example:3128".to_owned());
    let address = match address.contains("://") {
        true => address.to_owned(),
        false => format!("http://{address}"),
    };
    let url = reqwest::Url::parse(&address).map_err(|_| accepted())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(accepted());
    }
    let direct = settings.no_proxy.as_deref().and_then(reqwest::NoProxy::from_string);
    let proxy = reqwest::Proxy::https(url).map_err(|_| accepted())?;
    Ok(Some(proxy.no_proxy(direct)))
}

fn refuse(setting: &'static str, why: String) -> Error {
    Error::Setting { setting, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_proxy(proxy: &str) -> Settings {
        Settings { proxy: Some(proxy.to_owned()), ..Settings::default() }
    }

    #[test]
    fn unusable_settings_are_named_without_their_value() {
        for proxy in ["socks5://me:CANARY@127.0.0.1", "http://me:CANARY@", "http://me:CANARY@a b"] {
            let why = build(&with_proxy(proxy)).map(drop).unwrap_err().to_string();
            assert!(why.starts_with("the setting `proxy` must be") && !why.contains("CANARY"), "{why}");
        }
        for pem in ["", "CANARY", "-----BEGIN CERTIFICATE-----\nCANARY\n-----END CERTIFICATE-----\n"] {
            let settings = Settings { roots_pem: Some(pem.into()), ..Settings::default() };
            let why = build(&settings).map(drop).unwrap_err().to_string();
            assert!(why.starts_with("the setting `roots_pem`") && !why.contains("CANARY"), "{why}");
        }
    }

    #[test]
    fn the_usual_spellings_of_a_proxy_are_accepted() {
        for proxy in ["http://proxy.example:3128", "proxy.example:3128", "https://u:p@proxy.example", " "] {
            assert!(build(&with_proxy(proxy)).is_ok(), "{proxy}");
        }
    }
}
