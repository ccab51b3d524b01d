//! A request made ready once, to be sent as often as its tries need.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use reqwest::Url;
use serde::Serialize;

use super::{Request, Terms};
use crate::client::{Call, Outcome};
use crate::error::Error;
use crate::hosts::Hosts;
use crate::op::Op;
use crate::secret::ApiKey;
use crate::sketch::{self, Sketch};
use crate::trace::TraceContext;

const SESSION: HeaderName = HeaderName::from_static("x-runpod-session-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

/// Everything of a request but its connection.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) op: &'static Op,
    pub(super) url: Url,
    pub(super) key: Option<ApiKey>,
    pub(super) trace: Option<TraceContext>,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Parcel {
    /// Puts a request together; no part of it can still fail on a later try.
    pub(super) fn pack<B: Serialize + ?Sized>(
        op: &'static Op,
        hosts: &Hosts,
        call: &Call,
        request: &Request<'_, B>,
    ) -> Outcome<Self> {
        let key = match op.api.may_carry_key() {
            true => Some(call.key.clone().filter(|key| !key.is_blank()).ok_or(Error::NoKey)?),
            false => None,
        };
        let mut headers = HeaderMap::from_iter([(ACCEPT, JSON)]);
        headers.insert(USER_AGENT, header("caller", call.caller.user_agent())?);
        headers.insert(SESSION, header("caller", call.caller.session())?);
        if let Some(key) = &key {
            headers.insert(AUTHORIZATION, bearer(key)?);
        }
        let body = request.body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|e| Error::Argument { field: "body", why: e.to_string() })?;
        if body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        let (url, trace) = (address(op, hosts, request)?, call.trace.clone());
        Ok(Self { op, url, key, trace, headers, body: body.map(Bytes::from) })
    }

    /// The same request for an answer on these terms.
    pub(super) fn on(mut self, terms: &Terms) -> Outcome<Self> {
        if terms.events {
            self.headers.insert(ACCEPT, EVENTS);
        }
        if let Some(id) = &terms.after_event {
            self.headers.insert(LAST_EVENT_ID, header("cursor", id)?);
        }
        Ok(self)
    }

    /// One more copy to send, whose way is told to `sent`, as this span of its trace.
    pub(super) fn copy(&self, sent: &Arc<Sent>, span: Option<&TraceContext>) -> reqwest::Request {
        let mut copy = reqwest::Request::new(self.op.method.clone(), self.url.clone());
        *copy.headers_mut() = self.headers.clone();
        traced(copy.headers_mut(), span);
        *copy.body_mut() = self
            .body
            .clone()
            .map(|bytes| reqwest::Body::wrap(Watched { bytes: Some(bytes), sent: Arc::clone(sent) }));
        copy
    }

    /// The request as it may be shown to somebody.
    pub(super) fn sketch(&self) -> Sketch {
        Sketch {
            operation: self.op.id,
            method: self.op.method.to_string(),
            url: self.url.to_string(),
            body: self.body.as_deref().map(sketch::shown),
        }
    }

    /// Whether there is a body whose first byte can be watched.
    pub(super) fn has_body(&self) -> bool {
        self.body.is_some()
    }
}

fn address<B: Serialize + ?Sized>(op: &Op, hosts: &Hosts, request: &Request<'_, B>) -> Outcome<Url> {
    let base = hosts.base(op.api);
    let text = format!("{}{}", base.as_str(), op.fill(request.parts)?);
    let mut url = url(&text)?;
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok(url)
}

pub(super) fn url(text: &str) -> Outcome<Url> {
    let unusable = |e| Error::Setting { setting: "hosts", why: format!("give no usable address: {e}") };
    Url::parse(text).map_err(unusable)
}

