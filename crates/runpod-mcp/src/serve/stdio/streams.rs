//! stdin and stdout as the runtime likes them.
//!
//! Node clients hand over socket pairs, others pipes; both can be waited for without a thread. A file or a terminal
//! cannot, and falls back to tokio's blocking threads, as does everything whose kind cannot be told.

use tokio::io::{AsyncRead, AsyncWrite};

/// A reader, whatever is behind it.
pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// A writer, whatever is behind it.
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// The streams that this process was started with.
pub(crate) fn of_process() -> (Reader, Writer) {
    let read = quick::reader().unwrap_or_else(|| Box::new(tokio::io::stdin()));
    let write = quick::writer().unwrap_or_else(|| Box::new(tokio::io::stdout()));
    (read, write)
}

/// Completes when nobody can read what this process writes. Never where that cannot be told: for a file, on Windows.
pub(super) async fn unread() {
    quick::unread().await;
}

#[cfg(unix)]
mod quick {
    use std::fs::File;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::{Reader, Writer};

    pub(super) fn reader() -> Option<Reader> {
        let stdin = std::io::stdin();
        match kind(stdin.as_fd())? {
            Kind::Pipe => pipe_reader(),
            Kind::Socket(fd) => Some(Box::new(socket(fd)?)),
        }
    }

    pub(super) fn writer() -> Option<Writer> {
        let stdout = std::io::stdout();
        match kind(stdout.as_fd())? {
            Kind::Pipe => pipe_writer(),
            Kind::Socket(fd) => Some(Box::new(socket(fd)?)),
        }
    }

    /// Between two looks at the output.
    const LOOK: Duration = Duration::from_millis(100);

    pub(super) async fn unread() {
        while !is_unread() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Of a pipe or a socket whose other end is closed; a file is never unread.
    fn is_unread() -> bool {
        let stdout = std::io::stdout();
        let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut asked, Some(&at_once)).is_ok()
            && asked.iter().any(|fd| fd.revents().intersects(PollFlags::ERR | PollFlags::HUP))
    }

    enum Kind {
        Pipe,
        Socket(OwnedFd),
    }

    fn kind(fd: BorrowedFd<'_>) -> Option<Kind> {
        let file = File::from(fd.try_clone_to_owned().ok()?);
        let kind = file.metadata().ok()?.file_type();
        match (kind.is_fifo(), kind.is_socket()) {
            (true, _) => Some(Kind::Pipe),
            (_, true) => Some(Kind::Socket(file.into())),
            _ => None,
        }
    }

    /// The socket itself becomes non-blocking; the client's end of the pair is another one and stays as it is.
    fn socket(fd: OwnedFd) -> Option<tokio::net::UnixStream> {
        let stream = UnixStream::from(fd);
        stream.local_addr().ok()?;
        stream.set_nonblocking(true).ok()?;
        tokio::net::UnixStream::from_std(stream).ok()
    }

    /// A pipe is opened anew through /proc, so that the flag of the descriptor we inherited, which others may
    /// share, stays as it is. Where there is no /proc, the blocking fallback has to do.
    #[cfg(target_os = "linux")]
    fn pipe_reader() -> Option<Reader> {
        let pipe = tokio::net::unix::pipe::OpenOptions::new().open_receiver("/proc/self/fd/0").ok()?;
        Some(Box::new(pipe))
    }

    #[cfg(target_os = "linux")]
    fn pipe_writer() -> Option<Writer> {
        let pipe = tokio::net::unix::pipe::OpenOptions::new().open_sender("/proc/self/fd/1").ok()?;
        Some(Box::new(pipe))
    }

    #[cfg(not(target_os = "linux"))]
    fn pipe_reader() -> Option<Reader> {
        None
    }

    #[cfg(not(target_os = "linux"))]
    fn pipe_writer() -> Option<Writer> {
        None
    }
}

#[cfg(not(unix))]
mod quick {
    use super::{Reader, Writer};

    pub(super) async fn unread() {
        std::future::pending().await
    }

    pub(super) fn reader() -> Option<Reader> {
        None
    }

    pub(super) fn writer() -> Option<Writer> {
        None
    }
}
