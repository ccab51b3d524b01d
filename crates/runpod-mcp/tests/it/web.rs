//! A front on a socket of its own, and a client that sends exactly what a test says.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use runpod_mcp::mcp::Server;
use runpod_mcp::serve::http::{self, Listening, Settings, Site, Tls};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Nothing here takes long; this only keeps a hanging server from hanging the tests.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const BOTH: (&str, &str) = ("Accept", "application/json, text/event-stream");

/// A front that listens until it is dropped.
pub(crate) struct Web {
    pub(crate) at: SocketAddr,
    pub(crate) drain: CancellationToken,
    pub(crate) task: JoinHandle<std::io::Result<()>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Web {
    /// A front for this server, where nobody needs a key.
    pub(crate) async fn open(server: &Server) -> Self {
        Self::with(server, |settings| settings.bearer = false).await
    }

    /// A front for this server that stands in the world like this.
    pub(crate) async fn with(server: &Server, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        Self::of(Site::new(server.clone(), settings), None).await
    }

    pub(crate) async fn of(site: Site, tls: Option<Tls>) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let (at, drain) = (socket.local_addr().expect("bound"), site.drain.clone());
        let task = tokio::spawn(http::serve(site, Listening { socket, tls }));
        Self { at, drain, task }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.at).await.expect("it listens")
    }

    /// Sends bytes as they are, and reads until the server closes.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // A server that has closed already says why in what it wrote.
        drop(stream.write_all(bytes).await);
        let mut read = Vec::new();
        drop(tokio::time::timeout(PATIENCE, stream.read_to_end(&mut read)).await.expect("an end in time"));
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Sends a request with these headers beside the ones that it cannot do without.
    pub(crate) async fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut text = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        let named = |name: &str| headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        if !named("host") {
            text.push_str(&format!("Host: {}\r\n", self.at));
        }
        if !named("content-length") && !body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        if !named("content-type") && !body.is_empty() {
            text.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        Got::read(&self.raw(format!("{text}\r\n{body}").as_bytes()).await)
    }

    /// Posts a message.
    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: &Value) -> Got {
        let mut all = vec![BOTH];
        all.extend(headers);
        self.send("POST /mcp", &all, &body.to_string()).await
    }

    /// Posts a request of a revision with handshake.
    pub(crate) async fn ask(&self, version: &str, method: &str, params: Value) -> Got {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.post(&[("MCP-Protocol-Version", version)], &body).await
    }

    /// Posts a request of the revision without handshake, with the headers that belong to it.
    pub(crate) async fn ask_modern(&self, method: &str, params: Value) -> Got {
        let (headers, body) = modern(method, params);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(&headers, &body).await
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request of the revision without handshake, and its headers.
pub(crate) fn modern(method: &str, mut params: Value) -> (Vec<(&'static str, String)>, Value) {
    params["_meta"] = crate::session::modern();
    let mut headers =
        vec![("MCP-Protocol-Version", "2026-07-28".to_owned()), ("Mcp-Method", method.to_owned())];
    let name = params.get("name").or_else(|| params.get("taskId")).and_then(Value::as_str);
    headers.extend(name.map(|name| ("Mcp-Name", name.to_owned())));
    (headers, json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
}

impl Got {
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let headers: Vec<_> = lines.map(header).collect();
        let got = Self { status: status.expect("a status"), headers, body: body.to_owned() };
        match got.header("transfer-encoding") {
            Some("chunked") => Self { body: unchunked(&got.body), ..got },
            _ => got,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The events of a stream.
    pub(crate) fn events(&self) -> Vec<Value> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("JSON")).collect()
    }

    /// Status and code of the error.
    pub(crate) fn refused(&self) -> (u16, i64) {
        (self.status, self.json()["error"]["code"].as_i64().unwrap_or_default())
    }
}

fn unchunked(text: &str) -> String {
    let (mut rest, mut whole) = (text, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a size");
        whole.push_str(&after[..size]);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    whole
}
