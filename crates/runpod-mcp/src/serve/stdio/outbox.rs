//! The one writer of the outgoing stream.
//!
//! Messages come from several tasks and from the reading side, which may be dropped at any await; half a line on
//! stdout would end the session. So one task owns the stream and whole lines are handed to it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Lines that may wait; whoever has one more waits himself.
const ROOM: usize = 64;

#[derive(Debug)]
struct Letter {
    line: Vec<u8>,
    sent: Option<oneshot::Sender<io::Result<()>>>,
}

/// The way out.
#[derive(Debug)]
pub(crate) struct Outbox {
    letters: Option<mpsc::Sender<Letter>>,
    /// Cancelled when the other side does not take anything any more.
    gone: CancellationToken,
    writer: JoinHandle<()>,
}

impl Outbox {
    /// An outbox in front of a stream.
    pub(crate) fn to<W: AsyncWrite + Send + Unpin + 'static>(stream: W) -> Self {
        let (letters, inbox) = mpsc::channel(ROOM);
        let gone = CancellationToken::new();
        let writer = tokio::spawn(write(stream, inbox, gone.clone()));
        Self { letters: Some(letters), gone, writer }
    }

    /// Told when the other side is gone.
    pub(crate) fn gone(&self) -> CancellationToken {
        self.gone.clone()
    }

    /// Waits for room for one line. `None` when the stream is closed.
    pub(crate) async fn place(&self) -> Option<Place<'_>> {
        self.letters.as_ref()?.reserve().await.ok().map(Place)
    }

    /// A handle that sends and waits until the line is written.
    pub(crate) fn sender(&self) -> Sender {
        Sender(self.letters.clone())
    }

    /// Takes no more lines and waits until those that wait are written, at most this long.
    pub(crate) async fn close(&mut self, patience: Duration) {
        self.letters = None;
        if tokio::time::timeout(patience, &mut self.writer).await.is_err() {
            self.writer.abort();
        }
    }
}

/// Room for one line.
#[derive(Debug)]
pub(crate) struct Place<'a>(mpsc::Permit<'a, Letter>);

impl Place<'_> {
    /// Puts the line there.
    pub(crate) fn put(self, line: Vec<u8>) {
        self.0.send(Letter { line, sent: None });
    }
}

/// Sends one line.
#[derive(Clone, Debug)]
pub(crate) struct Sender(Option<mpsc::Sender<Letter>>);

impl Sender {
    /// Sends one of several.
    pub(crate) async fn post(&self, line: Vec<u8>) -> io::Result<()> {
        self.clone().send(line).await
    }

    pub(crate) async fn send(self, line: Vec<u8>) -> io::Result<()> {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (sent, done) = oneshot::channel();
        let letters = self.0.ok_or_else(closed)?;
        letters.send(Letter { line, sent: Some(sent) }).await.map_err(|_| closed())?;
        drop(letters);
        done.await.map_err(|_| closed())?
    }
}

async fn write<W: AsyncWrite + Unpin>(mut to: W, mut inbox: mpsc::Receiver<Letter>, gone: CancellationToken) {
    while let Some(letter) = inbox.recv().await {
        let written = match to.write_all(&letter.line).await {
            Ok(()) => to.flush().await,
            Err(e) => Err(e),
        };
        let broken = written.is_err();
        if let Some(sent) = letter.sent {
            // Whoever sent it may have been cancelled meanwhile.
            drop(sent.send(written));
        }
        if broken {
            gone.cancel();
            return;
        }
    }
}
