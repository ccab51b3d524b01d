//! What is told about each exchange with Runpod: how long it took, how it ended, what is left of the allowance.
//!
//! For figures, for traces, and for whoever must know that a key was refused. Never a body, an address or an argument.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::op::{Api, Op};
use crate::rate::Headroom;
use crate::secret::ApiKey;
use crate::trace::TraceContext;

/// One exchange, after its end. A call that was tried again had several.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// Contract operation id.
    pub operation: &'static str,
    /// Which API was asked: `rest_v2`, `rest_v1`, `serverless`, `graphql` (for the account), `graphql_public`,
    /// `sign_in`.
    pub api: &'static str,
    /// Whether it could change something.
    pub changes: bool,
    /// HTTP status; none when there was no answer, or nobody waited for it.
    pub status: Option<u16>,
    /// From the first byte sent to the last byte read; to the head of an answer that is read piece by piece.
    pub took: Duration,
    /// What the answer said about the allowance of the key.
    pub left: Headroom,
    /// The key that was sent.
    pub key: Option<&'a ApiKey>,
    /// The span it was, if its call belongs to a trace.
    pub span: Option<&'a TraceContext>,
    /// The span of its call.
    pub parent: Option<&'a TraceContext>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn of(op: &'static Op, key: Option<&'a ApiKey>) -> Self {
        Self {
            operation: op.id,
            api: match op.api {
                Api::RestV2 => "rest_v2",
                Api::RestV1 => "rest_v1",
                Api::Serverless => "serverless",
                Api::GraphqlAuthed => "graphql",
                Api::GraphqlPublic => "graphql_public",
                Api::SignIn => "sign_in",
            },
            changes: op.repeat.changes(),
            status: None,
            took: Duration::ZERO,
            left: Headroom::default(),
            key,
            span: None,
            parent: None,
        }
    }
}

/// Somebody to tell about exchanges.
#[derive(Clone, Default)]
pub struct ExchangeHook(Option<Arc<Tell>>);

type Tell = dyn Fn(&Exchange<'_>) + Send + Sync;

impl ExchangeHook {
    /// Tells this at the end of each exchange. It must not block.
    #[must_use]
    pub fn new(tell: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn tell(&self, exchange: &Exchange<'_>) {
        if let Some(tell) = &self.0 {
            tell(exchange);
        }
    }
}

impl fmt::Debug for ExchangeHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExchangeHook({})", if self.0.is_some() { "told" } else { "not told" })
    }
}
