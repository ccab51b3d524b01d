//! `create-pod`.

use std::collections::BTreeMap;

use runpod_api::pods::{Compute, Create, Gpu};
use runpod_api::{Change, Container, Env};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::reply::Reply;
use crate::tool::{Card, Cx, Effect, Outcome, ToolDef};

pub(super) struct CreatePod;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatePodArgs {
    /// Name shown in the console.
    name: String,
    /// Container image, such as runpod/pytorch:2.8.0-py3.11-cuda12.8.1-cudnn-devel-ubuntu22.04.
    image_name: String,
    /// GPU type ids of the catalogue; the first is rented.
    gpu_type_ids: Vec<String>,
    /// GPUs on the Pod, 1 when omitted.
    #[schemars(range(min = 1))]
    gpu_count: Option<u32>,
    /// Environment variables.
    env: Option<BTreeMap<String, String>>,
    /// Registry credential id; an empty string means none.
    container_registry_auth_id: Option<String>,
}

impl ToolDef for CreatePod {
    type Args = CreatePodArgs;
    const CARD: Card = Card {
        name: "create-pod",
        title: "Create Pod",
        about: "Rents a machine and starts a container on it; billing starts at once.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["createPod"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: CreatePodArgs) -> Outcome {
        Ok(Reply::of(&cx.client.pods().create(&args.into_create()).await?))
    }
}

impl CreatePodArgs {
    fn into_create(self) -> Create {
        let gpu = Gpu { count: self.gpu_count.unwrap_or(1), ..Gpu::any_of(self.gpu_type_ids) };
        let registry = self.container_registry_auth_id.map(|id| match id.is_empty() {
            true => Change::Clear,
            false => Change::Set(id),
        });
        let container = Container {
            image: Some(self.image_name),
            env: self.env.map(Env),
            registry,
            ..Container::default()
        };
        Create { name: Some(self.name), container, ..Create::on(Compute::Gpu(gpu)) }
    }
}
