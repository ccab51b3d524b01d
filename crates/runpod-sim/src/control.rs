//! Moving the twin from outside, on its own port and without a key:
//! `POST /__sandbox/{clock,faults,reset}` and `GET /__sandbox/journal`.

use axum::body::{Body, Bytes};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::stamp;
use crate::door::respond;
use crate::faults::{Fault, Span};
use crate::journal::Entry;
use crate::refusal::Refusal;
use crate::twin::Twin;

/// `{"advance":"90s"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hand {
    advance: Option<Span>,
}

/// One fault is added; a list takes the place of all that is there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Trouble {
    All(Vec<Fault>),
    One(Box<Fault>),
}

/// Answers a control request.
pub(crate) fn answer(twin: &Twin, head: &Parts, body: Result<Bytes, Refusal>) -> Response<Body> {
    let said = body.and_then(|body| match (&head.method, head.uri.path()) {
        (&Method::POST, "/__sandbox/clock") => clock(twin, &read(&body)?),
        (&Method::POST, "/__sandbox/faults") => faults(twin, read(&body)?),
        (&Method::POST, "/__sandbox/reset") => {
            twin.reset();
            Ok(json!({ "reset": true }))
        }
        (&Method::GET, "/__sandbox/journal") => {
            let requests: Vec<_> = twin.journal().requests().iter().map(Entry::spell).collect();
            Ok(json!({ "requests": requests }))
        }
        _ => Err(Refusal::no_such_path()),
    });
    match said {
        Ok(value) => respond(StatusCode::OK, "application/json", value.to_string()),
        Err(refusal) => respond(refusal.status, "application/problem+json", refusal.problem()),
    }
}

fn clock(twin: &Twin, hand: &Hand) -> Result<Value, Refusal> {
    if let Some(span) = hand.advance {
        twin.clock().advance(span.0);
    }
    Ok(json!({ "now": stamp(twin.clock().now()), "clock": twin.clock().pace().to_string() }))
}

fn faults(twin: &Twin, trouble: Trouble) -> Result<Value, Refusal> {
    let (added, anew) = match trouble {
        Trouble::One(fault) => (vec![*fault], false),
        Trouble::All(faults) => (faults, true),
    };
    added.iter().try_for_each(Fault::check).map_err(|error| Refusal::unfit(vec![format!("$: {error}")]))?;
    if anew {
        twin.faults().clear();
    }
    let count = added.len();
    added.into_iter().for_each(|fault| twin.faults().add(fault));
    Ok(json!({ "added": count }))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal::unfit(vec![format!("$: {error}")]))
}
