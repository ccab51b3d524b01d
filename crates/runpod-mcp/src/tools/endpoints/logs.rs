//! `stream-worker-logs`.

use runpod_api::endpoints::WorkerOf;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::tool::log::{self, Window};
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct StreamWorkerLogs;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamWorkerLogsArgs {
    /// From list-endpoints.
    endpoint_id: IdArg,
    /// From list-endpoint-workers.
    worker_id: IdArg,
    #[serde(flatten)]
    window: Window,
}

impl ToolDef for StreamWorkerLogs {
    type Args = StreamWorkerLogsArgs;
    const CARD: Card = Card {
        name: "stream-worker-logs",
        title: "Stream worker logs",
        about: "Reads a worker's log like stream-pod-logs; shows why it crashes.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getWorkerLogs"],
        ids_from: Some("list-endpoint-workers"),
    };

    async fn call(cx: &Cx, args: StreamWorkerLogsArgs) -> Outcome {
        let plan = args.window.plan()?;
        let worker = WorkerOf { endpoint: &args.endpoint_id.0, worker: &args.worker_id.0 };
        let log = cx.client.endpoints().worker_logs(worker, &plan.query, plan.time).await;
        let read = plan.read(log.map_err(log::unopened)?, cx).await;
        let silent = read.is_empty();
        let reply = read.reply();
        Ok(match silent {
            true => reply.note(
                "no line: a worker that waits for a machine prints none; list-endpoint-workers tells its status",
            ),
            false => reply,
        })
    }
}
