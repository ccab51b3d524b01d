//! A hosted server as a client meets it that has not signed in yet: the challenge, then the two documents behind it.

use std::time::Duration;

use reqwest::Client;
use serde_json::json;

use super::Check;
use crate::remote::{Address, Challenge, Issuer, Resource, cause};

const PATIENCE: Duration = Duration::from_secs(15);

/// Looks at a server, hop by hop, up to the first that does not hold.
pub async fn check(http: &Client, at: &Address) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Err(failed) = walk(http, at, &mut checks).await {
        checks.push(failed);
    }
    checks
}

async fn walk(http: &Client, at: &Address, checks: &mut Vec<Check>) -> Result<(), Check> {
    let named = |hop: &str| format!("{hop} of {}", at.host());
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "runpod-mcp doctor", "version": env!("CARGO_PKG_VERSION")},
    }});
    let sent = http
        .post(at.url().clone())
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(hello.to_string())
        .timeout(PATIENCE);
    let unreached =
        |e| Check::fail(named("server"), format!("{at} cannot be reached: {}", cause(e)), NETWORK);
    let answer = sent.send().await.map_err(unreached)?;
    let challenge = Challenge::of(answer.headers());
    match answer.status().as_u16() {
        200..=299 => {
            checks.push(Check::ok(named("server"), format!("{at} answers, and wants no sign-in")));
            return Ok(());
        }
        401 => checks.push(Check::ok(named("server"), format!("{at} answers, and wants a sign-in (401)"))),
        status => return Err(Check::fail(named("server"), format!("{at} answers {status}"), OTHER)),
    }
    match &challenge {
        Some(_) => checks.push(Check::ok(named("challenge"), "says where to sign in")),
        None => {
            checks.push(Check::warn(
                named("challenge"),
                "the 401 has no WWW-Authenticate for a bearer token",
                CHALLENGE,
            ));
        }
    }
    let broken =
        |failure: crate::remote::Failure| Check::fail(named("sign-in"), failure.to_string(), METADATA);
    let resource = Resource::find(http, at, challenge.as_ref()).await.map_err(broken)?;
    checks.push(Check::ok(named("resource metadata"), format!("is about {}", resource.resource)));
    let issuer =
        Issuer::find(http, resource.authorization_server().map_err(broken)?).await.map_err(broken)?;
    let registers = issuer.registration_endpoint.is_some();
    checks.push(match registers {
        true => Check::ok(named("sign-in"), format!("{} offers PKCE and takes new clients", issuer.issuer)),
        false => Check::warn(named("sign-in"), format!("{} takes no new clients", issuer.issuer), REGISTER),
    });
    Ok(())
}

const NETWORK: &str = "check the address, the network, a firewall, HTTPS_PROXY";
const OTHER: &str = "check the address: is there an MCP server at this path?";
const CHALLENGE: &str =
    "clients that follow the specification look at the well-known places instead; old ones may not";
const METADATA: &str =
    "only whoever runs this server can mend it; a header with a key works without signing in";
const REGISTER: &str = "use a header with a key instead of signing in";
