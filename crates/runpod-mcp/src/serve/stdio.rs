//! MCP over a pair of byte streams: one JSON-RPC message for each line.
//!
//! rmcp answers nothing to a line it cannot read, so this is our own transport beneath its service. It promises an
//! answer to every request that can be told apart from noise, a buffer that never grows beyond one longest line,
//! and nothing but protocol on the outgoing stream. It refuses to know which tools there are.
//!
//! At the end of the input, calls that only wait end with what they have; others may answer for as long as one
//! request to Runpod may take, so that `printf ... | runpod-mcp` gets its answers. Then the streams close. When nobody
//! takes the output any more, nothing is waited for.

mod due;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod law;
pub(crate) mod lines;
mod message;
pub(crate) mod outbox;
pub(crate) mod streams;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::time::Duration;

use rmcp::ServiceExt;
use rmcp::model::{GetExtensions, JsonRpcMessage};
use rmcp::service::{RoleServer, RxJsonRpcMessage, ServerInitializeError, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::mcp::{Hangup, Server};
use due::{Due, answers};
use lines::{Line, Lines};
use message::{Gate, Heard, Refusal};
use outbox::Outbox;

/// Longest line that is read, in bytes without its end.
pub const LONGEST_LINE: usize = 24 * 1024 * 1024;

/// How long changes that were sent may go on after their calls ended.
const LATE: Duration = Duration::from_secs(5);

/// How long the last answers may take to leave when nobody may be reading any more.
const FLUSH: Duration = Duration::from_secs(1);

/// Serves one client over stdin and stdout until it hangs up.
///
/// # Errors
/// When the service task died.
pub async fn run(server: Server) -> io::Result<()> {
    let (read, write) = streams::of_process();
    serve(server, (read, write), streams::unread()).await
}

/// Serves one client over any pair of streams until it hangs up.
///
/// # Errors
/// When the service task died.
pub async fn over<R, W>(server: Server, read: R, write: W) -> io::Result<()>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    serve(server, (read, write), std::future::pending()).await
}

/// The same; `unread` completes when nobody can read the output any more.
async fn serve<R, W>(
    server: Server,
    (read, write): (R, W),
    unread: impl Future<Output = ()>,
) -> io::Result<()>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let settled = server.clone();
    let stdio = Stdio::new(read, write);
    let hangup = stdio.hangup.clone();
    match server.serve(stdio).await {
        Ok(running) => {
            let ended = tokio::select! {
                ended = running.waiting() => ended.map(drop).map_err(io::Error::other),
                never = grace(&settled, &hangup, unread) => match never {},
            };
            // Changes that were sent for calls nobody waits for any more should not be torn off half-way.
            drop(tokio::time::timeout(LATE, settled.settled()).await);
            ended
        }
        // A client that hangs up before it opened the session did nothing wrong.
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(ServerInitializeError::TransportError { .. }) => Ok(()),
        // Not rmcp's words: they may contain what the client sent.
        Err(_) => Err(io::Error::other("the client did not open a session in a way that is understood")),
    }
}

/// Ends the calls that have not answered in good time after the end of the input, or whose answers nobody can read.
async fn grace(server: &Server, hangup: &Hangup, unread: impl Future<Output = ()>) -> Infallible {
    hangup.ended.cancelled().await;
    tokio::select! {
        () = server.clock().sleep(server.request_timeout()) => (),
        () = unread => (),
    }
    hangup.gone.cancel();
    std::future::pending().await
}

/// The transport.
#[derive(Debug)]
pub struct Stdio<R> {
    hangup: Hangup,
    lines: Lines<R>,
    gate: Gate,
    outbox: Outbox,
    due: Due,
    /// A refusal that has not found room in the outbox yet.
    waiting: Option<Refusal>,
}

impl<R: AsyncRead + Send + Unpin> Stdio<R> {
    /// A transport that reads here and writes there.
    pub fn new<W: AsyncWrite + Send + Unpin + 'static>(read: R, write: W) -> Self {
        Self {
            hangup: Hangup::default(),
            lines: Lines::new(read, LONGEST_LINE),
            gate: Gate::default(),
            outbox: Outbox::to(write),
            due: Due::default(),
            waiting: None,
        }
    }

    /// What the next line means; `None` when there is none.
    ///
    /// Safe to drop at any await: a half-read line stays in `lines`, an unsent refusal in `waiting`.
    async fn hear(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if self.waiting.is_some() {
                let place = self.outbox.place().await?;
                if let Some(refusal) = self.waiting.take() {
                    place.put(refusal.to_line());
                }
            }
            let heard = match self.lines.next().await {
                Ok(Line::Whole) => self.gate.hear(self.lines.text()),
                Ok(Line::TooLong) => Heard::Refused(Refusal::too_long()),
                Ok(Line::End) => return None,
                Err(e) => {
                    tracing::warn!(error = %e, "stdin cannot be read any more");
                    return None;
                }
            };
            match heard {
                Heard::Message(mut message) => {
                    if let JsonRpcMessage::Request(request) = &mut *message {
                        request.request.extensions_mut().insert(self.hangup.clone());
                    }
                    return Some(*message);
                }
                Heard::Nothing => (),
                Heard::Refused(refusal) => self.waiting = Some(refusal),
            }
        }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> Transport<RoleServer> for Stdio<R> {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let (sent, due) = (self.outbox.sender(), self.due.clone());
        async move {
            let mut line = serde_json::to_vec(&item)?;
            line.push(b'\n');
            let written = sent.send(line).await;
            due.answered(answers(&item).as_ref());
            written
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let gone = self.outbox.gone();
        let heard = tokio::select! {
            () = gone.cancelled() => {
                self.hangup.gone.cancel();
                None
            }
            heard = self.hear() => heard,
        };
        match &heard {
            Some(message) => self.due.hear(message),
            None => {
                self.hangup.ended.cancel();
                tokio::select! {
                    () = self.due.nothing() => (),
                    () = self.hangup.gone.cancelled() => (),
                    () = gone.cancelled() => self.hangup.gone.cancel(),
                }
            }
        }
        heard
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outbox.close(FLUSH).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{EmptyResult, JsonRpcResponse, JsonRpcVersion2_0, NumberOrString, ServerResult};

    use super::*;

    fn answer(id: i64) -> TxJsonRpcMessage<RoleServer> {
        let (id, result) = (NumberOrString::Number(id), ServerResult::EmptyResult(EmptyResult {}));
        JsonRpcMessage::Response(JsonRpcResponse { jsonrpc: JsonRpcVersion2_0, id, result })
    }

    #[tokio::test]
    async fn the_input_does_not_end_before_everything_is_answered_that_was_not_cancelled() {
        let hello = serde_json::json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "0"},
            },
        });
        let ping = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
        let cancelled =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}";
        let input = format!("{hello}\n{ping}\n{cancelled}\n");
        let mut stdio = Stdio::new(io::Cursor::new(input), tokio::io::sink());
        for _ in 0..3 {
            assert!(stdio.receive().await.is_some());
        }
        // A receiver is dropped whenever something else happens.
        for _ in 0..3 {
            let early = tokio::time::timeout(Duration::from_millis(2), stdio.receive()).await;
            assert!(early.is_err(), "it ended, and nobody had answered");
        }
        let sending = stdio.send(answer(1));
        let (ended, sent) = tokio::join!(stdio.receive(), sending);
        assert!(ended.is_none() && sent.is_ok());
    }
}
