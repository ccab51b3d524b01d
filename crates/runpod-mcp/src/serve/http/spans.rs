//! Each request that takes a while as a span, where a collector is told.

use std::time::Duration;

use runpod_api::TraceContext;

use super::errand::Errand;
use crate::otlp::{Exporter, Kind, Span, Value};

/// A span that is under way; told when it is dropped, which is also how a request ends whose client has left.
#[derive(Debug)]
pub(super) struct Under {
    exporter: Exporter,
    began: Duration,
    place: TraceContext,
    parent: Option<TraceContext>,
    facts: Vec<(&'static str, Value)>,
    failed: bool,
}

impl Under {
    /// Begins inside of what the client says, or a trace of its own.
    pub(super) fn begin(exporter: &Exporter, parent: Option<TraceContext>, errand: &Errand) -> Self {
        let place = parent.as_ref().map_or_else(|| TraceContext::start(true), TraceContext::child);
        let method = ("mcp.method.name", Value::Text(errand.method().into()));
        Self {
            exporter: exporter.clone(),
            began: exporter.now(),
            place,
            parent,
            facts: vec![method],
            failed: true,
        }
    }

    /// Where what it asks of Runpod belongs.
    pub(super) fn place(&self) -> TraceContext {
        self.place.clone()
    }

    /// It came to an answer.
    pub(super) fn answered(mut self) {
        self.failed = false;
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        let ended = self.exporter.now();
        let name = match self.facts.first() {
            Some((_, Value::Text(method))) => method.clone(),
            _ => "request".into(),
        };
        self.exporter.record(Span {
            place: self.place.clone(),
            parent: self.parent.take(),
            name,
            kind: Kind::Server,
            ended,
            took: ended.saturating_sub(self.began),
            failed: self.failed,
            facts: std::mem::take(&mut self.facts),
        });
    }
}
