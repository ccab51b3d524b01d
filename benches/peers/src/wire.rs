//! A kept HTTP/1.1 connection, as plain as can be: whoever measures must not be what is measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};

/// A connection to one host.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
    key: String,
}

impl Wire {
    /// A connection to `host:port`, on behalf of a key.
    pub(crate) fn to(host: &str, key: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host: host.to_owned(), key: key.to_owned() })
    }

    /// The body behind a path.
    pub(crate) fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        let Self { stream, host, key } = self;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\r\n");
        stream.get_mut().write_all(request.as_bytes())?;
        let (status, length) = head(stream)?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        ensure!(status == 200, "{path}: {status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

/// Status and length of the answer that begins here.
fn head(stream: &mut impl BufRead) -> anyhow::Result<(u16, usize)> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).context("no status")?.parse()?;
    let mut length = None;
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let header = line.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            return Ok((status, length.context("an answer without a length")?));
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = Some(value.trim().parse()?);
        }
    }
}
