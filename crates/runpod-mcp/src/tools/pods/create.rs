//! `create-pod`.

use runpod_api::pods::Create;
use runpod_api::{Cloud, Container, Error, Id};
use schemars::JsonSchema;
use serde::Deserialize;

use super::machine::MachineArgs;
use super::ssh::{self, PublicKeys};
use super::wait::{self, Begun};
use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::container::{ContainerArgs, MountArgs};
use crate::tool::wait::WaitArg;
use crate::tool::word::Pick;
use crate::tool::{Card, ClearableId, Cx, Effect, IdArg, Outcome, Price, ToolDef};

pub(super) struct CreatePod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatePodArgs {
    /// Name; required for a GPU Pod from imageName.
    name: Option<String>,
    #[serde(flatten)]
    container: ContainerArgs,
    /// From list-templates or list-public-templates; other arguments win.
    template_id: Option<IdArg>,
    #[serde(flatten)]
    machine: MachineArgs,
    #[serde(flatten)]
    mount: MountArgs,
    /// SECURE when omitted.
    cloud_type: Option<Pick<Cloud>>,
    /// From list-data-centers, any when omitted.
    data_center_ids: Option<Vec<String>>,
    /// OpenSSH public keys to let in, one a line.
    ssh_public_key: Option<String>,
    /// Let in the keys of get-ssh-keys.
    start_ssh: Option<bool>,
    /// Start Jupyter.
    start_jupyter: Option<bool>,
    /// Private network between Pods.
    global_networking: Option<bool>,
    /// From list-container-registry-auths, empty for none.
    container_registry_auth_id: Option<ClearableId>,
    /// Ms to wait until it runs with its ports mapped, or fails.
    wait: Option<WaitArg>,
}

impl ToolDef for CreatePod {
    type Args = CreatePodArgs;
    const CARD: Card = Card {
        name: "create-pod",
        title: "Create Pod",
        about: "Rents a machine and runs a container on it from an image or a template; billing starts at once. \
                Choose a GPU by price and stock with list-gpu-types; wait, or get-pod with wait, until it is up.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["createPod"],
        ids_from: None,
    };

    async fn price(cx: &Cx, args: &CreatePodArgs) -> Result<Option<Price>, ToolError> {
        args.machine.price(cx, args.cloud_type.map(|pick| pick.0)).await
    }

    async fn call(cx: &Cx, args: CreatePodArgs) -> Outcome {
        let keys = args.ssh_public_key.as_deref().map(PublicKeys::parse).transpose()?;
        let template_id = args.template_id.clone().map(|id| id.0);
        let time = args.wait.and_then(WaitArg::time);
        let (mut new, chosen) = args.into_create(cx).await?;
        if let Some(keys) = &keys {
            admit(cx, keys, template_id.as_ref(), &mut new.container).await?;
        }
        let made = cx.client.pods().create(&new).await.map_err(refused)?;
        let reply = Reply::of(&made).notes(chosen).notes(keys.map(|_| ssh::NOTE.to_owned()));
        match (time, Id::parse(&made.view.id)) {
            (Some(time), Ok(id)) => Ok(wait::after(cx, &id, time, (Begun::Created, reply)).await),
            _ => Ok(reply),
        }
    }
}

impl CreatePodArgs {
    async fn into_create(self, cx: &Cx) -> Result<(Create, Option<String>), ToolError> {
        self.has_image()?;
        let container = self.container.into_new(self.container_registry_auth_id)?;
        let mount = self.mount.into_mount()?;
        let (compute, chosen) = self.machine.compute(cx).await?;
        let new = Create {
            name: self.name,
            template_id: self.template_id.map(|id| id.0.to_string()),
            compute,
            container,
            mount,
            cloud: self.cloud_type.map(|pick| pick.0),
            data_center_ids: self.data_center_ids.unwrap_or_default(),
            global_networking: self.global_networking,
            start_ssh: self.start_ssh,
            start_jupyter: self.start_jupyter,
        };
        Ok((new, chosen))
    }

    fn has_image(&self) -> Result<(), ToolError> {
        match (&self.container.image_name, &self.template_id) {
            (None, None) => {
                Err(ToolError::bad_argument("`imageName` is missing, and there is no `templateId`")
                    .hint("give imageName, or a templateId from list-templates or list-public-templates"))
            }
            _ => Ok(()),
        }
    }
}

/// Runpod answers 400 both to a body that contradicts itself and when no machine is free, and nothing but the text
/// tells the two apart (observed 2026-08).
fn refused(error: Error) -> ToolError {
    match error.status() {
        Some(400) => ToolError::from(error).hint(
            "if no machine is free: list-gpu-types shows the stock, and other types, clouds or data centers may have one",
        ),
        _ => error.into(),
    }
}

/// Puts the keys into the final container. Ports replace a template's, and its `env` is merged by name, so what must
/// be extended is read first.
async fn admit(
    cx: &Cx,
    keys: &PublicKeys,
    template_id: Option<&Id>,
    container: &mut Container,
) -> Result<(), ToolError> {
    let template = match template_id {
        Some(id) => Some(cx.client.templates().get(id).await?.view),
        None => None,
    };
    let env = container.env.get_or_insert_default();
    keys.add_to(env, template.as_ref().map(|template| &template.env));
    let ports = container.ports.take().or(template.map(|template| template.ports));
    container.ports = Some(ssh::with_port(ports.unwrap_or_default()));
    Ok(())
}
