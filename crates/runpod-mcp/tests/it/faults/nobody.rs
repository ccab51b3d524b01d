//! Hosts that nobody can talk to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::trouble::Nobody;

/// The doors that were opened so far, and how often somebody knocked.
#[derive(Default)]
pub(super) struct Nowhere {
    knocks: Arc<AtomicUsize>,
    certificate: Option<u16>,
    no_tls: Option<u16>,
}

impl Nowhere {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Where to find nobody.
    pub(super) async fn base(&mut self, why: Nobody) -> String {
        match why {
            // No part of a name has more than 63 letters: it fails as one that nobody knows, and no network is needed for it.
            Nobody::Dns => format!("https://{}.invalid", "a".repeat(64)),
            Nobody::Closed => format!("http://127.0.0.1:{}", listener().await.1),
            Nobody::Certificate => {
                let port = match self.certificate {
                    Some(port) => port,
                    None => *self.certificate.insert(self.open(Some(acceptor())).await),
                };
                format!("https://127.0.0.1:{port}")
            }
            Nobody::NoTls => {
                let port = match self.no_tls {
                    Some(port) => port,
                    None => *self.no_tls.insert(self.open(None).await),
                };
                format!("https://127.0.0.1:{port}")
            }
        }
    }

    /// How often somebody knocked since the last look.
    pub(super) fn knocks(&self) -> usize {
        self.knocks.swap(0, Ordering::Relaxed)
    }

    async fn open(&self, tls: Option<TlsAcceptor>) -> u16 {
        let (listener, port) = listener().await;
        let knocks = Arc::clone(&self.knocks);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                knocks.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(greet(socket, tls.clone()));
            }
        });
        port
    }
}

/// Shows a certificate, or answers TLS with something else.
async fn greet(mut socket: TcpStream, tls: Option<TlsAcceptor>) {
    match tls {
        Some(tls) => drop(tls.accept(socket).await),
        None => {
            let _ = socket.read(&mut [0; 1024]).await;
            let _ = socket.write_all(b"HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n").await;
        }
    }
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it has one").port();
    (listener, port)
}

/// A door with a certificate that nobody vouches for.
fn acceptor() -> TlsAcceptor {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("the key belongs to it");
    TlsAcceptor::from(Arc::new(tls))
}
