//! Who is really calling, when a proxy stands in between.
//!
//! What a proxy says is believed when its address is one of those that were named, and of nobody else.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::ConnectInfo;
use http::HeaderMap;
use http::request::Parts;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Addresses that share their first bits: `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (width, own, other) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (32, own.to_bits().into(), other.to_bits().into()),
            (IpAddr::V6(own), IpAddr::V6(other)) => (128, own.to_bits(), other.to_bits()),
            _ => return false,
        };
        let rest: u32 = width - u32::from(self.bits);
        // Shifting by the whole width is not defined, and leaves nothing to compare.
        let prefix = |bits: u128| bits.checked_shr(rest).unwrap_or_default();
        prefix(own) == prefix(other)
    }
}

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no address or network, such as 10.0.0.7 or 10.0.0.0/8")]
pub struct BadNetwork;

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| BadNetwork)?)),
            None => (text.trim(), None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| BadNetwork)?.to_canonical();
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width { Err(BadNetwork) } else { Ok(Self { address, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The other end of the connection; `None` when whoever embeds the router did not say.
    pub(super) peer: Option<IpAddr>,
    /// The client, as far as is known.
    pub(super) client: Option<IpAddr>,
    /// Whether a proxy that is believed says that the client used https, or did not.
    pub(super) https: Option<bool>,
}

impl Origin {
    /// By what a client is counted: its address, or the network of one of so many that anybody has a large number of
    /// them.
    pub(super) fn counted(&self) -> String {
        match self.client {
            None => "unknown".to_owned(),
            // Nobody reads it, and an address is slow to spell.
            Some(IpAddr::V4(address)) => format!("{:x}", address.to_bits()),
            Some(IpAddr::V6(address)) => format!("{:x}/64", address.to_bits() >> 64),
        }
    }
}

/// Tells where a request comes from.
pub(super) fn origin(parts: &Parts, trusted: &[Network]) -> Origin {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
    let believes = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !peer.is_some_and(believes) {
        return Origin { peer, client: peer, https: None };
    }
    // Each proxy adds who it talked to at the end, so the last one that is not a proxy of ours is the client.
    let client = forwarded(&parts.headers).into_iter().rev().find(|address| !believes(*address));
    Origin { peer, client: client.or(peer), https: proto(&parts.headers) }
}

/// The addresses of a chain of proxies, up to the first from the end that cannot be read.
fn forwarded(headers: &HeaderMap) -> Vec<IpAddr> {
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let texts: Vec<_> = lines.flat_map(|line| line.split(',')).collect();
    let read = texts.into_iter().rev().map_while(|text| address(text.trim()));
    let mut chain: Vec<_> = read.collect();
    chain.reverse();
    chain
}

/// An address, which some proxies write with its port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']').parse();
    let address = bare.ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address| address.to_canonical())
}

/// Nothing but the two words counts, and only when it is said once.
fn proto(headers: &HeaderMap) -> Option<bool> {
    let mut values = headers.get_all(FORWARDED_PROTO).iter();
    match (values.next()?.to_str().ok()?.trim(), values.next()) {
        ("https", None) => Some(true),
        ("http", None) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_are_told_by_their_first_bits() {
        for (net, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("fd00::/8", "fdab::1", "fe80::1"),
            ("10.1.0.0/16", "::ffff:10.1.2.3", "::ffff:10.2.2.3"),
        ] {
            assert!(network(net).contains(ip(inside)), "{net} {inside}");
            assert!(!network(net).contains(ip(outside)), "{net} {outside}");
        }
        for text in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/"] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork), "{text}");
        }
    }

    fn seen(peer: &str, headers: &[(&str, &str)]) -> Origin {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(ip(peer), 1)));
        origin(&parts, &[network("10.0.0.0/8"), network("127.0.0.1")])
    }

    #[test]
    fn only_a_named_proxy_is_believed() {
        let claim = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")];
        let stranger = seen("203.0.113.5", &claim);
        assert_eq!((stranger.client, stranger.https), (Some(ip("203.0.113.5")), None));
        let ours = seen("10.0.0.9", &claim);
        assert_eq!((ours.client, ours.https), (Some(ip("198.51.100.1")), Some(true)));
    }

    #[test]
    fn what_a_client_adds_in_front_of_a_chain_is_not_believed() {
        let chain = [("x-forwarded-for", "1.1.1.1, 198.51.100.1:4711"), ("x-forwarded-for", "10.0.0.3")];
        assert_eq!(seen("127.0.0.1", &chain).client, Some(ip("198.51.100.1")));
        assert_eq!(seen("127.0.0.1", &[("x-forwarded-for", "8.8.8.8, junk")]).client, Some(ip("127.0.0.1")));
    }

    #[test]
    fn t18_a_protocol_that_is_none_or_a_list_is_ignored() {
        for said in ["javascript", "https,http", "HTTPS ", ""] {
            assert_eq!(seen("10.0.0.1", &[("x-forwarded-proto", said)]).https, None, "{said}");
        }
    }
}
