//! Signing in as a client does, step by step, against a deployment or against the built server and its sandbox.
//!
//! On the sandbox the form of the console is sent; anywhere else a person gets the link. It prints what it does, never a
//! code or a key, and fails at the first step that is not as it should be.

mod back;
pub(crate) mod desk;
mod proof;
pub(crate) mod server;

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use back::Back;
use desk::{Desk, Said, query, with_query};
use proof::Proof;
use server::Server;

/// Longest wait for a person in the console.
const PERSON: Duration = Duration::from_secs(600);
/// How often a code is redeemed while nobody has decided.
const TRIES: u32 = 30;

/// Sign in and list the tools, printing each step
#[derive(Debug, Args)]
pub(crate) struct OauthE2e {
    /// The MCP endpoint; without one, the built server with its sandbox
    #[arg(long, env = "MCP_SERVER_URL")]
    url: Option<String>,
}

pub(crate) fn run(asked: &OauthE2e) -> anyhow::Result<()> {
    let own = if asked.url.is_none() { Some(Server::start()?) } else { None };
    let url = asked.url.clone().or_else(|| own.as_ref().map(|own| own.url.clone()));
    let url = url.context("there is no server to sign in at")?;
    let back = Back::listen()?;
    let journey = Journey { desk: Desk::new(), url, back };
    let count = journey.go()?;
    println!("Signed in; {count} tools are listed.");
    Ok(())
}

/// One client on its way.
struct Journey {
    desk: Desk,
    url: String,
    back: Back,
}

/// Where everything is.
struct Places {
    resource: String,
    issuer: String,
    authorize: String,
    token: String,
    register: String,
    names_itself: bool,
}

impl Journey {
    fn go(&self) -> anyhow::Result<usize> {
        let places = self.discover()?;
        let client = self.register(&places)?;
        let proof = Proof::new()?;
        self.refusals(&places, &client, &proof)?;
        let handoff = self.authorize(&places, &client, &proof)?;
        self.burn_nothing(&places, &client, &handoff)?;
        let code = self.approve(&places, &handoff, &proof)?;
        let token = self.redeem(&places, &client, &code, &proof)?;
        self.tools(&token)
    }

    fn discover(&self) -> anyhow::Result<Places> {
        println!("1. Ask {} without a token", self.url);
        let said = self.desk.post_json(&self.url, &initialize(), None)?;
        ensure!(said.status == 401, "expected 401, got {}", said.status);
        let challenge = said.header("www-authenticate").context("the 401 has no challenge")?;
        let (_, rest) =
            challenge.split_once("resource_metadata=\"").context("the challenge points nowhere")?;
        let metadata = rest.split('"').next().unwrap_or_default();
        println!("2. Read {metadata}");
        let resource = self.desk.get(metadata)?.json(200)?;
        let issuer = text(resource.pointer("/authorization_servers/0"), "authorization_servers")?;
        let address = format!("{issuer}/.well-known/oauth-authorization-server");
        println!("   and {address}");
        let server = self.desk.get(&address)?.json(200)?;
        ensure!(
            server.get("issuer") == Some(&json!(issuer)),
            "the issuer is another one: {:?}",
            server.get("issuer")
        );
        ensure!(
            server.pointer("/code_challenge_methods_supported/0") == Some(&json!("S256")),
            "S256 is not offered"
        );
        Ok(Places {
            resource: text(resource.get("resource"), "resource")?,
            authorize: text(server.get("authorization_endpoint"), "authorization_endpoint")?,
            token: text(server.get("token_endpoint"), "token_endpoint")?,
            register: text(server.get("registration_endpoint"), "registration_endpoint")?,
            names_itself: server.get("authorization_response_iss_parameter_supported") == Some(&json!(true)),
            issuer,
        })
    }

    fn register(&self, places: &Places) -> anyhow::Result<String> {
        println!("3. Register at {}", places.register);
        let body = json!({
            "client_name": "oauth-e2e", "redirect_uris": [self.back.url], "grant_types": ["authorization_code"],
            "response_types": ["code"], "token_endpoint_auth_method": "none",
        });
        let said = self.desk.post_json(&places.register, &body, None)?.json(201)?;
        text(said.get("client_id"), "client_id")
    }

    /// What must be refused, and told here instead of to the redirect address.
    fn refusals(&self, places: &Places, client: &str, proof: &Proof) -> anyhow::Result<()> {
        println!("4. Ask for what must be refused");
        let good = self.wish(places, client, proof);
        for (what, name, value) in [
            ("no challenge", "code_challenge", None),
            ("a plain challenge", "code_challenge_method", Some("plain")),
            ("a broken challenge", "code_challenge", Some("short")),
            ("an address of somebody else", "redirect_uri", Some("https://evil.example/callback")),
        ] {
            let mut wish: Vec<_> = good.iter().filter(|(key, _)| *key != name).copied().collect();
            wish.extend(value.map(|value| (name, value)));
            let said = self.desk.get(&with_query(&places.authorize, &wish))?.json(400)?;
            ensure!(said.get("error") == Some(&json!("invalid_request")), "{what}: {said}");
            println!("   {what}: refused");
        }
        Ok(())
    }

    fn authorize(&self, places: &Places, client: &str, proof: &Proof) -> anyhow::Result<String> {
        println!("5. Authorize at {}", places.authorize);
        let address = with_query(&places.authorize, &self.wish(places, client, proof));
        let said = self.desk.get(&address)?;
        let said = if said.status == 200 { self.agree(places, &said)? } else { said };
        said.location()
    }

