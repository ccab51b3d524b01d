//! `get-capacity`: stock of GPU types by CUDA version, as one matrix or as one probe for each version.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use runpod_api::capacity::{GpuStock, LowestPrice, Question};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::gpus::SENTINEL;
use crate::error::ToolError;
use crate::reply::list::Sheet;
use crate::tool::{Card, Cx, Effect, Outcome, Page, ToolDef};

/// What a cell says where there is nothing.
const OUT: &str = "Out";

pub(super) struct GetCapacity;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetCapacityArgs {
    /// Stock and price for each, such as 12.8.
    #[schemars(length(min = 1, max = 12))]
    cuda_versions: Option<Vec<String>>,
    /// Parts of ids or names.
    gpu_type_ids: Option<Vec<String>>,
    /// GPUs per machine.
    #[schemars(range(min = 1, max = 8))]
    gpu_count: Option<u32>,
    /// Only the Secure Cloud.
    secure_cloud_only: Option<bool>,
    /// False leaves out types without stock.
    include_unavailable: Option<bool>,
    #[serde(flatten)]
    page: Page,
}

impl ToolDef for GetCapacity {
    type Args = GetCapacityArgs;
    const CARD: Card = Card {
        name: "get-capacity",
        title: "Get GPU capacity by CUDA version",
        about: "Stock of GPU types by CUDA version of the hosts, best first: tells missing capacity from a CUDA version \
                that is too new or too old.",
        effect: Effect::Reads,
        idempotent: true,
        covers: &["graphql:gpuTypes"],
        ids_from: None,
    };

    async fn call(cx: &Cx, args: GetCapacityArgs) -> Outcome {
        let sheet = Sheet::new(Self::CARD.name, cx, &args.page)?;
        let question = Question {
            gpu_count: args.gpu_count.unwrap_or(1),
            secure_only: args.secure_cloud_only.unwrap_or(false),
        };
        let (head, mut rows) = match versions(args.cuda_versions)? {
            None => (Map::new(), matrix(cx, &question).await?),
            Some(versions) => probe(cx, &question, versions).await?,
        };
        let terms = terms(args.gpu_type_ids);
        let all = args.include_unavailable != Some(false);
        rows.retain(|row| row.is_named(&terms) && (all || row.rank.0 > 0 || row.rank.1 > 0));
        // In the end by id: rows must not change places between two pages.
        rows.sort_by(|a, b| b.rank.cmp(&a.rank).then_with(|| a.gpu.id.cmp(&b.gpu.id)));
        let texts: Vec<String> = rows.iter().map(|row| row.spell().to_string()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        sheet.page_of_all::<Map<String, Value>>(head, &texts)
    }
}

/// A GPU type with what is said about its stock.
struct Row {
    gpu: GpuStock,
    /// `None` in a probe, where stock stands in the cells.
    own: Option<(String, Option<f64>)>,
    cells: Map<String, Value>,
    /// CUDA versions to be had, the best stock, memory in MB.
    rank: (usize, u8, u64),
}

impl Row {
    fn of_matrix(gpu: GpuStock) -> Self {
        let LowestPrice { stock_status, uninterruptable_price, gpu_type_cuda_versions: versions } =
            &gpu.lowest_price;
        let stock = stock(stock_status.as_deref());
        let free = versions.iter().filter(|cuda| cuda.availability == "AVAILABLE").count();
        let cells = versions.iter().map(|cuda| (cuda.cuda_version.clone(), cuda.availability.clone().into()));
        let (cells, rank) = (cells.collect(), (free, grade(stock), memory(&gpu)));
        Self { own: Some((stock.to_owned(), *uninterruptable_price)), cells, rank, gpu }
    }

    fn of_probe(gpu: GpuStock, found: &[(String, Option<LowestPrice>)]) -> Self {
        let cell = |(version, price): &(String, Option<LowestPrice>)| {
            let stock = stock(price.as_ref().and_then(|price| price.stock_status.as_deref()));
            let usd = price.as_ref().and_then(|price| price.uninterruptable_price).filter(|_| stock != OUT);
            (version.clone(), json!({ "stock": stock, "pricePerHr": usd }))
        };
        let grades = found
            .iter()
            .map(|(_, price)| grade(stock(price.as_ref().and_then(|price| price.stock_status.as_deref()))));
        let (free, best) = (grades.clone().filter(|grade| *grade > 0).count(), grades.max().unwrap_or(0));
        Self { own: None, cells: found.iter().map(cell).collect(), rank: (free, best, memory(&gpu)), gpu }
    }

    fn is_named(&self, terms: &[String]) -> bool {
        let texts = [self.gpu.id.to_lowercase(), self.gpu.display_name.to_lowercase()];
        terms.is_empty() || terms.iter().any(|term| texts.iter().any(|text| text.contains(term)))
    }

