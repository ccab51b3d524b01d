//! `stream-pod-logs`.

use runpod_api::Id;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::tool::log::{self, Window};
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct StreamPodLogs;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamPodLogsArgs {
    /// From list-pods.
    pod_id: IdArg,
    #[serde(flatten)]
    window: Window,
}

impl ToolDef for StreamPodLogs {
    type Args = StreamPodLogsArgs;
    const CARD: Card = Card {
        name: "stream-pod-logs",
        title: "Stream Pod logs",
        about: "Reads a Pod's log for a short while: history, then new lines.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getPodLogs"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: StreamPodLogsArgs) -> Outcome {
        let (id, plan) = (args.pod_id.0, args.window.plan()?);
        let log = cx.client.pods().logs(&id, &plan.query, plan.time).await.map_err(log::unopened)?;
        let goes_on = plan.goes_on();
        let read = plan.read(log, cx).await;
        let silent = read.is_empty() && !goes_on;
        let reply = read.reply();
        Ok(if silent { reply.note(why_silent(cx, &id).await) } else { reply })
    }
}

/// What a log without a line means, by what the Pod does now.
async fn why_silent(cx: &Cx, id: &Id) -> String {
    let pod = cx.client.pods().get(id).await;
    let status = pod.ok().map(|pod| pod.view.status).unwrap_or_default();
    match status.as_str() {
        "EXITED" => "no line: the Pod is stopped; start-pod starts it".to_owned(),
        "" => "no line yet; get-pod tells what the Pod does".to_owned(),
        status => {
            format!("no line yet: the Pod is {status}; call again in some seconds, get-pod tells its status")
        }
    }
}