fn traced(headers: &mut HeaderMap, span: Option<&TraceContext>) {
    let said = span.map(|span| (Some(span.traceparent()), span.tracestate().map(str::to_owned)));
    let (parent, state) = said.unwrap_or_default();
    for (name, value) in [(TRACEPARENT, parent), (TRACESTATE, state)] {
        // Both are made of characters that a header can carry.
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
}

fn header(field: &'static str, text: &str) -> Outcome<HeaderValue> {
    HeaderValue::from_str(text)
        .map_err(|_| Error::Argument { field, why: "has characters that no header can carry".to_owned() })
}

pub(super) fn bearer(key: &ApiKey) -> Outcome<HeaderValue> {
    let mut bearer = header("key", &format!("Bearer {}", key.reveal()))?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// How far a request has come, known to its body and to whoever may call it back.
#[derive(Debug, Default)]
pub(super) struct Sent(AtomicU8);

const WAITING: u8 = 0;
const LEAVING: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Sent {
    /// The first byte leaves. `false` when it was called back before.
    pub(super) fn leave(&self) -> bool {
        let was = self.0.compare_exchange(WAITING, LEAVING, Ordering::AcqRel, Ordering::Acquire);
        was != Err(WITHDRAWN)
    }

    /// Runpod is known not to have acted on what was sent: it counts as waiting again.
    pub(super) fn come_back(&self) {
        let _ = self.0.compare_exchange(LEAVING, WAITING, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Calls it back. `false` when it has left.
    pub(super) fn withdraw(&self) -> bool {
        let was = self.0.compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        was != Err(LEAVING)
    }

    /// Whether bytes of it may have reached Runpod.
    pub(super) fn has_left(&self) -> bool {
        self.0.load(Ordering::Acquire) == LEAVING
    }
}

/// A body that notices when it is sent. Without it, a connection that was never made could not be told from one
/// that broke after Runpod had read everything.
struct Watched {
    bytes: Option<Bytes>,
    sent: Arc<Sent>,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Withdrawn;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Withdrawn>>> {
        Poll::Ready(match self.sent.leave() {
            true => self.bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            false => Some(Err(Withdrawn)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |b| b.len() as u64))
    }
}

/// Nobody wants the change any more.
#[derive(Debug, thiserror::Error)]
#[error("withdrawn before it was sent")]
struct Withdrawn;

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Deadline;
    use crate::op::Part;

    static GPU: Op = Op::v2("getGpu", Method::GET, "/catalog/gpus/{id}/stock");

    fn call(key: &str) -> Call {
        let settings = crate::client::Settings::default();
        Call::new(Some(ApiKey::new(key)), Deadline::never(&settings.clock))
    }

    proptest! {
        #[test]
        fn no_text_in_a_path_or_query_leaves_its_place(part in "\\PC{0,40}|[./%\\\\?#@:2e]{0,8}", value in "\\PC{0,40}") {
            let parts = [Part::Free("id", &part)];
            let request = Request::<()> { parts: &parts, query: vec![("tail", value.clone())], body: None };
            if let Ok(parcel) = Parcel::pack(&GPU, &Hosts::default(), &call("rpa_k"), &request) {
                let segments: Vec<_> = parcel.url.path().split('/').collect();
                prop_assert_eq!(parcel.url.origin().ascii_serialization(), "https://api.runpod.io");
                prop_assert_eq!(&segments[..4], ["", "v2", "catalog", "gpus"]);
                prop_assert_eq!((segments.len(), segments[5]), (6, "stock"));
                let query: Vec<_> = parcel.url.query_pairs().into_owned().collect();
                prop_assert_eq!(query, [("tail".to_owned(), value)]);
                prop_assert!(parcel.url.fragment().is_none() && parcel.url.username().is_empty());
            }
        }
    }

    #[test]
    fn a_key_that_no_header_can_carry_is_refused_unseen() {
        let request = Request::query(Vec::new());
        for key in ["rpa_CANARY\r\nX-Evil: 1", "rpa_CANARY\u{7f}", "rpa_CANARY\0"] {
            let error = Parcel::pack(&GPU, &Hosts::default(), &call(key), &request).map(drop).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        }
        let blank = Parcel::pack(&GPU, &Hosts::default(), &call(" \n"), &request).map(drop);
        assert!(matches!(blank, Err(Error::NoKey)));
    }

    #[test]
    fn a_parcel_shows_its_key_to_nobody() {
        let request = Request::to(&[Part::Free("id", "x")]);
        let parcel = Parcel::pack(&GPU, &Hosts::default(), &call("rpa_CANARY"), &request).unwrap();
        let sent = Arc::new(Sent::default());
        assert!(!format!("{parcel:?} {:?}", parcel.copy(&sent, None)).contains("CANARY"));
    }

    #[test]
    fn what_has_left_cannot_be_called_back_and_what_was_called_back_does_not_leave() {
        let sent = Sent::default();
        assert!(sent.leave() && !sent.withdraw() && sent.has_left());
        sent.come_back();
        assert!(sent.withdraw() && !sent.leave() && !sent.has_left());
    }
}
