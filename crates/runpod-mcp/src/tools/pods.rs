//! Tools over Pods: list, read, create, change, start, stop, restart, delete, logs.

mod actions;
mod create;
pub(super) mod list;
mod logs;
mod machine;
pub(crate) mod ssh;
mod update;
mod wait;

use runpod_api::pods::Include;
use runpod_api::{Resource, Version};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::args::ignored;
use crate::tool::wait::WaitArg;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 9] = [
    Tool::of::<list::ListPods>(),
    Tool::of::<GetPod>(),
    Tool::of::<create::CreatePod>(),
    Tool::of::<update::UpdatePod>(),
    Tool::of::<actions::StartPod>(),
    Tool::of::<actions::StopPod>(),
    Tool::of::<actions::RestartPod>(),
    Tool::of::<DeletePod>(),
    Tool::of::<logs::StreamPodLogs>(),
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
    #[serde(flatten)]
    include: IncludeArgs,
    /// Ms to wait until it runs with its ports mapped, or fails.
    wait: Option<WaitArg>,
}

/// What REST v1 shows only when it is asked to. REST v2 always shows what it knows.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IncludeArgs {
    /// The machine, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_machine: Option<bool>,
    /// The network volume, on REST v1.
    #[schemars(extend("x-unlisted" = true))]
    include_network_volume: Option<bool>,
}

impl IncludeArgs {
    fn of_v1(self) -> Include {
        Include {
            machine: self.include_machine == Some(true),
            network_volume: self.include_network_volume == Some(true),
        }
    }

    /// What to tell who asked on REST v2.
    fn on_v2(self) -> Vec<String> {
        let Include { machine, network_volume } = self.of_v1();
        ignored(&[
            ("includeMachine", machine, "what REST v2 knows of the machine is in the Pod"),
            (
                "includeNetworkVolume",
                network_volume,
                "REST v2 shows its id; get-network-volume shows the rest",
            ),
        ])
    }
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
        let (include, notes) = match cx.client.version(Resource::Pods).await {
            Version::V1 => (args.include.of_v1(), Vec::new()),
            Version::V2 => (Include::default(), args.include.on_v2()),
        };
        let (id, reveal) = (&args.pod_id.0, args.reveal.unwrap_or(false));
        let reply = match args.wait.and_then(WaitArg::time) {
            None => Reply::shown(&cx.client.pods().get_with(id, include).await?, reveal),
            Some(time) => wait::read(cx, id, time, (include, reveal)).await?,
        };
        Ok(reply.notes(notes))
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
