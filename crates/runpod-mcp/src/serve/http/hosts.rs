//! By which names the server may be called, and what it calls itself.
//!
//! A page that rebinds its own name to this address, or a client that makes a name up, gets nothing: what is in
//! metadata and challenges comes from names that were allowed beforehand.

use std::borrow::Cow;

use http::header::HOST;
use http::request::Parts;
use http::{StatusCode, Uri};

use super::proxies::Origin;
use super::refusal::Refusal;
use super::settings::Settings;
use crate::oauth::Issuer;

/// The names of this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Longest name with its port: the longest of DNS, and some.
const LONGEST: usize = 300;

/// The names that are allowed.
#[derive(Debug)]
pub(super) struct Hosts {
    names: Vec<Name<'static>>,
    base: Option<Issuer>,
    loopback: bool,
    tls: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Name<'a> {
    /// In small letters.
    host: Cow<'a, str>,
    /// Any, when not said.
    port: Option<u16>,
}

impl Hosts {
    pub(super) fn new(settings: &Settings) -> Self {
        let public = settings.public_url.as_deref().and_then(|url| url.parse::<Uri>().ok());
        let public = public.as_ref().and_then(|uri| uri.authority()).map(|authority| authority.as_str());
        let all =
            public.into_iter().chain(settings.hosts.iter().chain(&settings.platform_hosts).map(|s| &**s));
        let platform = settings.platform_hosts.first().map(|host| format!("https://{}", host.to_lowercase()));
        Self {
            names: all.filter_map(name).map(Name::kept).collect(),
            base: settings.public_url.as_ref().or(platform.as_ref()).map(|base| Issuer::new(base)),
            loopback: settings.loopback,
            tls: settings.tls,
        }
    }

    /// The base URL of the server for a request, without a slash at the end.
    ///
    /// # Errors
    /// When it was called by a name that is not allowed, by none, or by two.
    pub(super) fn base(&self, parts: &Parts, origin: &Origin) -> Result<Issuer, Refusal> {
        let said = authority(parts)?;
        let called =
            name(said).ok_or_else(|| Refusal::bad_request("the Host header is no name of a host"))?;
        let own = LOOPBACK.contains(&&*called.host);
        let is_ours = self.loopback && own || self.names.iter().any(|name| name.covers(&called));
        if !is_ours {
            return Err(stranger());
        }
        if let Some(base) = &self.base {
            return Ok(base.clone());
        }
        // Whoever is reached from outside is reached over https; what in between takes it off need not say so.
        let https = origin.https.unwrap_or(self.tls || !own);
        let scheme = if https { "https://" } else { "http://" };
        Ok(Issuer::new(&[scheme, &small(said)].concat()))
    }
}

impl Name<'_> {
    fn kept(self) -> Name<'static> {
        Name { host: self.host.into_owned().into(), port: self.port }
    }

    fn covers(&self, called: &Name<'_>) -> bool {
        self.host == called.host && (self.port.is_none() || self.port == called.port)
    }
}

/// By which name a request calls the server: in HTTP/2 and in absolute form it is in the target.
fn authority(parts: &Parts) -> Result<&str, Refusal> {
    let mut headers = parts.headers.get_all(HOST).iter();
    let target = parts.uri.authority().map(|authority| authority.as_str());
    let header = headers.next().map(|value| value.to_str());
    match (target, header, headers.next()) {
        (_, _, Some(_)) => Err(Refusal::bad_request("the Host header stands more than once")),
        (_, Some(Err(_)), _) => Err(Refusal::bad_request("the Host header is no name of a host")),
        (Some(target), Some(Ok(host)), _) if !target.eq_ignore_ascii_case(host) => {
            Err(Refusal::bad_request("the Host header and the target name different hosts"))
        }
        (Some(host), ..) | (None, Some(Ok(host)), _) => Ok(host),
        (None, None, None) => Err(Refusal::bad_request("the Host header is missing")),
    }
}

/// In small letters, as names nearly always come.
fn small(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text.into(),
    }
}

