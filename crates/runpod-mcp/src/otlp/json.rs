//! Spans as OTLP writes them in JSON (opentelemetry-proto 1.x): ids in hexadecimal, 64-bit numbers as strings.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::span::{Kind, Span, Value};

/// The body of one request.
pub(super) fn batch(service: &str, spans: &[Span], epoch: Duration) -> Json {
    let spans: Vec<_> = spans.iter().map(|span| one(span, epoch)).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            text("service.name", service),
            text("service.version", env!("CARGO_PKG_VERSION")),
        ]},
        "scopeSpans": [{
            "scope": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
            "spans": spans,
        }],
    }]})
}

fn one(span: &Span, epoch: Duration) -> Json {
    let kind = match span.kind {
        Kind::Server => 2,
        Kind::Client => 3,
    };
    let end = epoch.saturating_add(span.ended);
    let mut out = json!({
        "traceId": span.place.trace_id(),
        "spanId": span.place.span_id(),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": end.saturating_sub(span.took).as_nanos().to_string(),
        "endTimeUnixNano": end.as_nanos().to_string(),
        "attributes": span.facts.iter().map(|(key, value)| fact(key, value)).collect::<Vec<_>>(),
        // 0 is unset, which is what is not an error; 2 is an error.
        "status": {"code": if span.failed { 2 } else { 0 }},
    });
    if let (Some(parent), Some(out)) = (&span.parent, out.as_object_mut()) {
        out.insert("parentSpanId".to_owned(), parent.span_id().into());
    }
    out
}

fn fact(key: &str, value: &Value) -> Json {
    match value {
        Value::Text(words) => text(key, words),
        Value::Number(number) => json!({"key": key, "value": {"intValue": number.to_string()}}),
    }
}

fn text(key: &str, words: &str) -> Json {
    json!({"key": key, "value": {"stringValue": words}})
}
