//! Requests of the client, and what came back. Redirects are looked at, not followed.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;

/// Longest wait for an answer: redeeming a code waits for a person.
const PATIENCE: Duration = Duration::from_secs(70);

/// Sends requests.
pub(crate) struct Desk(ureq::Agent);

/// An answer, whatever its status.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: ureq::http::HeaderMap,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        Self(config.build().into())
    }

    pub(crate) fn get(&self, url: &str) -> anyhow::Result<Said> {
        read(self.0.get(url).call(), url)
    }

    pub(crate) fn post_json(&self, url: &str, body: &Value, token: Option<&str>) -> anyhow::Result<Said> {
        let request = self.0.post(url).header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        read(request.header("mcp-protocol-version", "2025-11-25").send(body.to_string()), url)
    }

    pub(crate) fn post_form(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        origin: Option<&str>,
    ) -> anyhow::Result<Said> {
        let request = self.0.post(url).header("content-type", "application/x-www-form-urlencoded");
        let request = match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        };
        read(request.send(pairs(fields)), url)
    }
}

impl Said {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body of an answer that has to have this status.
    pub(crate) fn json(&self, status: u16) -> anyhow::Result<Value> {
        ensure!(self.status == status, "expected {status}, got {}: {}", self.status, self.body);
        serde_json::from_str(&self.body).context("the answer is no JSON")
    }

    /// The message of MCP, whether it came as JSON or as an event.
    pub(crate) fn message(&self) -> anyhow::Result<Value> {
        ensure!(self.status == 200, "expected 200, got {}: {}", self.status, self.body);
        let event = self.body.lines().filter_map(|line| line.strip_prefix("data:")).next_back();
        serde_json::from_str(event.unwrap_or(&self.body).trim()).context("the answer is no message")
    }

    /// Where it sends the browser.
    pub(crate) fn location(&self) -> anyhow::Result<String> {
        let to = self.header("location").filter(|_| (300..400).contains(&self.status));
        to.map(str::to_owned)
            .with_context(|| format!("expected a redirect, got {}: {}", self.status, self.body))
    }
}

/// An address with a query.
pub(crate) fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    format!("{address}?{}", pairs(fields))
}

/// A value of the query of an address.
pub(crate) fn query(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
}

fn read(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>, url: &str) -> anyhow::Result<Said> {
    // Not the whole address: there may be a code in its query.
    let mut answer = sent.with_context(|| url.split('?').next().unwrap_or_default().to_owned())?;
    let body = answer.body_mut().read_to_string()?;
    Ok(Said { status: answer.status().as_u16(), body, headers: answer.headers().clone() })
}

fn pairs(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let two: Vec<u8> = bytes.by_ref().take(2).collect();
                let hex = std::str::from_utf8(&two).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                out.extend(hex);
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_query_comes_out_of_it() {
        let address = with_query("http://a/x", &[("a", "b c+d&é%2"), ("e", "")]);
        assert_eq!(query(&address, "a").as_deref(), Some("b c+d&é%2"));
        assert_eq!((query(&address, "e").as_deref(), query(&address, "f")), (Some(""), None));
    }
}
