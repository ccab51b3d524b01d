//! A host that answers every request with one body and counts them: the twin would be the bottleneck.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The host, until the process ends.
#[derive(Debug)]
pub(crate) struct Stub {
    /// `host:port`.
    pub(crate) at: String,
    asked: Arc<AtomicUsize>,
}

impl Stub {
    /// A host on a free port.
    pub(crate) fn answering(body: &[u8]) -> anyhow::Result<Self> {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer = Arc::new([head.as_bytes(), body].concat());
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let stub = Self { at: listener.local_addr()?.to_string(), asked: Arc::default() };
        let asked = Arc::clone(&stub.asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, asked) = (Arc::clone(&answer), Arc::clone(&asked));
                // Whoever leaves in the middle is his own affair.
                std::thread::spawn(move || drop(serve(stream, &answer, &asked)));
            }
        });
        Ok(stub)
    }

    /// Requests so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers one request after another; none of them has a body.
fn serve(stream: TcpStream, answer: &[u8], asked: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            asked.fetch_add(1, Ordering::Relaxed);
            lines.get_mut().write_all(answer)?;
        }
    }
}
