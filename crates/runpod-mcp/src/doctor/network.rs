//! The way to a host: name, connection, certificate, clock.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use reqwest::{Client, Response};

use super::Check;
use crate::remote::cause;

/// Longest time for one host.
const PATIENCE: Duration = Duration::from_secs(10);
/// How far the clock may be off before signatures and tokens suffer.
const SKEW: Duration = Duration::from_secs(120);

/// A host to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What it is for.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// Asks every host for anything at all, without a key: whatever it answers, it is there. Looks at the first clock
/// that one of them tells.
pub async fn check(http: &Client, hosts: &[Host], now: SystemTime) -> Vec<Check> {
    let asked = join_all(hosts.iter().map(|host| async move { (host, ask(http, &host.url).await) })).await;
    let date = asked.iter().find_map(|(_, answer)| answer.as_ref().ok().and_then(told));
    let mut checks: Vec<_> = asked.into_iter().map(|(host, answer)| reached(host, answer)).collect();
    checks.extend(date.map(|date| clock(date, now)));
    checks
}

/// The proxy that is set, which every https host is reached through.
#[must_use]
pub fn proxy(is_set: bool, no_proxy: Option<&str>) -> Check {
    match (is_set, no_proxy) {
        (false, _) => Check::ok("proxy", "none is set"),
        (true, None) => Check::ok("proxy", "HTTPS_PROXY is set; https hosts are reached through it"),
        (true, Some(_)) => Check::ok("proxy", "HTTPS_PROXY is set; hosts in NO_PROXY are reached directly"),
    }
}

async fn ask(http: &Client, url: &str) -> reqwest::Result<Response> {
    http.get(url).timeout(PATIENCE).send().await
}

fn told(answer: &Response) -> Option<SystemTime> {
    httpdate::parse_http_date(answer.headers().get("date")?.to_str().ok()?).ok()
}

fn reached(host: &Host, answer: reqwest::Result<Response>) -> Check {
    let name = format!("host {}", host.name);
    match answer {
        Ok(answer) => Check::ok(name, format!("{} answers ({})", host.url, answer.status().as_u16())),
        Err(error) => {
            let remedy = remedy(&error);
            Check::fail(name, format!("{} cannot be reached: {}", host.url, cause(error)), remedy)
        }
    }
}

/// What helps against this failure: the hop that failed is told by what is in the chain of causes.
fn remedy(error: &reqwest::Error) -> &'static str {
    let words = chain(error);
    let has = |part: &str| words.contains(part);
    match () {
        () if has("certificate") || has("UnknownIssuer") => {
            "the certificate is not trusted: a proxy in between may show its own; name its PEM file in SSL_CERT_FILE"
        }
        () if has("dns error") || has("lookup") => "the name is not found: check the DNS and the network",
        () if has("tunnel") || has("proxy") => {
            "the proxy refuses the connection: check HTTPS_PROXY and NO_PROXY"
        }
        () if error.is_timeout() => "nothing answers in time: check the network, a firewall, HTTPS_PROXY",
        () => "the connection fails: check the network, a firewall, HTTPS_PROXY",
    }
}

fn chain(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        words.push('\n');
        words.push_str(&inner.to_string());
        next = inner.source();
    }
    words
}

fn clock(date: SystemTime, now: SystemTime) -> Check {
    let off = now.duration_since(date).unwrap_or_else(|early| early.duration());
    let minutes = off.as_secs() / 60;
    match off > SKEW {
        false => Check::ok("clock", "agrees with the hosts"),
        true => Check::fail(
            "clock",
            format!("is {minutes} minutes off what the hosts say"),
            "set the clock of this computer: certificates and tokens are judged by it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn a_clock_that_is_off_either_way_is_a_failure() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        assert_eq!(clock(now + minutes(1), now).outcome, Outcome::Ok);
        for far in [now + minutes(5), now - minutes(5)] {
            let check = clock(far, now);
            assert_eq!(check.outcome, Outcome::Fail);
            assert!(check.finding.contains("5 minutes"), "{check:?}");
        }
    }
}
