//! Connections: who may open one, how long it may be quiet, and how all of them end.
//!
//! Our own accept loop: a router alone cannot close a connection whose head never comes, and cannot count them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::guests::{Guest, Guests};
use super::heads::{Heads, LONGEST};
use super::proxies::Network;
use super::settings::Limits;
use super::watch::{Watch, Watched};
use super::{Site, router};
use crate::metrics::Metrics;

/// How long changes that were sent may go on after the last connection.
const LATE: Duration = Duration::from_secs(5);

/// How long to leave a system alone that has no room for another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// Requests that share one connection at the same time.
const SHARED: u32 = 100;

/// Where connections arrive.
#[derive(Debug)]
pub struct Listening {
    /// The socket.
    pub socket: TcpListener,
    /// What encrypts them, unless something in front does.
    pub tls: Option<Tls>,
}

/// Encryption of connections.
#[derive(Clone)]
pub struct Tls(pub TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// Serves until the site is told to drain and its requests have ended, or have had their time.
///
/// # Errors
/// Never, as long as the socket is one.
pub async fn serve(site: Site, at: Listening) -> io::Result<()> {
    let (server, drain) = (site.server.clone(), site.drain.clone());
    let (limits, proxies) = (site.settings.limits.clone(), site.settings.proxies.clone());
    let metrics = Arc::clone(&site.metrics);
    let house = House { limits, proxies, drain, metrics, tls: at.tls, router: router(site) };
    Arc::new(house).open(&at.socket).await;
    drop(at.socket);
    drop(tokio::time::timeout(LATE, server.settled()).await);
    Ok(())
}

/// What all connections share.
#[derive(Debug)]
struct House {
    router: Router,
    tls: Option<Tls>,
    limits: Limits,
    proxies: Vec<Network>,
    metrics: Arc<Metrics>,
    drain: CancellationToken,
}

impl House {
    async fn open(self: Arc<Self>, socket: &TcpListener) {
        let (guests, mut connections) = (Guests::default(), JoinSet::new());
        loop {
            let accepted = tokio::select! {
                () = self.drain.cancelled() => break,
                accepted = socket.accept() => accepted,
            };
            while connections.try_join_next().is_some() {}
            let Ok((stream, from)) = accepted else {
                // A client that gave up, or no more files; neither is a reason to stop.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let Some(guest) = self.admit(&guests, from) else { continue };
            connections.spawn(Arc::clone(&self).receive(stream, from, guest));
        }
        let ended = async { while connections.join_next().await.is_some() {} };
        drop(tokio::time::timeout(self.limits.drain_time, ended).await);
    }

    fn admit(&self, guests: &Guests, from: SocketAddr) -> Option<Guest> {
        let address: IpAddr = from.ip().to_canonical();
        let is_proxy = self.proxies.iter().any(|proxy| proxy.contains(address));
        let (most, of_one) = (self.limits.connections, self.limits.connections_per_ip);
        guests.admit((!is_proxy).then_some(address), most, of_one)
    }

    async fn receive(self: Arc<Self>, stream: TcpStream, from: SocketAddr, guest: Guest) {
        // Answers are whole: waiting to fill a packet only adds delay.
        drop(stream.set_nodelay(true));
        let open = self.metrics.connection();
        match self.tls.clone() {
            None => {
                // The time of the first head is counted from here.
                let watch = Watch::new();
                if let Some(tongue) = self.listen(&stream).await {
                    self.attend(stream, from, tongue, watch).await;
                }
            }
            // What is boxed takes no room in the task of a connection without it.
            Some(Tls(tls)) => Box::pin(self.shake(tls, stream, from)).await,
        }
        drop((guest, open));
    }

    async fn shake(&self, tls: TlsAcceptor, stream: TcpStream, from: SocketAddr) {
        let shaking = tokio::time::timeout(self.limits.head_time, tls.accept(stream));
        // Whoever cannot agree on how to encrypt could not be told anything either.
        if let Ok(Ok(stream)) = shaking.await {
            let tongue = Tongue::agreed(stream.get_ref().1.alpn_protocol());
            self.attend(stream, from, tongue, Watch::new()).await;
        }
    }

    /// What a client begins to speak. Nothing, when it says no word in the time of a head, or everything ends.
    async fn listen(&self, stream: &TcpStream) -> Option<Tongue> {
        let mut first = [0; PREFACE.len()];
        let heard = tokio::time::timeout(self.limits.head_time, stream.peek(&mut first));
        let length = tokio::select! {
            () = self.drain.cancelled() => return None,
            heard = heard => heard.ok()?.ok()?,
        };
        first.get(..length).map(Tongue::of)
    }

    /// Serves one connection until it ends, gets nowhere, or everything ends.
    async fn attend(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        from: SocketAddr,
        tongue: Tongue,
        watch: Watch,
    ) {
        let desk = Desk { router: self.router.clone(), from, watch: watch.clone() };
        let builder = tongue.only(builder());
        let stream = TokioIo::new(Watched { stream, watch: watch.clone(), heads: Heads::default() });
        let mut connection = pin!(builder.serve_connection(stream, TowerToHyperService::new(desk)));
        let mut draining = false;
        let mut look = tokio::time::interval(often(&self.limits));
        loop {
            tokio::select! {
                // Whatever ended it, nobody is left to tell.
                _ = &mut connection => return,
                () = self.drain.cancelled(), if !draining => {
                    draining = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = look.tick() => {
                    if watch.is_overdue(&self.limits) {
                        return;
                    }
                }
            }
        }
    }
}

/// How HTTP/2 begins where nothing was agreed on before (RFC 9113, section 3.4); no method of HTTP/1 begins so.
const PREFACE: &[u8] = b"PRI";

/// The version of HTTP that a connection speaks.
///
/// The library could find out by itself. It would read the first bytes apart, and so need twice the room for the rest:
/// 8 KiB more for each connection, as long as it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    Http1,
    Http2,
    /// Too little was heard.
    Unclear,
}

impl Tongue {
    fn of(first: &[u8]) -> Self {
        match first {
            PREFACE => Self::Http2,
            some if PREFACE.starts_with(some) => Self::Unclear,
            _ => Self::Http1,
        }
    }

    /// By ALPN.
    fn agreed(protocol: Option<&[u8]>) -> Self {
        match protocol {
            Some(b"h2") => Self::Http2,
            _ => Self::Http1,
        }
    }

    fn only<E>(self, builder: auto::Builder<E>) -> auto::Builder<E> {
        match self {
            Self::Http1 => builder.http1_only(),
            Self::Http2 => builder.http2_only(),
            Self::Unclear => builder,
        }
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The watch has an eye on heads.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(LONGEST);
    let mut http2 = builder.http2();
    let http2 = http2.timer(TokioTimer::new()).max_concurrent_streams(SHARED);
    http2.max_header_list_size(u32::try_from(LONGEST).unwrap_or(u32::MAX));
    builder
}

/// How often to look after a connection.
fn often(limits: &Limits) -> Duration {
    let shortest = limits.head_time.min(limits.idle_time).min(limits.write_time);
    (shortest / 4).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_what_is_spoken_unless_they_are_too_few() {
        for (first, tongue) in [
            (&b"PRI"[..], Tongue::Http2),
            (b"POS", Tongue::Http1),
            (b"PRO", Tongue::Http1),
            (b"G", Tongue::Http1),
            (b"\r\n", Tongue::Http1),
            (b"P", Tongue::Unclear),
            (b"PR", Tongue::Unclear),
            (b"", Tongue::Unclear),
        ] {
            assert_eq!(Tongue::of(first), tongue, "{first:?}");
        }
    }
}
