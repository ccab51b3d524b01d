//! A client for what is not Runpod: a collector, a server of this program.
//!
//! Never the one that speaks to Runpod, which may have a proxy and roots of its own. TLS by rustls and ring, the
//! built-in web roots unless others are given; no proxy, no redirects.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Longest time for DNS, TCP and TLS together.
const CONNECT: Duration = Duration::from_secs(10);

/// No client can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SSL_CERT_FILE holds no usable PEM certificate")]
pub(crate) struct NoRoots;

/// A client, trusting these PEM certificates instead of the built-in ones.
///
/// # Errors
/// When there is no certificate among them.
pub(crate) fn client(roots_pem: Option<&[u8]>) -> Result<reqwest::Client, NoRoots> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.map_err(|_| NoRoots)?.with_root_certificates(roots(roots_pem)?).with_no_client_auth();
    let building = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT);
    building.build().map_err(|_| NoRoots)
}

fn roots(pem: Option<&[u8]>) -> Result<RootCertStore, NoRoots> {
    let Some(pem) = pem else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok));
    if roots.is_empty() { Err(NoRoots) } else { Ok(roots) }
}
