//! What holds for every address that a browser might be sent to.

use reqwest::Url;

use super::{Kind, Redirects, host, kind, same};

/// An address is what a browser takes it for too, and is told by one rule wherever it is asked about.
///
/// Two addresses, a line each.
pub(crate) fn any_addresses(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    for address in [one, other] {
        leads_where_it_seems(address);
        is_listed_only_if_it_can_be_told(address);
    }
    assert!(same(one, one) && same(other, other));
    assert_eq!(same(one, other), same(other, one));
    if same(one, other) && one != other {
        assert!([one, other].map(kind) == [Some(Kind::Loopback); 2], "only ports on loopback may differ");
    }
}

fn leads_where_it_seems(address: &str) {
    let Some(kind) = kind(address) else { return };
    assert!(address.bytes().all(|byte| byte.is_ascii_graphic()) && !address.contains('#'));
    assert!(!host(address).is_empty() || kind == Kind::Private);
    // As browsers read it. Some hosts they refuse, and then go nowhere; loopback is never among them.
    let Ok(url) = Url::parse(address) else { return assert_ne!(kind, Kind::Loopback, "{address}") };
    assert!(url.username().is_empty() && url.password().is_none(), "{address} names somebody");
    match kind {
        Kind::Loopback => {
            assert!(matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")), "{address}");
        }
        Kind::Https => assert_eq!(url.scheme(), "https"),
        Kind::Private => {
            assert_eq!(Some(url.scheme()), address.split(':').next());
            assert!(!["http", "https", "ws", "wss", "ftp", "file"].contains(&url.scheme()));
        }
    }
}

fn is_listed_only_if_it_can_be_told(address: &str) {
    let listed = Redirects::parse(&[address.to_owned()]);
    assert_eq!(listed.is_ok(), kind(address).is_some());
    assert!(listed.is_ok_and(|listed| listed.admit(address)) || kind(address).is_none());
    let usual = Redirects::default().admit(address);
    assert!(!usual || kind(address) == Some(Kind::Loopback) || Redirects::default().lists(address));
}
