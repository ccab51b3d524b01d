//! Dynamic client registration (RFC 7591). Nothing is stored: with keys the id itself holds what was registered.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use runpod_api::is_invisible;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::client_id::{PLAIN, Registered};
use super::fault::Fault;
use super::seal::Purpose;
use super::{Caller, Desk, Issuer, body, limits, pages, redirect};

/// Most redirect addresses of one client.
const MOST: usize = 8;
/// How long they may be together, in bytes: a client id must fit into a query.
const TOGETHER: usize = 1024;
/// Longest name of a client, in letters.
const NAME: usize = 64;

/// Registers a client.
pub(super) async fn register(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Fault> {
    desk.limits.pass(&limits::REGISTER, caller.peer).await?;
    if body::essence(&headers) != "application/json" {
        return Err(Fault::invalid_request("the body must be sent as application/json")
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let body = body::read(body).await?;
    let asked: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| metadata("the body is no JSON object"))?;
    let client = read(&asked, desk.settings.wall.now())?;
    tracing::info!(
        event = "oauth_register",
        client = client.client_name.as_deref().unwrap_or("-"),
        redirects = client.redirect_uris.len(),
        host = client.redirect_uris.first().map_or("-", |uri| redirect::host(uri)),
    );
    desk.registered(&caller.issuer, &client)
}

impl Desk {
    fn registered(&self, issuer: &Issuer, client: &Registered) -> Result<Response, Fault> {
        let id = match &self.settings.keys {
            Some(keys) => keys
                .seal(Purpose::Client, &issuer.0, client)
                .ok_or(Fault::server_error("no client id could be made"))?,
            None => format!("{PLAIN}{}", Uuid::new_v4()),
        };
        let said = json!({
            "client_id": id,
            "client_id_issued_at": client.iat,
            "client_name": client.client_name.as_deref().unwrap_or("MCP client"),
            "redirect_uris": client.redirect_uris,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        });
        Ok(pages::json(StatusCode::CREATED, &said))
    }
}

/// What a client says about itself, as far as it is used here. Fields that nobody knows are ignored.
fn read(asked: &Map<String, Value>, iat: u64) -> Result<Registered, Fault> {
    let auth = asked.get("token_endpoint_auth_method").filter(|method| !method.is_null());
    if auth.is_some_and(|method| method != "none") {
        return Err(metadata("token_endpoint_auth_method must be none: clients have no secret here"));
    }
    contains(asked, "grant_types", "authorization_code", "grant_types must contain authorization_code")?;
    contains(asked, "response_types", "code", "response_types must contain code")?;
    let client_name =
        asked.get("client_name").and_then(Value::as_str).map(name).filter(|name| !name.is_empty());
    Ok(Registered { redirect_uris: redirects(asked)?, client_name, iat })
}

/// The addresses that can be used. Some clients register a list of which not all can.
fn redirects(asked: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    let all = asked.get("redirect_uris").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if all.len() > MOST {
        return Err(address("redirect_uris may have 8 addresses at most"));
    }
    let texts = all.iter().filter_map(Value::as_str);
    let usable: Vec<_> = texts.filter(|text| redirect::kind(text).is_some()).map(str::to_owned).collect();
    if usable.iter().map(String::len).sum::<usize>() > TOGETHER {
        return Err(address("redirect_uris may be 1024 bytes long together"));
    }
    match usable.is_empty() {
        true => Err(address(
            "redirect_uris needs an https address, http on localhost, 127.0.0.1 or [::1], or a scheme of a program, \
             without user information or fragment",
        )),
        false => Ok(usable),
    }
}

fn contains(
    asked: &Map<String, Value>,
    field: &str,
    word: &str,
    otherwise: &'static str,
) -> Result<(), Fault> {
    let Some(said) = asked.get(field).filter(|value| !value.is_null()) else { return Ok(()) };
    let has = said.as_array().is_some_and(|words| words.iter().any(|one| one == word));
    if has { Ok(()) } else { Err(metadata(otherwise)) }
}

/// A name that can be shown: short, and without letters that nobody sees.
pub(super) fn name(text: &str) -> String {
    let seen = text.chars().filter(|letter| !letter.is_control() && !is_invisible(*letter));
    seen.take(NAME).collect::<String>().trim().to_owned()
}

const fn metadata(text: &'static str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "invalid_client_metadata", text)
}

const fn address(text: &'static str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, "invalid_redirect_uri", text)
}
