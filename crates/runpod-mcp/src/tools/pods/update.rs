//! `update-pod`.

use runpod_api::pods::Update;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::container::{ContainerArgs, MountArgs};
use crate::tool::{Card, ClearableId, Cx, Effect, IdArg, Outcome, ToolDef};

pub(super) struct UpdatePod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdatePodArgs {
    /// From list-pods.
    pod_id: IdArg,
    /// New name.
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerArgs,
    /// Template whose settings are copied once.
    template_id: Option<IdArg>,
    #[serde(flatten)]
    mount: MountArgs,
    /// Protect from stop and reset.
    locked: Option<bool>,
    /// Private network between Pods, from the next start.
    global_networking: Option<bool>,
    /// From list-container-registry-auths, empty for none.
    container_registry_auth_id: Option<ClearableId>,
}

impl ToolDef for UpdatePod {
    type Args = UpdatePodArgs;
    const CARD: Card = Card {
        name: "update-pod",
        title: "Update Pod",
        about: "Changes a Pod and restarts its container if need be; what is omitted stays, env and lists are replaced \
                as a whole, [redacted] keeps a stored env value.",
        effect: Effect::Spends,
        idempotent: true,
        covers: &["updatePod"],
        ids_from: Some("list-pods"),
    };

    fn effect(args: &UpdatePodArgs) -> Effect {
        let grows = args.container.container_disk_in_gb.is_some() || args.mount.volume_in_gb.is_some();
        // A template brings a disk size of its own.
        if grows || args.template_id.is_some() { Effect::Spends } else { Effect::Writes }
    }

    async fn call(cx: &Cx, args: UpdatePodArgs) -> Outcome {
        let id = args.pod_id.0;
        let stored = match args.container.keeps_secrets() {
            true => Some(cx.client.pods().get(&id).await?.raw),
            false => None,
        };
        let change = Update {
            name: args.name,
            container: args.container.into_change(args.container_registry_auth_id, stored.as_deref())?,
            mount: args.mount.into_mount()?,
            locked: args.locked,
            global_networking: args.global_networking,
            template_id: args.template_id.map(|id| id.0.to_string()),
        };
        Ok(Reply::of(&cx.client.pods().update(&id, &change).await?))
    }
}
