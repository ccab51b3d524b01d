//! The way in: every request passes here, in this order.
//!
//! Size, trouble, key, path, rate, contract; then the handler. Each step may answer instead of the next.

mod mischief;

use axum::body::{Body, Bytes};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use crate::answer::{Answer, Content};
use crate::call::Call;
use crate::contract::{self, Operation, Route};
use crate::dialect::Dialect;
use crate::faults::Asked;
use crate::refusal::Refusal;
use crate::runtime::balancer;
use crate::settings::Without;
use crate::twin::Twin;
use crate::world::pods;
use crate::{console, control, graphql, journal, rates, runtime};

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("cut by a scripted fault")]
pub(crate) struct Cut;

/// Bytes that any other body may have: a secret of 16 MiB and what is around it.
const ANY_BODY: usize = 17 << 20;

const CONTROL: &str = "/__sandbox/";

/// Answers a request, or says that its connection is to be cut.
pub(crate) async fn enter(twin: &Twin, request: Request<Body>) -> Result<Response<Body>, Cut> {
    let (head, body) = request.into_parts();
    if head.uri.path().starts_with(CONTROL) {
        return Ok(control::answer(twin, &head, read(body, ANY_BODY).await));
    }
    twin.catch_up();
    if head.uri.path() == graphql::PATH {
        return graphql(twin, &head, read(body, graphql::REQUEST).await).await;
    }
    if let Some(page) = console::Page::of(head.uri.path()) {
        let body = read(body, console::REQUEST).await;
        let honest = async || console::answer(twin, page, &head, body);
        return noted((twin, &head, Dialect::V2), (Some(page.operation()), None), honest).await;
    }
    if let Some(asked) = balancer::Asked::of(&head) {
        return balance((twin, &head), &asked, read(body, balancer::REQUEST).await).await;
    }
    let (dialect, path) = Dialect::of(head.uri.path());
    let route = dialect.contract().route(&head.method, path);
    let operation = match &route {
        Route::Found { operation, .. } => Some(operation.id()),
        _ => None,
    };
    // Checked before the key: the API refuses an overlong Pod even to strangers.
    let limit = match operation {
        Some("createPod") => pods::REQUEST,
        Some(operation) => runtime::limit(operation).unwrap_or(ANY_BODY),
        None => ANY_BODY,
    };
    let body = read(body, limit).await;
    let value = body.as_ref().ok().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let number = twin.notes().received(journal::entry(&head, operation, value.as_ref()));
    let visitor = Visitor { twin, head: &head, dialect, route, value, body };
    let response = visitor.pass(operation).await?;
    twin.notes().answered(number, response.status().as_u16());
    Ok(response)
}

/// Answers a question in GraphQL: other rules about strangers, no contract of REST, errors in its own form.
async fn graphql(twin: &Twin, head: &Parts, body: Result<Bytes, Refusal>) -> Result<Response<Body>, Cut> {
    let value = body.as_ref().ok().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let asked = graphql::Asked::read(value.as_ref());
    let operation = asked.operation();
    let honest = async || match (&head.method, body) {
        (_, Err(refusal)) => write(Dialect::V2, Err(refusal)),
        (&Method::POST, Ok(_)) => {
            let (status, said) = asked.answer(twin, bearer(head));
            respond(status, "application/json", said.to_string())
        }
        (_, Ok(_)) => write(Dialect::V2, Err(Refusal::wrong_method(&[Method::POST]))),
    };
    noted((twin, head, Dialect::V2), (operation.as_deref(), value.as_ref()), honest).await
}

/// Answers a request to a load balancer, which knows no contract but its worker's.
async fn balance(
    (twin, head): (&Twin, &Parts),
    asked: &balancer::Asked<'_>,
    body: Result<Bytes, Refusal>,
) -> Result<Response<Body>, Cut> {
    let value = body.as_ref().ok().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let honest = async || asked.answer(twin, body).await;
    noted((twin, head, Dialect::Runtime), (Some("loadBalancer"), value.as_ref()), honest).await
}

