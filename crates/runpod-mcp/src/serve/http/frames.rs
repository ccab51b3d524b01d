//! A body of known length made of a part of its own and a part that many answers share, without a copy.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

/// Two pieces, sent one after the other.
#[derive(Debug, Default)]
pub(super) struct Frames {
    first: Bytes,
    second: Bytes,
}

impl Frames {
    pub(super) fn one(only: impl Into<Bytes>) -> Self {
        Self { first: only.into(), second: Bytes::new() }
    }

    /// The answer to the request of this id: `tail` is everything behind it.
    pub(super) fn answer(id: &str, tail: Bytes) -> Self {
        const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;
        Self { first: [HEAD, id].concat().into(), second: tail }
    }

    /// All of it in one piece.
    pub(super) fn text(self) -> Vec<u8> {
        [self.first, self.second].concat()
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match self.first.has_remaining() {
            true => std::mem::take(&mut self.first),
            false => std::mem::take(&mut self.second),
        };
        Poll::Ready(next.has_remaining().then(|| Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        !self.first.has_remaining() && !self.second.has_remaining()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.first.remaining() + self.second.remaining();
        SizeHint::with_exact(length.try_into().unwrap_or(u64::MAX))
    }
}

impl IntoResponse for Frames {
    fn into_response(self) -> Response {
        Response::new(Body::new(self))
    }
}
