//! TLS as the client speaks it: whom it trusts, and that it speaks HTTP/2.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::serve::Listener;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use runpod_api::pods::{Create, Gpu, Query};
use runpod_api::{Client, Error, Settings};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::stub::{KEY, client, hosts};

/// A door with a certificate of its own for loopback names, and that certificate.
fn acceptor(protocols: &[&str]) -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost", "127.0.0.1", "client.example"].map(str::to_owned)).unwrap();
    let mut tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![cert.der().clone()],
            PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap(),
        )
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
    (TlsAcceptor::from(Arc::new(tls)), cert.pem())
}

/// A host behind TLS with a certificate of its own, answering every request with an empty list.
pub(crate) struct Twin {
    pub(crate) port: u16,
    /// Its certificate.
    pub(crate) pem: String,
    /// One line per request: version, method, path, and headers meant for a proxy.
    pub(crate) heard: watch::Sender<Vec<String>>,
    /// TCP connections, and how many of them agreed on TLS.
    pub(crate) connections: watch::Sender<(usize, usize)>,
}

impl Twin {
    pub(crate) async fn start(protocols: &[&str]) -> Self {
        Self::answering(protocols, || {
            std::future::ready(Response::new(axum::body::Body::from(r#"{"pods":[]}"#)))
        })
        .await
    }

    /// The same with another answer.
    pub(crate) async fn answering<F>(
        protocols: &[&str],
        answer: impl Fn() -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let (tls, pem) = acceptor(protocols);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = watch::Sender::new(Vec::new());
        let connections = watch::Sender::new((0, 0));
        let door = Door { listener, tls, connections: connections.clone() };
        let told = heard.clone();
        let router = Router::new().fallback(move |request: Request| {
            told.send_modify(|heard: &mut Vec<String>| heard.push(line(&request)));
            answer()
        });
        tokio::spawn(async move { axum::serve(door, router).await });
        Self { port, pem, heard, connections }
    }

    /// Settings that point at it; `trusted` also makes its certificate a root.
    pub(crate) fn settings(&self, trusted: bool) -> Settings {
        Settings {
            hosts: hosts(&format!("https://localhost:{}/v2", self.port)),
            roots_pem: trusted.then(|| self.pem.clone().into()),
            ..Settings::default()
        }
    }
}

fn line(request: &Request) -> String {
    let proxy = request.headers().keys().filter(|name| name.as_str().starts_with("proxy-"));
    let proxy = proxy.map(|name| name.as_str()).collect::<String>();
    format!("{:?} {} {}{proxy}", request.version(), request.method(), request.uri().path())
}

struct Door {
    listener: TcpListener,
    tls: TlsAcceptor,
    connections: watch::Sender<(usize, usize)>,
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (socket, address) = self.listener.accept().await.unwrap();
            self.connections.send_modify(|(tcp, _)| *tcp += 1);
            if let Ok(stream) = self.tls.accept(socket).await {
                self.connections.send_modify(|(_, tls)| *tls += 1);
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn list(client: &Client) -> Result<(), Error> {
    client.pods().list(&Query::default()).await.map(drop)
}

#[tokio::test]
async fn http_2_is_spoken_over_one_connection() {
    let twin = Twin::start(&["h2", "http/1.1"]).await;
    let client = client(twin.settings(true));
    list(&client).await.unwrap();
    let (one, two) = tokio::join!(list(&client), list(&client));
    one.and(two).unwrap();
    assert_eq!(*twin.heard.borrow(), ["HTTP/2.0 GET /v2/pods"; 3]);
    assert_eq!(*twin.connections.borrow(), (1, 1));
}

#[tokio::test]
async fn http_1_is_spoken_where_nothing_else_is_offered() {
    let twin = Twin::start(&["http/1.1"]).await;
    list(&client(twin.settings(true))).await.unwrap();
    assert_eq!(*twin.heard.borrow(), ["HTTP/1.1 GET /v2/pods"]);
}

#[tokio::test]
async fn a_stranger_is_not_sent_the_key() {
    let twin = Twin::start(&["h2"]).await;
    let error = list(&client(twin.settings(false))).await.unwrap_err();
    assert!(matches!(&error, Error::Untrusted { operation: "listPods", .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    assert!(twin.heard.borrow().is_empty());
    assert_eq!(*twin.connections.borrow(), (1, 0), "a certificate does not get better by asking again");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_trusted() {
    let twin = Twin::start(&["h2"]).await;
    let settings =
        Settings { hosts: hosts(&format!("https://127.0.0.2:{}/v2", twin.port)), ..twin.settings(true) };
    // 127.0.0.2 reaches the same socket only where the loopback network is routed as a whole.
    let error = list(&client(settings)).await.unwrap_err();
    assert!(matches!(error, Error::Untrusted { .. } | Error::Connection { sent: false, .. }), "{error:?}");
    assert!(twin.heard.borrow().is_empty());
}

#[tokio::test]
async fn given_roots_stand_instead_of_the_built_in_ones() {
    let (twin, other) = (Twin::start(&["h2"]).await, Twin::start(&["h2"]).await);
    let settings = Settings { hosts: other.settings(false).hosts, ..twin.settings(true) };
    assert!(matches!(list(&client(settings)).await, Err(Error::Untrusted { .. })));
}

/// In a process of its own, whose environment names a bundle that trusts the twin: who parsed the system's
/// certificates, at start or at the first request, would follow `SSL_CERT_FILE` and trust it too.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the two processes of this test tell each other apart by it")]
async fn the_systems_certificates_are_not_looked_at() {
    const PORT: &str = "RUNPOD_API_TEST_PORT";
    if let Ok(port) = std::env::var(PORT) {
        let settings =
            Settings { hosts: hosts(&format!("https://localhost:{port}/v2")), ..Settings::default() };
        assert!(matches!(list(&client(settings)).await, Err(Error::Untrusted { .. })));
        return;
    }
    let twin = Twin::start(&["h2"]).await;
    let bundle = std::env::temp_dir().join(format!("runpod-api-{}-{}.pem", std::process::id(), twin.port));
    std::fs::write(&bundle, &twin.pem).unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "tls::the_systems_certificates_are_not_looked_at"]);
    child.env(PORT, twin.port.to_string()).env("SSL_CERT_FILE", &bundle).env_remove("SSL_CERT_DIR");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    std::fs::remove_file(&bundle).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(*twin.connections.borrow(), (1, 0));
    assert!(!said.contains(KEY));
}

/// A host that refuses the first stream of each of its connections unseen, and how many streams it was sent.
async fn refusing(answers: bool) -> (Settings, watch::Receiver<usize>) {
    let (tls, pem) = acceptor(&["h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hosts = hosts(&format!("https://localhost:{}/v2", listener.local_addr().unwrap().port()));
    let (told, streams) = watch::channel(0);
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut door = h2::server::handshake(tls.accept(socket).await.unwrap()).await.unwrap();
        while let Some(Ok((_, mut reply))) = door.accept().await {
            told.send_modify(|streams| *streams += 1);
            if !answers || *told.borrow() == 1 {
                reply.send_reset(h2::Reason::REFUSED_STREAM);
                continue;
            }
            let head = http::Response::builder().status(201).body(()).unwrap();
            reply.send_response(head, false).unwrap().send_data(r#"{"id":"p"}"#.into(), true).unwrap();
        }
    });
    let settings = Settings {
        hosts,
        roots_pem: Some(pem.into_bytes().into()),
        jitter: |_| Duration::ZERO,
        ..Settings::default()
    };
    (settings, streams)
}

#[tokio::test]
async fn a_write_that_the_host_vouches_not_to_have_touched_is_sent_again() {
    let pod = Create::gpu("trainer", "image", Gpu::new("NVIDIA L4"));
    let (settings, streams) = refusing(true).await;
    assert_eq!(client(settings).pods().create(&pod).await.unwrap().view.id, "p");
    assert_eq!(*streams.borrow(), 2);

    let (settings, streams) = refusing(false).await;
    let error = client(settings).pods().create(&pod).await.unwrap_err();
    assert!(matches!(error, Error::Connection { sent: false, .. }), "{error:?}");
    assert_eq!(*streams.borrow(), 3);
}
