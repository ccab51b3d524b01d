//! `list-pods`, and how a Pod looks in a list.

use runpod_api::Page as ApiPage;
use runpod_api::pods::Query;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::machine::ComputeType;
use crate::reply::list::Sheet;
use crate::tool::walk::Walk;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A Pod in a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "PodLine", rename_all = "camelCase")]
pub(in crate::tools) struct PodRow {
    id: String,
    name: Option<String>,
    status: Option<String>,
    gpu: Option<GpuOfPod>,
    cpu: Option<CpuOfPod>,
    cost: Option<f64>,
    data_center_id: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct GpuOfPod {
    id: String,
    count: Option<u32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CpuOfPod {
    id: String,
    vcpu_count: Option<u32>,
}

/// What is shown of it: one GPU is what one expects, so only other counts are said.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PodLine {
    id: String,
    name: Option<String>,
    status: Option<String>,
    gpu: Option<String>,
    gpu_count: Option<u32>,
    cpu: Option<String>,
    vcpu_count: Option<u32>,
    cost: Option<f64>,
    data_center_id: Option<String>,
}

impl From<PodRow> for PodLine {
    fn from(row: PodRow) -> Self {
        let PodRow { id, name, status, gpu, cpu, cost, data_center_id } = row;
        Self {
            id,
            name,
            status,
            gpu_count: gpu.as_ref().and_then(|gpu| gpu.count).filter(|count| *count != 1),
            gpu: gpu.map(|gpu| gpu.id),
            vcpu_count: cpu.as_ref().and_then(|cpu| cpu.vcpu_count),
            cpu: cpu.map(|cpu| cpu.id),
            cost,
            data_center_id,
        }
    }
}

pub(super) struct ListPods;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPodsArgs {
    /// Only GPU or only CPU Pods.
    compute_type: Option<ComputeType>,
    /// Only Pods with one of these GPU types.
    gpu_type_id: Option<Vec<String>>,
    /// Only Pods in one of these data centers.
    data_center_id: Option<Vec<String>>,
    /// Only Pods whose name contains this.
    name: Option<String>,
    /// Also the members of Instant Clusters.
    include_cluster_pods: Option<bool>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for ListPods {
    type Args = ListPodsArgs;
    const CARD: Card = Card {
        name: "list-pods",
        title: "List Pods",
        about: "Lists the account's Pods, running or stopped, newest first; cost is USD per hour now.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["listPods"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: ListPodsArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let include_cluster_pods = args.include_cluster_pods.unwrap_or(false);
        if !args.filters() {
            let (limit, cursor) = sheet.ask();
            let query = Query { page: ApiPage { limit, cursor }, include_cluster_pods, ..Query::default() };
            return sheet.show::<PodRow>(&cx.client.pods().list(&query).await?);
        }
        let walk = Walk::of(async |page| {
            cx.client.pods().list(&Query { page, include_cluster_pods, ..Query::default() }).await
        })
        .await?;
        let rows = walk.keep::<PodRow>(|pod| args.keeps(pod))?;
        Ok(sheet.page_of_all::<PodRow>(Map::new(), &rows)?.notes(walk.gap()))
    }
}

impl ListPodsArgs {
    fn filters(&self) -> bool {
        self.compute_type.is_some()
            || self.gpu_type_id.is_some()
            || self.data_center_id.is_some()
            || self.name.is_some()
    }

    fn keeps(&self, pod: &PodRow) -> bool {
        let one_of = |wanted: &Option<Vec<String>>, got: Option<&String>| match wanted {
            Some(wanted) => got.is_some_and(|got| wanted.contains(got)),
            None => true,
        };
        let kind = match self.compute_type {
            Some(ComputeType::Gpu) => pod.gpu.is_some(),
            Some(ComputeType::Cpu) => pod.cpu.is_some(),
            None => true,
        };
        let name = self.name.as_ref().is_none_or(|part| {
            pod.name.as_ref().is_some_and(|name| name.to_lowercase().contains(&part.to_lowercase()))
        });
        kind && name
            && one_of(&self.gpu_type_id, pod.gpu.as_ref().map(|gpu| &gpu.id))
            && one_of(&self.data_center_id, pod.data_center_id.as_ref())
    }
}
