//! One connection as a service: says where requests come from, and keeps count of those that are being answered.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::{CONNECTION, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::{Frame, SizeHint};
use tower_service::Service;

use super::heads::{Flaw, LONGEST};
use super::refusal::Refusal;
use super::watch::{Busy, Watch};

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) router: Router,
    pub(super) from: SocketAddr,
    pub(super) watch: Watch,
}

impl<B> Service<Request<B>> for Desk
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Counted>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Counted>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let busy = self.watch.busy(request.version() == Version::HTTP_2);
        if let Some(flaw) = self.watch.flaw() {
            return Box::pin(async move { Ok(refused(flaw).map(|body| Counted { body, _busy: busy })) });
        }
        let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.from));
        let answering = self.router.call(request);
        Box::pin(async move {
            let Ok(mut response) = answering.await;
            // The head of a request behind another one is not seen in time, so whoever might contradict himself gets
            // no second one on this connection.
            if is_chunked {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| Counted { body, _busy: busy }))
        })
    }
}

/// What is answered to a head that is not to be followed.
fn refused(flaw: Flaw) -> Response<Body> {
    let refusal = match flaw {
        Flaw::Contradicts => Refusal::bad_request("send Content-Length or Transfer-Encoding, not both"),
        Flaw::TooLong => {
            let message = format!("the head of a request is at most {LONGEST} bytes");
            Refusal::of_http(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, message)
        }
    };
    refusal.with(CONNECTION, HeaderValue::from_static("close")).into_response()
}

/// A body, counted as work until it is gone.
#[derive(Debug)]
pub(super) struct Counted {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
