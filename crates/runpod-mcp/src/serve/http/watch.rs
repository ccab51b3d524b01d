//! Whether a connection still gets anywhere: a head that does not end, silence between two requests, a reader that
//! takes nothing.
//!
//! hyper knows one time limit for a head, which also runs while nobody asks anything; here they are told apart.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::heads::{Flaw, Heads};
use super::settings::Limits;

/// How a connection stands. Clones are the same connection.
#[derive(Clone, Debug)]
pub(super) struct Watch(Arc<Standing>);

#[derive(Debug)]
struct Standing {
    opened: Instant,
    /// Requests that are being answered.
    busy: AtomicUsize,
    /// Whether a head has begun to arrive; the first one is waited for from the beginning.
    in_head: AtomicBool,
    /// Since when nothing is answered, or the head arrives, in ms.
    since: AtomicU64,
    /// Since when the client takes nothing, in ms and one more; 0 when it does.
    stuck: AtomicU64,
    /// Many requests share it, and their heads cannot be told apart here.
    shared: AtomicBool,
    /// What is wrong with its last head.
    flaw: OnceLock<Flaw>,
}

/// A request that is being answered, until its body has been sent.
#[derive(Debug)]
pub(super) struct Busy(Watch);

impl Watch {
    pub(super) fn new() -> Self {
        Self(Arc::new(Standing {
            opened: Instant::now(),
            busy: AtomicUsize::new(0),
            in_head: AtomicBool::new(true),
            since: AtomicU64::new(0),
            stuck: AtomicU64::new(0),
            shared: AtomicBool::new(false),
            flaw: OnceLock::new(),
        }))
    }

    /// A head is complete.
    pub(super) fn busy(&self, shared: bool) -> Busy {
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        self.0.in_head.store(false, Ordering::Relaxed);
        self.0.shared.store(shared, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Whether it has been waited for long enough.
    pub(super) fn is_overdue(&self, limits: &Limits) -> bool {
        let Standing { busy, in_head, since, stuck, shared, .. } = &*self.0;
        let now = self.now();
        let longer = |than: u64, time: Duration| u128::from(now.saturating_sub(than)) > time.as_millis();
        match stuck.load(Ordering::Relaxed) {
            0 => (),
            at => return longer(at - 1, limits.write_time),
        }
        if busy.load(Ordering::Relaxed) > 0 {
            return false;
        }
        let in_head = in_head.load(Ordering::Relaxed) && !shared.load(Ordering::Relaxed);
        longer(since.load(Ordering::Relaxed), if in_head { limits.head_time } else { limits.idle_time })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What is wrong with the head that is complete. It is the last one of this connection.
    pub(super) fn flaw(&self) -> Option<Flaw> {
        self.0.flaw.get().copied()
    }

    /// Something arrived: of a request, whose head may begin with it.
    fn heard(&self, heads: &mut Heads, bytes: &[u8]) {
        let Standing { busy, in_head, since, shared, flaw, .. } = &*self.0;
        if busy.load(Ordering::Relaxed) > 0 || shared.load(Ordering::Relaxed) {
            return;
        }
        if !in_head.swap(true, Ordering::Relaxed) {
            since.store(self.now(), Ordering::Relaxed);
            heads.begin();
        }
        if let Some(found) = heads.take(bytes) {
            flaw.get_or_init(|| found);
        }
    }

    fn wrote(&self, is_stuck: bool) {
        let stuck = &self.0.stuck;
        match is_stuck {
            false => stuck.store(0, Ordering::Relaxed),
            true if stuck.load(Ordering::Relaxed) == 0 => stuck.store(self.now() + 1, Ordering::Relaxed),
            true => (),
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Watch(standing) = &self.0;
        standing.since.store(self.0.now(), Ordering::Relaxed);
        standing.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream that is watched.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) watch: Watch,
    pub(super) heads: Heads,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, watch, heads } = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(stream).poll_read(cx, buffer);
        if let Some(bytes) = buffer.filled().get(before..).filter(|bytes| !bytes.is_empty()) {
            watch.heard(heads, bytes);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch.wrote(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch.wrote(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
