//! One span.

use std::borrow::Cow;
use std::time::Duration;

use runpod_api::{Exchange, TraceContext};

/// Something that took a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace and its own id.
    pub place: TraceContext,
    /// Inside of which span it was, if any.
    pub parent: Option<TraceContext>,
    /// What was done: `tools/call`, `listPods`.
    pub name: Cow<'static, str>,
    /// Which side of it this program was.
    pub kind: Kind,
    /// When it ended, by the clock.
    pub ended: Duration,
    /// How long it took.
    pub took: Duration,
    /// Whether it failed.
    pub failed: bool,
    /// What else is known, of the vocabulary of OpenTelemetry where that has a word for it.
    pub facts: Vec<(&'static str, Value)>,
}

/// Which side of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It answered.
    Server,
    /// It asked.
    Client,
}

/// A fact about a span.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A word.
    Text(Cow<'static, str>),
    /// A number.
    Number(i64),
}

impl Span {
    /// The span of an exchange with Runpod that ended now; none where its call belongs to no trace.
    #[must_use]
    pub fn of(exchange: &Exchange<'_>, now: Duration) -> Option<Self> {
        let mut facts = vec![("runpod.api", Value::Text(Cow::Borrowed(exchange.api)))];
        facts.extend(exchange.status.map(|s| ("http.response.status_code", Value::Number(i64::from(s)))));
        Some(Self {
            place: exchange.span?.clone(),
            parent: exchange.parent.cloned(),
            name: Cow::Borrowed(exchange.operation),
            kind: Kind::Client,
            ended: now,
            took: exchange.took,
            failed: !exchange.status.is_some_and(|status| (200..400).contains(&status)),
            facts,
        })
    }
}
