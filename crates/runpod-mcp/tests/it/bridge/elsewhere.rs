//! A small MCP server over HTTP that does what it is asked to do wrong, with an authorization server beside it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The server.
pub(super) struct Elsewhere {
    world: Arc<World>,
    port: u16,
    serving: JoinHandle<()>,
}

/// One request, as it came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Method of the message, or of HTTP where there is none.
    pub(super) method: String,
    headers: HeaderMap,
    body: String,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        Some(self.headers.get(name)?.to_str().unwrap().to_owned())
    }
}

#[derive(Default)]
struct World {
    port: u16,
    held: Mutex<Held>,
    go_on: Notify,
    hanging: Notify,
    left: Notify,
}

#[derive(Default)]
struct Held {
    seen: Vec<Seen>,
    sessions: Vec<String>,
    opened: usize,
    /// Tokens that let in; none means that everybody may come.
    tokens: Option<Vec<String>>,
    granted: usize,
    challenges: Vec<(String, String)>,
    deny: bool,
}

impl Elsewhere {
    /// One that lets everybody in.
    pub(super) async fn start() -> Self {
        Self::start_at(0).await
    }

    /// The same at a port.
    pub(super) async fn start_at(port: u16) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let world = Arc::new(World { port, ..World::default() });
        let router = Router::new()
            .route("/mcp", post(message).delete(goodbye))
            .route("/.well-known/oauth-protected-resource/mcp", get(resource))
            .route("/.well-known/oauth-authorization-server", get(issuer))
            .route("/register", post(register))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(Arc::clone(&world));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { world, port, serving }
    }

    /// One that wants a sign-in.
    pub(super) async fn guarded() -> Self {
        let server = Self::start().await;
        server.held().tokens = Some(Vec::new());
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/mcp", self.port)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.held().seen.clone()
    }

    pub(super) fn bodies(&self) -> Vec<String> {
        self.held().seen.iter().map(|seen| seen.body.clone()).collect()
    }

    /// How many tokens were given out.
    pub(super) fn granted(&self) -> usize {
        self.held().granted
    }

    /// No token lets in any more.
    pub(super) fn revoke_tokens(&self) {
        self.held().tokens = Some(Vec::new());
    }

    /// Everybody who signs in is refused from now on.
    pub(super) fn deny(&self) {
        self.held().deny = true;
    }

    pub(super) fn forget_sessions(&self) {
        self.held().sessions.clear();
    }

    pub(super) fn go_on(&self) {
        self.world.go_on.notify_one();
    }

    /// Completes when a request hangs.
    pub(super) async fn hanging(&self) {
        self.world.hanging.notified().await;
    }

    /// Completes when whoever sent the hanging request has left.
    pub(super) async fn left(&self) {
        self.world.left.notified().await;
    }

    /// Ends; gives the port.
    pub(super) async fn stop(self) -> u16 {
        self.serving.abort();
        // Its end, which is what was asked for.
        drop(self.serving.await);
        self.port
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.world.held.lock().unwrap()
    }
}

type Shared = State<Arc<World>>;

/// Tells that a request was given up.
struct Leaving(Arc<World>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}

async fn goodbye(State(world): Shared, headers: HeaderMap) -> StatusCode {
    let seen = Seen { method: "DELETE".to_owned(), headers, body: String::new() };
    world.held.lock().unwrap().seen.push(seen);
    StatusCode::NO_CONTENT
}

async fn message(State(world): Shared, headers: HeaderMap, body: String) -> Response {
    let message: Value = serde_json::from_str(&body).unwrap();
    let method = message["method"].as_str().unwrap_or_default().to_owned();
    let (id, session) = (message.get("id").cloned(), headers.get("mcp-session-id").cloned());
    {
        let mut held = world.held.lock().unwrap();
        let bearer =
            headers.get("authorization").and_then(|value| value.to_str().unwrap().strip_prefix("Bearer "));
        if held.tokens.as_ref().is_some_and(|good| !good.iter().any(|token| Some(token.as_str()) == bearer)) {
            return refuse(world.port);
        }
        held.seen.push(Seen { method: method.clone(), headers, body: body.clone() });
        let known = |id: &str| held.sessions.iter().any(|known| known == id);
        if session.is_some_and(|id| !known(id.to_str().unwrap())) {
            return StatusCode::NOT_FOUND.into_response();
        }
    }
    let Some(id) = id else { return StatusCode::ACCEPTED.into_response() };
    answer(&world, &method, &id, &body).await
}

