//! `start-pod`, `stop-pod`, `restart-pod`.

use runpod_api::pods::{Acted, Action};
use runpod_api::{Error, Id};
use schemars::JsonSchema;
use serde::Deserialize;

use super::PodArgs;
use super::wait::{self, Begun};
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::wait::WaitArg;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Price, ToolDef, price};

pub(super) struct StartPod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartPodArgs {
    /// From list-pods.
    pod_id: IdArg,
    /// Ms to wait until it runs with its ports mapped, or fails.
    wait: Option<WaitArg>,
}

impl ToolDef for StartPod {
    type Args = StartPodArgs;
    const CARD: Card = Card {
        name: "start-pod",
        title: "Start Pod",
        about: "Starts a stopped Pod; billing resumes at its hourly price.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["podAction"],
        ids_from: Some("list-pods"),
    };

    async fn price(cx: &Cx, args: &StartPodArgs) -> Result<Option<Price>, ToolError> {
        let pod = cx.client.pods().get(&args.pod_id.0).await?.view;
        match (pod.gpu, pod.cpu) {
            (Some(gpu), _) => price::of_gpus(cx, &gpu.id, gpu.count, None).await,
            (None, Some(cpu)) => price::of_vcpus(cx, &cpu.id, cpu.vcpu_count).await,
            (None, None) => Ok(None),
        }
    }

    async fn call(cx: &Cx, args: StartPodArgs) -> Outcome {
        let id = &args.pod_id.0;
        let reply = act(cx, id, Action::Start, &["RUNNING", "STARTING", "PROVISIONING"]).await?;
        match args.wait.and_then(WaitArg::time) {
            Some(time) => Ok(wait::after(cx, id, time, (Begun::Started, reply)).await),
            None => Ok(reply),
        }
    }
}

pub(super) struct StopPod;

impl ToolDef for StopPod {
    type Args = PodArgs;
    const CARD: Card = Card {
        name: "stop-pod",
        title: "Stop Pod",
        about: "Stops a Pod: its volume stays and is billed, the container disk is lost, start-pod resumes it if the \
                machine is still free.",
        effect: Effect::Writes,
        idempotent: true,
        covers: &["podAction"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: PodArgs) -> Outcome {
        act(cx, &args.pod_id.0, Action::Stop, &["EXITED"]).await
    }
}

pub(super) struct RestartPod;

impl ToolDef for RestartPod {
    type Args = PodArgs;
    const CARD: Card = Card {
        name: "restart-pod",
        title: "Restart Pod",
        about: "Restarts the container of a running Pod on the same machine.",
        effect: Effect::Writes,
        idempotent: false,
        covers: &["podAction"],
        ids_from: Some("list-pods"),
    };

    async fn call(cx: &Cx, args: PodArgs) -> Outcome {
        act(cx, &args.pod_id.0, Action::Restart, &[]).await
    }
}

/// Acts on a Pod. A conflict with a Pod that is where the action leads already is a success with a note; any other
/// conflict says where the Pod is.
async fn act(cx: &Cx, id: &Id, action: Action, goals: &[&str]) -> Outcome {
    let error = match cx.client.pods().act(id, action).await {
        Ok(Acted::Pod(pod)) => return Ok(Reply::of(&pod)),
        Ok(Acted::Done) => return Ok(Reply::done(id.as_str())),
        Err(error) if error.status() == Some(409) => error,
        Err(error) => return Err(refused(action, error)),
    };
    let Ok(pod) = cx.client.pods().get(id).await else { return Err(error.into()) };
    let status = pod.view.status.as_str();
    if goals.contains(&status) {
        return Ok(Reply::of(&pod).note(format!("nothing was done: the Pod was {status} already")));
    }
    let hint = match pod.view.locked {
        true => "the Pod is locked: unlock it with update-pod and locked false, if the user wants that",
        false => "the action does not fit this status; get-pod lists the allowed ones under actions",
    };
    Err(ToolError::from(error).hint(hint).fact("podStatus", status))
}

/// A stopped Pod keeps its machine, not its GPUs: Runpod answers 400 when others took them.
fn refused(action: Action, error: Error) -> ToolError {
    match (action, error.status()) {
        (Action::Start, Some(400)) => ToolError::from(error)
            .hint("if the GPUs of its machine are taken: try later, or create-pod elsewhere from the same volume or image"),
        _ => error.into(),
    }
}
