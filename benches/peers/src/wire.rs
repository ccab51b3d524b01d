//! A kept HTTP/1.1 connection, as plain as can be: whoever measures must not be what is measured.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, ensure};
use serde_json::Value;

/// A connection to one host.
#[derive(Debug)]
pub struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
    key: String,
}

impl Wire {
    /// A connection to `host:port`, on behalf of a key.
    ///
    /// # Errors
    /// When nobody is there.
    pub fn to(host: &str, key: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host: host.to_owned(), key: key.to_owned() })
    }

    /// The body behind a path.
    ///
    /// # Errors
    /// When it is answered with anything but 200.
    pub fn get(&mut self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.exchange("GET", path, "")
    }

    /// What an MCP server answers to a message.
    ///
    /// # Errors
    /// As [`Wire::get`].
    pub fn post(&mut self, path: &str, message: &Value) -> anyhow::Result<Vec<u8>> {
        self.exchange("POST", path, &message.to_string())
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> anyhow::Result<Vec<u8>> {
        let Self { stream, host, key } = self;
        let about = match body.len() {
            0 => String::new(),
            length => format!(
                "accept: application/json, text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n"
            ),
        };
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n{about}\r\n");
        stream.get_mut().write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())?;
        let (status, length) = self::head(stream)?;
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
