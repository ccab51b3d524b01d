//! The floor: a server over stdio that hands on what the host of `RUNPOD_REST_V2_API_URL` answers, and looks at nothing of it.
//!
//! `copy` speaks HTTP by hand over one socket; `copy reqwest` uses the client library that the server uses. What a server
//! needs beyond the second is its own doing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Asked {
    id: Option<Value>,
    method: String,
}

fn main() -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "it stands where a server stands, which is told its host so"
    )]
    let url = std::env::var("RUNPOD_REST_V2_API_URL").context("RUNPOD_REST_V2_API_URL is not set")?;
    let url = format!("{url}/pods?limit=50");
    match std::env::args().nth(1).as_deref() {
        None => by_hand(&url),
        Some(_) => by_library(&url),
    }
}

fn by_hand(url: &str) -> anyhow::Result<()> {
    let (host, path) = url.trim_start_matches("http://").split_once('/').context("a URL without a path")?;
    let mut stream = BufReader::new(TcpStream::connect(host)?);
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    serve(|| {
        stream.get_mut().write_all(request.as_bytes())?;
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line)?;
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(body)
    })
}

fn by_library(url: &str) -> anyhow::Result<()> {
    // The same certificates and provider as ours, so that starting costs the same; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true);
    let client = client.tls_certs_only([]).build()?;
    serve(|| {
        let answer = async { client.get(url).send().await?.bytes().await };
        Ok(runtime.block_on(answer)?.to_vec())
    })
}

/// Answers each line; calls with what `fetch` brings.
fn serve(mut fetch: impl FnMut() -> anyhow::Result<Vec<u8>>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Asked { id: Some(id), method } = serde_json::from_str(&line?)? else { continue };
        let result = match method.as_str() {
            "tools/call" => {
                let text = String::from_utf8(fetch()?)?;
                json!({"content": [{"type": "text", "text": text}]})
            }
            "tools/list" => json!({"tools": []}),
            _ => json!({"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
                "serverInfo": {"name": "copy", "version": "0"}}),
        };
        writeln!(out, "{}", json!({"jsonrpc": "2.0", "id": id, "result": result}))?;
        out.flush()?;
    }
    Ok(())
}
