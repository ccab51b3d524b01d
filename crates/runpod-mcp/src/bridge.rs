//! stdio on this side, Streamable HTTP on the other: for clients that can only start a program.
//!
//! Messages pass as they are, byte for byte but for line ends, in both eras of the protocol; the bridge reads only what
//! the transport itself needs: ids, methods, versions, which request a cancellation is about. Every request gets an
//! answer: when the way is broken, an error with its id. What tools there are and what they say is none of its
//! business. No token is in what it writes, to the client or to the log.

mod answer;
mod call;
mod envelope;
mod pass;
mod session;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::{AbortHandle, JoinSet};

use crate::remote::{Address, SignIn, Wallet};
use crate::serve::stdio::LONGEST_LINE;
use crate::serve::stdio::lines::{Line, Lines};
use crate::serve::stdio::outbox::Outbox;
use crate::serve::stdio::streams;
use call::Call;
use envelope::{Envelope, Kind, complaint};
use pass::Pass;
use session::Session;

/// How long running requests may go on after the end of the input.
const GRACE: Duration = Duration::from_secs(5);
/// How long the last lines may take to leave.
const FLUSH: Duration = Duration::from_secs(1);

/// What a bridge is made of.
#[derive(Debug)]
pub struct Bridge {
    /// The way out.
    pub http: reqwest::Client,
    /// The server.
    pub address: Address,
    /// What goes with every request. With an `Authorization` among it, nobody is asked to sign in.
    pub headers: HeaderMap,
    /// How to sign in; `None` where nobody could.
    pub sign_in: Option<SignIn>,
    /// Where tokens are kept.
    pub wallet: Wallet,
}

/// What all requests share.
#[derive(Debug)]
struct Way {
    http: reqwest::Client,
    address: Address,
    headers: HeaderMap,
    pass: Arc<Pass>,
    session: Session,
}

impl Bridge {
    /// Passes messages between stdin, stdout and the server until the client hangs up.
    ///
    /// # Errors
    /// When stdin cannot be read.
    pub async fn run(self) -> io::Result<()> {
        let (read, write) = streams::of_process();
        self.over(read, write).await
    }

    /// The same over any pair of streams.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub async fn over<R, W>(self, read: R, write: W) -> io::Result<()>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let Self { http, address, headers, sign_in, wallet } = self;
        let fixed = headers.contains_key(http::header::AUTHORIZATION);
        let pass = Pass::new(address.clone(), sign_in.filter(|_| !fixed), wallet, fixed);
        let way = Way { http, address, headers, pass: Arc::new(pass), session: Session::default() };
        let mut traffic = Traffic {
            way: Arc::new(way),
            outbox: Outbox::to(write),
            running: JoinSet::new(),
            ids: HashMap::new(),
        };
        let read = traffic.pass_on(Lines::new(read, LONGEST_LINE)).await;
        traffic.end().await;
        read
    }
}

/// Requests under way.
struct Traffic {
    way: Arc<Way>,
    outbox: Outbox,
    running: JoinSet<String>,
    ids: HashMap<String, AbortHandle>,
}

impl Traffic {
    /// Takes line after line until there is none, or nobody takes answers any more.
    async fn pass_on<R: AsyncRead + Unpin>(&mut self, mut lines: Lines<R>) -> io::Result<()> {
        let gone = self.outbox.gone();
        loop {
            tokio::select! {
                () = gone.cancelled() => return Ok(()),
                Some(Ok(id)) = self.running.join_next() => drop(self.ids.remove(&id)),
                line = lines.next() => match line? {
                    Line::Whole => self.take(lines.text()).await,
                    Line::TooLong => self.refuse(envelope::INVALID_REQUEST, "the line is longer than 24 MiB").await,
                    Line::End => return Ok(()),
                },
            }
        }
    }

    async fn take(&mut self, line: &[u8]) {
        let envelope = match Envelope::read(line) {
            Ok(Some(envelope)) => envelope,
            Ok(None) => return,
            Err((code, why)) => return self.refuse(code, why).await,
        };
        match envelope.kind.clone() {
            Kind::Request { id } => self.send(id, Bytes::copy_from_slice(line), envelope),
            Kind::Other { cancels } => {
                if let Some(running) = cancels.and_then(|id| self.ids.remove(&id)) {
                    // Closing the request is what cancels it for servers of today; older ones read the notification.
                    running.abort();
                }
                if !envelope.is_modern_cancellation() {
                    self.tell(Bytes::copy_from_slice(line), envelope).await;
                }
            }
        }
    }

    /// Sends a request on its own: the next line does not wait for its answer.
    fn send(&mut self, id: String, line: Bytes, envelope: Envelope) {
        let call = Call { way: Arc::clone(&self.way), line, envelope };
        let out = self.outbox.sender();
        let own = id.clone();
        let running = self.running.spawn(async move {
            call.ask(&own, &out).await;
            own
        });
        self.ids.insert(id, running);
    }

    /// Sends what has no answer, and waits until it has arrived: what follows may depend on it.
    async fn tell(&mut self, line: Bytes, envelope: Envelope) {
        Call { way: Arc::clone(&self.way), line, envelope }.tell().await;
    }

    /// Answers a line that is no message; it has no id that could be told.
    async fn refuse(&mut self, code: i32, why: &str) {
        // Whoever does not take it is noticed by `gone`.
        drop(self.outbox.sender().send(complaint(None, code, why)).await);
    }

    /// Lets running requests end, says goodbye to the server, and closes the output.
    async fn end(&mut self) {
        if !self.outbox.gone().is_cancelled() {
            let running = &mut self.running;
            let ended = async { while running.join_next().await.is_some() {} };
            drop(tokio::time::timeout(GRACE, ended).await);
        }
        self.running.abort_all();
        self.way.leave().await;
        self.outbox.close(FLUSH).await;
    }
}
