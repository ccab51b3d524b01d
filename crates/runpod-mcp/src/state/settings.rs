//! What the state is built from.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// What the state is built from. Nothing is read from the environment.
#[derive(Clone)]
pub struct Settings {
    /// `MCP_STATE_URL`: the Valkey or Redis server that the replicas share, `redis://` or `rediss://`; memory of this
    /// process without.
    pub url: Option<String>,
    /// `MCP_STATE_SECRET`: what digests are keyed with, the same on all replicas. The password in `url` without.
    pub secret: Option<String>,
    /// PEM certificates to trust for `rediss://` instead of the built-in web roots (`SSL_CERT_FILE`).
    pub roots_pem: Option<Bytes>,
    /// How much this process keeps.
    pub size: Size,
    /// Longest time for one step on the shared server, connecting included.
    pub patience: Duration,
}

impl Default for Settings {
    /// Memory; a quarter of a second where there is a server.
    fn default() -> Self {
        let (size, patience) = (Size::default(), Duration::from_millis(250));
        Self { url: None, secret: None, roots_pem: None, size, patience }
    }
}

impl Settings {
    /// What to tell the person who started the server.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        let password = |url: &String| redis::parse_redis_url(url).is_some_and(|url| url.password().is_some());
        let open = self.secret.is_none() && self.url.as_ref().is_some_and(|url| !password(url));
        open.then_some(
            "MCP_STATE_URL has no password and MCP_STATE_SECRET is not set: who can read that server can find out \
             whose address a digest there stands for; set one of them, the same on all replicas",
        )
    }
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
            .field("roots_pem", &self.roots_pem.as_ref().map(|pem| pem.len()))
            .field("size", &self.size)
            .field("patience", &self.patience)
            .finish()
    }
}
