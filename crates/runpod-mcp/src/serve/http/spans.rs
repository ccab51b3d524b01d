//! The span of a request: inside of the trace that its client or a proxy is in, around the requests to Runpod.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use runpod_api::{Clock, TraceContext};

use crate::otlp::{Exporter, Kind, Span, Value};

/// Where spans go, and by which clock they are timed.
#[derive(Clone, Debug)]
pub struct Spans {
    /// Takes them.
    pub exporter: Exporter,
    /// The clock that the exporter goes by.
    pub clock: Arc<dyn Clock>,
}

/// A request that is a span.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its own.
    pub(super) own: TraceContext,
    parent: Option<TraceContext>,
}

impl Place {
    /// The place of a request in this trace, or in one of its own.
    pub(super) fn within(parent: Option<TraceContext>) -> Self {
        let own = parent.as_ref().map_or_else(|| TraceContext::start(true), TraceContext::child);
        Self { own, parent }
    }
}

impl Spans {
    /// Sends the span of a request that was answered now.
    pub(super) fn record(
        &self,
        place: Place,
        (method, tool): (&'static str, Option<&'static str>),
        status: StatusCode,
        took: Duration,
    ) {
        let word = |word: &'static str| Value::Text(Cow::Borrowed(word));
        let mut facts = vec![("mcp.method.name", word(method))];
        facts.extend(tool.map(|tool| ("gen_ai.tool.name", word(tool))));
        facts.push(("http.response.status_code", Value::Number(status.as_u16().into())));
        self.exporter.record(Span {
            place: place.own,
            parent: place.parent,
            name: Cow::Borrowed(method),
            kind: Kind::Server,
            ended: self.clock.now(),
            took,
            failed: status.is_server_error(),
            facts,
        });
    }
}