    fn spell(&self) -> Value {
        let GpuStock { id, display_name, memory_in_gb, secure_cloud, community_cloud, .. } = &self.gpu;
        let mut row = json!({
            "id": id, "displayName": display_name, "memoryGb": tidy(*memory_in_gb),
            "secureCloud": secure_cloud, "communityCloud": community_cloud,
        });
        if let Some(members) = row.as_object_mut() {
            if let Some((stock, price)) = &self.own {
                members.insert("stockStatus".into(), stock.as_str().into());
                members.insert("pricePerHr".into(), json!(price));
            }
            members.insert("cudaVersions".into(), self.cells.clone().into());
        }
        row
    }
}

async fn matrix(cx: &Cx, question: &Question) -> Result<Vec<Row>, ToolError> {
    let listing = cx.client.capacity().matrix(question).await.map_err(ToolError::keyless)?;
    let gpus: Vec<GpuStock> = listing.views()?;
    Ok(gpus.into_iter().filter(|gpu| gpu.id != SENTINEL).map(Row::of_matrix).collect())
}

/// One question for each version, side by side. What fails is said, and the others stay.
async fn probe(
    cx: &Cx,
    question: &Question,
    versions: Vec<String>,
) -> Result<(Map<String, Value>, Vec<Row>), ToolError> {
    let capacity = cx.client.capacity();
    let asked = versions.iter().map(|version| async move {
        let listing = capacity.with_cuda(question, version).await.map_err(ToolError::keyless)?;
        listing.views::<GpuStock>().map_err(ToolError::from)
    });
    let mut found = Vec::new();
    let mut failed: Vec<(String, ToolError)> = Vec::new();
    for (version, answer) in versions.iter().zip(join_all(asked).await) {
        match answer {
            Ok(gpus) => found.push((version.clone(), gpus)),
            Err(error) => failed.push((version.clone(), error)),
        }
    }
    if found.is_empty() {
        return Err(failed
            .pop()
            .map_or_else(|| ToolError::bad_argument("`cudaVersions` is empty"), |(_, e)| e));
    }
    let mut head = Map::from_iter([("probedCudaVersions".to_owned(), versions.into())]);
    if !failed.is_empty() {
        let errors = failed.into_iter().map(|(version, error)| (version, error.message.into()));
        head.insert("probeErrors".into(), Value::Object(errors.collect()));
    }
    Ok((head, rows(&found)))
}

/// Every type that any probe knows, with a cell for each probe that was answered.
fn rows(found: &[(String, Vec<GpuStock>)]) -> Vec<Row> {
    let mut types = BTreeMap::new();
    for gpu in found.iter().flat_map(|(_, gpus)| gpus).filter(|gpu| gpu.id != SENTINEL) {
        types.entry(gpu.id.as_str()).or_insert(gpu);
    }
    let price = |gpus: &[GpuStock], id: &str| {
        gpus.iter().find(|gpu| gpu.id == id).map(|gpu| gpu.lowest_price.clone())
    };
    let row = |(id, gpu): (&str, &GpuStock)| {
        let cells: Vec<_> = found.iter().map(|(version, gpus)| (version.clone(), price(gpus, id))).collect();
        Row::of_probe(gpu.clone(), &cells)
    };
    types.into_iter().map(row).collect()
}

/// The versions to probe, each once, all of them good.
fn versions(given: Option<Vec<String>>) -> Result<Option<Vec<String>>, ToolError> {
    let Some(given) = given else { return Ok(None) };
    let mut versions: Vec<String> = Vec::new();
    for version in given {
        let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !version.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor)) {
            return Err(ToolError::bad_argument("`cudaVersions` holds what is no CUDA version; write 12.8"));
        }
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    Ok(Some(versions))
}

/// Parts of names. A blank one would fit everything.
fn terms(given: Option<Vec<String>>) -> Vec<String> {
    let terms = given.into_iter().flatten().map(|term| term.trim().to_lowercase());
    terms.filter(|term| !term.is_empty()).collect()
}

fn stock(status: Option<&str>) -> &str {
    match status {
        None | Some("" | "None") => OUT,
        Some(status) => status,
    }
}

fn grade(stock: &str) -> u8 {
    match stock {
        "High" => 3,
        "Medium" => 2,
        "Low" => 1,
        _ => 0,
    }
}

/// In MB, so that it can be compared exactly.
fn memory(gpu: &GpuStock) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let megabytes = (gpu.memory_in_gb * 1024.0) as u64;
    megabytes
}

/// A whole number without its `.0`.
fn tidy(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    match number.fract() == 0.0 && number.abs() < 1e9 {
        true => (number as i64).into(),
        false => number.into(),
    }
}