/// Answers a request of no contract, with its place in the journal and whatever trouble there is.
async fn noted(
    (twin, head, dialect): (&Twin, &Parts, Dialect),
    (operation, body): (Option<&str>, Option<&Value>),
    honest: impl AsyncFnOnce() -> Response<Body>,
) -> Result<Response<Body>, Cut> {
    let number = twin.notes().received(journal::entry(head, operation, body));
    let known = Asked { operation, method: head.method.as_str(), path: head.uri.path() };
    let response = match twin.faults().strike(&known, twin.clock().now()) {
        Some(action) => mischief::act((twin, dialect), action, honest).await?,
        None => honest().await,
    };
    twin.notes().answered(number, response.status().as_u16());
    Ok(response)
}

/// The key that a request shows.
pub(crate) fn bearer(head: &Parts) -> Option<&str> {
    head.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// A request on its way in.
struct Visitor<'v> {
    twin: &'v Twin,
    head: &'v Parts,
    dialect: Dialect,
    route: Route<'static>,
    /// The body as JSON, where it is that.
    value: Option<Value>,
    body: Result<Bytes, Refusal>,
}

/// Whoever asks.
struct Caller<'v> {
    key: &'v str,
    /// The rate windows of the account, where they are shown.
    windows: Option<[rates::Left; 3]>,
    /// The window that this request is too many for.
    over: Option<rates::Left>,
}

impl Visitor<'_> {
    async fn pass(self, operation: Option<&str>) -> Result<Response<Body>, Cut> {
        let asked = Asked { operation, method: self.head.method.as_str(), path: self.head.uri.path() };
        match self.twin.faults().strike(&asked, self.twin.clock().now()) {
            Some(action) => {
                let dialect = self.dialect;
                mischief::act((self.twin, dialect), action, async || self.honest(operation).await).await
            }
            None => Ok(self.honest(operation).await),
        }
    }

    /// The answer without any trouble.
    async fn honest(&self, operation: Option<&str>) -> Response<Body> {
        let (said, windows) = self.decide();
        if self.head.method != Method::GET {
            self.twin.stir();
        }
        let said = match (said, self.dialect.key(self.head)) {
            (Ok(Answer { content: Content::Held(hold), .. }), Some(key)) => hold.wait(self.twin, key).await,
            (Ok(Answer { content: Content::Log(tail), .. }), Some(key)) => {
                Ok(Answer::events(tail.follow(self.twin, key)))
            }
            (said, _) => said,
        };
        let said = said.map_err(|refusal| self.dialect.refuse(refusal, self.operation()));
        let status = said.as_ref().map_or_else(|refusal| refusal.status, |answer| answer.status);
        let mut response = write(self.dialect, said);
        if let Some(windows) = windows.filter(|_| self.dialect.shows_rates(operation, status)) {
            let headers = response.headers_mut();
            if let Ok(left) = HeaderValue::try_from(rates::header(&windows)) {
                headers.insert("ratelimit", left);
            }
            headers.insert("ratelimit-policy", HeaderValue::from_static(rates::POLICY_TEXT));
        }
        response
    }

    /// What is answered, and the rate windows of whoever asked.
    fn decide(&self) -> (Result<Answer, Refusal>, Option<[rates::Left; 3]>) {
        let body = match &self.body {
            Ok(body) => body,
            Err(refusal) => return (Err(refusal.clone()), None),
        };
        let Some(Caller { key, windows, over }) = self.let_in() else {
            return (Err(Refusal::unauthorized()), None);
        };
        if let Some(window) = over.filter(|_| self.twin.settings().enforce_rate_limits) {
            return (Err(Refusal::too_fast(window.name, window.seconds)), windows);
        }
        (self.handle(key, body), windows)
    }

    /// Whoever asks, when the key opens an account, with this request counted where requests are counted.
    fn let_in(&self) -> Option<Caller<'_>> {
        let key = self.dialect.key(self.head)?;
        let now = self.twin.clock().now();
        let mut world = self.twin.world();
        let mut visit = world.visit(key, now)?;
        let windows = self.dialect.counts().then(|| visit.account.rates.count(now));
        let over = match &self.route {
            Route::Found { operation, params } if self.dialect == Dialect::Runtime => {
                runtime::count(&mut visit, operation.id(), params)
            }
            _ => windows.as_ref().and_then(rates::exhausted),
        };
        Some(Caller { key, windows, over })
    }

    /// The operation that the request leads to.
    fn operation(&self) -> Option<&'static Operation> {
        match &self.route {
            Route::Found { operation, .. } => Some(operation),
            _ => None,
        }
    }

    fn handle(&self, key: &str, body: &Bytes) -> Result<Answer, Refusal> {
        let (operation, params) = match &self.route {
            Route::Found { operation, params } => (*operation, params),
            Route::WrongMethod { allow } => return Err(Refusal::wrong_method(allow)),
            Route::Nothing => return Err(self.dialect.nowhere(self.head.uri.path())),
        };
        self.check(operation, params, body)?;
        let handler = self
            .dialect
            .handler(operation.id())
            .ok_or_else(|| Refusal::broken(format!("operation {} has no handler", operation.id())))?;
        let (twin, now) = (self.twin, self.twin.clock().now());
        let mut world = twin.world();
        let visit = world.visit(key, now).ok_or_else(Refusal::unauthorized)?;
        let (query, headers, body) = (self.head.uri.query(), &self.head.headers, self.value.as_ref());
        let without = &twin.settings().without;
        handler(&mut Call { visit, params, query, headers, body, operation: operation.id(), without })
    }

    /// Whether the request fits the contract, and what this host knows of it.
    fn check(
        &self,
        operation: &'static Operation,
        params: &[(String, String)],
        body: &Bytes,
    ) -> Result<(), Refusal> {
        if !body.is_empty() && self.value.is_none() {
            return Err(Refusal::unfit(vec!["$: the body is not valid JSON".to_owned()]));
        }
        let content_type = self.head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let request = contract::Request {
            params,
            query: self.head.uri.query(),
            content_type,
            body: self.value.as_ref(),
        };
        let problems = self.dialect.contract().check_request(operation, &request);
        let mut errors: Vec<_> = problems.iter().map(ToString::to_string).collect();
        errors.extend(self.unlearnt().filter(|_| self.dialect == Dialect::V2));
        if errors.is_empty() { Ok(()) } else { Err(Refusal::unfit(errors)) }
    }

    /// What an older host would not know in this body.
    fn unlearnt(&self) -> impl Iterator<Item = String> {
        let body = self.value.as_ref();
        let properties =
            self.twin.settings().without.iter().filter_map(|feature: &Without| feature.property());
        properties
            .filter(move |property| body.is_some_and(|body| body.get(property).is_some()))
            .map(|property| format!("$: additional properties '{property}' not allowed"))
    }
}

