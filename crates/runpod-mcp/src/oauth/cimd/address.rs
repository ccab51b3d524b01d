//! Which addresses a document may have, and which machines may be asked for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest address, in bytes.
const LONGEST: usize = 256;

/// The address of a document, and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) url: &'a str,
    /// Host and, where it is said, port.
    pub(super) authority: &'a str,
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

impl<'a> Address<'a> {
    /// An address, if it is written as one of a document must be: https, a name in lower case, a path without dot
    /// segments, and nothing else.
    pub(super) fn parse(url: &'a str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#?@".contains(&byte);
        let rest = url.strip_prefix("https://").filter(|_| url.len() <= LONGEST && url.bytes().all(plain))?;
        let (authority, path) = rest.split_at_checked(rest.find('/')?)?;
        let (host, port) = host_and_port(authority)?;
        (path.len() > 1 && path.split('/').all(is_segment)).then_some(Self { url, authority, host, port })
    }

    /// Scheme, host and port, as redirect addresses of the same site begin.
    pub(super) fn origin(&self) -> &'a str {
        self.url.get(.."https://".len() + self.authority.len()).unwrap_or_default()
    }
}

/// Whether a text is the name of a host, with or without a port.
pub(super) fn is_host_and_port(text: &str) -> bool {
    host_and_port(text).is_some()
}

fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => {
            let number = !port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit());
            (host, Some(port.parse().ok().filter(|_| number)?))
        }
        None => (authority, None),
    };
    is_name(host).then_some((host, port))
}

/// A name of at least two labels whose last one no reader takes for a number. Addresses of machines are none.
fn is_name(host: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |text: &str| {
        (1..=63).contains(&text.len())
            && text.bytes().all(letters)
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(label)
        && last.starts_with(|first: char| first.is_ascii_lowercase())
}

/// No dot segment, written out or escaped, and no escape that is none.
fn is_segment(segment: &str) -> bool {
    let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
    let hidden = ["%2f", "%5c", "%00"].iter().any(|escape| decoded.contains(escape));
    decoded != "." && decoded != ".." && !hidden
}

/// Whether a machine may be asked: it is one of the public internet and of nothing else.
pub(super) fn is_public(machine: IpAddr) -> bool {
    match machine {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Networks with a purpose of their own (IANA special-purpose registry, 2026-08), and how many bits name them.
const SPECIAL_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast, reserved and broadcast.
    ([224, 0, 0, 0], 3),
];

fn is_public_v4(machine: Ipv4Addr) -> bool {
    let bits = machine.to_bits();
    !SPECIAL_V4.iter().any(|(network, length)| {
        let apart = 32 - length;
        bits >> apart == u32::from_be_bytes(*network) >> apart
    })
}

/// Of IPv6 only what is given out as public is: mapped, translated, local and multicast addresses are elsewhere.
fn is_public_v6(machine: Ipv6Addr) -> bool {
    let [first, second, ..] = machine.segments();
    let given_out = first >> 13 == 1;
    // Teredo and other protocols, documentation twice, 6to4.
    let special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    given_out && !special
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_taken_to_the_letter() {
        let address = Address::parse("https://client.example:8443/oauth/id.json").unwrap();
        assert_eq!(
            (address.host, address.port, address.origin()),
            ("client.example", Some(8443), "https://client.example:8443")
        );
        for url in [
            "http://client.example/id",
            "HTTPS://client.example/id",
            "https://client.example",
            "https://client.example/",
            "https://Client.example/id",
            "https://client.example/id?x",
            "https://client.example/id#x",
            "https://user@client.example/id",
            "https://client.example/a/../id",
            "https://client.example/a/%2e%2E/id",
            "https://client.example/./id",
            "https://client.example/a%2fb",
            "https://client.example/a\\b",
            "https://127.0.0.1/id",
            "https://[::1]/id",
            "https://2130706433/id",
            "https://0x7f.0x1/id",
            "https://localhost/id",
            "https://client.example./id",
            "https://.example/id",
            "https://client..example/id",
            "https://client.example:0/id",
            "https://client.example:99999/id",
            "https://client.example:/id",
            "https://-client.example/id",
            "https://cli\u{435}nt.example/id",
            "https://client.example/ id",
            "",
        ] {
            assert_eq!(Address::parse(url), None, "{url}");
        }
        assert_eq!(Address::parse(&format!("https://client.example/{}", "a".repeat(256))), None);
    }

    #[test]
    fn t17_no_machine_of_a_private_or_special_network_is_asked() {
        for machine in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fd00::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(machine.parse().unwrap()), "{machine}");
        }
        for machine in ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert!(is_public(machine.parse().unwrap()), "{machine}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_every_reader_reads_alike(url in "https://[a-z0-9.:@\\[\\]%-]{1,20}/[a-z0-9./%?#\\\\-]{0,12}") {
            if let Some(address) = Address::parse(&url) {
                let read: http::Uri = url.parse().unwrap();
                prop_assert_eq!(read.host(), Some(address.host));
                prop_assert!(read.query().is_none() && address.host.parse::<IpAddr>().is_err());
            }
        }
    }
}
