//! `healthcheck`, by the real binary.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::session::command;

/// Answers one request with this status; says what was asked.
async fn answer(listener: TcpListener, status: u16) -> String {
    let (mut socket, _) = listener.accept().await.expect("a connection");
    let mut heard = Vec::new();
    while !heard.ends_with(b"\r\n\r\n") {
        assert!(socket.read_buf(&mut heard).await.expect("more") > 0);
    }
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    socket.write_all(head.as_bytes()).await.expect("it is read");
    String::from_utf8(heard).expect("text")
}

#[tokio::test]
async fn a_server_is_well_when_it_says_200_and_is_looked_for_at_the_port_of_the_platform() {
    for (status, code) in [(200, 0), (503, 1), (302, 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("it has one").port().to_string();
        let mut checking = command(&["healthcheck"], &[("PORT", &port)]);
        let (output, heard) = tokio::join!(checking.output(), answer(listener, status));
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(code), "{status}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(heard.starts_with("GET /healthz HTTP/1.1\r\n"), "{heard}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn nobody_there_is_a_failure_and_no_address_is_a_wrong_command() {
    let gone = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).expect("a port");
    for (url, code) in
        [(format!("http://{gone}/healthz"), 1), ("localhost".to_owned(), 2), ("file:///etc".to_owned(), 2)]
    {
        let output = command(&["healthcheck", &url], &[]).output().await.expect("the binary runs");
        assert_eq!(output.status.code(), Some(code), "{url}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stderr.is_empty());
    }
}
