//! Where a server is.

use reqwest::Url;

/// The address of an MCP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

/// Why a text is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not an absolute URL.
    #[error("is no address such as https://mcp.getrunpod.io/")]
    NoUrl,
    /// A token would travel in clear text.
    #[error("must be https; http is accepted on this computer only (localhost, 127.0.0.1)")]
    Clear,
    /// Credentials or a fragment do not belong there.
    #[error("must not contain a user, a password or a fragment")]
    Extra,
}

impl Address {
    /// Checks an address.
    ///
    /// # Errors
    /// [`BadAddress`] says what is accepted.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let url = Url::parse(text.trim()).map_err(|_| BadAddress::NoUrl)?;
        if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
            return Err(BadAddress::NoUrl);
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(BadAddress::Extra);
        }
        match url.scheme() == "https" || is_here(&url) {
            true => Ok(Self(url)),
            false => Err(BadAddress::Clear),
        }
    }

    /// It as a URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Host, and port where it is not the usual one: what a person knows it by.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// An address on the same host.
    pub(super) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        url
    }

    /// Whether a protected resource of this name includes this address: the same host, and its path or one above.
    pub(super) fn is_within(&self, resource: &str) -> bool {
        let Ok(resource) = Url::parse(resource) else { return false };
        let (above, path) = (resource.path().trim_end_matches('/'), self.0.path());
        let below = path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        resource.origin() == self.0.origin() && below
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Whether a host is this computer.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_computer_are_accepted() {
        for good in
            ["https://mcp.getrunpod.io/", "http://localhost:1/mcp", "http://127.0.0.1:1", "http://[::1]:1/"]
        {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("http://mcp.example/", BadAddress::Clear),
            ("http://localhost.example/", BadAddress::Clear),
            ("mcp.example", BadAddress::NoUrl),
            ("file:///etc/passwd", BadAddress::NoUrl),
            ("https://me:pass@mcp.example/", BadAddress::Extra),
            ("https://mcp.example/#x", BadAddress::Extra),
        ] {
            assert_eq!(Address::parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_resource_of_another_host_or_path_is_not_this_one() {
        let address = Address::parse("https://mcp.example/a/b").unwrap();
        for within in [
            "https://mcp.example/",
            "https://mcp.example",
            "https://mcp.example/a",
            "https://mcp.example/a/b/",
        ] {
            assert!(address.is_within(within), "{within}");
        }
        for other in [
            "https://evil.example/a/b",
            "http://mcp.example/a",
            "https://mcp.example/a/bc",
            "https://mcp.example/b",
            "x",
        ] {
            assert!(!address.is_within(other), "{other}");
        }
    }
}
