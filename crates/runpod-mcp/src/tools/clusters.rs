//! Tools over Instant Clusters.

mod create;

use std::borrow::Cow;

use runpod_api::clusters::Update;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::pods::list::PodRow;
use crate::reply::Reply;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, IdArg, Outcome, Page, Tool, ToolDef};

pub(super) static TOOLS: [Tool; 6] = [
    Tool::of::<ListClusters>(),
    Tool::of::<GetCluster>(),
    Tool::of::<create::CreateCluster>(),
    Tool::of::<UpdateCluster>(),
    Tool::of::<DeleteCluster>(),
    Tool::of::<ListClusterPods>(),
];

/// One cluster, by id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ClusterArgs {
    /// From list-clusters.
    cluster_id: IdArg,
}

/// A cluster in a list.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClusterRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(default)]
    compute: Map<String, Value>,
    #[serde(default)]
    pods: Map<String, Value>,
    #[serde(borrow, default)]
    data_center_id: Option<Cow<'a, str>>,
}

struct ListClusters;

#[derive(Debug, Deserialize, JsonSchema)]
struct ListClustersArgs {
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListClusters {
    type Args = ListClustersArgs;
    const CARD: Card = Card {
        name: "list-clusters",
        title: "List Instant Clusters",
        about: "Lists Instant Clusters with their GPUs and the status of their Pods.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listClusters"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListClustersArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<ClusterRow<'_>>(&cx.client.clusters().list().await?)
    }
}

struct GetCluster;

impl ToolDef for GetCluster {
    type Args = ClusterArgs;
    const CARD: Card = Card {
        name: "get-cluster",
        title: "Get Instant Cluster",
        about: "Reads one Instant Cluster: compute, network, primary Pod, status of its Pods.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["getCluster"],
        ids_from: Some("list-clusters"),
    };

    async fn call(cx: &Cx, args: ClusterArgs) -> Outcome {
        Ok(Reply::of(&cx.client.clusters().get(&args.cluster_id.0).await?))
    }
}

struct UpdateCluster;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UpdateClusterArgs {
    /// From list-clusters.
    cluster_id: IdArg,
    /// New name.
    #[schemars(length(min = 1))]
    name: String,
}

impl ToolDef for UpdateCluster {
    type Args = UpdateClusterArgs;
    const CARD: Card = Card {
        name: "update-cluster",
        title: "Rename Instant Cluster",
        about: "Renames an Instant Cluster; nothing else of it can change.",
        effect: Effect::Writes,
        idempotent: true,
        covers: &["updateCluster"],
        ids_from: Some("list-clusters"),
    };

    async fn call(cx: &Cx, args: UpdateClusterArgs) -> Outcome {
        let change = Update { name: Some(args.name) };
        Ok(Reply::of(&cx.client.clusters().update(&args.cluster_id.0, &change).await?))
    }
}

struct DeleteCluster;

impl ToolDef for DeleteCluster {
    type Args = ClusterArgs;
    const CARD: Card = Card {
        name: "delete-cluster",
        title: "Delete Instant Cluster",
        about: "Deletes an Instant Cluster with all its Pods for good.",
        effect: Effect::Destroys,
        idempotent: true,
        covers: &["deleteCluster"],
        ids_from: Some("list-clusters"),
    };

    async fn call(cx: &Cx, args: ClusterArgs) -> Outcome {
        let id = args.cluster_id.0;
        Reply::deleted(&id, cx.client.clusters().delete(&id).await)
    }
}

struct ListClusterPods;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ListClusterPodsArgs {
    /// From list-clusters.
    cluster_id: IdArg,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListClusterPods {
    type Args = ListClusterPodsArgs;
    const CARD: Card = Card {
        name: "list-cluster-pods",
        title: "List Pods of a cluster",
        about: "Lists the Pods of one Instant Cluster; detail full adds rank, role and address.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listClusterPods"],
        ids_from: Some("list-clusters"),
    };

    async fn call(cx: &Cx, args: ListClusterPodsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        sheet.show::<PodRow<'_>>(&cx.client.clusters().pods(&args.cluster_id.0).await?)
    }
}
