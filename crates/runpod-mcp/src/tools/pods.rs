//! Tools over Pods: list, read, create, change, start, stop, restart, delete.

mod actions;
mod create;
pub(super) mod list;
mod machine;
mod ssh;
mod update;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 8] = [
    Tool::of::<list::ListPods>(),
    Tool::of::<GetPod>(),
    Tool::of::<create::CreatePod>(),
    Tool::of::<update::UpdatePod>(),
    Tool::of::<actions::StartPod>(),
    Tool::of::<actions::StopPod>(),
    Tool::of::<actions::RestartPod>(),
    Tool::of::<DeletePod>(),
];

/// One Pod, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PodArgs {
    /// From list-pods.
    pod_id: IdArg,
}

struct GetPod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GetPodArgs {
    /// From list-pods.
    pod_id: IdArg,
    /// Show secrets in env instead of placeholders.
    reveal: Option<bool>,
}

impl ToolDef for GetPod {
    type Args = GetPodArgs;
    const CARD: Card = Card {
        name: "get-pod",
        title: "Get Pod",
        about: "Everything about one Pod: status and allowed actions, machine, mapped ports, SSH command, USD per hour.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getPod"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: GetPodArgs) -> Outcome {
        let pod = cx.client.pods().get(&args.pod_id.0).await?;
        Ok(Reply::shown(&pod, args.reveal.unwrap_or(false)))
    }
}

struct DeletePod;

impl ToolDef for DeletePod {
    type Args = PodArgs;
    const CARD: Card = Card {
        name: "delete-pod",
        title: "Delete Pod",
        about: "Deletes a Pod with its disk and volume for good; a network volume is only detached.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deletePod"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: PodArgs) -> Outcome {
        let id = args.pod_id.0;
        Reply::deleted(&id, cx.client.pods().delete(&id).await)
    }
}
