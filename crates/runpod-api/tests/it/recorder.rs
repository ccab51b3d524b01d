//! A server that answers anything with something, and tells what it was asked.
//!
//! It knows no Runpod: what is learnt here is what the client sends, whoever listens.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use runpod_api::{ApiKey, Base, Call, Client, Hosts, Settings};
use serde_json::{Value, json};

/// What was asked once. The path has its `/v2`, as the contract has it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Option<Value>,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Recorder {
    base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let base = format!("http://{}/v2", listener.local_addr().expect("bound"));
        let asked = Arc::default();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&asked));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, asked }
    }

    pub(crate) fn client(&self) -> Client {
        let rest_v2 = Base::parse(&self.base).expect("a loopback address");
        let client =
            Client::new(Settings { hosts: Hosts { rest_v2, ..Hosts::default() }, ..Settings::default() });
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
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let body = (!body.is_empty()).then(|| serde_json::from_slice(&body).expect("the client sends JSON"));
    let (path, query) = (uri.path().to_owned(), uri.query().map(str::to_owned));
    asked.lock().expect("no panic while recording").push(Asked { method, path, query, content_type, body });
    match status {
        StatusCode::NO_CONTENT => status.into_response(),
        _ => ([(header::CONTENT_TYPE, "application/json")], anything().to_string()).into_response(),
    }
}

/// An object that reads as whatever is expected.
fn anything() -> Value {
    json!({
        "id": "x", "pods": [], "endpoints": [], "workers": [], "releases": [], "builds": [], "templates": [],
        "networkVolumes": [], "registries": [], "delegations": [], "gpus": [], "cpus": [], "dataCenters": [],
        "records": [], "clusters": [], "secrets": [], "keys": []
    })
}
