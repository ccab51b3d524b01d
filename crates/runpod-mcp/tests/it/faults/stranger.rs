//! Somebody between the server and the twin who does to some requests what is asked, and passes the others on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::Clock as _;
use runpod_sim::contract::{self, Route};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::leap::Leap;
use super::trouble::{FLOOD_ENDS, HUGE, How};

/// Between two bytes of a slow body.
const DRIP: Duration = Duration::from_secs(7);

/// One request as it came over the socket.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    head: String,
    body: Vec<u8>,
}

impl Heard {
    /// A header, by its name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The type of answer that is wanted.
    pub(super) fn wants(&self) -> &str {
        self.header("accept").unwrap_or_default()
    }

    pub(super) fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// What it asks for.
    fn operation(&self) -> String {
        let path = self.head.split(' ').nth(1).unwrap_or_default();
        operation(self.method(), path, &serde_json::from_slice(&self.body).unwrap_or_default())
    }
}

/// What a request asks for, as the contracts call it.
pub(super) fn operation(method: &str, path: &str, body: &Value) -> String {
    if path == "/graphql" {
        let document = body["query"].as_str().unwrap_or_default();
        let (_, fields) = document.split_once('{').unwrap_or_default();
        let field = fields.trim_start().split(|c: char| !c.is_alphanumeric()).next();
        return format!("{} {}", document.split(' ').next().unwrap_or_default(), field.unwrap_or_default());
    }
    let path = path.split('?').next().unwrap_or_default();
    let below = |base: &str| path.strip_prefix(base);
    let (contract, path) = match (below("/v1"), below("/serverless/v2")) {
        (Some(path), _) => (contract::v1(), path),
        (_, Some(path)) => (contract::serverless(), path),
        (None, None) => (contract::v2(), path),
    };
    match contract.route(&method.parse().expect("a method"), path) {
        Route::Found { operation, .. } => operation.id().to_owned(),
        _ => panic!("{method} {path} leads nowhere"),
    }
}

/// What is done to which requests, and what came of it.
#[derive(Debug, Default)]
struct Plan {
    trouble: Option<(String, How)>,
    seen: Seen,
}

/// What the stranger saw during one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// How many requests trouble befell.
    pub(super) struck: usize,
    /// Bytes of body that were taken from it, with what lies in socket buffers.
    pub(super) taken: u64,
}

/// The one in between. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    pub(super) port: u16,
    plan: Arc<Mutex<Plan>>,
    clock: Leap,
    twin: SocketAddr,
}

impl Stranger {
    /// Stands before a twin.
    pub(super) async fn before(twin: SocketAddr, clock: Leap) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it has one").port();
        let stranger = Self { port, plan: Arc::default(), clock, twin };
        let listening = stranger.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                listening.clock.stir();
                let stranger = listening.clone();
                tokio::spawn(async move { stranger.converse(socket).await });
            }
        });
        stranger
    }

    /// From now on this happens to requests for this operation.
    pub(super) fn strike(&self, operation: &str, how: How) {
        *self.plan.lock().unwrap() = Plan { trouble: Some((operation.to_owned(), how)), ..Plan::default() };
    }

    /// From now on nothing happens to anybody; what happened before.
    pub(super) fn rest(&self) -> Seen {
        std::mem::take(&mut *self.plan.lock().unwrap()).seen
    }

    async fn converse(self, mut socket: TcpStream) -> Option<()> {
        while let Some(heard) = self.hear(&mut socket).await {
            let Some(how) = self.befalls(&heard) else { return self.pass_on(&heard, socket).await };
            self.act(how, &heard, &mut socket).await?;
        }
        None
    }

    fn befalls(&self, heard: &Heard) -> Option<How> {
        let mut plan = self.plan.lock().unwrap();
        let (operation, how) = plan.trouble.as_ref()?;
        let how = (*operation == heard.operation()).then_some(*how)?;
        plan.seen.struck += 1;
        Some(how)
    }

    /// Nothing when the connection is not to be used again.
    async fn act(&self, how: How, heard: &Heard, socket: &mut TcpStream) -> Option<()> {
        match how {
            How::Answer(bytes) => self.say(&bytes(heard), socket).await,
            How::Cut(bytes) => {
                self.say(&bytes(heard), socket).await?;
                None
            }
            How::Drip(bytes) => {
                self.say(&bytes(heard), socket).await?;
                loop {
                    tokio::select! {
                        () = self.clock.sleep(DRIP) => self.say(b" ", socket).await?,
                        () = left(socket) => return None,
                    }
                }
            }
            How::Silence => {
                left(socket).await;
                None
            }
            How::Flood(bytes) => {
                self.say(&bytes(heard), socket).await?;
                self.flood(socket).await
            }
            How::Nobody(_) => None,
        }
    }

    async fn say(&self, bytes: &[u8], socket: &mut TcpStream) -> Option<()> {
        socket.write_all(bytes).await.ok()?;
        self.clock.stir();
        Some(())
    }

    /// Letters of a text, and its end.
    async fn flood(&self, socket: &mut TcpStream) -> Option<()> {
        let chunk = vec![b'x'; 256 * 1024];
        let mut written = 0;
        while written < HUGE {
            self.say(&chunk, socket).await?;
            written += chunk.len() as u64;
            self.plan.lock().unwrap().seen.taken += chunk.len() as u64;
        }
        self.say(FLOOD_ENDS, socket).await?;
        None
    }

    async fn pass_on(&self, heard: &Heard, mut socket: TcpStream) -> Option<()> {
        let _answering = self.clock.answering();
        let mut twin = TcpStream::connect(self.twin).await.ok()?;
        let (line, fields) = heard.head.split_once("\r\n")?;
        let head = format!("{line}\r\nconnection: close\r\n{fields}\r\n\r\n");
        twin.write_all(&[head.as_bytes(), &heard.body].concat()).await.ok()?;
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = tokio::select! {
                read = twin.read(&mut bytes) => read.ok().filter(|n| *n > 0)?,
                () = left(&mut socket) => return None,
            };
            self.say(&bytes[..read], &mut socket).await?;
        }
    }

    async fn hear(&self, socket: &mut TcpStream) -> Option<Heard> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break end;
            }
            self.more(socket, &mut bytes).await?;
        };
        let text = String::from_utf8(bytes[..head].to_vec()).expect("heads are text");
        let mut heard = Heard { head: text, body: Vec::new() };
        let length = heard.header("content-length").map_or(0, |v| v.parse().expect("a length"));
        while bytes.len() < head + 4 + length {
            self.more(socket, &mut bytes).await?;
        }
        heard.body = bytes.split_off(head + 4);
        Some(heard)
    }

    async fn more(&self, socket: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
        let read = socket.read_buf(bytes).await.ok().filter(|n| *n > 0);
        self.clock.stir();
        read.map(drop)
    }
}

/// Completes when the other side hangs up.
async fn left(socket: &mut TcpStream) {
    while socket.read(&mut [0; 64]).await.is_ok_and(|n| n > 0) {}
}
