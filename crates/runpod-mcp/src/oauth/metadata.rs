//! The documents by which a client finds its way (RFC 9728, RFC 8414), and the challenge that points to them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::fault::Fault;
use super::resource::is_endpoint;
use super::{Caller, Desk, Issuer, pages};

/// Where the first document is.
const RESOURCE: &str = "/.well-known/oauth-protected-resource";

const NOWHERE: Fault =
    Fault::new(StatusCode::NOT_FOUND, "not_found", "there is no such document; ask without the path");

/// The protected resource at the root.
pub(super) async fn resource(State(desk): State<Arc<Desk>>, caller: Caller) -> Response {
    pages::json(StatusCode::OK, &desk.resource(&caller.issuer, ""))
}

/// The protected resource at one of the paths below the root.
pub(super) async fn resource_at(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<Response, Fault> {
    let path = format!("/{}", path.trim_end_matches('/'));
    match is_endpoint(&path) {
        true => Ok(pages::json(StatusCode::OK, &desk.resource(&caller.issuer, &path))),
        false => Err(NOWHERE),
    }
}

/// The authorization server.
pub(super) async fn server(State(desk): State<Arc<Desk>>, caller: Caller) -> Response {
    pages::json(StatusCode::OK, &desk.server(&caller.issuer))
}

/// The same for clients that insert the path of the endpoint. There is one server for all paths.
pub(super) async fn server_at(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<Response, Fault> {
    match is_endpoint(&format!("/{}", path.trim_end_matches('/'))) {
        true => Ok(pages::json(StatusCode::OK, &desk.server(&caller.issuer))),
        false => Err(NOWHERE),
    }
}

impl Desk {
    fn resource(&self, issuer: &Issuer, path: &str) -> Value {
        let root = || self.settings.resource.clone().unwrap_or_else(|| format!("{}/", issuer.0));
        let resource = if path.is_empty() { root() } else { format!("{}{path}", issuer.0) };
        json!({
            "resource": resource,
            "authorization_servers": [issuer.0],
            "bearer_methods_supported": ["header"],
            "resource_name": "Runpod",
        })
    }

    fn server(&self, issuer: &Issuer) -> Value {
        let at = |path: &str| format!("{}{path}", issuer.0);
        let mut document = json!({
            "issuer": issuer.0,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "registration_endpoint": at("/register"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "service_documentation": "https://github.com/runpod-mcp/runpod-mcp/blob/main/docs/guide/sign-in.md",
        });
        let mut promise = |name: &str, kept: bool| {
            if let (true, Some(fields)) = (kept, document.as_object_mut()) {
                fields.insert(name.to_owned(), Value::Bool(true));
            }
        };
        // Only who sends the browser back himself can say who he is (RFC 9207); a client refuses where it is missing.
        promise("authorization_response_iss_parameter_supported", self.settings.callback);
        promise("client_id_metadata_document_supported", self.library.is_some());
        document
    }
}

/// `WWW-Authenticate` of a 401 at this path; with the reason, when a token was shown and rejected.
pub(super) fn challenge(issuer: &Issuer, path: &str, rejected: Option<&str>) -> HeaderValue {
    let path = path.trim_end_matches('/');
    let document = match is_endpoint(path) {
        true => format!("{}{RESOURCE}{path}", issuer.0),
        false => format!("{}{RESOURCE}", issuer.0),
    };
    let error = rejected
        .map(|why| format!(", error=\"invalid_token\", error_description=\"{}\"", quotable(why)))
        .unwrap_or_default();
    let text = format!("Bearer realm=\"mcp\"{error}, resource_metadata=\"{}\"", quotable(&document));
    // What is quotable is a header value; the plain word stands for a case that cannot be.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer realm=\"mcp\""))
}

/// Text that can stand between the quotes of a header.
fn quotable(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t18_the_challenge_points_to_the_document_of_the_path_and_cannot_be_broken_out_of() {
        let issuer = Issuer::new("https://mcp.example");
        assert_eq!(
            challenge(&issuer, "/", None),
            "Bearer realm=\"mcp\", resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource\""
        );
        assert_eq!(
            challenge(&issuer, "/mcp/pods", Some("the key is \"dead\"\r\nx: y")),
            "Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"the key is deadx: y\", \
             resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp/pods\""
        );
        let odd = challenge(&issuer, "/elsewhere\"", None);
        assert!(odd.to_str().unwrap().ends_with("oauth-protected-resource\""));
    }
}
