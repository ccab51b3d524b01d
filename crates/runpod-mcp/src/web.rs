//! A client for what is not Runpod: a collector, a server of this program.
//!
//! The engine of the client of Runpod with no proxy, and the built-in web roots unless others are given. It carries no
//! key.

use bytes::Bytes;
use runpod_api::Settings;

/// No client can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SSL_CERT_FILE holds no usable PEM certificate")]
pub(crate) struct NoRoots;

/// A client, trusting these PEM certificates instead of the built-in ones.
///
/// # Errors
/// When they are no PEM certificates, or none of them can be used.
pub(crate) fn client(roots_pem: Option<Bytes>) -> Result<reqwest::Client, NoRoots> {
    let settings = Settings { roots_pem, ..Settings::default() };
    settings.engine().map_err(|_| NoRoots)
}
