//! A socket that answers as told and remembers what it heard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runpod_api::{ApiKey, Base, Call, Client, Deadline, Hosts, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::hand::Hand;

pub(crate) const KEY: &str = "rpa_CANARY0123456789";

/// What to do with one request.
pub(crate) enum Reply {
    /// These bytes; the connection stays open.
    Bytes(Vec<u8>),
    /// These bytes, then the end of the connection.
    Cut(Vec<u8>),
    /// These bytes, then nothing until the client hangs up.
    Stall(Vec<u8>),
    /// This head, then this many bytes of body as far as the client reads.
    Flood(Vec<u8>, u64),
    /// These bytes as soon as the sender says so.
    Held(Vec<u8>, watch::Receiver<bool>),
}

impl Reply {
    /// A complete answer; `headers` are whole lines.
    pub(crate) fn new(status: u16, headers: &str, body: &str) -> Self {
        Self::Bytes(bytes(status, headers, body))
    }

    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::new(status, "content-type: application/json\r\n", body)
    }

    /// A complete answer, given when the returned sender says `true`.
    pub(crate) fn held(status: u16, body: &str) -> (Self, watch::Sender<bool>) {
        let (go, wait) = watch::channel(false);
        (Self::Held(bytes(status, "", body), wait), go)
    }
}

fn bytes(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("HTTP/1.1 {status} X\r\n{headers}{length}\r\n{body}").into_bytes()
}

/// One request as it came over the socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Heard {
    /// Method and target.
    pub(crate) fn line(&self) -> &str {
        self.head.split(" HTTP/").next().unwrap()
    }

    /// All values of a header.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v).collect()
    }
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) heard: Vec<Heard>,
    pub(crate) connections: usize,
    /// Connections that the client closed while an answer was due.
    pub(crate) hung_up: usize,
    /// Bytes of flood that the client took, including what lies in socket buffers.
    pub(crate) flooded: u64,
}

pub(crate) struct Stub {
    pub(crate) port: u16,
    log: watch::Sender<Log>,
}

impl Stub {
    /// Answers requests with these replies in this order, and all further ones with 599.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let log = watch::Sender::new(Log::default());
        let told = log.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                told.send_modify(|log| log.connections += 1);
                tokio::spawn(converse(socket, Arc::clone(&replies), told.clone()));
            }
        });
        Self { port, log }
    }

    pub(crate) fn hosts(&self) -> Hosts {
        hosts(&format!("http://127.0.0.1:{}/v2", self.port))
    }

    /// A client of this stub whose time stands still and whose waits between tries are none.
    pub(crate) fn client(&self, hand: &Arc<Hand>) -> Client {
        client(Settings {
            hosts: self.hosts(),
            clock: hand.clone(),
            jitter: |_| Duration::ZERO,
            ..Settings::default()
        })
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.log.borrow().heard.clone()
    }

    /// Method and target of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.borrow().heard.iter().map(|h| h.line().to_owned()).collect()
    }

    pub(crate) fn flooded(&self) -> u64 {
        self.log.borrow().flooded
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.borrow().connections
    }

    pub(crate) async fn until(&self, done: impl FnMut(&Log) -> bool) {
        self.log.subscribe().wait_for(done).await.unwrap();
    }
}

pub(crate) fn hosts(rest_v2: &str) -> Hosts {
    Hosts { rest_v2: Base::parse(rest_v2).unwrap(), ..Hosts::default() }
}

/// A client with the canary key and no deadline but that of each request.
pub(crate) fn client(settings: Settings) -> Client {
    let deadline = Deadline::never(&settings.clock);
    Client::new(settings).acting_for(Call::new(Some(ApiKey::new(KEY)), deadline))
}

async fn converse(mut socket: TcpStream, replies: Arc<Mutex<VecDeque<Reply>>>, log: watch::Sender<Log>) {
    while let Some(heard) = hear(&mut socket).await {
        log.send_modify(|log| log.heard.push(heard));
        let reply = replies.lock().unwrap().pop_front();
        match reply.unwrap_or_else(|| Reply::new(599, "", "the stub has no more replies")) {
            Reply::Bytes(bytes) => drop(socket.write_all(&bytes).await),
            Reply::Cut(bytes) => return drop(socket.write_all(&bytes).await),
            Reply::Stall(bytes) => {
                drop(socket.write_all(&bytes).await);
                return hung_up(&mut socket, &log).await;
            }
            Reply::Flood(head, most) => {
                drop(socket.write_all(&head).await);
                return flood(&mut socket, most, &log).await;
            }
            Reply::Held(bytes, mut wait) => {
                let told = async { drop(wait.wait_for(|go| *go).await) };
                tokio::select! {
                    () = told => (),
                    () = hung_up(&mut socket, &log) => return,
                }
                drop(socket.write_all(&bytes).await);
            }
        }
    }
}

async fn hear(socket: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut heard = Heard { head: String::from_utf8(bytes[..head].to_vec()).unwrap(), body: String::new() };
    let length: usize = heard.header("content-length").first().map_or(0, |v| v.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    heard.body = String::from_utf8(bytes[head + 4..].to_vec()).unwrap();
    Some(heard)
}

async fn hung_up(socket: &mut TcpStream, log: &watch::Sender<Log>) {
    while socket.read(&mut [0; 1024]).await.is_ok_and(|n| n > 0) {}
    log.send_modify(|log| log.hung_up += 1);
}

async fn flood(socket: &mut TcpStream, most: u64, log: &watch::Sender<Log>) {
    let chunk = vec![b' '; 64 * 1024];
    let mut written = 0;
    while written < most && socket.write_all(&chunk).await.is_ok() {
        written += chunk.len() as u64;
        log.send_modify(|log| log.flooded = written);
    }
    log.send_modify(|log| log.hung_up += 1);
}
