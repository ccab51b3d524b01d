//! The client's end of the way: a loopback address that the browser comes back to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::Context;

const PATH: &str = "/callback";

/// A listener that waits for the browser.
pub(super) struct Back {
    pub(super) url: String,
    came: Receiver<String>,
}

impl Back {
    /// Listens on a free port of this machine until the process ends.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}{PATH}", listener.local_addr()?);
        let (tell, came) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A browser asks for icons too: only who comes to the right place is the one.
                if let Ok(target) = greet(stream)
                    && target.starts_with(PATH)
                    && tell.send(target).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self { url, came })
    }

    /// What the browser came back with.
    pub(super) fn wait(&self, patience: Duration) -> anyhow::Result<String> {
        self.came.recv_timeout(patience).context("no browser came back")
    }
}

/// Reads where a request wants to go, and thanks for it.
fn greet(mut stream: TcpStream) -> std::io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    // To the end of the head, or the answer would meet a closed door.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let text = "You can close this page.\n";
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )?;
    Ok(first.split(' ').nth(1).unwrap_or_default().to_owned())
}
