//! `create-cluster`.

use runpod_api::clusters::{Compute, Create, Kind};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ToolError;
use crate::reply::Reply;
use crate::tool::container::{ContainerArgs, MountArgs};
use crate::tool::word::Pick;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Price, ToolDef, price};

pub(super) struct CreateCluster;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateClusterArgs {
    /// Name of the cluster.
    #[schemars(length(min = 1))]
    name: String,
    /// What the nodes are prepared for.
    #[serde(rename = "type")]
    kind: Pick<Kind>,
    /// From list-gpu-types with product CLUSTER.
    #[schemars(length(min = 1))]
    gpu_type_id: String,
    /// GPUs in each Pod.
    #[schemars(range(min = 1))]
    gpu_count_per_pod: u32,
    /// Number of Pods.
    #[schemars(range(min = 2, max = 250))]
    pod_count: u32,
    /// Pod template from list-templates, instead of container and storage arguments.
    template_id: Option<IdArg>,
    #[serde(flatten)]
    container: ContainerArgs,
    #[serde(flatten)]
    mount: MountArgs,
    /// Acceptable data centers; any when omitted.
    data_center_ids: Option<Vec<String>>,
    /// Let the account's SSH keys in.
    start_ssh: Option<bool>,
    /// Start Jupyter.
    start_jupyter: Option<bool>,
}

impl ToolDef for CreateCluster {
    type Args = CreateClusterArgs;
    const CARD: Card = Card {
        name: "create-cluster",
        title: "Create Instant Cluster",
        about: "Rents several networked GPU Pods as one cluster; every Pod is billed at once until delete-cluster.",
        effect: Effect::Spends,
        idempotent: false,
        covers: &["createCluster"],
        ids_from: Some("list-templates"),
    };

    async fn price(cx: &Cx, args: &CreateClusterArgs) -> Result<Option<Price>, ToolError> {
        let gpus = args.gpu_count_per_pod.saturating_mul(args.pod_count);
        price::of_gpus(cx, &args.gpu_type_id, gpus, None).await
    }

    async fn call(cx: &Cx, args: CreateClusterArgs) -> Outcome {
        Ok(Reply::of(&cx.client.clusters().create(&args.into_create()?).await?))
    }
}

impl CreateClusterArgs {
    fn into_create(self) -> Result<Create, ToolError> {
        Ok(Create {
            name: self.name,
            kind: self.kind.0,
            compute: Compute {
                gpu_type_id: self.gpu_type_id,
                gpu_count_per_pod: self.gpu_count_per_pod,
                pod_count: self.pod_count,
            },
            container: self.container.into_new(None)?,
            template_id: self.template_id.map(|id| id.0.to_string()),
            mount: self.mount.into_mount()?,
            data_center_ids: self.data_center_ids.unwrap_or_default(),
            start_ssh: self.start_ssh,
            start_jupyter: self.start_jupyter,
        })
    }
}