fn refuse(port: u16) -> Response {
    let metadata = format!("http://127.0.0.1:{port}/.well-known/oauth-protected-resource/mcp");
    let challenge = format!("Bearer realm=\"mcp\", resource_metadata=\"{metadata}\", scope=\"pods\"");
    (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response()
}

async fn answer(world: &Arc<World>, method: &str, id: &Value, body: &str) -> Response {
    let good = json!({"jsonrpc": "2.0", "id": id, "result": {}});
    let json = |text: String| ([("content-type", "application/json; charset=utf-8")], text).into_response();
    let typed = |kind: &'static str, text: &'static str| ([("content-type", kind)], text).into_response();
    match method {
        "initialize" => {
            let mut held = world.held.lock().unwrap();
            held.opened += 1;
            let session = format!("session-{}", held.opened);
            held.sessions.push(session.clone());
            let result = json!({"protocolVersion": "2025-06-18", "capabilities": {},
                "serverInfo": {"name": "elsewhere", "version": "1"}});
            let text = json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string();
            ([("content-type", "application/json".to_owned()), ("mcp-session-id", session)], text).into_response()
        }
        "stream" => stream_of(world, id),
        "hang" => {
            let _leaving = Leaving(Arc::clone(world));
            world.hanging.notify_one();
            std::future::pending().await
        }
        "busy" => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "7")]).into_response(),
        "html" => typed("text/html", "<p>hello"),
        "nothing" => StatusCode::ACCEPTED.into_response(),
        "cut" => typed("text/event-stream", "data: {\"jsonrpc\":\"2.0\",\"id\":5,"),
        "garbage" => typed("application/json", "{\"oops\n"),
        "redirect" => (StatusCode::TEMPORARY_REDIRECT, [("location", "https://evil.example/")]).into_response(),
        "refused" => {
            let error = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32020, "message": "mismatch"}});
            (StatusCode::BAD_REQUEST, json(error.to_string())).into_response()
        }
        _ if body.contains("1.50") => {
            json("{\r\n  \"jsonrpc\": \"2.0\",\n  \"id\":  \"x-1\",\n  \"result\": {\"a\": 1.50, \"b\": \"\\u00fc\"}\n}\n".to_owned())
        }
        _ => json(good.to_string()),
    }
}

/// Progress, then, when the test lets it go on, the answer.
fn stream_of(world: &Arc<World>, id: &Value) -> Response {
    let progress = json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}});
    let first = format!(": hello\n\nid: 1\ndata:\n\nevent: message\ndata: {progress}\n\n");
    let done = json!({"jsonrpc": "2.0", "id": id, "result": {"done": true}});
    let last = format!("data: {done}\r\n\r\n");
    let world = Arc::clone(world);
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from(first))]);
    let last = stream::once(async move {
        world.go_on.notified().await;
        Ok(Bytes::from(last))
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, last));
    ([("content-type", "text/event-stream")], body).into_response()
}

fn base(world: &World) -> String {
    format!("http://127.0.0.1:{}", world.port)
}

fn document(value: &Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}

async fn resource(State(world): Shared) -> Response {
    let base = base(&world);
    document(&json!({"resource": format!("{base}/mcp"), "authorization_servers": [base]}))
}

async fn issuer(State(world): Shared) -> Response {
    let base = base(&world);
    document(&json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "registration_endpoint": format!("{base}/register"), "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn register(body: String) -> Response {
    let asked: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(asked["token_endpoint_auth_method"], "none");
    let answer = json!({"client_id": "client-1", "redirect_uris": asked["redirect_uris"]});
    (StatusCode::CREATED, document(&answer)).into_response()
}

type Pairs = Query<std::collections::BTreeMap<String, String>>;

/// What a browser gets: sent back at once, with a code or a refusal.
async fn authorize(State(world): Shared, Query(asked): Pairs) -> Response {
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!((asked["client_id"].as_str(), asked["scope"].as_str()), ("client-1", "pods"));
    assert_eq!(asked["resource"], format!("{}/mcp", base(&world)));
    let mut back = reqwest::Url::parse(&asked["redirect_uri"]).unwrap();
    assert_eq!(back.host_str(), Some("127.0.0.1"));
    let mut held = world.held.lock().unwrap();
    let code = format!("CODE-CANARY-{}", held.challenges.len());
    held.challenges.push((code.clone(), asked["code_challenge"].clone()));
    back.query_pairs_mut().append_pair("state", &asked["state"]).append_pair("iss", &base(&world));
    match held.deny {
        true => back.query_pairs_mut().append_pair("error", "access_denied"),
        false => back.query_pairs_mut().append_pair("code", &code),
    };
    (StatusCode::FOUND, [("location", back.to_string())]).into_response()
}

/// Gives a token to whoever knows the verifier behind the challenge.
async fn token(State(world): Shared, body: String) -> Response {
    let form = reqwest::Url::parse(&format!("http://x/?{body}")).unwrap();
    let value = |name: &str| form.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(value("grant_type"), "authorization_code");
    let digest = ring::digest::digest(&ring::digest::SHA256, value("code_verifier").as_bytes());
    let challenge = URL_SAFE_NO_PAD.encode(digest);
    let mut held = world.held.lock().unwrap();
    if !held.challenges.contains(&(value("code"), challenge)) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    held.granted += 1;
    let token = format!("TOKEN-CANARY-{}", held.granted);
    held.tokens.get_or_insert_default().push(token.clone());
    document(&json!({"access_token": token, "token_type": "Bearer"}))
}
