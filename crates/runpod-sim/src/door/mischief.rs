//! How trouble looks on the wire.

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::{Cut, respond, write};
use crate::dialect::Dialect;
use crate::faults::{Action, Status};
use crate::refusal::Refusal;
use crate::twin::Twin;

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

const PROXY_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n\
    <body><center><h1>502 Bad Gateway</h1></center><hr><center>sandbox proxy</center></body></html>\n";

/// Does an action to a request. `honest` is what would be done and answered without it.
pub(super) async fn act(
    (twin, dialect): (&Twin, Dialect),
    action: Action,
    honest: impl AsyncFnOnce() -> Response<Body>,
) -> Result<Response<Body>, Cut> {
    match action {
        Action::Cut => Err(Cut),
        Action::Silent => std::future::pending().await,
        Action::Slow { by } => {
            twin.clock().sleep(by.0).await;
            Ok(honest().await)
        }
        Action::CutBody => Ok(half(honest().await, Ending::Cut).await),
        Action::Truncated => Ok(half(honest().await, Ending::Framed).await),
        Action::Status(status) => Ok(scripted(dialect, &status)),
        Action::Html { status } => Ok(respond(code(status), "text/html", PROXY_PAGE)),
        Action::WrongShape => Ok(respond(StatusCode::OK, JSON, json!([{ "sandbox": 1 }]).to_string())),
        Action::Empty => Ok(respond(StatusCode::OK, JSON, Body::empty())),
        Action::Huge { bytes } => Ok(respond(StatusCode::OK, JSON, huge(bytes))),
        Action::Redirect { to, status } => Ok(redirect(&to, status)),
        Action::NoCapacity => {
            Ok(write(dialect, Err(Refusal::bad_request("no instances available: sold out"))))
        }
        Action::InsufficientBalance => {
            let refusal = dialect.refuse(crate::world::Denied::OutOfMoney.into(), None);
            Ok(write(dialect, Err(refusal)))
        }
        // The world was changed when these were due; the request is not touched.
        Action::SoldOut { .. }
        | Action::UnpullableImage { .. }
        | Action::ContainerExit { .. }
        | Action::LatePorts { .. }
        | Action::CrashLoop { .. }
        | Action::Throttle { .. }
        | Action::SlowJobs { .. }
        | Action::Heal { .. }
        | Action::LosePod { .. }
        | Action::Balance { .. }
        | Action::Print { .. } => Ok(honest().await),
    }
}

/// How a half body ends.
#[derive(Clone, Copy)]
enum Ending {
    /// The connection breaks where more was announced.
    Cut,
    /// The answer is complete as HTTP and broken as JSON.
    Framed,
}

async fn half(response: Response<Body>, ending: Ending) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    if head.headers.get(header::CONTENT_TYPE).is_some_and(|media| media == EVENTS) {
        return Response::from_parts(head, half_of_the_first(body, ending));
    }
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let first = whole.slice(..whole.len() / 2);
    let body = match ending {
        Ending::Framed => Body::from(first),
        Ending::Cut => {
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Body::from_stream(stream::iter([Ok(first)]).chain(stream::once(cut_later())))
        }
    };
    Response::from_parts(head, body)
}

/// Of events, which have no end: half of what is there at once, which leaves the last of them without its end.
fn half_of_the_first(body: Body, ending: Ending) -> Body {
    let first =
        body.into_data_stream().take(1).map(|piece| piece.map(|piece| piece.slice(..piece.len() / 2)));
    match ending {
        Ending::Framed => Body::from_stream(first),
        Ending::Cut => {
            let first = first.map(|piece| piece.map_err(|_| Cut));
            Body::from_stream(first.chain(stream::once(cut_later())))
        }
    }
}

/// Fails one turn later: an error at once would come before the head and the first half were sent.
async fn cut_later() -> Result<Bytes, Cut> {
    tokio::task::yield_now().await;
    Err(Cut)
}

fn scripted(dialect: Dialect, status: &Status) -> Response<Body> {
    let refusal = Refusal::new(code(status.status), "scripted by the sandbox");
    let body =
        status.body.as_ref().map_or_else(|| dialect.spell(&refusal), |body| body.to_string().into_bytes());
    let mut response = if status.status < 400 {
        respond(code(status.status), JSON, body)
    } else {
        respond(code(status.status), dialect.media(), body)
    };
    for (name, value) in &status.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn redirect(to: &str, status: u16) -> Response<Body> {
    let mut response = respond(code(status), JSON, Body::empty());
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// One JSON object around one very long string, in pieces that all share the same memory.
fn huge(bytes: u64) -> Body {
    const PIECE: usize = 1 << 16;
    const EDGES: u64 = "{\"sandbox\":\"\"}".len() as u64;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let filling = bytes.saturating_sub(EDGES);
    let rest = piece.slice(..usize::try_from(filling % PIECE as u64).unwrap_or(0));
    let pieces = std::iter::repeat_n(piece, usize::try_from(filling / PIECE as u64).unwrap_or(usize::MAX));
    let start = std::iter::once(Bytes::from_static(b"{\"sandbox\":\""));
    let end = [rest, Bytes::from_static(b"\"}")];
    Body::from_stream(stream::iter(start.chain(pieces).chain(end).map(Ok::<_, Cut>)))
}

/// A status as scripted; what is no status at all becomes 500.
fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
