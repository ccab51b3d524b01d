//! Endpoints that are load balancers: what stands for `https://{endpointId}.api.runpod.ai`.
//!
//! They are found by that name in `Host`, or below [`ROOT`] for who cannot set it. The path of the health check tells
//! whether a worker is up; every other request goes to a worker, whose script answers it as if the request were the
//! input of a job, and waits until one is there.

use axum::body::{Body, Bytes};
use chrono::TimeDelta;
use http::request::Parts as Head;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::hold::{Look, wait_for};
use crate::clock::Time;
use crate::dialect::Dialect;
use crate::door::respond;
use crate::refusal::Refusal;
use crate::twin::Twin;
use crate::world::endpoints::fleet::Status as WorkerStatus;
use crate::world::endpoints::{Endpoint, Kind};
use crate::world::jobs::request::NewJob;
use crate::world::jobs::script::{Outcome, Output};
use crate::world::jobs::told::Parts;
use crate::world::jobs::{Mode, Status};
use crate::world::{Denied, Visit};

/// Where they are found on this host.
const ROOT: &str = "/serverless/lb/";

/// The end of the name of every one of them.
const DOMAIN: &str = ".api.runpod.ai";

/// Bytes that a request may have.
pub(crate) const REQUEST: usize = 30 << 20;

/// How long a request waits for a worker, and for its answer.
const LIMITS: (TimeDelta, TimeDelta) = (TimeDelta::minutes(2), TimeDelta::seconds(330));

/// A request to a load balancer.
#[derive(Debug)]
pub(crate) struct Asked<'h> {
    endpoint: &'h str,
    /// As the worker sees it.
    path: String,
    method: &'h str,
    key: Option<&'h str>,
}

impl<'h> Asked<'h> {
    /// The request, if it is one to a load balancer.
    pub(crate) fn of(head: &'h Head) -> Option<Self> {
        let own = |(endpoint, path): (&'h str, &str)| {
            let (path, key) = (format!("/{path}"), Dialect::Runtime.key(head));
            Self { endpoint, path, method: head.method.as_str(), key }
        };
        if let Some(rest) = head.uri.path().strip_prefix(ROOT) {
            return Some(own(rest.split_once('/').unwrap_or((rest, ""))));
        }
        let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).or(head.uri.host())?;
        let name = host.split(':').next().unwrap_or_default();
        let endpoint = name.strip_suffix(DOMAIN)?;
        Some(own((endpoint, head.uri.path().trim_start_matches('/'))))
    }

    /// What is answered, possibly after a while.
    pub(crate) async fn answer(&self, twin: &Twin, body: Result<Bytes, Refusal>) -> Response<Body> {
        match self.try_answer(twin, body).await {
            Ok(response) => response,
            Err(refusal) => {
                let said = Dialect::Runtime.spell(&refusal);
                respond(refusal.status, Dialect::Runtime.media(), said)
            }
        }
    }

    async fn try_answer(&self, twin: &Twin, body: Result<Bytes, Refusal>) -> Result<Response<Body>, Refusal> {
        let (body, now) = (body?, twin.clock().now());
        let job = {
            let mut world = twin.world();
            let key = self.key.ok_or_else(Refusal::unauthorized)?;
            let mut visit = world.visit(key, now).ok_or_else(Refusal::unauthorized)?;
            let endpoint =
                visit.endpoint(self.endpoint).ok().filter(|found| found.kind == Kind::LoadBalancer);
            let endpoint = endpoint.ok_or_else(|| Denied::missing("load balancer", self.endpoint))?;
            if self.path == health_path(endpoint) {
                return Ok(empty(health(&visit, endpoint)));
            }
            visit.request(self.endpoint, self.input(&body))?
        };
        twin.stir();
        wait_for(twin, || self.look(twin, (&job, now))).await
    }

    /// The request as a worker is given it.
    fn input(&self, body: &[u8]) -> Map<String, Value> {
        let parsed = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let own = json!({ "method": self.method, "path": self.path, "body": parsed });
        let members = match parsed {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        // What the body says is on top, so that scripts find it where a job would have it.
        own.as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .chain(members)
            .collect()
    }

    fn look(&self, twin: &Twin, (job, asked): (&str, Time)) -> Result<Look<Response<Body>>, Refusal> {
        let now = twin.clock().now();
        let mut world = twin.world();
        let visit = world.visit(self.key.unwrap_or_default(), now).ok_or_else(Refusal::unauthorized)?;
        let missing = || Denied::missing("load balancer", self.endpoint);
        let endpoint = visit.account.endpoints.get_mut(self.endpoint).ok_or_else(missing)?;
        let found = endpoint.jobs.get(job).ok_or_else(missing)?;
        let (status, (for_worker, for_answer)) = (found.status(), LIMITS);
        if status.is_terminal() {
            return Ok(Look::Answer(spell(found.outcome())));
        }
        let limit = asked + if status == Status::InQueue { for_worker } else { for_answer };
        if now >= limit {
            endpoint.jobs.cancel(job, now);
            let (code, text) = match status {
                Status::InQueue => (StatusCode::SERVICE_UNAVAILABLE, "no worker came up within two minutes"),
                _ => (StatusCode::GATEWAY_TIMEOUT, "the worker did not answer within 330 seconds"),
            };
            return Err(Refusal::new(code, text));
        }
        let next = visit.next_of_job(self.endpoint, job);
        Ok(Look::Again(next.map_or(limit, |next| next.min(limit))))
    }
}

impl Visit<'_> {
    /// Hands a request to a load balancer; answers what it is known by.
    fn request(&mut self, endpoint: &str, input: Map<String, Value>) -> Result<String, Denied> {
        self.take_on(endpoint, NewJob::new(input), Mode::Now(None))
    }
}

/// The path that the health of workers is asked at.
pub(crate) fn health_path(endpoint: &Endpoint) -> String {
    let path = endpoint.config.container.env.get("HEALTH_CHECK_PATH").map_or("ping", String::as_str);
    format!("/{}", path.trim_start_matches('/'))
}

/// 200 with a worker that is up, 204 while one starts.
fn health(visit: &Visit<'_>, endpoint: &Endpoint) -> StatusCode {
    let crashes = visit.crashes(endpoint);
    let has = |status| {
        endpoint.fleet.workers.iter().any(|worker| worker.status(endpoint.kind, crashes, visit.now) == status)
    };
    if has(WorkerStatus::Running) && !crashes {
        StatusCode::OK
    } else if has(WorkerStatus::Initializing) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn spell(outcome: Option<&Outcome>) -> Response<Body> {
    let media = Dialect::Runtime.media();
    match outcome {
        Some(Outcome::Output(Output::Value(value))) => respond(StatusCode::OK, media, value.to_string()),
        Some(Outcome::Output(Output::Made(made))) => {
            let parts = Parts { before: Bytes::new(), made: *made, after: Bytes::new() };
            respond(StatusCode::OK, media, super::body(parts))
        }
        Some(Outcome::Error(why)) => {
            respond(StatusCode::INTERNAL_SERVER_ERROR, media, json!({ "error": why }).to_string())
        }
        None => respond(
            StatusCode::GATEWAY_TIMEOUT,
            media,
            json!({ "error": "the worker ran out of time" }).to_string(),
        ),
    }
}
