//! The two documents that lead from a server to where one signs in.

use std::time::Duration;

use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::address::Address;
use super::challenge::Challenge;
use super::failure::{Failure, bare};

/// Longest time for one document.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longest document, in bytes.
const LONGEST: usize = 256 * 1024;

const RESOURCE: &str = "/.well-known/oauth-protected-resource";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// What a server says about itself as something protected (RFC 9728).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Resource {
    /// Its name: the audience that tokens are for.
    pub resource: String,
    /// Who gives out tokens.
    #[serde(default)]
    pub authorization_servers: Vec<String>,
    /// What tokens can allow.
    #[serde(default)]
    pub scopes_supported: Vec<String>,
}

/// What an authorization server says about itself (RFC 8414).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Issuer {
    /// Its name.
    pub issuer: String,
    /// Where a person signs in.
    pub authorization_endpoint: String,
    /// Where a code becomes a token.
    pub token_endpoint: String,
    /// Where clients make themselves known.
    #[serde(default)]
    pub registration_endpoint: Option<String>,
    /// How a code is tied to who asked for it.
    #[serde(default)]
    pub code_challenge_methods_supported: Vec<String>,
    /// Whether its answers name it (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Resource {
    /// Finds the document: where the challenge says, else under the path, else at the root.
    ///
    /// # Errors
    /// When there is none, or it is about something else.
    pub async fn find(http: &Client, at: &Address, challenge: Option<&Challenge>) -> Result<Self, Failure> {
        let step = "protected-resource metadata";
        let told = challenge.and_then(|challenge| challenge.resource_metadata.as_deref());
        let places = match told {
            Some(told) => vec![checked(step, told)?],
            None => {
                let path = at.url().path().trim_end_matches('/');
                let mut places = vec![at.at(&format!("{RESOURCE}{path}")), at.at(RESOURCE)];
                places.dedup();
                places
            }
        };
        let found: Self = first(http, step, &places).await?;
        if !at.is_within(&found.resource) {
            let why = format!("is about {:?} and not about {at}", found.resource);
            return Err(Failure::of(step, why));
        }
        Ok(found)
    }

    /// The authorization server to go to.
    ///
    /// # Errors
    /// When none is named.
    pub fn authorization_server(&self) -> Result<&str, Failure> {
        let none = || Failure::of("protected-resource metadata", "names no authorization server");
        self.authorization_servers.first().map(String::as_str).ok_or_else(none)
    }
}

impl Issuer {
    /// Finds the document of an authorization server, in the places that RFC 8414 and OpenID name.
    ///
    /// # Errors
    /// When there is none, it is about somebody else, or it does not know PKCE with S256.
    pub async fn find(http: &Client, issuer: &str) -> Result<Self, Failure> {
        let step = "authorization-server metadata";
        let url =
            Address::parse(issuer).map_err(|e| Failure::of(step, format!("the issuer {issuer:?} {e}")))?;
        let path = url.url().path().trim_end_matches('/').to_owned();
        let inside = [format!("{OAUTH}{path}"), format!("{OPENID}{path}"), format!("{path}{OPENID}")];
        let mut places: Vec<_> = inside.iter().map(|path| url.at(path)).collect();
        places.dedup();
        let found: Self = first(http, step, &places).await?;
        if found.issuer.trim_end_matches('/') != issuer.trim_end_matches('/') {
            return Err(Failure::of(step, format!("is about {:?} and not about {issuer:?}", found.issuer)));
        }
        if !found.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(Failure::of(
                step,
                "does not offer PKCE with S256, without which signing in is not safe",
            ));
        }
        Ok(found)
    }
}

/// An address out of a document, if it is one that may be called.
pub(super) fn checked(step: &str, text: &str) -> Result<Url, Failure> {
    let address = Address::parse(text).map_err(|e| Failure::of(step, format!("the address {text:?} {e}")))?;
    Ok(address.url().clone())
}

/// The document at the first of these places that has one.
async fn first<T: DeserializeOwned>(http: &Client, step: &str, places: &[Url]) -> Result<T, Failure> {
    let mut failure = Failure::of(step, "is nowhere");
    for url in places {
        match fetch(http, step, url).await {
            Ok(found) => return Ok(found),
            Err(e) => failure = e,
        }
    }
    Err(failure)
}

async fn fetch<T: DeserializeOwned>(http: &Client, step: &str, url: &Url) -> Result<T, Failure> {
    let sent = http.get(url.clone()).header("accept", "application/json").timeout(PATIENCE).send().await;
    let answer = sent.map_err(|e| Failure::at(step, url, e))?;
    if answer.status() != http::StatusCode::OK {
        let why = format!("answered {} where 200 and a JSON document are expected", answer.status());
        return Err(Failure::of(format!("{step} {}", bare(url)), why));
    }
    document(step, url, answer).await
}

/// The JSON body of an answer.
pub(super) async fn document<T: DeserializeOwned>(
    step: &str,
    url: &Url,
    mut answer: reqwest::Response,
) -> Result<T, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| Failure::at(step, url, e))? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(Failure::of(format!("{step} {}", bare(url)), "is longer than any such document"));
        }
    }
    // Not serde's words: they may contain what was read.
    let unread = || Failure::of(format!("{step} {}", bare(url)), "is not the JSON document that is expected");
    serde_json::from_slice(&body).map_err(|_| unread())
}