/// Reads `host` or `host:port`. Nothing else fits, so what fits can stand in a header or an address.
fn name(text: &str) -> Option<Name<'_>> {
    let text = Some(text.trim()).filter(|text| text.len() <= LONGEST)?;
    let end = match text.starts_with('[') {
        true => text.find(']')? + 1,
        false => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at_checked(end)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let port = match port.strip_prefix(':') {
        Some(port) => Some(port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()))?),
        None if port.is_empty() => None,
        None => return None,
    };
    let is_v6 = || host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let fits = if host.starts_with('[') {
        is_v6()
    } else {
        !host.is_empty() && !host.ends_with('.') && host.bytes().all(plain)
    };
    fits.then(|| Name { host: small(host), port })
}

fn stranger() -> Refusal {
    Refusal::of_http(
        StatusCode::FORBIDDEN,
        "this server is not called by that name: use the one it is published under, or have its operator add the name \
         to MCP_PUBLIC_URL or MCP_ALLOWED_HOSTS",
    )
}

/// Whether an address, as `--http` takes it, can be reached from this machine only.
#[must_use]
pub(super) fn is_loopback(host: &str) -> bool {
    name(host).is_some_and(|name| LOOPBACK.contains(&&*name.host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use proptest::prelude::*;

    const HERE: Origin = Origin { peer: None, client: None, https: None };

    fn base(settings: &Settings, host: &str) -> Result<String, u16> {
        let (parts, ()) = Request::builder().header(HOST, host).body(()).unwrap().into_parts();
        let base = Hosts::new(settings).base(&parts, &HERE);
        base.map(|base| base.as_str().to_owned()).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn t30_only_names_that_were_allowed_are_answered() {
        let local = Settings::default();
        assert_eq!(base(&local, "localhost:8471").unwrap(), "http://localhost:8471");
        assert_eq!(base(&local, "[::1]:1").unwrap(), "http://[::1]:1");
        let evil = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "localhost:x",
            "a\"b",
            "",
            "[::1",
            "127.1",
            "[::2]",
            "local host",
            "localhost:80:80",
            "localhost@evil.example",
            "localhost/",
        ];
        for host in evil {
            assert!(matches!(base(&local, host), Err(400 | 403)), "{host}");
        }
        let public = Settings {
            public_url: Some("https://mcp.example".to_owned()),
            hosts: vec!["inner:8080".to_owned()],
            loopback: false,
            ..Settings::default()
        };
        for host in ["mcp.example", "MCP.example", "mcp.example:443", "inner:8080", "mcp.example."] {
            assert_eq!(base(&public, host).as_deref(), Ok("https://mcp.example"), "{host}");
        }
        for host in ["inner:8081", "inner", "localhost", "mcp.example.evil"] {
            assert_eq!(base(&public, host), Err(403), "{host}");
        }
    }

    #[test]
    fn a_platform_name_is_the_base_when_nothing_else_is() {
        let names = vec!["App-Git.vercel.app".to_owned(), "app.vercel.app".to_owned()];
        let settings = Settings { platform_hosts: names, loopback: false, ..Settings::default() };
        assert_eq!(base(&settings, "app.vercel.app").as_deref(), Ok("https://app-git.vercel.app"));
        assert_eq!(base(&settings, "other.vercel.app"), Err(403));
    }

    #[test]
    fn t34_a_target_that_contradicts_the_host_is_refused() {
        let ask = |uri: &str, hosts: &[&str]| {
            let request = hosts.iter().fold(Request::builder().uri(uri), |r, host| r.header(HOST, *host));
            let (parts, ()) = request.body(()).unwrap().into_parts();
            Hosts::new(&Settings::default()).base(&parts, &HERE).map_err(|refusal| refusal.status.as_u16())
        };
        assert!(ask("http://localhost:1/mcp", &["localhost:1"]).is_ok());
        assert!(ask("http://localhost:1/mcp", &[]).is_ok());
        assert_eq!(ask("http://evil.example/mcp", &["localhost"]), Err(400));
        assert_eq!(ask("/mcp", &["localhost", "localhost"]), Err(400));
        assert_eq!(ask("/mcp", &[]), Err(400));
    }

    proptest! {
        #[test]
        fn t18_whatever_passes_can_stand_in_an_address(host in "[a-z.:\\[\\]\"@/0-9 ]{0,20}") {
            if let Some(name) = name(&host) {
                prop_assert!(format!("https://{}/", name.host).parse::<Uri>().is_ok(), "{:?}", name);
            }
        }
    }
}
