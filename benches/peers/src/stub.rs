//! A host that answers every request with one body and counts them: the twin would be the bottleneck.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use socket2::{Domain, Socket, Type};

/// What is said of every key.
const IN_FORCE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 38\r\n\r\n\
    {\"data\":{\"myself\":{\"id\":\"user_1234\"}}}";

/// The host, until the process ends.
#[derive(Debug)]
pub struct Stub {
    /// `host:port`.
    pub at: String,
    asked: Arc<AtomicUsize>,
}

impl Stub {
    /// A host on a free port.
    ///
    /// # Errors
    /// When there is no port.
    pub fn answering(body: &[u8]) -> anyhow::Result<Self> {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer = Arc::new([head.as_bytes(), body].concat());
        let listener = listener()?;
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

    /// Requests so far, those about keys apart.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// One with room for hundreds who come at once: whoever finds none tries again after a second.
fn listener() -> anyhow::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    socket.listen(4096)?;
    Ok(socket.into())
}

/// Answers one request after another, and questions about keys as if every key were in force.
fn serve(stream: TcpStream, answer: &[u8], asked: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    let (mut line, mut about_keys, mut length) = (String::new(), false, 0);
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.starts_with("POST /graphql") {
            about_keys = true;
        }
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().unwrap_or_default();
        }
        if line == "\r\n" {
            std::io::copy(&mut (&mut lines).take(length), &mut std::io::sink())?;
            if about_keys {
                lines.get_mut().write_all(IN_FORCE)?;
            } else {
                asked.fetch_add(1, Ordering::Relaxed);
                lines.get_mut().write_all(answer)?;
            }
            (about_keys, length) = (false, 0);
        }
    }
}
