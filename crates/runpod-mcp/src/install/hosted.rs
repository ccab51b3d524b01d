//! A server at an address: which addresses are taken, whose tools are there, and who can sign in.

use runpod_api::Base;

use super::client::{Client, Reach};

/// Runpod's own hosted server.
pub const OFFICIAL: &str = "https://mcp.getrunpod.io/";

/// The address of a hosted server: https, or http on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(String);

/// No address of a hosted server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is no address of a hosted server: it wants https, or http on this computer, without user and password"
)]
pub struct BadHost(String);

/// Whether a client can sign in at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The host sends browsers back to where it waits.
    Works,
    /// Only some builds of it wait where the host sends browsers.
    Depends,
    /// The host refuses to send a browser to where it waits.
    Refused(&'static str),
    /// Nobody has seen it.
    Unproved,
}

/// Other addresses that Runpod's server sends browsers back to, loopback apart.
const OTHERS: [&str; 2] =
    ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"];

impl Host {
    /// Reads an address.
    ///
    /// # Errors
    /// When a token should not be sent there.
    pub fn parse(text: &str) -> Result<Self, BadHost> {
        let text = text.trim();
        let bad = || BadHost(shown(text));
        if text.contains(['@', '#']) || text.chars().any(char::is_whitespace) {
            return Err(bad());
        }
        Base::parse(text).map_err(|_| bad())?;
        Ok(Self(text.to_owned()))
    }

    /// The address, as it was given.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0
    }

    /// Whether it is Runpod's own server.
    #[must_use]
    pub fn is_official(&self) -> bool {
        self.0.trim_end_matches('/') == OFFICIAL.trim_end_matches('/')
    }

    /// Whose tools a client gets there.
    #[must_use]
    pub fn whose(&self) -> String {
        match self.is_official() {
            true => format!(
                "The tools at {OFFICIAL} are those of Runpod's own hosted server. The tools of this program come with \
                 --mode local, or from a host of your own that runs it (--url)."
            ),
            false => format!(
                "The tools are those of whoever runs {}; give it a key only if you trust them.",
                self.0
            ),
        }
    }

    /// Whether a client can sign in here. Hosts of other people may accept more than Runpod's own.
    #[must_use]
    pub fn sign_in(&self, client: &Client) -> SignIn {
        let Reach::Hosted(waits_at) = client.reach else { return SignIn::Unproved };
        let accepted = |address: &&&str| is_loopback(address) || OTHERS.contains(address);
        match (waits_at.iter().filter(accepted).count(), waits_at.first()) {
            (0, Some(first)) if self.is_official() => SignIn::Refused(first),
            (0, _) => SignIn::Unproved,
            (some, _) if some < waits_at.len() => SignIn::Depends,
            _ => SignIn::Works,
        }
    }
}

fn is_loopback(address: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| address.starts_with(start))
}

/// An address without what may be a password.
fn shown(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::clients::find;

    #[test]
    fn a_token_goes_to_https_or_to_this_computer() {
        for good in
            [OFFICIAL, "https://mcp.example.org/mcp", "http://127.0.0.1:8471/mcp", "http://localhost:1/"]
        {
            assert_eq!(Host::parse(good).map(|host| host.url().to_owned()), Ok(good.to_owned()));
        }
        for bad in
            ["http://mcp.example.org/", "ftp://a/", "mcp.getrunpod.io", "", "https://", "https://u:p@a/"]
        {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
        let error = Host::parse("https://me:secret@a/").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn who_waits_elsewhere_than_on_this_computer_is_told() {
        let at = |url: &str, id: &str| Host::parse(url).unwrap().sign_in(find(id).expect("a client"));
        assert_eq!(at(OFFICIAL, "claude-code"), SignIn::Works);
        assert_eq!(at(OFFICIAL, "cursor"), SignIn::Depends);
        assert!(matches!(at(OFFICIAL, "antigravity"), SignIn::Refused(_)));
        assert_eq!(at("https://mcp.example.org/", "antigravity"), SignIn::Unproved);
        assert_eq!(at(OFFICIAL, "lm-studio"), SignIn::Unproved);
    }
}
