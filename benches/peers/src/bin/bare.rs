//! The floor over HTTP: one axum handler that reads a request to its end, looks at nothing of it and answers.
//!
//! `bare FILE` answers with the bytes of a file; `bare` alone with what the host of `RUNPOD_REST_V2_API_URL` answers to
//! the caller's token. It prints its address. What a server needs beyond this is its own doing.

#![expect(clippy::print_stdout, reason = "whoever starts it has to learn its address")]

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

/// Where answers come from.
#[derive(Clone)]
enum Source {
    Kept(Bytes),
    Asked { client: reqwest::Client, url: String },
}

fn main() -> anyhow::Result<()> {
    let source = match std::env::args_os().nth(1) {
        Some(file) => Source::Kept(std::fs::read(file)?.into()),
        None => upstream()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", socket.local_addr()?);
        Ok(axum::serve(socket, Router::new().route("/mcp", post(answer)).with_state(source)).await?)
    })
}

fn upstream() -> anyhow::Result<Source> {
    #[expect(
        clippy::disallowed_methods,
        reason = "it stands where a server stands, which is told its host so"
    )]
    let url = std::env::var("RUNPOD_REST_V2_API_URL").context("RUNPOD_REST_V2_API_URL is not set")?;
    // The same provider as ours; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).tls_certs_only([]).build()?;
    Ok(Source::Asked { client, url: format!("{url}/pods?limit=50") })
}

async fn answer(State(source): State<Source>, headers: HeaderMap, request: Bytes) -> Response {
    drop(request);
    match source {
        Source::Kept(bytes) => (JSON, bytes).into_response(),
        Source::Asked { client, url } => {
            let token = headers.get(AUTHORIZATION).cloned();
            let asked =
                token.into_iter().fold(client.get(url), |asked, token| asked.header(AUTHORIZATION, token));
            let body = async { asked.send().await?.bytes().await };
            match body.await {
                Ok(body) => (JSON, body).into_response(),
                Err(_) => StatusCode::BAD_GATEWAY.into_response(),
            }
        }
    }
}
