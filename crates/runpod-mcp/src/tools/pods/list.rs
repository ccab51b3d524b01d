//! `list-pods`, and how a Pod looks in a list.

use std::borrow::Cow;

use runpod_api::pods::{Filter, PodBrief, Query};
use runpod_api::{Page as ApiPage, Resource, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::IncludeArgs;
use super::machine::ComputeType;
use crate::reply::list::Sheet;
use crate::tool::walk::Walk;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// A Pod in a list: one GPU is what one expects, so only other counts are said.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "PodBrief<'a>", rename_all = "camelCase")]
pub(in crate::tools) struct PodRow<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    status: Cow<'a, str>,
    gpu: Option<String>,
    gpu_count: Option<u32>,
    cpu: Option<String>,
    vcpu_count: Option<u32>,
    cost: Option<f64>,
    data_center_id: Option<Cow<'a, str>>,
}

impl<'a> From<PodBrief<'a>> for PodRow<'a> {
    fn from(pod: PodBrief<'a>) -> Self {
        let PodBrief { id, name, status, gpu, cpu, cost, data_center_id } = pod;
        Self {
            id,
            name,
            status,
            gpu_count: gpu.as_ref().map(|gpu| gpu.count).filter(|count| *count != 1),
            gpu: gpu.map(|gpu| gpu.id),
            vcpu_count: cpu.as_ref().map(|cpu| cpu.vcpu_count).filter(|count| *count > 0),
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
    include: IncludeArgs,
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
        let ask = |page| Query { page, include_cluster_pods, ..Query::default() };
        if cx.client.version(Resource::Pods).await == Version::V1 {
            let include = args.include.of_v1();
            let query = Query { filter: args.filter(), include, ..ask(ApiPage::default()) };
            return sheet.show::<PodRow<'_>>(&cx.client.pods().list(&query).await?);
        }
        let reply = if args.filters() {
            let walk = Walk::of(async |page| cx.client.pods().list(&ask(page)).await).await?;
            let rows = walk.keep::<PodBrief<'_>>(|pod| args.keeps(pod))?;
            sheet.page_of_all::<PodRow<'_>>(Map::new(), &rows)?.notes(walk.gap())
        } else {
            let (limit, cursor) = sheet.ask();
            sheet.show::<PodRow<'_>>(&cx.client.pods().list(&ask(ApiPage { limit, cursor })).await?)?
        };
        Ok(reply.notes(args.include.on_v2()))
    }
}

impl ListPodsArgs {
    /// What REST v1 is asked to leave out; on REST v2 rows are chosen here.
    fn filter(self) -> Filter {
        Filter {
            family: self.compute_type.map(ComputeType::family),
            gpu_type_ids: self.gpu_type_id.unwrap_or_default(),
            data_center_ids: self.data_center_id.unwrap_or_default(),
            name: self.name,
        }
    }

    fn filters(&self) -> bool {
        self.compute_type.is_some()
            || self.gpu_type_id.is_some()
            || self.data_center_id.is_some()
            || self.name.is_some()
    }

    fn keeps(&self, pod: &PodBrief<'_>) -> bool {
        let one_of = |wanted: &Option<Vec<String>>, got: Option<&str>| match wanted {
            Some(wanted) => got.is_some_and(|got| wanted.iter().any(|wanted| wanted == got)),
            None => true,
        };
        let kind = match self.compute_type {
            Some(ComputeType::Gpu) => pod.gpu.is_some(),
            Some(ComputeType::Cpu) => pod.cpu.is_some(),
            None => true,
        };
        let name = self.name.as_ref();
        let name = name.is_none_or(|part| pod.name.to_lowercase().contains(&part.to_lowercase()));
        kind && name
            && one_of(&self.gpu_type_id, pod.gpu.as_ref().map(|gpu| gpu.id.as_str()))
            && one_of(&self.data_center_id, pod.data_center_id.as_deref())
    }
}
