//! What the state is built from.

use std::fmt;

/// What the state is built from. Nothing is read from the environment.
#[derive(Clone, Default)]
pub struct Settings {
    /// `MCP_STATE_URL`: the Valkey or Redis server that the replicas share, `redis://` or `rediss://`; memory of this
    /// process without.
    pub url: Option<String>,
    /// `MCP_STATE_SECRET`: what digests are keyed with, the same on all replicas. The password in `url` without.
    pub secret: Option<String>,
    /// PEM certificates to trust for `rediss://` instead of the built-in web roots (`SSL_CERT_FILE`).
    pub roots_pem: Option<Vec<u8>>,
    /// How much this process keeps.
    pub size: Size,
}

/// How much a process keeps before it forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Buckets that are not full. Beyond that, the fullest are forgotten.
    pub buckets: usize,
    /// Marks that are to be kept. Beyond that, none more is taken.
    pub marks: usize,
}

impl Default for Size {
    /// A few megabytes.
    fn default() -> Self {
        Self { buckets: 65_536, marks: 65_536 }
    }
}

impl fmt::Debug for Settings {
    /// Without the secret and without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("url", &self.url.as_ref().map(|_| "[redacted]"))
            .field("secret", &self.secret.as_ref().map(|_| "[redacted]"))
            .field("roots_pem", &self.roots_pem.as_ref().map(Vec::len))
            .field("size", &self.size)
            .finish()
    }
}
