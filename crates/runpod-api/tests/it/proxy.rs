//! A company's proxy: what it gets to see, and what goes around it.

use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{Error, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::stub::{Reply, Stub, client};
use crate::tls::Twin;

/// A proxy that tunnels to whatever it is asked for, or answers everything with this line.
struct Proxy {
    port: u16,
    /// The head of each request, as it came.
    heard: watch::Sender<Vec<String>>,
}

impl Proxy {
    async fn start(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = watch::Sender::new(Vec::new());
        let told = heard.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(tunnel(socket, refusal, told.clone()));
            }
        });
        Self { port, heard }
    }

    fn url(&self, user: &str) -> Option<String> {
        Some(format!("http://{user}127.0.0.1:{}", self.port))
    }
}

async fn tunnel(mut socket: TcpStream, refusal: Option<&str>, heard: watch::Sender<Vec<String>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if socket.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    heard.send_modify(|heard| heard.push(head));
    if let Some(line) = refusal {
        return drop(socket.write_all(line.as_bytes()).await);
    }
    let mut there = TcpStream::connect(target).await.unwrap();
    socket.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut socket, &mut there).await;
}

#[tokio::test]
async fn https_goes_through_a_tunnel_that_does_not_see_the_key() {
    let (twin, proxy) = (Twin::start(&["h2", "http/1.1"]).await, Proxy::start(None).await);
    let client = client(Settings { proxy: proxy.url("me:pass@"), ..twin.settings(true) });
    client.pods().list(&Query::default()).await.unwrap();
    client.pods().list(&Query::default()).await.unwrap();
    assert_eq!(*twin.heard.borrow(), ["HTTP/2.0 GET /v2/pods"; 2]);
    let heard = proxy.heard.borrow();
    let [head] = heard.as_slice() else { panic!("one tunnel serves all: {heard:?}") };
    assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", twin.port)), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic bWU6cGFzcw==\r\n"), "{head}");
    assert!(!head.contains("CANARY") && !head.to_lowercase().contains("\r\nauthorization:"), "{head}");
}

#[tokio::test]
async fn hosts_named_in_no_proxy_are_reached_directly() {
    let (twin, proxy) = (Twin::start(&["h2"]).await, Proxy::start(None).await);
    let no_proxy = Some("other.example, localhost".to_owned());
    let settings = Settings { proxy: proxy.url(""), no_proxy, ..twin.settings(true) };
    client(settings).pods().list(&Query::default()).await.unwrap();
    assert!(proxy.heard.borrow().is_empty());
}

#[tokio::test]
async fn loopback_http_goes_around_the_proxy() {
    let stub = Stub::start([Reply::json(200, r#"{"pods":[]}"#)]).await;
    let proxy = Proxy::start(None).await;
    let settings = Settings { hosts: stub.hosts(), proxy: proxy.url(""), ..Settings::default() };
    client(settings).pods().list(&Query::default()).await.unwrap();
    assert!(proxy.heard.borrow().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_as_the_cause_without_its_password() {
    for (answer, words) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy authorization required"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "tunnel error"),
        ("", "tunnel error"),
    ] {
        let (twin, proxy) = (Twin::start(&["h2"]).await, Proxy::start(Some(answer)).await);
        let settings = Settings {
            proxy: proxy.url("me:CANARY@"),
            jitter: |_| Default::default(),
            ..twin.settings(true)
        };
        let pod = Create::gpu("n", "i", Gpu::new("L4"));
        let error = client(settings).pods().create(&pod).await.unwrap_err();
        assert!(matches!(error, Error::Connection { sent: false, .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        assert_eq!(*twin.connections.borrow(), (0, 0));
    }
}
