//! Tools over Pods: list, read, create, change, start, stop, restart, delete.

mod create;

use std::borrow::Cow;

use runpod_api::pods::{Action, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 5] = [
    Tool::of::<ListPods>(),
    Tool::of::<GetPod>(),
    Tool::of::<create::CreatePod>(),
    Tool::of::<StartPod>(),
    Tool::of::<DeletePod>(),
];

/// One Pod, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PodArgs {
    /// Pod id from list-pods.
    pod_id: IdArg,
}

/// A Pod in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase", serialize = "camelCase"))]
struct PodRow<'a> {
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
}

struct ListPods;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ListPodsArgs {
    #[serde(flatten)]
    page: Page,
    /// Also the members of Instant Clusters.
    include_cluster_pods: Option<bool>,
}

impl ToolDef for ListPods {
    type Args = ListPodsArgs;
    const CARD: Card = Card {
        name: "list-pods",
        title: "List Pods",
        about: "Lists the account's Pods, running or stopped, newest first.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listPods"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListPodsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let (limit, cursor) = sheet.ask();
        let page = runpod_api::Page { limit, cursor };
        let include_cluster_pods = args.include_cluster_pods.unwrap_or(false);
        let listing = cx.client.pods().list(&Query { page, include_cluster_pods }).await?;
        sheet.show::<PodRow<'_>>(&listing)
    }
}

struct GetPod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct GetPodArgs {
    /// Pod id from list-pods.
    pod_id: IdArg,
    /// Show secret-looking env values instead of [redacted].
    reveal: Option<bool>,
}

impl ToolDef for GetPod {
    type Args = GetPodArgs;
    const CARD: Card = Card {
        name: "get-pod",
        title: "Get Pod",
        about: "Everything about one Pod: status, machine, ports, SSH command, cost per hour.",
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

struct StartPod;

impl ToolDef for StartPod {
    type Args = PodArgs;
    const CARD: Card = Card {
        name: "start-pod",
        title: "Start Pod",
        about: "Starts a stopped Pod; billing resumes at its hourly price.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["podAction"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: PodArgs) -> Outcome {
        Ok(Reply::of(&cx.client.pods().act(&args.pod_id.0, Action::Start).await?))
    }
}

struct DeletePod;

impl ToolDef for DeletePod {
    type Args = PodArgs;
    const CARD: Card = Card {
        name: "delete-pod",
        title: "Delete Pod",
        about: "Deletes a Pod and its volume for good; an attached network volume stays.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deletePod"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: PodArgs) -> Outcome {
        let id = args.pod_id.0;
        match cx.client.pods().delete(&id).await {
            Ok(()) => Ok(Reply::done(id.as_str())),
            Err(e) if e.is_missing() => Ok(Reply::already_gone(id.as_str())),
            Err(e) => Err(e.into()),
        }
    }
}
