//! Connections: from a stream of bytes to the door and back.
//!
//! Our own accept loop instead of axum's, because a scripted cut must close the connection without an answer,
//! and because whoever brings a stream of his own (TLS in a test) can use [`Twin::serve`] directly.

use axum::body::Body;
use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_service::Service;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::door::{self, Cut};
use crate::twin::Twin;

impl Twin {
    /// Serves one connection, HTTP/1.1 or HTTP/2, until it ends.
    pub async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let service = hyper_util::service::TowerToHyperService::new(Desk(self.clone()));
        let builder = auto::Builder::new(TokioExecutor::new());
        // An error here is a client that went away or a connection that a fault cut: nobody is left to tell.
        drop(builder.serve_connection(TokioIo::new(stream), service).await);
    }
}

/// Accepts until aborted; its connections end with it.
pub(crate) async fn accept(twin: Twin, listener: TcpListener) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        // Accepting fails when a client gave up early or files ran out; neither is a reason to stop.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Answers are small and whole: waiting to fill a packet only adds delay.
        drop(stream.set_nodelay(true));
        let twin = twin.clone();
        connections.spawn(async move { twin.serve(stream).await });
        while connections.try_join_next().is_some() {}
    }
}

/// The twin as a service that may cut the connection.
#[derive(Clone)]
struct Desk(Twin);

impl<B> Service<Request<B>> for Desk
where
    B: http_body::Body<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Body>;
    type Error = Cut;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Cut>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Cut>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let twin = self.0.clone();
        Box::pin(async move { door::enter(&twin, request.map(Body::new)).await })
    }
}
