//! Signing in at a server, with a person and a browser.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::challenge::Challenge;
use super::failure::{Failure, bare};
use super::loopback::{Expected, Loopback};
use super::metadata::{Issuer, Resource, checked, document};
use super::pkce::{self, Pkce};
use crate::vault::Secret;

/// Longest time for registration and token. Runpod's token endpoint waits for the approval itself, up to 45 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whoever can be shown a page.
pub trait Person: fmt::Debug + Send + Sync {
    /// Shows the page of a sign-in at this host.
    fn show(&self, host: &str, link: &str);
}

/// What a sign-in needs.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The way out.
    pub http: Client,
    /// Who signs in.
    pub person: Arc<dyn Person>,
    /// How long the person may take.
    pub patience: Duration,
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
}

/// One sign-in, from the registration on.
struct Visit<'a> {
    http: &'a Client,
    issuer: Issuer,
    resource: Resource,
    scope: Option<String>,
    client: String,
    redirect_uri: String,
    pkce: Pkce,
    state: String,
}

impl SignIn {
    /// Signs in and gives the token.
    ///
    /// # Errors
    /// The step that failed.
    pub async fn at(&self, at: &Address, challenge: Option<&Challenge>) -> Result<Secret, Failure> {
        let resource = Resource::find(&self.http, at, challenge).await?;
        let issuer = Issuer::find(&self.http, resource.authorization_server()?).await?;
        let loopback = Loopback::listen().await;
        let loopback = loopback.map_err(|e| Failure::of("sign-in", format!("no port to listen at: {e}")))?;
        let redirect_uri = loopback.redirect_uri();
        let client = register(&self.http, &issuer, &redirect_uri).await?;
        let scope = scope(challenge, &resource);
        let (pkce, state) = (Pkce::new()?, pkce::random()?);
        let visit = Visit { http: &self.http, issuer, resource, scope, client, redirect_uri, pkce, state };
        self.person.show(&at.host(), visit.link()?.as_str());
        let code = tokio::time::timeout(self.patience, loopback.code(&visit.expected())).await;
        let late = |_| {
            Failure::of("sign-in", "nobody finished it in the browser in time; the next call begins anew")
        };
        visit.token(&code.map_err(late)??).await
    }
}

/// What the challenge asks for, else everything that the server names.
fn scope(challenge: Option<&Challenge>, resource: &Resource) -> Option<String> {
    let asked = challenge.and_then(|challenge| challenge.scope.clone());
    asked.or_else(|| Some(resource.scopes_supported.join(" "))).filter(|scope| !scope.is_empty())
}

async fn register(http: &Client, issuer: &Issuer, redirect_uri: &str) -> Result<String, Failure> {
    let step = "client registration";
    let Some(place) = &issuer.registration_endpoint else {
        let why = "the authorization server takes no new clients; use --header with a token of yours instead";
        return Err(Failure::of(step, why));
    };
    let url = checked(step, place)?;
    let body = json!({
        "client_name": "runpod-mcp bridge",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    });
    let sent = http.post(url.clone()).header("content-type", "application/json").body(body.to_string());
    let answer = sent.timeout(PATIENCE).send().await.map_err(|e| Failure::at(step, &url, e))?;
    if !answer.status().is_success() {
        return Err(Failure::of(
            format!("{step} {}", bare(&url)),
            format!("was refused with {}", answer.status()),
        ));
    }
    Ok(document::<Registered>(step, &url, answer).await?.client_id)
}

impl Visit<'_> {
    /// Where the person goes.
    fn link(&self) -> Result<Url, Failure> {
        let mut link = checked("authorization endpoint", &self.issuer.authorization_endpoint)?;
        link.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", &self.state)
            .append_pair("code_challenge", &self.pkce.challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("resource", &self.resource.resource);
        if let Some(scope) = &self.scope {
            link.query_pairs_mut().append_pair("scope", scope);
        }
        Ok(link)
    }

    fn expected(&self) -> Expected {
        Expected {
            state: self.state.clone(),
            issuer: self.issuer.issuer.clone(),
            says_issuer: self.issuer.authorization_response_iss_parameter_supported,
        }
    }

    /// The token for a code.
    async fn token(&self, code: &Secret) -> Result<Secret, Failure> {
        let step = "token endpoint";
        let url = checked(step, &self.issuer.token_endpoint)?;
        let sent = self
            .http
            .post(url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(self.form(&url, code))
            .timeout(PATIENCE);
        let answer = sent.send().await.map_err(|e| Failure::at(step, &url, e))?;
        if !answer.status().is_success() {
            let why = format!("refused the code with {}", answer.status());
            return Err(Failure::of(format!("{step} {}", bare(&url)), why));
        }
        let granted: Granted = document(step, &url, answer).await?;
        match granted.token_type.eq_ignore_ascii_case("bearer") && is_token(&granted.access_token) {
            true => Ok(Secret::new(granted.access_token)),
            false => Err(Failure::of(step, "gave no bearer token")),
        }
    }

    /// The request as a form. A URL is only the tool that writes it.
    fn form(&self, url: &Url, code: &Secret) -> String {
        let mut form = url.clone();
        form.set_query(None);
        form.query_pairs_mut()
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.reveal())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("client_id", &self.client)
            .append_pair("code_verifier", self.pkce.verifier.reveal())
            .append_pair("resource", &self.resource.resource);
        form.query().unwrap_or_default().to_owned()
    }
}

/// Whether a header can carry it.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
