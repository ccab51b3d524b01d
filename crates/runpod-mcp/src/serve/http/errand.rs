//! What takes a while: a call, a look at a task, the end of one.

use bytes::Bytes;
use rmcp::model::{ErrorData, ServerResult};
use serde_json::{Map, Value};

use super::spans::Under;

use crate::mcp::{Asked, Era, Server, Who, tail};

/// What follows the id in an answer, or the error instead.
pub(super) type Outcome = Result<Bytes, ErrorData>;

/// Something to do for somebody.
#[derive(Debug)]
pub(super) enum Errand {
    Call { name: String, args: Map<String, Value> },
    LookAtTask(String),
    CallOffTask(String),
}

impl Errand {
    /// The method that asked for it.
    pub(super) const fn method(&self) -> &'static str {
        match self {
            Self::Call { .. } => "tools/call",
            Self::LookAtTask(_) => "tasks/get",
            Self::CallOffTask(_) => "tasks/cancel",
        }
    }

    /// Does it as a span, if somebody is told.
    pub(super) async fn run_as(
        self,
        span: Option<Under>,
        (server, who, asked): (Server, Who, Asked),
    ) -> Outcome {
        let outcome = self.run(server, who, asked).await;
        if let (Some(span), Ok(_)) = (span, &outcome) {
            span.answered();
        }
        outcome
    }

    /// Does it. Owns all it needs, so that a stream can carry it.
    async fn run(self, server: Server, who: Who, asked: Asked) -> Outcome {
        let result = match self {
            Self::Call { name, args } => server.answer(&name, args, &who, &asked).await?.into(),
            Self::LookAtTask(task) => ServerResult::GetTaskResult(server.look_at(&task, &who, &asked).await?),
            Self::CallOffTask(task) => ServerResult::task_ack(server.call_off(&task, &who, &asked).await?),
        };
        Ok(written(result, asked.era))
    }
}

fn written(mut result: ServerResult, era: Era) -> Bytes {
    if era == Era::Legacy {
        result.strip_result_type_for_legacy_peer();
    }
    tail(result)
}
