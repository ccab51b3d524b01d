//! Progress on the way to an answer, as server-sent events.
//!
//! Only where there is some: a call that answers before it reports anything is answered in one piece. The stream owns
//! the call, so a client that goes away takes it along.

use std::convert::Infallible;
use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use rmcp::model::ProgressToken;
use runpod_api::Clock;
use serde_json::json;
use tokio::sync::mpsc;

use super::dispatch::answered;
use super::errand::Outcome;
use super::frames::Frames;
use super::media::EVENTS;
use super::refusal::Refusal;
use crate::mcp::Era;
use crate::tool::Progress;
use crate::tool::progress::{Follower, Step};

/// Steps that may wait while the client does not read; what comes then is left out.
const ROOM: usize = 4;

/// Tells nginx and its like to pass each event on at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

const PULSE: Bytes = Bytes::from_static(b": still at work\n\n");

/// Who is told, and how.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) era: Era,
    pub(super) token: ProgressToken,
    pub(super) pulse: Duration,
}

type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call and what it reports.
struct Call {
    told: Told,
    steps: mpsc::Receiver<Step>,
    /// `None` once it has answered.
    running: Option<Running>,
}

/// What a call comes to next.
enum Next {
    Step(Step),
    Answer(Outcome),
    Pulse,
}

/// Runs a call that reports to the progress it is given.
pub(super) async fn follow<F>(told: Told, clock: &Arc<dyn Clock>, run: impl FnOnce(Progress) -> F) -> Response
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let (sender, steps) = mpsc::channel(ROOM);
    let follower = Follower::new(clock, move |step| drop(sender.try_send(step)));
    let running = run(follower.progress());
    let running: Running = Box::pin(async move {
        let outcome = running.await;
        drop(follower);
        outcome
    });
    let mut call = Call { told, steps, running: Some(running) };
    match call.next(None).await {
        Some(Next::Answer(outcome)) => answered(&call.told.id, call.told.era, outcome),
        Some(Next::Step(step)) => events(call, step),
        Some(Next::Pulse) | None => events(call, Step { done: 0.0, total: None, message: String::new() }),
    }
}

impl Call {
    /// What comes next; `None` after the answer.
    async fn next(&mut self, pulse: Option<Duration>) -> Option<Next> {
        let running = self.running.as_mut()?;
        let pulse = async {
            match pulse {
                Some(pulse) => tokio::time::sleep(pulse).await,
                None => std::future::pending().await,
            }
        };
        let next = tokio::select! {
            biased;
            Some(step) = self.steps.recv() => Next::Step(step),
            outcome = running => Next::Answer(outcome),
            () = pulse => Next::Pulse,
        };
        if matches!(next, Next::Answer(_)) {
            self.running = None;
        }
        Some(next)
    }

    fn event(&self, next: Next) -> Bytes {
        match next {
            Next::Pulse => PULSE,
            Next::Step(step) => event(&self.notification(step).to_string()),
            Next::Answer(outcome) => event(&self.answer(outcome)),
        }
    }

    fn notification(&self, step: Step) -> serde_json::Value {
        let Step { done, total, message } = step;
        let mut params = json!({"progressToken": self.told.token, "progress": done, "message": message});
        if let (Some(total), Some(params)) = (total, params.as_object_mut()) {
            params.insert("total".to_owned(), total.into());
        }
        json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
    }

    fn answer(&self, outcome: Outcome) -> String {
        let id = &self.told.id;
        match outcome {
            Ok(tail) => String::from_utf8(Frames::answer(id, tail).text()).unwrap_or_default(),
            // The status has been sent already, so it does not matter which one this would have had.
            Err(error) => Refusal::of(http::StatusCode::OK, error).to(Some(id)).body(),
        }
    }
}

fn events(call: Call, first: Step) -> Response {
    let stream = beginning_with(call.event(Next::Step(first)), call);
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(CONTENT_TYPE, EVENTS);
    response.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    response
}

fn beginning_with(first: Bytes, call: Call) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    unfold((Some(first), call), |(first, mut call)| async move {
        let event = match first {
            Some(first) => first,
            None => {
                let next = call.next(Some(call.told.pulse)).await?;
                call.event(next)
            }
        };
        Some((Ok(event), (None, call)))
    })
}

/// One event. JSON in one line has no line end that could begin another.
fn event(json: &str) -> Bytes {
    let mut text = String::with_capacity(json.len() + 24);
    // Writing to a String cannot fail.
    _ = write!(text, "event: message\ndata: {json}\n\n");
    text.into()
}
