//! From a request that was read to its answer.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use rmcp::model::{ClientCapabilities, ErrorCode, ErrorData};
use runpod_api::TraceContext;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::errand::{Errand, Outcome};
use super::frames::Frames;
use super::front::Front;
use super::message::{Act, Meta, Request, no_method, quoted};
use super::post::Client;
use super::refusal::{JSON, Refusal};
use super::stream::{self, Told};
use crate::mcp::{Asked, Era, Server, Who, no_task_asks};

/// What is answered to `ping`.
const NOTHING: Bytes = Bytes::from_static(b",\"result\":{}}");

impl Front {
    /// Answers a request.
    ///
    /// # Errors
    /// When nobody here knows its method, or it takes too long.
    pub(super) async fn dispatch(
        &self,
        server: &Server,
        request: &Request<'_>,
        client: &Client<'_>,
        body: &Bytes,
    ) -> Result<Response, Refusal> {
        if let Some(rest) = self.rest.as_ref().filter(|rest| rest.takes(&request.method, request.name())) {
            return Ok(rest.answer(again(client, body)).await);
        }
        let outcome = match &request.act {
            Act::Hello(wanted) => Ok(server.hello_tail(wanted)),
            Act::Ping => Ok(NOTHING),
            Act::Discover => Ok(server.discovery_tail()),
            Act::List => Ok(server.list_tail(request.era)),
            Act::Other => {
                let unknown = format!("there is no method {} here", quoted(&request.method));
                return Err(no_method(request.era, unknown));
            }
            Act::Call { name, arguments } => {
                let call = Errand::Call { name: name.as_ref().to_owned(), args: read(*arguments)? };
                return self.follow(server, request, client, call).await;
            }
            Act::LookAtTask(_) | Act::TellTask | Act::CallOffTask(_) if !request.meta.takes_tasks() => {
                let tasks = ClientCapabilities::builder().enable_tasks().build();
                Err(ErrorData::missing_required_client_capability(tasks))
            }
            Act::TellTask => Err(no_task_asks()),
            Act::LookAtTask(task) => {
                return self
                    .follow(server, request, client, Errand::LookAtTask(task.as_ref().to_owned()))
                    .await;
            }
            Act::CallOffTask(task) => {
                return self
                    .follow(server, request, client, Errand::CallOffTask(task.as_ref().to_owned()))
                    .await;
            }
        };
        Ok(answered(request.id, request.era, outcome))
    }

    /// Runs what may take a while: with progress on the way, if the client wants to hear of it.
    async fn follow(
        &self,
        server: &Server,
        request: &Request<'_>,
        client: &Client<'_>,
        errand: Errand,
    ) -> Result<Response, Refusal> {
        let Request { id, era, meta, .. } = request;
        let asked = Asked {
            id: Some(client.visit.id.clone()),
            leaving: self.drain.clone(),
            takes_tasks: *era == Era::Modern && meta.takes_tasks(),
            era: *era,
            trace: client.visit.span().or_else(|| trace(client.parts, meta)),
            ..Asked::default()
        };
        let (runner, who) = (server.clone(), who(server, client, meta));
        let answering = async {
            match meta.progress().filter(|_| client.streams) {
                None => answered(id, *era, errand.run(runner, who, asked).await),
                Some(token) => {
                    let pulse = self.settings.limits.keep_alive;
                    let told = Told { id: (*id).to_owned(), era: *era, token, pulse };
                    let run = |progress| errand.run(runner, who, Asked { progress, ..asked });
                    stream::follow(told, server.clock(), run).await
                }
            }
        };
        let answer = tokio::time::timeout(self.settings.limits.request_time, answering).await;
        answer.map_err(|_| too_long())
    }
}

/// An answer in one piece.
pub(super) fn answered(id: &str, era: Era, outcome: Outcome) -> Response {
    match outcome {
        Ok(tail) => {
            let mut response = Frames::answer(id, tail).into_response();
            response.headers_mut().insert(CONTENT_TYPE, JSON);
            response
        }
        Err(error) => Refusal::of(status(era, error.code), error).to(Some(id)).into_response(),
    }
}

/// The status of an error in a request that could be read. Older revisions know but one: an answer is an answer.
fn status(era: Era, code: ErrorCode) -> StatusCode {
    match (era, code) {
        (Era::Modern, ErrorCode::METHOD_NOT_FOUND) => StatusCode::NOT_FOUND,
        (
            Era::Modern,
            ErrorCode::HEADER_MISMATCH
            | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
            | ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
        ) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// Who asks, and what Runpod is told about it. A session over HTTP is one request.
fn who(server: &Server, client: &Client<'_>, meta: &Meta<'_>) -> Who {
    let said = meta.client();
    let agent = client.parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let agent = agent.unwrap_or(Cow::Borrowed(""));
    let told = said.as_ref().map_or((&*agent, ""), |said| (&said.name, &said.version));
    let mut who = match &client.caller {
        None => server.local(told),
        Some(caller) => {
            let session = uuid::Uuid::new_v4().to_string();
            server.remote(Some(caller.key.clone()), told, &session)
        }
    };
    who.name = Some(client.visit.who().unwrap_or("sandbox").to_owned());
    who
}

/// The trace that a request is in: what it says itself counts more than what the last proxy says.
pub(super) fn trace(parts: &Parts, meta: &Meta<'_>) -> Option<TraceContext> {
    let said = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    match meta.trace() {
        [Some(parent), state] => TraceContext::parse(&parent, state.as_deref()),
        [None, _] => TraceContext::parse(said("traceparent")?, said("tracestate")),
    }
}

/// The arguments of a call.
fn read(arguments: Option<&RawValue>) -> Result<Map<String, Value>, Refusal> {
    let Some(raw) = arguments else { return Ok(Map::new()) };
    serde_json::from_str(raw.get()).map_err(|_| {
        let message = "the params of \"tools/call\" do not fit: `arguments` has a number that cannot be read";
        Refusal::new(StatusCode::BAD_REQUEST, ErrorCode::INVALID_PARAMS, message)
    })
}

/// A request as it came, for somebody who reads it again.
fn again(client: &Client<'_>, body: &Bytes) -> http::Request<Body> {
    let mut request = http::Request::new(Body::from(body.clone()));
    *request.method_mut() = client.parts.method.clone();
    *request.uri_mut() = client.parts.uri.clone();
    *request.headers_mut() = client.parts.headers.clone();
    request
}

fn too_long() -> Refusal {
    let message =
        "the request took too long and was broken off; a change may have happened: read before trying again";
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, ErrorCode::INTERNAL_ERROR, message)
}
