//! The one way in which these tests talk to the twin: in process, with every answer held against the contract.

use axum::body::{Body, BodyDataStream, to_bytes};
use futures_util::{FutureExt, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode};
use runpod_sim::contract::{self, Route};
use runpod_sim::{Pace, Seed, Settings, Twin};
use serde_json::Value;

/// A twin and the key to it.
pub(crate) struct Desk {
    pub(crate) twin: Twin,
    key: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Said {
    /// The body of an answer that had to be this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The detail and the errors of a refusal, as one text; of v1 its message.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        let problem = self.expect(status);
        if let Some(message) = problem["message"].as_str().or(problem["error"].as_str()) {
            return message.to_owned();
        }
        assert_eq!(problem["status"], status);
        let errors = problem["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
        [problem["detail"].as_str().unwrap()].into_iter().chain(errors).collect::<Vec<_>>().join("; ")
    }
}

const EVENTS: &str = "text/event-stream";

/// A stream of events, which nobody ends.
pub(crate) struct Events(BodyDataStream);

impl Events {
    pub(crate) fn new(body: Body) -> Self {
        Self(body.into_data_stream())
    }

    /// What can be read without anything happening first.
    pub(crate) async fn so_far(&mut self) -> String {
        let mut text = String::new();
        while let Some(Some(piece)) = self.0.next().now_or_never() {
            text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
        text
    }

    /// The next piece, whenever it comes; none when the stream ends, an error when it breaks.
    pub(crate) async fn next(&mut self) -> Option<Result<String, axum::Error>> {
        Some(self.0.next().await?.map(|piece| String::from_utf8(piece.to_vec()).unwrap()))
    }
}

/// A client that follows nothing, for tests that need a socket.
pub(crate) fn client() -> reqwest::Client {
    // Every test may be the first one to install it.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A twin with this seed whose clock stands still.
pub(crate) fn desk(seed: Seed) -> Desk {
    desk_with(Settings { seed, pace: Pace::Manual, ..Settings::default() })
}

pub(crate) fn desk_with(settings: Settings) -> Desk {
    let twin = Twin::new(settings);
    let key = twin.key().to_owned();
    Desk { twin, key }
}

impl Desk {
    /// The same twin seen by whoever has this key.
    pub(crate) fn with_key(&self, key: &str) -> Desk {
        Desk { twin: self.twin.clone(), key: key.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Said {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Said {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Said {
        self.send(Method::DELETE, path, None).await
    }

    /// Moves the clock.
    pub(crate) fn pass(&self, seconds: u64) {
        self.twin.clock().advance(std::time::Duration::from_secs(seconds));
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Said {
        let request = Request::builder().method(&method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", self.key));
        let request = match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        let said = self.raw(request.unwrap()).await;
        if path.starts_with("/v2/") {
            fits_the_contract(&method, path, &said);
        }
        if let Some(path) = path.strip_prefix("/v1") {
            fits_contract_v1(&method, path, &said);
        }
        if let Some(path) = path.strip_prefix("/serverless/v2") {
            fits_contract_of_runtime(&method, path, &said);
        }
        said
    }

    /// Sends a request as it is; nothing is added and the answer is not checked.
    pub(crate) async fn raw(&self, request: Request<Body>) -> Said {
        let (head, body) = self.twin.answer(request).await.into_parts();
        let bytes = match head.headers.get("content-type").is_some_and(|media| media == EVENTS) {
            true => Events::new(body).so_far().await.into(),
            false => to_bytes(body, usize::MAX).await.unwrap(),
        };
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Said { status: head.status, headers: head.headers, text }
    }
}

/// Fails when the twin says something that the contract does not know.
#[track_caller]
fn fits_the_contract(method: &Method, path: &str, said: &Said) {
    let Route::Found { operation, .. } = contract::v2().route(method, path.split('?').next().unwrap()) else {
        return;
    };
    let content_type = said.headers.get("content-type").map(|value| value.to_str().unwrap());
    let is_whole = !said.text.is_empty() && content_type != Some(EVENTS);
    let body = is_whole.then(|| serde_json::from_str::<Value>(&said.text).unwrap());
    let problems = contract::v2().check_answer(operation, said.status.as_u16(), content_type, body.as_ref());
    let mut problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let declared = operation.answer(said.status.as_u16()).map(|answer| answer.headers());
    let declared =
        |name: &str| declared.is_some_and(|all| all.iter().any(|h| h.name().eq_ignore_ascii_case(name)));
    let rates = ["ratelimit", "ratelimit-policy"].into_iter();
    problems.extend(
        rates
            .filter(|name| said.headers.contains_key(*name) && !declared(name))
            .map(|name| format!("undeclared {name}")),
    );
    assert!(problems.is_empty(), "{method} {path} answered {}: {problems:?}\n{}", said.status, said.text);
}

/// The same for the Serverless runtime.
#[track_caller]
fn fits_contract_of_runtime(method: &Method, path: &str, said: &Said) {
    let runtime = contract::serverless();
    assert!(!said.headers.contains_key("ratelimit"));
    let Route::Found { operation, .. } = runtime.route(method, path.split('?').next().unwrap()) else {
        return;
    };
    let content_type = said.headers.get("content-type").map(|value| value.to_str().unwrap());
    let body = serde_json::from_str::<Value>(&said.text).unwrap();
    let problems = runtime.check_answer(operation, said.status.as_u16(), content_type, Some(&body));
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{method} {path} answered {}: {problems:?}\n{}", said.status, said.text);
}

/// Operations of v1 whose answer in the event of success is not what the contract says: it forgot to.
const FORGOTTEN: &[(&str, u16)] = &[("RestartPod", 200)];

/// The same for v1, which declares many answers without saying what is in them, and of refusals few.
#[track_caller]
fn fits_contract_v1(method: &Method, path: &str, said: &Said) {
    let v1 = contract::v1();
    let body = (!said.text.is_empty()).then(|| serde_json::from_str::<Value>(&said.text).unwrap());
    let status = said.status.as_u16();
    assert!(!said.headers.contains_key("ratelimit") && !said.headers.contains_key("ratelimit-policy"));
    if status >= 400 {
        let message = body.as_ref().unwrap().as_object().unwrap();
        assert!(message.len() == 1 && message["message"].is_string(), "{method} {path}: {message:?}");
    }
    let Route::Found { operation, .. } = v1.route(method, path.split('?').next().unwrap()) else { return };
    let content_type = said.headers.get("content-type").map(|value| value.to_str().unwrap());
    // Of bills the contract says nothing about refusals.
    let silent = status == 400 && operation.success_statuses().len() == operation.answers().len();
    // Who asks, and how often, concerns the door and not the operation.
    if silent || matches!(status, 401 | 429) || FORGOTTEN.contains(&(operation.id(), status)) {
        return;
    }
    let mut problems = v1.check_answer(operation, status, content_type, body.as_ref());
    if status == 200 && operation.answer(200).is_some_and(|answer| answer.media().is_empty()) {
        problems.extend(v1.check_shape("Pod", body.as_ref().unwrap()));
    }
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{method} {path} answered {status}: {problems:?}\n{}", said.text);
}
