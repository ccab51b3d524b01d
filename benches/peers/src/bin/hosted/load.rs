//! Requests from many connections at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What is asked, again and again.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) body: &'static str,
    /// How many tokens there are; requests take turns with them.
    pub(crate) tokens: u64,
}

/// tools/list
pub(crate) const LIST: Question =
    Question { body: r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#, tokens: 1 };

/// The Pods of an account, of which there are fifty.
pub(crate) const PODS: Question = Question {
    body: r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list-pods","arguments":{"limit":50}}}"#,
    tokens: 8,
};

/// The same for a server that knows no `limit`.
pub(crate) const ALL_PODS: Question = Question {
    body: r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list-pods","arguments":{}}}"#,
    ..PODS
};

/// How it went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    pub(crate) took: Duration,
    /// Of each request, shortest first.
    pub(crate) each: Vec<Duration>,
}

impl Load {
    pub(crate) fn per_second(&self) -> f64 {
        self.each.len() as f64 / self.took.as_secs_f64()
    }

    /// In ms.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = (self.each.len() * percent / 100).min(self.each.len().saturating_sub(1));
        self.each.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// So many requests over so many connections, each of which asks again when it has its answer.
pub(crate) async fn load(
    at: &str,
    question: &Question,
    connections: u64,
    requests: u64,
) -> anyhow::Result<Load> {
    let (taken, began) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (at, question, taken) = (at.to_owned(), question.clone(), Arc::clone(&taken));
        tasks.spawn(async move {
            let mut connection = Connection::open(&at).await?;
            let mut each = Vec::new();
            loop {
                let nth = taken.fetch_add(1, Ordering::Relaxed);
                if nth >= requests {
                    return anyhow::Ok(each);
                }
                let began = Instant::now();
                let answer = connection.ask(&question, nth).await?;
                each.push(began.elapsed());
                ensure!(answer.len() > 100, "a short answer: {}", String::from_utf8_lossy(&answer));
            }
        });
    }
    let mut load = Load::default();
    while let Some(each) = tasks.join_next().await {
        load.each.extend(each??);
    }
    load.took = began.elapsed();
    load.each.sort_unstable();
    Ok(load)
}

/// A kept connection.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    pub(crate) async fn open(at: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(at).await.with_context(|| format!("connecting to {at}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: at.to_owned() })
    }

    /// The body of an answer that is a result.
    pub(crate) async fn ask(&mut self, question: &Question, nth: u64) -> anyhow::Result<Bytes> {
        let request = hyper::Request::post("/mcp")
            .header(HOST, &self.host)
            .header(AUTHORIZATION, format!("Bearer rpa_NOTAKEY{}", nth % question.tokens))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .body(Full::new(Bytes::from_static(question.body.as_bytes())))?;
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        let start = String::from_utf8_lossy(body.get(..body.len().min(400)).unwrap_or_default());
        ensure!(head.status == 200, "{}: {start}", head.status);
        // An error stands at the start; nothing else is looked for in what may be long.
        ensure!(!start.contains(r#""error":{"#) && !start.contains(r#""isError":true"#), "an error: {start}");
        Ok(body)
    }
}
