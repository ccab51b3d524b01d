//! A server that answers anything with something, and tells what it was asked.
//!
//! It knows no Runpod: what is learnt here is what the client sends, whoever listens.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use runpod_api::{ApiKey, Base, Call, Client, Hosts, Routing, Settings, Version, Versions};
use serde_json::{Value, json};

/// What was asked once. The path has its `/v2` or `/v1`.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) last_event_id: Option<String>,
    pub(crate) body: Option<Value>,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Recorder {
    origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::default();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&asked));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, asked }
    }

    /// A client that speaks one version, where there is a choice.
    pub(crate) fn client(&self, version: Version) -> Client {
        let base = |path| Base::parse(&format!("{}{path}", self.origin)).expect("a loopback address");
        let hosts = Hosts {
            rest_v2: base("/v2"),
            rest_v1: base("/v1"),
            serverless: base("/sls"),
            graphql_public: base("/graphql"),
            graphql_authed: base("/graphql"),
        };
        let versions = Versions::all(Routing::Fixed(version));
        let client = Client::new(Settings { hosts, versions, ..Settings::default() });
        client.acting_for(Call::new(Some(ApiKey::new("key")), client.deadline()))
    }

    /// What was asked since the last time, oldest first.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().expect("no panic while recording"))
    }
}

async fn answer(
    State(asked): State<Arc<Mutex<Vec<Asked>>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let status = if method == Method::DELETE { StatusCode::NO_CONTENT } else { StatusCode::OK };
    let said = |name| headers.get::<&str>(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (content_type, last_event_id) = (said("content-type"), said("last-event-id"));
    let body = (!body.is_empty()).then(|| serde_json::from_slice(&body).expect("the client sends JSON"));
    let (path, query) = (uri.path().to_owned(), uri.query().map(str::to_owned));
    let reply = reply(&method, &path);
    let one = Asked { method, path, query, content_type, last_event_id, body };
    asked.lock().expect("no panic while recording").push(one);
    match (status, reply) {
        (StatusCode::NO_CONTENT, _) => status.into_response(),
        (_, Reply::Empty) => status.into_response(),
        (_, Reply::Events) => ([(header::CONTENT_TYPE, "text/event-stream")], "").into_response(),
        (_, Reply::Bare) => ([(header::CONTENT_TYPE, "application/json")], "[]").into_response(),
        (_, Reply::Object) => {
            ([(header::CONTENT_TYPE, "application/json")], anything().to_string()).into_response()
        }
    }
}

enum Reply {
    Object,
    Events,
    Bare,
    Empty,
}

/// What the version answers with: v1 sends bare arrays, and nothing at all after an action.
fn reply(method: &Method, path: &str) -> Reply {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["v1", _] | ["v1", "billing", _]) => Reply::Bare,
        ("GET", [.., "logs"]) => Reply::Events,
        ("POST", ["v1", "pods", _, "start" | "stop"]) => Reply::Empty,
        _ => Reply::Object,
    }
}

/// An object that reads as whatever is expected.
fn anything() -> Value {
    json!({
        "id": "x", "status": "IN_QUEUE", "pods": [], "endpoints": [], "workers": [], "releases": [], "builds": [], "templates": [],
        "networkVolumes": [], "registries": [], "delegations": [], "gpus": [], "cpus": [], "dataCenters": [],
        "records": [], "clusters": [], "secrets": [], "keys": [],
        "data": { "gpuTypes": [], "dataCenters": [] }
    })
}