/// Reads a body to its end, but not beyond the limit.
async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(body, limit).await.map_err(|_| Refusal::too_large(limit))
}

fn write(dialect: Dialect, said: Result<Answer, Refusal>) -> Response<Body> {
    let refusal = match said {
        Ok(answer) => return success(answer),
        Err(refusal) => refusal,
    };
    let mut response = respond(refusal.status, dialect.media(), dialect.spell(&refusal));
    let headers = response.headers_mut();
    let retry_after = refusal.retry_after.map(HeaderValue::from).map(|value| (header::RETRY_AFTER, value));
    let allow = refusal.allow.and_then(|allow| HeaderValue::try_from(allow).ok());
    headers.extend(retry_after.into_iter().chain(allow.map(|value| (header::ALLOW, value))));
    response
}

fn success(answer: Answer) -> Response<Body> {
    if answer.status == StatusCode::NO_CONTENT {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status;
        return response;
    }
    let body = match answer.content {
        Content::Whole(body) => Body::from(body),
        Content::Made(parts) => runtime::body(parts),
        Content::Events(body) => return events(answer.status, body),
        // Whoever waits or follows is answered before anything is written.
        Content::Held(_) | Content::Log(_) => Body::empty(),
    };
    respond(answer.status, "application/json", body)
}

/// Events, which nobody in between may keep back.
fn events(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = respond(status, "text/event-stream", body);
    let said = [("cache-control", "no-cache"), ("connection", "keep-alive"), ("x-accel-buffering", "no")];
    let headers = said.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    response
}

/// An answer with a body.
pub(crate) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