    /// Sends the form of the page that comes before the console.
    fn agree(&self, places: &Places, page: &Said) -> anyhow::Result<Said> {
        println!("   a page asks whether this client is meant; say yes");
        let (_, rest) = page.body.split_once("name=\"consent\" value=\"").context("the page has no form")?;
        let proof = rest.split('"').next().unwrap_or_default();
        self.desk.post_form(&places.authorize, &[("consent", proof)], Some(&places.issuer))
    }

    /// A wrong verifier, before anybody decided. With a sealed code there is nothing to redeem yet.
    fn burn_nothing(&self, places: &Places, client: &str, handoff: &str) -> anyhow::Result<()> {
        let inner = query(handoff, "redirect").context("the hand-off leads nowhere")?;
        if query(&inner, "redirect_uri").as_deref() != Some(&self.back.url) {
            println!("6. The server has a callback of its own: there is no code before the approval");
            return Ok(());
        }
        println!("6. Redeem with a verifier of somebody else");
        let id = query(&inner, "request").context("the hand-off names no request")?;
        let said = self.claim(places, client, &id, Proof::new()?.verifier())?.json(400)?;
        ensure!(said.get("error") == Some(&json!("invalid_grant")), "{said}");
        Ok(())
    }

    fn approve(&self, places: &Places, handoff: &str, proof: &Proof) -> anyhow::Result<String> {
        match is_local(handoff) {
            true => self.send_form(handoff)?,
            false => println!("7. Open this and approve:\n\n   {handoff}\n"),
        }
        let answer = self.back.wait(PERSON)?;
        ensure!(query(&answer, "state").as_deref() == Some(proof.state()), "the state is another one");
        if places.names_itself {
            ensure!(
                query(&answer, "iss").as_deref() == Some(&places.issuer),
                "`iss` is missing or another one"
            );
        }
        println!("   the browser came back");
        query(&answer, "code").with_context(|| format!("no code: {:?}", query(&answer, "error")))
    }

    /// The person in front of the sandbox: reads both pages, says yes, and lets the browser go where it is sent.
    fn send_form(&self, handoff: &str) -> anyhow::Result<()> {
        println!("7. Approve in the console of the sandbox");
        let inner = query(handoff, "redirect").context("the hand-off leads nowhere")?;
        let (console, _) = handoff.split_once("/login?").context("this is no console")?;
        let page = self.desk.get(&format!("{console}{inner}"))?;
        ensure!(page.status == 200, "the console says {}", page.status);
        let names =
            ["request", "redirect_uri", "state"].map(|name| (name, query(&inner, name).unwrap_or_default()));
        let mut fields: Vec<_> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("decision", "approve"));
        let path = inner.split('?').next().unwrap_or_default();
        let mut to = self.desk.post_form(&format!("{console}{path}"), &fields, None)?.location()?;
        while !to.starts_with(&self.back.url) {
            to = self.desk.get(&to)?.location()?;
        }
        self.desk.get(&to).map(drop)
    }

    fn redeem(&self, places: &Places, client: &str, code: &str, proof: &Proof) -> anyhow::Result<String> {
        println!("8. Redeem the code at {}", places.token);
        for _ in 0..TRIES {
            let said = self.claim(places, client, code, proof.verifier())?;
            let body: Value = serde_json::from_str(&said.body).context("the token endpoint gave no JSON")?;
            match body.get("error").and_then(Value::as_str) {
                None if said.status == 200 => {
                    ensure!(
                        said.header("cache-control") == Some("no-store"),
                        "the answer may be kept by others"
                    );
                    return text(body.get("access_token"), "access_token");
                }
                Some("authorization_pending") => std::thread::sleep(Duration::from_secs(2)),
                other => bail!("{}: {}", said.status, other.unwrap_or("no reason")),
            }
        }
        bail!("nobody approved")
    }

    fn tools(&self, token: &str) -> anyhow::Result<usize> {
        println!("9. List the tools");
        let said = self.desk.post_json(&self.url, &initialize(), Some(token))?.message()?;
        ensure!(said.get("result").is_some(), "initialize failed: {said}");
        let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {} });
        let said = self.desk.post_json(&self.url, &list, Some(token))?.message()?;
        let tools = said.pointer("/result/tools").and_then(Value::as_array);
        tools.map(Vec::len).filter(|count| *count > 0).with_context(|| format!("no tools: {said}"))
    }

    fn wish<'a>(
        &'a self,
        places: &'a Places,
        client: &'a str,
        proof: &'a Proof,
    ) -> Vec<(&'static str, &'a str)> {
        vec![
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", &self.back.url),
            ("state", proof.state()),
            ("code_challenge", proof.challenge()),
            ("code_challenge_method", "S256"),
            ("resource", &places.resource),
        ]
    }

    fn claim(&self, places: &Places, client: &str, code: &str, verifier: &str) -> anyhow::Result<Said> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", self.back.url.as_str()),
            ("code_verifier", verifier),
            ("resource", &places.resource),
        ];
        self.desk.post_form(&places.token, &fields, None)
    }
}

fn initialize() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "oauth-e2e", "version": env!("CARGO_PKG_VERSION") },
    }})
}

fn text(value: Option<&Value>, name: &str) -> anyhow::Result<String> {
    value.and_then(Value::as_str).map(str::to_owned).with_context(|| format!("there is no `{name}`"))
}

/// Whether a console stands on this machine: only the sandbox's does.
fn is_local(address: &str) -> bool {
    ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].iter().any(|base| address.starts_with(base))
}
